# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._hosts_file import own_names, parse

OWN = own_names("web1.example.com\n", "web1")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("127.0.0.1 localhost localhost.localdomain localhost4", []),
        ("::1 localhost ip6-localhost ip6-loopback", []),
        ("ff02::1 ip6-allnodes\tipv6-allnodes", []),
        ("255.255.255.255 broadcasthost", []),
        ("127.0.1.1 web1.example.com web1", []),
        ("127.0.1.1 web1.example.org", []),
        ("192.0.2.7 web1.example.org web1", []),
        ("2001:db8::7 web1.example.com", []),
        ("192.0.2.9 web1.partner.example", ["web1.partner.example"]),
        ("192.0.2.9 db db.example.com # db2", ["db", "db.example.com"]),
        ("2001:db8::9%eth0 DB.example.com", ["db.example.com"]),
        ("192.0.2.9 localhost", ["localhost"]),
        ("0.0.0.0 ads.example", ["ads.example"]),
        (":: ads.example", ["ads.example"]),
        ("# 192.0.2.9 db", []),
        ("192.0.2.9", []),
        ("192.0.2.900 db", []),
        ("nonsense db", []),
    ],
)
def test_pinned_names(line, names):
    found = parse(f"\n{line}\n", OWN)
    assert [override["name"] for override in found["overrides"]] == names
    assert {override["source"] for override in found["overrides"]} == ({"/etc/hosts:2"} if names else set())
    assert (found["count"], found["overrides_cut"]) == (len(names), 0)


def test_names_are_data():
    found = parse("2001:DB8:0::1 {{x}} \x1b[31m <b>\n", OWN)
    assert [override["name"] for override in found["overrides"]] == ["{{x}}", "\x1b[31m", "<b>"]
    assert found["overrides"][0]["address"] == "2001:db8::1"


def test_two_more_than_are_listed():
    found = parse("0.0.0.0 a\n" * 66, OWN)
    assert (len(found["overrides"]), found["overrides_cut"], found["count"]) == (64, 2, 66)


def test_a_blocklist_does_not_hide_a_pin():
    text = "".join(f"0.0.0.0 ad{number}.example\n" for number in range(1000)) + "192.0.2.9 db.example\n"
    found = parse(text, OWN)
    assert found["overrides"][0] == {"name": "db.example", "address": "192.0.2.9", "source": "/etc/hosts:1001"}
    assert (len(found["overrides"]), found["overrides_cut"], found["count"]) == (64, 937, 1001)


@pytest.mark.parametrize(("complete", "count"), [(True, 2), (False, 1)])
def test_a_cut_line_is_left_out(complete, count):
    assert parse("192.0.2.9 db\n192.0.2.9 longna", OWN, complete=complete)["count"] == count


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("Web1.example.com\n",), {"web1", "web1.example.com"}),
        (("# who\nweb1\n", "web2\n"), {"web1", "web2"}),
        (("", "\n"), set()),
    ],
)
def test_own_names(texts, expected):
    assert own_names(*texts) == expected
