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
        (routes(rules={"status": "ok", "listed": [], "listed_cut": 3}), "the policy rules can't be seen any more"),
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
