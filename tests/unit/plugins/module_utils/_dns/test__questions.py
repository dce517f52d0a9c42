# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Expected
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._questions import absent, expected, parent, questions
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._routing import Scope

NOTHING = {"names": [], "zones": []}


def keys(options, scopes=()):
    return [question.key for question in questions({**NOTHING, **options}, scopes)]


def name(text, types=("A",)):
    return {"name": text, "types": list(types), "expect": "answer"}


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        pytest.param({}, [". NS", "absent.example.com A"], id="two harmless questions"),
        pytest.param({"names": [name("www.example.lab")]}, ["www.example.lab A", "absent.example.lab A"], id="each name's zone"),
        pytest.param({"names": [name("www.example.lab")], "zones": ["corp.lab"]}, ["www.example.lab A", "absent.corp.lab A"], id="zones that are named"),
        pytest.param({"zones": ["corp.lab"]}, ["absent.corp.lab A"], id="zones alone"),
        pytest.param({"names": [name("a.b.lab", ["A", "MX"])]}, ["a.b.lab A", "a.b.lab MX", "absent.b.lab A"], id="each type"),
    ],
)
def test_keys(options, asked):
    assert keys(options) == asked


def test_routing_domains_are_asked_but_not_the_reverse_ones():
    links = [Scope("vpn0", [], ["corp.lab", ".", "10.in-addr.arpa"], False)]
    assert keys({"zones": ["a.lab"]}, links) == ["absent.a.lab A", "absent.corp.lab A"]


@pytest.mark.parametrize(
    ("text", "zone"),
    [("www.example.com", "example.com"), ("example.com", "example.com"), ("localhost", ""), (".", ""), ("x." + ".".join(["y" * 60] * 4), "")],
)
def test_parent(text, zone):
    assert parent(text) == zone


@pytest.mark.parametrize(
    ("expect", "means"),
    [
        ("answer", Expected()),
        ("same", Expected(same=True)),
        ("NXDOMAIN", Expected(rcode="NXDOMAIN")),
        (["192.0.2.2", "192.0.2.1"], Expected(answers=("192.0.2.1", "192.0.2.2"))),
    ],
)
def test_expected(expect, means):
    assert expected(expect) == means


def test_an_absent_label_is_asked_with_its_final_dot():
    assert (absent("example.lab").name, absent("example.lab").typed) == ("example.lab.", "example.lab.")


def test_no_scope_goes_unasked_because_another_has_many_domains():
    links = [Scope("vpn0", [], [f"d{number}.lab" for number in range(40)], False), Scope("vpn1", [], ["corp.lab"], False)]
    assert keys({"zones": ["a.lab"]}, links)[1:] == [f"absent.d{number}.lab A" for number in range(4)] + ["absent.corp.lab A"]
