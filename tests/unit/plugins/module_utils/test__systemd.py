# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd import (
    call,
    parse_units,
    parse_version,
    properties,
    unit,
)

SHOWN = """\
Id=systemd-networkd.service
LoadState=loaded
ActiveState=active
ExecMainStartTimestamp=Sat 2026-11-21 03:43:31 UTC

Id=systemd-resolved.service
LoadState=loaded
ActiveState=inactive
ExecMainStartTimestamp=Sat 2026-11-21 03:42:48 UTC

Id=dnsmasq.service
LoadState=not-found
ActiveState=inactive
ExecMainStartTimestamp=
"""


class Replay(Host):
    """A host whose commands were recorded."""

    def __init__(self, answer):
        super().__init__("/")
        self.answer = answer

    def run(self, argv, limit=0):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("systemd 257 (257.13-1~deb13u1)\n+PAM", {"major": 257, "full": "257.13-1~deb13u1"}),
        ("systemd 247 (247.3-7+deb11u5)\n", {"major": 247, "full": "247.3-7+deb11u5"}),
        ("systemd 219\n+PAM", {"major": 219, "full": "219"}),
    ],
)
def test_parse_version(text, expected):
    assert parse_version(text) == expected


@pytest.mark.parametrize("text", ["", "busybox", "System has not been booted"])
def test_parse_version_of_something_else(text):
    with pytest.raises(NotSeen):
        parse_version(text)


def test_parse_units():
    assert parse_units(SHOWN) == {
        "systemd-networkd.service": {"installed": True, "active": True, "since": 1795232611},
        "systemd-resolved.service": {"installed": True, "active": False, "since": None},
        "dnsmasq.service": {"installed": False, "active": False, "since": None},
    }


@pytest.mark.parametrize(
    ("micros", "since"),
    [("801250000", 1795232611.25), ("800000000", 1795232611), ("802000000", 1795232611), ("", 1795232611), ("-1", 1795232611)],
    ids=["agrees", "suspended", "clock was set", "missing", "no number"],
)
def test_since_is_exact_where_both_clocks_agree(micros, since):
    shown = f"Id=a\nActiveState=active\nExecMainStartTimestamp=Sat 2026-11-21 03:43:31 UTC\nExecMainStartTimestampMonotonic={micros}\n"
    assert parse_units(shown, 1795232611 - 801.0)["a"]["since"] == since


def test_without_systemd_every_unit_is_absent(tmp_path):
    with pytest.raises(Absent, match="systemd does not run"):
        unit(Host(str(tmp_path)), "systemd-networkd.service")


@pytest.mark.parametrize("answer", ["", "not json", "[]", '{"type": "s"}', "null"])
def test_call_refuses_what_is_no_answer(answer):
    with pytest.raises(NotSeen, match="sent no JSON"):
        call(Replay(answer), "a", "b", "c", "d")


def test_properties_are_plain_values():
    answer = '{"type":"a{sv}","data":[{"DNSSEC":{"type":"s","data":"no"},"DNS":{"type":"a(iiay)","data":[]}}]}'
    assert properties(Replay(answer), "a", "b", "c") == {"DNSSEC": "no", "DNS": []}


@pytest.mark.parametrize("answer", ['{"data":[]}', '{"data":[[]]}', '{"data":[{"DNS":3}]}'])
def test_properties_of_another_shape(answer):
    with pytest.raises(NotSeen):
        properties(Replay(answer), "a", "b", "c")


def test_what_run_says_is_passed_on():
    with pytest.raises(NotSeen, match="did not answer in time"):
        call(Replay(NotSeen("busctl did not answer in time")), "a", "b", "c", "d")
