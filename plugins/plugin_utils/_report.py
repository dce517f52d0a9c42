# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""From the findings of every host to the one report that all renderers show. Pure: nothing is read, nothing written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils import _enforced
from ansible_collections.holdfast.baseline.plugins.plugin_utils._fold import natural
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import bounded, one_line, plain
from ansible_collections.holdfast.baseline.plugins.plugin_utils._severity import SEVERITIES, rank

SCHEMA = 1
VERSION = "0.2.0"
NEVER = "never"
# What a host can be, worst first. Every reader of the report uses these words.
STATUSES = ("fail", "error", "unknown", "unreachable", "warned", "good")
# A name that means nothing else in a --limit: no pattern, no group of all.
LIMITABLE = re.compile(r"(?!all$|ungrouped$)[A-Za-z0-9_][A-Za-z0-9_.-]*")
_MOST_NAMED = 200
FINDING_STATUSES = ("fail", "unknown", "waived", "pass", "not_applicable")


@dataclass(frozen=True)
class Policy:
    """What makes the audit fail. fail_on: a severity or `never`; unreachable, unknown: `fail` or `ignore`."""

    fail_on: str = "high"
    unreachable: str = "fail"
    unknown: str = "ignore"

    def counts(self, finding: Mapping[str, Any]) -> bool:
        """Whether a finding fails, at or above `fail_on`."""
        return finding["status"] == "fail" and self.fail_on != NEVER and rank(finding["severity"]) >= rank(self.fail_on)

    def fails(self, status: str) -> bool:
        """Whether a host of that status fails the run."""
        return status in ("fail", "error") or {"unreachable": self.unreachable, "unknown": self.unknown}.get(status) == "fail"


def build(
    assessed: Mapping[str, Any],
    policy: Policy,
    *,
    check_mode: bool,
    generated: datetime,
    pending: int = 0,
    enforced: Mapping[str, Any] | None = None,
    run: str = "",
) -> dict[str, Any]:
    """The report, as docs/report.schema.json describes it.

    assessed: the registered result of assess of each host, or None for a host that it never reached.
    pending: the number of hosts whose turn comes in a later batch of a play with `serial`.
    enforced: of an enforced rollout, what it noted of each host (see `_enforced.attempt`).
    run: what the run is called, by default audit, or enforce with `enforced`.
    """
    hosts: dict[str, Any] = {}
    rules: dict[str, Any] = {}
    for name in sorted(assessed, key=natural):
        about, findings = read(assessed[name])
        hosts[name] = entry(about, findings, policy)
        if enforced is not None:
            hosts[name] = tried(hosts[name], enforced.get(name), policy, check_mode)
        _note_rules(rules, findings)
    return {
        "schema": SCHEMA,
        "tool": {"name": "holdfast.baseline", "version": VERSION},
        "generated": generated.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "run": run or ("audit" if enforced is None else "enforce"),
        "check_mode": check_mode,
        "policy": asdict(policy),
        "summary": summary(hosts.values(), pending, enforced is not None),
        "rules": dict(sorted(rules.items())),
        "hosts": hosts,
    }


def read(result: Any) -> tuple[dict[str, Any], list[Any]]:
    """What assess returned for a host -> ({status, why, os, systemd, probe?}, findings). Anything but its normal answer is an error."""
    if not isinstance(result, Mapping):
        return {"status": "error", "why": "the play ended for this host before it was assessed"}, []
    facts = result.get("ansible_facts")
    about = plain(facts.get("holdfast_host")) if isinstance(facts, Mapping) else None
    if result.get("failed") or not isinstance(about, dict) or about.get("status") not in ("reached", "unreachable", "error"):
        return {"status": "error", "why": one_line(result.get("msg") or "it was not assessed")}, []
    findings = facts.get("holdfast_findings") if isinstance(facts, Mapping) else None
    return about, list(findings) if isinstance(findings, (list, tuple)) else []


def entry(about: Mapping[str, Any], findings: Iterable[Mapping[str, Any]], policy: Policy) -> dict[str, Any]:
    """One host of the report: {status, fails, why?, os?, systemd?, probe?, findings}."""
    reached = about["status"] == "reached"
    shown = [_finding(finding) for finding in findings] if reached else []
    status = _status(shown, policy) if reached else about["status"]
    why = _enforced.CORE_NOISE.sub("", about.get("why") or "") or ("no rule was judged" if reached and not shown else "")
    systemd = about.get("systemd")
    optional = {
        "why": why,
        "os": one_line(about.get("os") or ""),
        "systemd": systemd if isinstance(systemd, int) else None,
        "probe": about.get("probe") if reached else None,
    }
    return {
        "status": status,
        "fails": policy.fails(status),
        **{name: value for name, value in optional.items() if value},
        "findings": shown,
    }


def tried(host: Mapping[str, Any], raw: Any, policy: Policy, check_mode: bool) -> dict[str, Any]:
    """The entry of a host in an enforced rollout, with its outcome in `enforced`. raw: what the rollout noted of it, or None."""
    before = entry(*read(raw["before"]), policy) if isinstance(raw, Mapping) and raw.get("before") else None
    attempt = _enforced.attempt(host, raw, before, check_mode)
    if attempt["outcome"] == "lost":
        # Whatever was seen of it before says nothing about what it is now.
        system = {name: value for name, value in {**(before or {}), **host}.items() if name in ("os", "systemd")}
        host = {"status": "unreachable", "fails": True, "why": next(iter(attempt["why"]), "no reason given"), **system, "findings": []}
        attempt = _enforced.attempt(host, raw, before, check_mode)
    return {**host, "fails": _enforced.fails(attempt["outcome"], host["status"], policy.unreachable), "enforced": attempt}


def summary(hosts: Iterable[Mapping[str, Any]], pending: int = 0, enforced: bool = False) -> dict[str, Any]:
    """Counts of hosts and findings by status, failing findings by severity, and the worst severity that fails anywhere. enforced: outcomes too."""
    entries = list(hosts)
    findings = [finding for host in entries for finding in host["findings"]]
    by_host = Counter(host["status"] for host in entries)
    by_finding = Counter(finding["status"] for finding in findings)
    by_severity = Counter(finding["severity"] for finding in findings if finding["status"] == "fail")
    return {
        "hosts": {"all": len(entries), **{status: by_host[status] for status in STATUSES}, "pending": pending},
        "findings": {status: by_finding[status] for status in FINDING_STATUSES},
        "failing_by_severity": {severity: by_severity[severity] for severity in reversed(SEVERITIES)},
        "worst_severity": max(by_severity, key=rank, default=None),
        "failing_hosts": sum(host["fails"] for host in entries),
        **({"outcomes": _outcomes(entries)} if enforced else {}),
    }


def verdict(host: Mapping[str, Any], policy: Policy, report: str = "") -> str:
    """Why a host of the report fails the run, in one line; empty where it doesn't."""
    if not host["fails"]:
        return ""
    if "enforced" in host:
        text = _enforced.said(host)
    elif host["status"] == "fail":
        counted = [finding for finding in host["findings"] if policy.counts(finding)]
        rules = [finding["rule"] for finding in sorted(counted, key=worst_first)]
        noun = "finding" if len(rules) == 1 else "findings"
        text = f"{len(rules)} {noun} at or above {policy.fail_on}: {_listed(rules)}"
    elif host["status"] == "unknown":
        rules = [finding["rule"] for finding in host["findings"] if finding["status"] == "unknown"]
        text = f"{len(rules)} unknown: {_listed(rules)}" if rules else f"unknown: {host.get('why', 'no reason given')}"
    else:
        text = f"{host['status']}: {host.get('why', 'no reason given')}"
    return f"{text.rstrip('.')}; see {report}" if report else text


def stats(report: Mapping[str, Any], path: str) -> dict[str, Any]:
    """What later nodes of an AWX workflow can use: small whatever the fleet, and the same names in every run.

    path: of report.json, or empty where none was written.
    """
    outcomes = report["summary"].get("outcomes")
    failing = [name for name, host in report["hosts"].items() if host["status"] == "fail"]
    named = [name for name in failing if LIMITABLE.fullmatch(name)][:_MOST_NAMED]
    return {
        "holdfast_summary": {**report["summary"]["hosts"], "failing_hosts": report["summary"]["failing_hosts"]},
        "holdfast_worst_severity": report["summary"]["worst_severity"] or "",
        "holdfast_failed_hosts": ",".join(named),
        "holdfast_failed_hosts_cut": len(failing) - len(named),
        "holdfast_report": path,
        **({"holdfast_outcomes": outcomes} if outcomes else {}),
    }


def worst_first(finding: Mapping[str, Any]) -> tuple[int, str]:
    """A sort key for findings that carry a severity."""
    return -rank(finding["severity"]), finding["rule"]


def _status(findings: list[dict[str, Any]], policy: Policy) -> str:
    """A host is good only if every rule was judged and none fails. What wasn't seen outweighs what is merely below `fail_on`."""
    if any(policy.counts(finding) for finding in findings):
        return "fail"
    statuses = {finding["status"] for finding in findings}
    if "unknown" in statuses or not findings:
        return "unknown"
    return "warned" if "fail" in statuses else "good"


def _finding(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A finding without the texts that are the same on every host: those are in `rules`."""
    status = raw["status"] if raw["status"] in FINDING_STATUSES else "unknown"
    out: dict[str, Any] = {"rule": str(raw["rule"]), "status": str(status)}
    if status in ("fail", "unknown", "waived"):
        out |= {"severity": str(raw["severity"]), "title": str(raw["title"])}
    for name in ("evidence", "waiver"):
        if raw.get(name):
            out[name] = bounded(plain(raw[name]))
    if raw.get("reason"):
        out["reason"] = one_line(raw["reason"])
    return out


def _note_rules(rules: dict[str, Any], findings: Iterable[Mapping[str, Any]]) -> None:
    """Passing findings carry no texts: the first finding that does is the rule's."""
    for finding in findings:
        if finding["rule"] not in rules and finding.get("why"):
            texts = {name: finding.get(name) for name in ("title", "why", "remedy", "references")}
            rules[str(finding["rule"])] = plain(texts)


def _outcomes(hosts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found = Counter(host["enforced"]["outcome"] for host in hosts)
    return {outcome: found[outcome] for outcome in _enforced.OUTCOMES}


def _listed(rules: list[str], most: int = 3) -> str:
    return ", ".join(rules[:most]) + (", …" if len(rules) > most else "")
