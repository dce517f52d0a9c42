# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Puts hosts that say the same into one block, so that a fleet with one fault prints it once."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._enforced import OUTCOMES, likeness, unseen
from ansible_collections.holdfast.baseline.plugins.plugin_utils._fold import natural
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import STATUSES, worst_first
from ansible_collections.holdfast.baseline.plugins.plugin_utils._severity import rank

Entry = Mapping[str, Any]
_TIME = re.compile(r" [0-9]+ms")


@dataclass(frozen=True)
class Block:
    """hosts: in natural order. entry: the first one's. alike: whether the evidence of all of them is the same."""

    hosts: list[str]
    entry: Entry
    alike: bool


def blocks(hosts: Mapping[str, Entry], most: int) -> list[Block]:
    """The hosts with something to say (fail, unknown, warned, or an outcome of their own), worst first.

    Hosts are alike with the same evidence; where that makes more than ``most`` blocks, with the same rules failing.
    """
    speaking = {name: entry for name, entry in hosts.items() if speaks(entry)}
    found = _grouped(speaking, with_evidence=True)
    if len(found) > most:
        found = _grouped(speaking, with_evidence=False)
    return sorted(found, key=_place)


def speaks(entry: Entry) -> bool:
    """Whether there is more to say of a host than its name and one reason."""
    if entry["status"] in ("fail", "unknown", "warned"):
        return True
    return "enforced" in entry and (entry["enforced"]["outcome"] not in ("not_tried", "unreachable", "unchanged") or bool(unseen(entry)))


def probed_alike(hosts: Mapping[str, Entry]) -> list[Block]:
    """The hosts with a matrix, in one block where they were answered alike, however long that took."""
    groups: dict[str, list[str]] = {}
    for name in sorted(hosts, key=natural):
        probe = hosts[name].get("probe")
        if probe and probe["status"] == "ok":
            said = json.dumps([probe["questions"], probe["layers"], probe["questions_cut"], probe["layers_cut"]])
            groups.setdefault(_TIME.sub("", said), []).append(name)
    return [Block(names, hosts[names[0]], len(names) == 1) for names in groups.values()]


def failing(entry: Entry) -> list[dict[str, Any]]:
    """The failing findings of a host, worst first."""
    return sorted((finding for finding in entry["findings"] if finding["status"] == "fail"), key=worst_first)


def unknown(entry: Entry) -> dict[str, list[str]]:
    """The reasons for which findings of a host are unknown, each with its rules."""
    reasons: dict[str, list[str]] = {}
    for finding in entry["findings"]:
        if finding["status"] == "unknown":
            reasons.setdefault(finding.get("reason") or "no reason given", []).append(finding["rule"])
    return reasons or ({entry["why"]: []} if entry["status"] == "unknown" else {})


def _grouped(hosts: Mapping[str, Entry], with_evidence: bool) -> list[Block]:
    groups: dict[str, list[str]] = {}
    for name in sorted(hosts, key=natural):
        groups.setdefault(_key(hosts[name], with_evidence), []).append(name)
    return [
        Block(names, hosts[names[0]], with_evidence or len({_key(hosts[name], with_evidence=True) for name in names}) == 1)
        for names in groups.values()
    ]


def _key(entry: Entry, with_evidence: bool) -> str:
    """What makes two hosts alike, as text."""
    said = [
        [finding["rule"], finding["severity"], *([finding.get(name) for name in ("evidence", "reason", "waiver")] if with_evidence else [])]
        for finding in failing(entry)
    ]
    return json.dumps([entry["status"], entry.get("os"), entry.get("systemd"), said, unknown(entry), likeness(entry, with_evidence)])


def _place(block: Block) -> tuple[Any, ...]:
    found = failing(block.entry)
    worst = rank(found[0]["severity"]) if found else -1
    outcome = OUTCOMES.index(block.entry["enforced"]["outcome"]) if "enforced" in block.entry else 0
    return outcome, STATUSES.index(block.entry["status"]), -worst, -len(found), -len(block.hosts), natural(block.hosts[0])
