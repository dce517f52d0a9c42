# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._prove import Look, Terms, prove
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import finding

RULE = "routes/lost"
DEFAULTS = [{"family": "ipv4", "via": "10.77.0.1", "device": "host0", "table": 254, "metric": 0}, {"family": "ipv6", "device": "wan0", "table": 254}]
RULES = [{"family": "ipv4", "priority": 5270, "text": "from all lookup 52"}]
FACTS = {
    "routes": {"networkd": {"active": True}, "default_routes": DEFAULTS, "rules": {"status": "ok", "listed": RULES, "listed_cut": 0}},
    "resolver": {"resolved": {"active": True}},
}


def look(*findings: dict[str, Any], facts: dict[str, Any] | None = None, status: str = "reached") -> Look:
    return Look({"status": status, "why": "timed out"}, findings, FACTS if facts is None else facts)


def routes(**changed: Any) -> dict[str, Any]:
    return {**FACTS, "routes": {**FACTS["routes"], **changed}}


def compared(result: str, status: str = "ok") -> dict[str, Any]:
    questions = {"www.example.com A": {"result": result, "layers": {"stub": result, "C library": "same"}}}
    return {"status": status, "why": "no probe", "overall": result, "questions": questions if status == "ok" else {}}


def unasked() -> dict[str, Any]:
    found = compared("worse")
    found["questions"]["www.example.com A"]["why"] = "it was not asked again"
    return found


@pytest.mark.parametrize(
    ("old", "new", "status", "why"),
    [
        ("pass", "pass", "same", ""),
        ("fail", "pass", "better", ""),
        ("fail", "not_applicable", "better", ""),
        ("fail", "fail", "same", ""),
        ("unknown", "fail", "same", ""),
        ("unknown", "unknown", "same", ""),
        ("unknown", "pass", "same", ""),
        ("pass", "fail", "worse", "routes/lost fails since the change"),
        ("not_applicable", "fail", "worse", "routes/lost fails since the change"),
        ("waived", "fail", "same", ""),
        ("waived", "pass", "better", ""),
        ("pass", "waived", "worse", "routes/lost fails since the change"),
        ("not_applicable", "waived", "worse", "routes/lost fails since the change"),
        ("pass", "unknown", "worse", "routes/lost can't be judged any more"),
        ("fail", "unknown", "worse", "routes/lost can't be judged any more"),
        ("not_applicable", "unknown", "worse", "routes/lost can't be judged any more"),
    ],
)
def test_a_finding(old: str, new: str, status: str, why: str) -> None:
    proof = prove(look(finding(old)), look(finding(new)))
    assert proof["status"] == status
    assert "".join(proof["why"]).startswith(why) and bool(proof["why"]) == bool(why)
    assert proof["mended"] == ([RULE] if status == "better" else [])


@pytest.mark.parametrize(
    ("first", "second", "after", "status"),
    [
        ("pass", "pass", "fail", "worse"),
        ("pass", "fail", "fail", "same"),
        ("fail", "pass", "fail", "same"),
        ("fail", "pass", "pass", "same"),
        ("fail", "fail", "pass", "better"),
        ("pass", "unknown", "unknown", "same"),
        ("pass", "fail", "unknown", "worse"),
    ],
)
def test_what_differs_between_two_looks_decides_nothing(first: str, second: str, after: str, status: str) -> None:
    assert prove(look(finding(first)), look(finding(after)), again=look(finding(second)))["status"] == status


@pytest.mark.parametrize(
    ("old", "new", "rule", "found", "status"),
    [
        ("critical", "critical", "probe/servfail", compared("same"), "same"),
        ("critical", "medium", "probe/refused", compared("better"), "better"),
        ("medium", "critical", "probe/servfail", compared("same"), "worse"),
        ("critical", "critical", "probe/servfail", compared("worse"), "worse"),
        ("critical", "critical", "probe/servfail", compared("worse", "unknown"), "worse"),
        ("critical", "critical", "probe/servfail", None, "worse"),
        ("critical", "critical", "probe/slow", compared("same"), "worse"),
        ("critical", "critical", RULE, compared("same"), "worse"),
    ],
)
def test_another_symptom_of_the_same_silence(old: str, new: str, rule: str, found: dict[str, Any] | None, status: str) -> None:
    before = look(finding("fail", old, "probe/no_answer"), finding("pass", rule=rule))
    after = look(finding("fail", old, "probe/no_answer"), finding("fail", new, rule))
    assert prove(before, after, found)["status"] == status


def test_a_default_route_that_comes_and_goes() -> None:
    less = look(facts=routes(default_routes=DEFAULTS[:1]))
    assert prove(look(), less, again=less)["status"] == "same"
    assert prove(look(), less, again=look())["why"] == ["the default route ipv6 wan0 254 is gone"]


@pytest.mark.parametrize(("old", "new", "status"), [("low", "high", "worse"), ("high", "low", "same"), ("high", "high", "same")])
def test_severity(old: str, new: str, status: str) -> None:
    assert prove(look(finding("fail", severity=old)), look(finding("fail", severity=new)))["status"] == status


@pytest.mark.parametrize(
    ("old", "new", "targets", "status"),
    [
        ("fail", "fail", [RULE], "unmended"),
        ("unknown", "fail", [RULE], "unmended"),
        ("fail", "pass", [RULE], "better"),
        ("pass", "pass", [RULE], "same"),
        ("fail", "fail", ["routes/other"], "same"),
        ("pass", "fail", [RULE], "worse"),
    ],
)
def test_targets(old: str, new: str, targets: list[str], status: str) -> None:
    assert prove(look(finding(old)), look(finding(new)), terms=Terms(targets))["status"] == status


@pytest.mark.parametrize(
    ("found", "status", "why"),
    [
        (None, "same", ""),
        (compared("same"), "same", ""),
        (compared("better"), "better", ""),
        (compared("worse"), "worse", "www.example.com A was answered before and isn't now (stub)"),
        (unasked(), "worse", "www.example.com A was answered before and isn't asked any more (stub)"),
        (compared("worse", "unknown"), "worse", "DNS can't be probed any more: no probe"),
    ],
)
def test_the_probe(found: dict[str, Any] | None, status: str, why: str) -> None:
    proof = prove(look(finding("pass")), look(finding("pass")), found)
    assert (proof["status"], "".join(proof["why"])) == (status, why)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (routes(networkd={"active": False}), "systemd-networkd doesn't run any more"),
        (routes(networkd={"status": "absent"}), "systemd-networkd doesn't run any more"),
        ({**FACTS, "resolver": {}}, "systemd-resolved doesn't run any more"),
        (routes(default_routes=DEFAULTS[1:]), "the default route ipv4 10.77.0.1 host0 254 is gone"),
        (routes(default_routes=DEFAULTS[:1]), "the default route ipv6 wan0 254 is gone"),
        (routes(rules={"status": "ok", "listed": [], "listed_cut": 0}), "the policy rule ipv4 5270: from all lookup 52 is gone"),
        (routes(rules={"status": "ok", "listed": [], "listed_cut": 0}), "the policy rule ipv4 5270: from all lookup 52 is gone"),
        (routes(rules={"status": "unknown"}), "the policy rules can't be seen any more"),
        (routes(default_routes=[{**DEFAULTS[0], "metric": 100, "protocol": "dhcp"}, DEFAULTS[1]]), ""),
        (routes(rules={"status": "ok", "listed": [*RULES, {"family": "ipv6", "priority": 1, "text": "new"}], "listed_cut": 0}), ""),
    ],
)
def test_what_is_gone(facts: dict[str, Any], why: str) -> None:
    proof = prove(look(finding("pass")), look(finding("pass"), facts=facts))
    assert "".join(proof["why"]) == why
    assert proof["status"] == ("worse" if why else "same")


@pytest.mark.parametrize(("new", "status"), [("fail", "same"), ("unknown", "worse")])
def test_a_failure_that_was_asked_for(new: str, status: str) -> None:
    assert prove(look(finding("pass")), look(finding(new)), terms=Terms(accepted=[RULE]))["status"] == status


def rule(priority: int, family: str = "ipv4") -> dict[str, Any]:
    return {"family": family, "priority": priority, "text": "from all lookup 52"}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (([rule(1), rule(2)], 5), ([rule(1), rule(2)], 5), []),
        (([rule(1), rule(2)], 5), ([rule(1), rule(2)], 3), ["2 more policy rules are gone"]),
        (([rule(1), rule(2)], 5), ([rule(1), rule(3)], 4), ["the policy rule ipv4 2: from all lookup 52 is gone"]),
        # A new one has pushed it out of the list.
        (([rule(1), rule(4)], 5), ([rule(1), rule(2)], 6), []),
        (([rule(1), rule(4)], 0), ([rule(1)], 0), ["the policy rule ipv4 4: from all lookup 52 is gone"]),
        (([rule(1), rule(4)], 50), ([rule(4)], 0), ["the policy rule ipv4 1: from all lookup 52 is gone", "50 more policy rules are gone"]),
        (([rule(9), rule(1, "ipv6")], 5), ([rule(9), rule(3, "ipv6")], 5), ["the policy rule ipv6 1: from all lookup 52 is gone"]),
    ],
)
def test_rules_of_which_some_are_listed(old: tuple, new: tuple, why: list) -> None:
    before, after = (look(finding("pass"), facts=routes(rules={"status": "ok", "listed": some, "listed_cut": cut})) for some, cut in (old, new))
    assert prove(before, after)["why"] == why


@pytest.mark.parametrize(
    ("network", "why"),
    [
        (None, []),
        ({"status": "ok", "missing": [], "missing_count": 0}, []),
        ({"status": "ok", "missing": ["ipv4 rule\x1b[31m"], "missing_count": 1}, ["ipv4 rule\\x1b[31m is gone"]),
        ({"status": "ok", "missing": ["a", "b"], "missing_count": 90}, ["a is gone", "b is gone", "and 88 more entries of the network are gone"]),
        ({"status": "unknown", "why": "netlink: no buffer"}, ["the network can't be compared any more: netlink: no buffer"]),
        ({"status": "absent"}, ["the network can't be compared any more: no reason given"]),
        ({}, ["the network can't be compared any more: no reason given"]),
    ],
)
def test_the_whole_network(network: dict[str, Any] | None, why: list) -> None:
    proof = prove(look(finding("pass")), look(finding("pass")), network=network)
    assert (proof["status"], proof["why"]) == ("worse" if why else "same", why)


def test_where_the_record_has_all_rules_the_list_decides_nothing() -> None:
    after = look(finding("pass"), facts=routes(rules={"status": "ok", "listed": [], "listed_cut": 0}))
    assert prove(look(finding("pass")), after, network={"status": "ok", "missing": [], "missing_count": 0})["status"] == "same"


def test_after_a_boot_policy_rules_are_made_anew() -> None:
    after = look(finding("pass"), facts=routes(rules={"status": "ok", "listed": [], "listed_cut": 0}, default_routes=DEFAULTS[1:]))
    before = look(finding("pass"), facts=routes(default_routes=[*DEFAULTS, {"family": "ipv4", "device": "tailscale0", "table": 52}]))
    assert prove(before, after, terms=Terms(rebooted=True))["why"] == ["the default route ipv4 10.77.0.1 host0 254 is gone"]


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (look(finding("pass")), look(status="unreachable"), "the host can't be looked at any more: timed out"),
        (look(finding("pass")), look(), "routes/lost is not judged any more"),
        (look(), look(finding("fail")), "routes/lost is fail since the change"),
        (look(), look(finding("unknown")), "routes/lost is unknown since the change"),
    ],
)
def test_what_is_not_seen(before: Look, after: Look, why: str) -> None:
    proof = prove(before, after)
    assert (proof["status"], proof["why"]) == ("worse", [why])


def test_the_reasons_are_bounded() -> None:
    rules = [{"family": "ipv4", "priority": number, "text": "x"} for number in range(100)]
    before = look(facts=routes(rules={"status": "ok", "listed": rules, "listed_cut": 0}))
    proof = prove(before, look(facts=routes(rules={"status": "ok", "listed": [], "listed_cut": 0})))
    assert len(proof["why"]) == 21 and proof["why"][-1] == "and 80 more"
