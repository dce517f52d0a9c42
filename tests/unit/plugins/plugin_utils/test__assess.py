# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._assess import about, assess
from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import Problems
from ansible_collections.holdfast.baseline.plugins.plugin_utils._rules import Rule, load
from ansible_collections.holdfast.baseline.plugins.plugin_utils._settings import read_settings

TODAY = date(2026, 11, 21)
PINNED = """\
title: names are pinned
severity: low
escalates: {severity: high, when: "in_common(resolver.hosts_file.overrides[].name, params.watch_names)"}
needs: [resolver.hosts_file]
fails: resolver.hosts_file.overrides
evidence: "{first: offending[0].name, count: resolver.hosts_file.count, mode: resolver.resolv_conf.mode, bad: abs(resolver.resolved.effective.DNS)}"
why: They stay.
remedy: {text: Remove the line.}
references: [hosts(5)]
params: {watch_names: []}
"""
LOST = """\
title: rules will be lost
severity: high
needs: [routes.networkd]
applies: routes.networkd.active
fails: routes.at_risk.rules
why: They are gone.
remedy: {role: holdfast.baseline.networkd, tags: networkd, text: Protect them.}
"""
WIDE = """\
title: many rules and a pinned name
severity: info
needs: [resolver.hosts_file]
applies: routes.rules.count > `5`
fails: resolver.hosts_file.overrides
why: So.
remedy: {text: Do.}
"""
PIN = {"name": "a.example", "address": "192.0.2.1", "source": "/etc/hosts:3"}
RULE = {"text": "from all lookup 52", "owner": "tailscale"}


@pytest.fixture(name="rules")
def _rules(tmp_path: Path) -> dict[str, Rule]:
    for name, text in (("my/pinned", PINNED), ("my/lost", LOST), ("my/wide", WIDE)):
        path = tmp_path / f"{name}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return load([tmp_path])


def facts(resolver: Any = None, networkd: Any = None, at_risk: Any = None) -> dict[str, Any]:
    found: dict[str, Any] = {"schema": 1}
    if resolver is not None:
        found["resolver"] = {"status": "ok", "hosts_file": {"status": "ok", **resolver}}
    if networkd is not None:
        found["routes"] = {"status": "ok", "networkd": networkd, "at_risk": at_risk or {"status": "unknown", "why": "no netlink"}}
    return found


def finding(rules: dict[str, Rule], rule: str, found: dict[str, Any], host: str = "web1", **settings: Any) -> dict[str, Any]:
    findings = assess(rules.values(), found, host, read_settings(rules, today=TODAY, **settings))
    return next(entry for entry in findings if entry["rule"] == rule)


OK = {"status": "ok", "active": True}


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        (facts(networkd=OK, at_risk={"status": "ok", "rules": [RULE]}), "fail", ""),
        (facts(networkd=OK, at_risk={"status": "ok", "rules": []}), "pass", ""),
        (facts(networkd={"status": "absent"}), "not_applicable", "routes.networkd is absent"),
        (facts(networkd={**OK, "active": False}), "not_applicable", "the rule does not apply here"),
        (facts(networkd={"status": "unknown", "why": "no D-Bus"}), "unknown", "routes.networkd: no D-Bus"),
        (facts(networkd={**OK, "active": None}), "unknown", "routes.networkd.active is null, so it proves nothing"),
        (facts(networkd=OK), "unknown", "routes.at_risk: no netlink"),
        (facts(networkd=OK, at_risk={"status": "ok"}), "unknown", "routes.at_risk.rules was not gathered"),
        (facts(networkd=OK, at_risk={"status": "ok", "rules": "many"}), "unknown", "routes.at_risk.rules is str, so it proves nothing"),
        (facts(), "unknown", "routes was not gathered"),
        (facts(networkd={**OK, "complete": False}, at_risk={"status": "ok", "rules": []}), "unknown", "routes.networkd was read only in part"),
        (facts(networkd={**OK, "complete": False}, at_risk={"status": "ok", "rules": [RULE]}), "fail", ""),
        (facts(networkd={**OK, "active": False, "complete": False}), "unknown", "routes.networkd was read only in part"),
        (facts(networkd=OK, at_risk={"status": "ok", "rules": [], "complete": False}), "unknown", "routes.at_risk was read only in part"),
        ({"schema": 1, "routes": None}, "unknown", "routes: says no status"),
        ({"schema": 1, "routes": "text"}, "unknown", "routes: says no status"),
    ],
)
def test_status(rules: dict[str, Rule], found: dict[str, Any], status: str, reason: str) -> None:
    entry = finding(rules, "my/lost", found)
    assert (entry["status"], entry["reason"]) == (status, reason)


@pytest.mark.parametrize(("complete", "status"), [(True, "not_applicable"), (False, "unknown")])
def test_what_is_needed_and_was_read_in_part_never_makes_not_applicable(rules: dict[str, Rule], complete: bool, status: str) -> None:
    found = facts(resolver={"overrides": [], "complete": complete})
    found["routes"] = {"status": "ok", "rules": {"status": "ok", "count": 0}}
    assert finding(rules, "my/wide", found)["status"] == status


def test_a_failing_finding(rules: dict[str, Rule]) -> None:
    assert finding(rules, "my/lost", facts(networkd=OK, at_risk={"status": "ok", "rules": [RULE]})) == {
        "rule": "my/lost",
        "host": "web1",
        "status": "fail",
        "severity": "high",
        "title": "rules will be lost",
        "evidence": {"offending": [RULE]},
        "why": "They are gone.",
        "remedy": {"role": "holdfast.baseline.networkd", "tags": "networkd", "text": "Protect them."},
        "references": [],
        "reason": "",
    }


def test_a_passing_finding_is_small(rules: dict[str, Rule]) -> None:
    entry = finding(rules, "my/lost", facts(networkd=OK, at_risk={"status": "ok", "rules": []}))
    assert (entry["evidence"], entry["why"], entry["remedy"], entry["references"]) == ({}, "", {}, [])


def test_evidence_says_what_is_known(rules: dict[str, Rule]) -> None:
    found = facts(resolver={"overrides": [PIN], "overrides_cut": 0, "count": 1})
    found["resolver"]["resolved"] = {"status": "ok", "effective": {"DNS": "text"}}
    evidence = finding(rules, "my/pinned", found)["evidence"]
    assert evidence.pop("bad").startswith("can't be shown: In function abs()")
    assert evidence == {"first": "a.example", "count": 1}


def test_evidence_is_bounded(rules: dict[str, Rule]) -> None:
    many = [{"text": "x" * 600}] * 30
    offending = finding(rules, "my/lost", facts(networkd=OK, at_risk={"status": "ok", "rules": many}))["evidence"]["offending"]
    assert offending[-1] == "… and 10 more"
    assert len(offending) == 21
    assert offending[0]["text"].endswith("(100 characters more)")


PINS = {"overrides": [PIN], "overrides_cut": 0, "count": 1}


@pytest.mark.parametrize(
    ("found", "settings", "severity", "reason"),
    [
        (PINS, {}, "low", ""),
        (PINS, {"params": {"watch_names": ["A.example."]}}, "high", ""),
        (PINS, {"params": {"watch_names": ["b.example"]}}, "low", ""),
        (
            {**PINS, "overrides_cut": 9},
            {"params": {"watch_names": ["b.example"]}},
            "high",
            "high because the graver case can't be ruled out: resolver.hosts_file.overrides was cut: 9 more",
        ),
        (PINS, {"params": {"watch_names": ["a.example"]}, "overrides": {"my/pinned": {"severity": "info"}}}, "info", ""),
        (PINS, {"overrides": {"my/pinned": {"severity": "critical"}}}, "critical", ""),
    ],
)
def test_severity(rules: dict[str, Rule], found: dict[str, Any], settings: dict[str, Any], severity: str, reason: str) -> None:
    entry = finding(rules, "my/pinned", facts(resolver=found), **settings)
    assert (entry["severity"], entry["reason"]) == (severity, reason)


@pytest.mark.parametrize(
    ("expires", "status", "reason"),
    [
        ("2026-11-21", "waived", "waived until 2026-11-21: rebuilt nightly"),
        ("2026-11-20", "fail", "the waiver expired on 2026-11-20 (rebuilt nightly)"),
    ],
)
def test_waivers(rules: dict[str, Rule], expires: str, status: str, reason: str) -> None:
    waiver = {"rule": "my/*", "host": "web?", "reason": "rebuilt nightly", "expires": expires}
    entry = finding(rules, "my/pinned", facts(resolver=PINS), waivers=[waiver])
    assert (entry["status"], entry["reason"], entry["waiver"]) == (status, reason, waiver)
    assert entry["evidence"]["count"] == 1
    assert "waiver" not in finding(rules, "my/pinned", facts(resolver=PINS), host="db1", waivers=[waiver])


@pytest.mark.parametrize("found", [{"overrides": []}, {"status": "unknown"}])
def test_only_a_failure_is_waived(rules: dict[str, Rule], found: dict[str, Any]) -> None:
    waiver = {"rule": "*", "host": "*", "reason": "because", "expires": "2099-01-01"}
    assert finding(rules, "my/pinned", facts(resolver=found), waivers=[waiver])["status"] in ("pass", "unknown")


def test_a_rule_that_is_switched_off_says_nothing(rules: dict[str, Rule]) -> None:
    settings = read_settings(rules, today=TODAY, overrides={"my/lost": {"enabled": False}})
    assert [entry["rule"] for entry in assess(rules.values(), facts(), "web1", settings)] == ["my/pinned", "my/wide"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"overrides": {"my/pined": {"severity": "low"}}}, "overrides: no rule is called 'my/pined'; did you mean 'my/pinned'?"),
        ({"overrides": {"my/lost": {"severity": "none"}}}, "overrides: my/lost: severity is 'none'; write one of: info"),
        ({"overrides": {"my/lost": {"enable": False}}}, "overrides: my/lost: unknown field 'enable'; did you mean 'enabled'?"),
        ({"overrides": {"my/lost": {"enabled": "no"}}}, "overrides: my/lost: enabled must be true or false"),
        ({"overrides": {"my/lost": "low"}}, "overrides: my/lost: must be a mapping, for example {severity: low}"),
        ({"params": {"watched_names": []}}, "params: no rule reads 'watched_names'; did you mean 'watch_names'?"),
        ({"params": {"watch_names": "a.example"}}, "params: watch_names must be of the kind of its default [] (my/pinned)"),
        ({"waivers": [{"rule": "your/*", "host": "*", "reason": "x", "expires": "2026-12-31"}]}, "no rule is called 'your/*'"),
    ],
)
def test_wrong_settings(rules: dict[str, Rule], settings: dict[str, Any], said: str) -> None:
    with pytest.raises(Problems) as caught:
        read_settings(rules, today=TODAY, **settings)
    assert len(caught.value.lines) == 1
    assert said in caught.value.lines[0]


@pytest.mark.parametrize(
    ("found", "gathered", "status", "why"),
    [
        ({"schema": 1, "host": {"os_short": "Debian 13", "systemd": 257}}, {}, "reached", ""),
        ({"schema": 1}, {"unreachable": True, "msg": "ssh:\n timed\tout"}, "unreachable", "ssh: timed out"),
        ({"schema": 1}, {"failed": True, "msg": "MODULE FAILURE"}, "error", "MODULE FAILURE"),
        ({"schema": 1}, {"failed": True}, "error", "the facts failed without a reason"),
        ({}, {}, "error", "no facts were gathered"),
        (None, None, "error", "no facts were gathered"),
        ({"schema": 2}, {}, "error", "facts of schema 2, this version reads 1"),
        ({"schema": 1, "host": "text"}, {}, "reached", ""),
    ],
)
def test_about(found: Any, gathered: Any, status: str, why: str) -> None:
    host = about(found, gathered)
    assert (host["status"], host["why"]) == (status, why)


def test_about_names_the_system() -> None:
    host = about({"schema": 1, "host": {"os_short": "Debian\x1b 13", "systemd": 257}}, {})
    assert (host["os"], host["systemd"]) == ("Debian\\x1b 13", 257)
