# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._listeners import Listeners, listens, on_port_53, parse
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

# Debian 13 with systemd-resolved, Debian 12 with unbound on ::1 and 192.0.2.7.
UDP = """\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  634: 00000000:14EB 00000000:0000 07 00000000:00000000 00:00000000 00000000   991        0 66485 2 000000000972efc7 0
11716: 3600007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   991        0 66501 2 00000000386ebb70 0
11716: 3500007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   991        0 66499 2 0000000073a789d3 0
"""
UDP6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
  634: 00000000000000000000000000000000:14EB 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000
  635: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000
  636: B80D0120000000000000000001000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (UDP, {"127.0.0.53", "127.0.0.54"}),
        (UDP6, {"::1", "2001:db8::1"}),
        ("", set()),
        ("header\n 1: zz:0035 x\n 2: 00:0035\n3:\n", set()),
    ],
)
def test_parse(text, expected):
    assert set(parse(text)) == expected


@pytest.mark.parametrize(
    ("address", "bound", "complete", "expected"),
    [
        ("127.0.0.53", {"127.0.0.53"}, True, True),
        ("127.0.0.1", {"127.0.0.53"}, True, False),
        ("127.0.0.1", {"127.0.0.53"}, False, None),
        ("::1", {"::1"}, True, True),
        ("::1", {"127.0.0.1"}, True, False),
        ("127.0.0.1", {"0.0.0.0"}, True, True),
        ("::1", {"::"}, True, True),
        ("127.0.0.1", {"::"}, True, None),
        ("0.0.0.0", {"127.0.0.1"}, True, True),
        ("0.0.0.0", {"192.0.2.7"}, True, False),
        ("0.0.0.0", set(), False, None),
        ("192.0.2.7", {"192.0.2.7"}, True, True),
        ("192.0.2.1", {"0.0.0.0"}, True, None),
        ("2001:db8::1", set(), True, None),
        ("fe80::1%eth0", {"fe80::1"}, True, True),
        ("127.0.0.11", set(), True, None),
    ],
)
def test_listens(address, bound, complete, expected):
    assert listens(address, Listeners(frozenset(bound), complete)) is expected


@pytest.mark.parametrize(
    ("files", "expected", "complete"),
    [
        ({"udp": UDP, "udp6": UDP6}, {"127.0.0.53", "127.0.0.54", "::1", "2001:db8::1"}, True),
        ({"udp": UDP}, {"127.0.0.53", "127.0.0.54"}, True),
        ({"udp6": UDP6}, {"::1", "2001:db8::1"}, False),
        ({"udp": None, "udp6": UDP6}, {"::1", "2001:db8::1"}, False),
        ({"udp": UDP, "udp6": None}, {"127.0.0.53", "127.0.0.54"}, False),
        ({"udp": UDP + " " * (1 << 20), "udp6": UDP6}, {"127.0.0.53", "127.0.0.54", "::1", "2001:db8::1"}, False),
        ({"udp": UDP, "udp6": UDP6 + " " * (1 << 20)}, {"127.0.0.53", "127.0.0.54", "::1", "2001:db8::1"}, False),
    ],
)
def test_on_port_53(tmp_path, files, expected, complete):
    os.makedirs(tmp_path / "proc/net")
    for name, text in files.items():
        path = tmp_path / "proc/net" / name
        if text is None:
            os.mkfifo(path)
        else:
            path.write_text(text)
    assert on_port_53(Host(str(tmp_path))) == Listeners(frozenset(expected), complete)
