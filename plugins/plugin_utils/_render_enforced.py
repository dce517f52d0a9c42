# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The words of an enforced rollout for a terminal: what became of a host, why, and what to do next. Every text is clean and unwrapped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import visible
from ansible_collections.holdfast.baseline.plugins.plugin_utils._enforced import OUTCOMES, WORDS, minute, unseen
from ansible_collections.holdfast.baseline.plugins.plugin_utils._group import Block
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import LIMITABLE

_LOUD = {
    "worse": "WORSE",
    "lost": "LOST",
    "rolled_back": "ROLLED BACK",
    "refused": "REFUSED, nothing was touched",
    "not_tried": "NOT TRIED",
    "planned": "planned, nothing was touched",
    "restored": "put back, as asked",
}
_CHANGES = {
    "planned": "would change",
    "refused": "wanted",
    "rolled_back": "changed and put back",
    "lost": "tried",
    "not_tried": "wanted",
    "restored": "put back",
}
BEFORE = {"pass": "it passed", "not_applicable": "it didn't apply", "waived": "it was waived"}
_AUDIT = "ansible-playbook holdfast.baseline.audit"
_ROLLBACK = "ansible-playbook holdfast.baseline.rollback --limit HOST"
_MOST_LIMITED = 8
_MOST_REASONS = 6
_MOST_CHANGES = 12
_MOST_ASKED = 12
_REST = re.compile(r"… and (\d{1,9}) more")


@dataclass(frozen=True)
class Step:
    """What to do next, and the commands for it, which are never broken."""

    text: str
    commands: list[str] = field(default_factory=list)


def counted(report: Mapping[str, Any]) -> str:
    """``holdfast enforce · 12 hosts: 1 rolled back, 11 confirmed (20 more in later batches)``."""
    hosts, outcomes = report["summary"]["hosts"], report["summary"]["outcomes"]
    mode = " --check" if report["check_mode"] else ""
    noun = "host" if hosts["all"] == 1 else "hosts"
    counts = ", ".join(f"{outcomes[outcome]} {WORDS.get(outcome, outcome)}" for outcome in OUTCOMES if outcomes[outcome])
    # A failing host stops a rollout as a rule: then there are no later batches.
    where = "not tried so far" if report["summary"]["failing_hosts"] else "in later batches"
    later = f" ({hosts['pending']} more {where})" if hosts["pending"] else ""
    return f"holdfast {report['run']}{mode} · {hosts['all']} {noun}: {counts}{later}"


def outcome(host: Mapping[str, Any]) -> str:
    """What became of a host, with the first reason."""
    tried = host["enforced"]
    name = tried["outcome"]
    good = ", good now" if name == "confirmed" and host["status"] == "good" else ""
    why = tried["why"][:1] or (["no reason given"] if name in ("worse", "lost", "rolled_back", "refused") else [])
    return ": ".join([f"{_LOUD.get(name, name)}{good}", *map(visible, why)])


def first_reason(host: Mapping[str, Any]) -> str:
    """The first reason; empty where none is given."""
    return next(iter(host["enforced"]["why"]), "")


def reasons(host: Mapping[str, Any]) -> list[str]:
    """The reasons behind the first."""
    return [visible(why) for why in _most(host["enforced"]["why"][1:], _MOST_REASONS)]


def next_step(block: Block, generated: str) -> Step | None:
    """What somebody must do or needn't, for hosts that are the same in this. generated: when the report was made, as in it."""
    name = block.entry["enforced"]["outcome"]
    if name == "lost":
        return _wait(block, generated)
    if name == "worse":
        ident = block.entry["enforced"].get("checkpoint") if block.alike else None
        by_hand = f"sh /var/lib/holdfast/checkpoints/{ident or 'ID'}/restore.sh asked"
        named = "" if ident else " (the journal names the ID)"
        return Step(f"now, on the host: see what happened, then put back by hand{named}:", ["journalctl -t holdfast", by_hand])
    if name == "rolled_back" and not unseen(block.entry):
        return Step("it is as it was: nothing has to be done now; mend the reason before the next try")
    return Step("look with:", [_audit(block)]) if unseen(block.entry) else None


def way_back(report: Mapping[str, Any]) -> list[str]:
    """How to undo what was confirmed, where anything was: lines that are never broken."""
    confirmed = report["summary"].get("outcomes", {}).get("confirmed")
    return ["to go back, also days later:", f"  {_ROLLBACK}"] if confirmed else []


def changes(host: Mapping[str, Any]) -> list[str]:
    """What was changed or would be, each in words that say which of both; then why nobody could judge it since."""
    tried = host["enforced"]
    label = _CHANGES.get(tried["outcome"], "changed")
    lines = [f"{label}: {visible(change)}" for change in _most(tried["changes"], _MOST_CHANGES)]
    why = unseen(host)
    if tried["outcome"] == "confirmed" and tried.get("asked"):
        lines.append(f"asked before and after, and nothing else: {', '.join(map(visible, _most(tried['asked'], _MOST_ASKED)))}")
    return lines + ([f"nobody could judge it since: {visible(why)}"] if why else [])


def _wait(block: Block, generated: str) -> Step:
    until = block.entry["enforced"].get("until", "") if block.alike else ""
    if not until:
        return Step("it goes back by itself when its deadline has passed (until, in the report); look then with:", [_audit(block)])
    if until <= generated:
        return Step(f"it should have gone back by itself by {minute(until)} UTC; look now with:", [_audit(block)])
    return Step(f"it goes back by itself by {minute(until)} UTC; look then with:", [_audit(block)])


def _audit(block: Block) -> str:
    """The command to look again, with names that mean nothing else in a limit."""
    if len(block.hosts) <= _MOST_LIMITED and all(LIMITABLE.fullmatch(name) for name in block.hosts):
        return f"{_AUDIT} --limit {','.join(block.hosts)}"
    return _AUDIT


def _most(texts: list[str], most: int) -> list[str]:
    """The first texts, and how many there are besides."""
    if len(texts) <= most:
        return texts
    already_cut = _REST.fullmatch(texts[-1])
    rest = len(texts) - most + (int(already_cut[1]) - 1 if already_cut else 0)
    return [*texts[:most], f"… and {rest} more: see the report"]
