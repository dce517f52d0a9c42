# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings of made-up hosts, as assess returns them, for the tests of the report."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._matrix import condense
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import Policy, build

GENERATED = datetime(2026, 11, 21, 3, 0, 7, tzinfo=timezone.utc)
HOSTILE = "{{ 7*7 }}\x1b[31m</testcase>]]>&\u202e\n\x00\ufffe\ud800end"
WAIVER = {"rule": "routes/*", "host": "*", "reason": "rebuilt every night", "expires": "2026-12-31"}


def finding(status: str, severity: str = "high", rule: str = "routes/lost", **more: Any) -> dict[str, Any]:
    """One finding; `more` replaces what it holds."""
    texts = status in ("fail", "unknown", "waived")
    return {
        "rule": rule,
        "host": "set by the caller",
        "status": status,
        "severity": severity,
        "title": f"title of {rule}",
        "evidence": {"at_risk": ["throw 10.77.0.0/24"]} if status in ("fail", "waived") else {},
        "why": f"why of {rule}." if texts else "",
        "remedy": {"text": f"mend {rule}."} if texts else {},
        "references": ["incident 004"] if texts else [],
        "reason": {"unknown": "needs become", "not_applicable": "no networkd", "waived": "waived until 2026-12-31: x"}.get(status, ""),
        **({"waiver": WAIVER} if status == "waived" else {}),
        **more,
    }


def reached(*findings: dict[str, Any], os: str = "Debian 13", systemd: Any = 257) -> dict[str, Any]:
    """What assess returns for a host that it could judge."""
    host = {"status": "reached", "why": "", "os": os, "systemd": systemd}
    return {"changed": False, "ansible_facts": {"holdfast_host": host, "holdfast_findings": list(findings)}}


def probed(result: dict[str, Any], fact: dict[str, Any]) -> dict[str, Any]:
    """The same result of assess, from a host that was probed as well."""
    facts = result["ansible_facts"]
    return {**result, "ansible_facts": {**facts, "holdfast_host": {**facts["holdfast_host"], "probe": condense(fact)}}}


def missed(status: str, why: str) -> dict[str, Any]:
    """What assess returns for a host that was not reached, or gave no facts."""
    host = {"status": status, "why": why, "os": "", "systemd": None}
    return {"changed": False, "ansible_facts": {"holdfast_host": host, "holdfast_findings": []}}


def report(assessed: dict[str, Any], pending: int = 0, **policy: str) -> dict[str, Any]:
    """The report of those hosts."""
    return build(assessed, Policy(**policy), check_mode=False, generated=GENERATED, pending=pending)


FLEET = {
    "exit1": reached(
        finding("fail"),
        finding("fail", "low", "resolver/pinned", evidence={"pinned": ["db = 10.0.0.1 (/etc/hosts:3)"]}),
        finding("pass", rule="resolver/single"),
    ),
    "web2": reached(*(finding("unknown", rule=f"routes/r{number}", reason="networkd not asked (needs become)") for number in range(4))),
    "old1": reached(finding("fail", "low", "resolver/pinned", evidence={"pinned": ["db = 10.0.0.2 (/etc/hosts:9)"]}), os="Debian 12", systemd=252),
    "db3": missed("unreachable", "Failed to connect to the host via ssh: ssh: connect to host 10.1.1.1 port 22: Connection timed out"),
    "nopy": missed("error", "no Python on the host"),
    "gone": None,
    **{f"app{number}": reached(finding("pass"), finding("not_applicable", rule="routes/other")) for number in range(1, 10)},
    "waived1": reached(finding("waived", "critical"), finding("pass", rule="resolver/single")),
}
