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


def became(outcome: str, why: Any = (), changes: Any = (), before: Any = None, **more: Any) -> dict[str, Any]:
    """What an enforced rollout notes of a host."""
    return {"outcome": outcome, "why": list(why), "changes": list(changes), "checkpoint": "", "until": "", "before": before, **more}


def rollout(hosts: dict[str, tuple[Any, Any]], pending: int = 0, check_mode: bool = False, **policy: str) -> dict[str, Any]:
    """The report of an enforced rollout; hosts: by name what assess returned after it, and what became of them."""
    assessed, enforced = ({name: pair[place] for name, pair in hosts.items()} for place in (0, 1))
    return build(assessed, Policy(**policy), check_mode=check_mode, generated=GENERATED, pending=pending, enforced=enforced)


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

CHECKPOINT = "20261121T025800Z-3fa9c1"
SETTING = "/etc/systemd/networkd.conf.d/90-holdfast.conf: ManageForeignRoutes=no"
RESTARTED = "systemd-networkd restarted: 3 rules and 2 routes still there"
_LOST, _MENDED = finding("fail"), finding("pass")
_SINGLE = finding("fail", "medium", "resolver/single", evidence={"provider": "192.0.2.53"})
ENFORCED = {
    "edge1": (
        reached(_LOST, finding("fail", "critical", "resolver/no_server")),
        became(
            "worse",
            ["the rollback failed: /etc/resolv.conf: read-only file system", "no question was answered at 02:59:40 UTC"],
            [SETTING],
            reached(_LOST, finding("pass", rule="resolver/no_server")),
            checkpoint=CHECKPOINT,
            until="2026-11-21T03:00:00Z",
        ),
    ),
    "edge2": (
        missed("unreachable", "timed out"),
        became(
            "lost",
            ["no answer since systemd-networkd was restarted"],
            [SETTING],
            reached(_LOST),
            checkpoint=CHECKPOINT,
            until="2026-11-21T03:01:20Z",
        ),
    ),
    "dns1": (
        reached(_SINGLE, finding("pass")),
        became(
            "rolled_back",
            ["resolver/no_server failed after the change; put back at once"],
            ["/etc/systemd/resolved.conf.d/90-holdfast.conf: DNS=198.51.100.1", "systemd-resolved restarted"],
            reached(_SINGLE, finding("pass")),
            checkpoint=CHECKPOINT,
        ),
    ),
    "bgp1": (reached(_LOST), became("refused", ["a restart of systemd-networkd took 95 s last time (412,000 routes)"], [SETTING], reached(_LOST))),
    **{f"web{number}": (reached(_MENDED), became("confirmed", [], [SETTING, RESTARTED], reached(_LOST))) for number in range(1, 10)},
    "mail1": (reached(_MENDED, _SINGLE), became("confirmed", [], [SETTING, RESTARTED], reached(_LOST, _SINGLE), checkpoint=CHECKPOINT)),
    "old1": (reached(_SINGLE, os="Debian 12", systemd=252), became("unchanged")),
    "app1": (reached(_MENDED), became("unchanged", before=reached(_MENDED))),
    "late1": (reached(finding("pass")), None),
    "nopy": (missed("error", "no Python on the host"), None),
    "db3": (missed("unreachable", "Failed to connect to the host via ssh: ssh: connect to host 10.1.1.1 port 22: Connection timed out"), None),
}
