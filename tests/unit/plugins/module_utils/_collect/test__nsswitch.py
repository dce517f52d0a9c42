# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._nsswitch import parse, reached

DNS = ("files", "mymachines", "mdns4_minimal", "dns")
BOTH = (*DNS, "resolve")


@pytest.mark.parametrize(
    ("text", "hosts", "source"),
    [
        (
            "passwd: files\nhosts:          files resolve [!UNAVAIL=return] dns # comment\n",
            ["files", "resolve", "[!UNAVAIL=return]", "dns"],
            "/etc/nsswitch.conf:2",
        ),
        ("hosts: files\nhosts:\tdns\n", ["dns"], "/etc/nsswitch.conf:2"),
        ("hosts: mdns4_minimal[NOTFOUND=return] dns", ["mdns4_minimal", "[NOTFOUND=return]", "dns"], "/etc/nsswitch.conf:1"),
        ("hosts: a [ NOTFOUND=return SUCCESS=continue ] b", ["a", "[ NOTFOUND=return SUCCESS=continue ]", "b"], "/etc/nsswitch.conf:1"),
        ("hosts:\n", [], "/etc/nsswitch.conf:1"),
        ("#hosts: files\nhostsx: files\n", ["files", "dns"], "default"),
        ("", ["files", "dns"], "default"),
        ("hosts: {{ x }} \x1b[31m [", ["{{", "x", "}}", "\x1b", "[31m [", ], "/etc/nsswitch.conf:1"),
    ],
)
def test_parse(text, hosts, source):
    assert parse(text) == {"hosts": hosts, "source": source}


@pytest.mark.parametrize(
    ("line", "usable", "expected"),
    [
        ("files resolve [!UNAVAIL=return] dns", BOTH, ["resolve"]),
        ("files resolve [!UNAVAIL=return] dns", DNS, ["dns"]),
        ("resolve [!UNAVAIL=return] files myhostname dns", BOTH, ["resolve"]),
        ("files resolve dns", BOTH, ["resolve", "dns"]),
        ("files resolve [NOTFOUND=return] dns", BOTH, ["resolve", "dns"]),
        ("files resolve [UNAVAIL=return] dns", DNS, []),
        ("files dns", BOTH, ["dns"]),
        ("dns files", DNS, ["dns"]),
        ("files mdns4_minimal [NOTFOUND=return] dns", DNS, ["dns"]),
        ("files mymachines myhostname dns", DNS, ["dns"]),
        ("files [SUCCESS=return] dns", DNS, ["dns"]),
        ("files [NOTFOUND=return] dns", DNS, []),
        ("files [NOTFOUND=return] dns", ("dns",), ["dns"]),
        ("myhostname [NOTFOUND=return] dns", DNS, ["dns"]),
        ("files [!SUCCESS=return] dns", DNS, []),
        ("files [!success=RETURN] dns", DNS, []),
        ("files", DNS, []),
        ("files resolve", DNS, []),
        ("", DNS, []),
    ],
)
def test_reached(line, usable, expected):
    assert reached(parse(f"hosts: {line}")["hosts"], usable) == expected
