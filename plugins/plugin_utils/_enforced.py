# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What became of a host in an enforced rollout. Pure: nothing is read, nothing written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import cut
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import LONGEST_LIST, LONGEST_TEXT, one_line, plain

Entry = Mapping[str, Any]
# Worst first. `not_tried` and `unreachable` are what is left for a host without an outcome.
OUTCOMES = ("worse", "lost", "rolled_back", "refused", "not_tried", "unreachable", "planned", "confirmed", "restored", "unchanged")
WORDS = {"rolled_back": "rolled back", "not_tried": "not tried", "unreachable": "not reached", "planned": "would change", "restored": "put back"}
CORE_NOISE = re.compile(r"^(Task failed: |Action failed: )+")
_NOT_GIVEN = ("not_tried", "unreachable")
_FAILING = ("worse", "lost", "rolled_back", "refused", "not_tried")
_UNSEEN = ("error", "unreachable")
_MENDED = ("pass", "not_applicable")
# What stands in a command or beside a clock must be what the checkpoint writes, and nothing else.
_CHECKPOINT = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}")
_UNTIL = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_MOST_SAID = 3


def attempt(host: Entry, raw: Any, before: Entry | None, check_mode: bool = False) -> dict[str, Any]:
    """The outcome of a host: {outcome, why, changes, asked?, checkpoint?, until?, before?}, as docs/report.schema.json describes it.

    host, before: its entries in the report, after and before the change. raw: what the rollout noted of it, or None where it never came to that.
    """
    if raw is None:
        return {"outcome": "unreachable" if host["status"] == "unreachable" else "not_tried", "why": [_never(host)], "changes": []}
    told = raw if isinstance(raw, Mapping) else {}
    optional = {"checkpoint": _checkpoint(told.get("checkpoint")), "until": _until(told.get("until"))}
    outcome, why = _outcome(told, bool(optional["checkpoint"]), check_mode)
    return {
        "outcome": outcome,
        "why": why + _texts(told.get("why")),
        "changes": _texts(told.get("changes")),
        **({"asked": asked} if (asked := _asked(told.get("asked"))) else {}),
        **{name: value for name, value in optional.items() if value},
        **({"before": {"status": before["status"], "findings": _differing(before, host)}} if before else {}),
    }


def fails(outcome: str, status: str, unreachable: str) -> bool:
    """Whether a host fails the run. What was found doesn't count, that nobody could look does. unreachable: `fail` or `ignore`."""
    return outcome in _FAILING or status == "error" or (status == "unreachable" and unreachable == "fail")


def unseen(host: Entry) -> str:
    """Why nobody could judge a host once it had its outcome; empty where it was judged, or where the outcome says that itself."""
    tried = host["enforced"]["outcome"]
    return host.get("why") or "no reason given" if host["status"] in _UNSEEN and tried not in (*_NOT_GIVEN, "lost") else ""


def mended(host: Entry) -> list[dict[str, Any]]:
    """The findings that failed before and don't now, by a change that stays."""
    if host["enforced"]["outcome"] in _FAILING:
        return []
    return [finding for finding in _before(host) if finding["status"] == "fail" and finding["now"] in _MENDED]


def new(host: Entry) -> dict[str, str]:
    """The rules that fail now and didn't before, each with its status then."""
    return {finding["rule"]: finding["status"] for finding in _before(host) if finding["now"] == "fail"}


def minute(until: str) -> str:
    """``2026-11-21T03:11:20Z`` -> ``03:12``: the first whole minute at which the deadline has passed."""
    return (datetime.strptime(until, _TIME) + timedelta(seconds=59)).strftime("%H:%M")


def likeness(host: Entry, with_evidence: bool) -> list[Any]:
    """What of its outcome makes a host like others: all that a block shows of it, or just what kind it is."""
    if "enforced" not in host:
        return []
    tried = host["enforced"]
    kind = [tried["outcome"], [finding["rule"] for finding in mended(host)], new(host), bool(unseen(host))]
    own = {"worse": tried.get("checkpoint"), "lost": tried.get("until") and minute(tried["until"])}.get(tried["outcome"])
    return [*kind, unseen(host), tried["why"], tried["changes"], tried.get("asked"), own] if with_evidence else kind


def said(host: Entry) -> str:
    """Why a host fails the run, in one line."""
    tried = host["enforced"]
    outcome = tried["outcome"]
    why = "; ".join(tried["why"][:_MOST_SAID]) + ("; …" if len(tried["why"]) > _MOST_SAID else "") or "no reason given"
    if outcome not in (*_FAILING, "unreachable"):
        return f"{WORDS.get(outcome, outcome)}, but nobody could judge it since: {unseen(host)}"
    later = f"; it goes back by itself, its deadline is {minute(tried['until'])} UTC" if outcome == "lost" and "until" in tried else ""
    now = "; look at it now" if outcome == "worse" else ""
    return f"{WORDS.get(outcome, outcome)}: {why.rstrip('.')}{later}{now}"


def _outcome(told: Mapping[Any, Any], armed: bool, check_mode: bool) -> tuple[str, list[str]]:
    """What the rollout noted, and what is to be said of it.

    A plan that is all that is left of a real run was cut short: with a checkpoint somewhere in the change.
    Anything unheard of is no good news either: the host may have been changed.
    """
    outcome = plain(told.get("outcome"))
    if outcome == "planned" and not check_mode:
        when = "in the middle of the change, and nobody confirmed it" if armed else "before it was tried"
        return "lost" if armed else "not_tried", [f"the play ended for this host {when}"]
    if outcome in OUTCOMES and outcome not in _NOT_GIVEN:
        return outcome, []
    return "worse", [f"the run noted no outcome that this version knows ({one_line(outcome)}), so it may have been changed"]


def _never(host: Entry) -> str:
    if host["status"] in _UNSEEN:
        return host.get("why") or "no reason given"
    return "the play ended for this host before it was tried"


def _texts(value: Any) -> list[str]:
    """Texts from a host, each on one clean line; at most 20, the rest counted."""
    entries = list(value) if isinstance(value, (list, tuple)) else [value]
    shown = [_line(plain(entry)) for entry in entries[:LONGEST_LIST] if entry not in (None, "")]
    rest = len(entries) - LONGEST_LIST
    return shown + ([f"… and {rest} more"] if rest > 0 else [])


def _line(text: Any) -> str:
    """A reason is worth more room than a label: 500 characters."""
    return cut(CORE_NOISE.sub("", " ".join(str(text).split())), LONGEST_TEXT)


def _asked(value: Any) -> list[str]:
    """The questions of a probe, each with where its name is from where nobody told it; one without an answer has nothing to lose."""
    questions = [each for each in value if isinstance(each, Mapping)] if isinstance(value, (list, tuple)) else []
    notes = [[each.get("from"), "not answered" if each.get("answered") is False else ""] for each in questions]
    return _texts([f"{each.get('key')}{' (' + '; '.join(map(str, filter(None, said))) + ')' if any(said) else ''}" for each, said in zip(questions, notes)])


def _checkpoint(value: Any) -> str:
    return str(plain(value)) if isinstance(value, str) and _CHECKPOINT.fullmatch(value) else ""


def _until(value: Any) -> str:
    if not isinstance(value, str) or not _UNTIL.fullmatch(value):
        return ""
    try:
        datetime.strptime(value, _TIME)
    except ValueError:
        return ""
    return str(plain(value))


def _before(host: Entry) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = host["enforced"].get("before", {}).get("findings", [])
    return found


def _differing(before: Entry, after: Entry) -> list[dict[str, Any]]:
    """The findings from before whose status is another one now. Where nothing was judged since, only those that weren't good then."""
    now = {finding["rule"]: finding["status"] for finding in after["findings"]}
    differing = []
    for finding in before["findings"]:
        status = now.get(finding["rule"], "unknown")
        if status != finding["status"] and (now or finding["status"] not in _MENDED):
            kept = {name: finding[name] for name in ("rule", "status", "severity", "title") if name in finding}
            differing.append({**kept, "now": status})
    return differing
