# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""What each cell is worth: ok, bad with its kind, skipped, or unknown. Pure: a plan and its cells in, the cells with their state out."""

from __future__ import annotations

from collections import Counter
from typing import Collection, Mapping, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Cell, Expected, Question
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._plan import Plan

_NOBODY = ("refused", "unreachable", "reset")
_UNSEEN = ("denied", "unsupported", "failed")
# DNSSEC itself failed: RFC 8914, from "unsupported DNSKEY algorithm" to "NSEC missing", without "stale" and "forged" ones; and 27.
_DNSSEC_EDE = (1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 27)
_STALE_EDE = (3, 19)


class Judged(NamedTuple):
    """A cell with what it is worth. state: ok, bad, skipped (says nothing) or unknown; kind: what is wrong with a bad one; why: one line."""

    ask: Ask
    cell: Cell
    state: str
    kind: str = ""
    why: str = ""


def judge(made: Plan, cells: list[Cell], pinned: Collection[str] = ()) -> list[Judged]:
    """Every cell by itself, then against what the others say of the same question. pinned: the names that /etc/hosts has."""
    judged = [_alone(ask, cell, made.questions[ask.question]) for ask, cell in zip(made.asks, cells)]
    heard = {each.ask.layer.name for each in judged if each.cell["rcode"]}
    columns: dict[Question, list[Judged]] = {}
    for each in judged:
        columns.setdefault(each.ask.question, []).append(_by_layer(each, heard, made.modes))
    compared = {question: _compared(question, column, made.questions[question], pinned) for question, column in columns.items()}
    places = {each.ask: each for column in compared.values() for each in column}
    return [places[ask] for ask in made.asks]


def _compared(question: Question, column: list[Judged], expected: Expected, pinned: Collection[str]) -> list[Judged]:
    """A question's cells, those that answer something else than they must marked; where nothing says what that is, as they are."""
    is_pinned = question.typed.lower() in pinned and not question.absent
    truth = _truth(column, expected)
    if truth is None or not (expected.same or expected.answers or question.absent or is_pinned):
        return column
    lasts = max((each.cell["ttl"] or 0 for each in column if each.state == "ok" and value(each.cell) == truth), default=0)
    fresh = {each.ask.layer.kind for each in column if each.state == "ok" and value(each.cell) == truth}
    return [_against(each, truth, "" if is_pinned else _age(each, lasts, fresh)) for each in column]


def _age(judged: Judged, lasts: int, fresh: Collection[str]) -> str:
    """`stale` for an old answer: one that says so, that has less of its time left than the right one, or that a cache has and the network hasn't."""
    if any(each["code"] in _STALE_EDE for each in judged.cell["ede"]) or 0 < (judged.cell["ttl"] or 0) < lasts:
        return "stale"
    return "stale" if judged.ask.layer.kind in ("cache", "stub", "libc") and "network" in fresh else ""


def value(cell: Cell) -> tuple[str, ...]:
    """What a reply says, so that replies can be compared: its data, or that there are none."""
    return tuple(sorted(answer.lower() for answer in cell["answers"]))


def _alone(ask: Ask, cell: Cell, expected: Expected) -> Judged:
    error, rcode = cell["error"], cell["rcode"]
    if error in _UNSEEN or (not error and not rcode):
        return Judged(ask, cell, "unknown", "", cell["detail"] or f"{error or 'no reply'}")
    if error == "miss":
        return Judged(ask, cell, "skipped", "", "not in the cache")
    if error:
        return Judged(ask, cell, "bad", _error_kind(cell), cell["detail"] or error)
    kind = _rcode_kind(ask, cell, expected)
    return Judged(ask, cell, "bad", kind, _said(cell)) if kind else Judged(ask, cell, "ok")


def _error_kind(cell: Cell) -> str:
    plain = cell["follow"].get("no_edns", {})
    if cell["error"] == "timeout" and plain.get("rcode"):
        return "edns_dropped"
    return "unreachable" if cell["error"] in _NOBODY else str(cell["error"])


def _rcode_kind(ask: Ask, cell: Cell, expected: Expected) -> str:
    rcode = cell["rcode"]
    if expected.rcode and rcode == expected.rcode:
        return ""
    if rcode == "SERVFAIL":
        return "dnssec" if _is_dnssec(cell) else "servfail"
    if rcode == "REFUSED":
        return "refused"
    if rcode == "FORMERR" and cell["follow"].get("no_edns", {}).get("rcode"):
        return "edns_dropped"
    if rcode not in ("NOERROR", "NXDOMAIN"):
        return "rcode_unexpected"
    if ask.question.absent or expected.same:
        return ""
    if expected.rcode:
        return "nxdomain_unexpected" if rcode == "NXDOMAIN" else "differs"
    if rcode == "NXDOMAIN":
        return "nxdomain_unexpected"
    return "" if cell["answers"] or "tc" in cell["flags"] else "nodata_unexpected"


def _is_dnssec(cell: Cell) -> bool:
    """Whether the same question with CD answers, or the reply says so itself."""
    unchecked = cell["follow"].get("cd", {}).get("rcode")
    return unchecked in ("NOERROR", "NXDOMAIN") or any(each["code"] in _DNSSEC_EDE for each in cell["ede"])


def _by_layer(judged: Judged, heard: set[str], modes: Mapping[str, str]) -> Judged:
    """What one cell can't tell alone: whether its layer answers anything at all, and whether it has to."""
    layer = judged.ask.layer
    if judged.state != "bad" or judged.cell["rcode"]:
        return judged
    if layer.name in heard:
        hangs = judged.kind == "timeout" and judged.ask.question.absent
        return judged._replace(kind="hang_on_nxdomain") if hangs else judged
    if layer.transport == "tls" and not layer.verify:
        return judged._replace(state="skipped", kind="", why="no DNS over TLS there, and it is opportunistic")
    if layer.transport in ("udp", "tcp") and modes.get(layer.scope) == "yes":
        return judged._replace(state="skipped", kind="", why="no plain DNS there, and only DNS over TLS is used")
    return judged


def _truth(column: list[Judged], expected: Expected) -> tuple[str, ...] | None:
    """What the answers of a question must be: what the operator said, else what most references say, else most servers, else the network.

    None where there is nothing to compare with, or nothing to compare.
    """
    if expected.answers:
        return expected.answers
    answered = [each for each in column if each.cell["rcode"] in ("NOERROR", "NXDOMAIN") and "tc" not in each.cell["flags"]]
    if column and column[0].ask.question.absent and any(not each.cell["answers"] for each in answered):
        return ()
    for kinds in (("reference",), ("upstream", "resolv.conf"), ("network", "proxy")):
        said = Counter(value(each.cell) for each in answered if each.ask.layer.kind in kinds)
        if said:
            return said.most_common(1)[0][0]
    return None


def _against(judged: Judged, truth: tuple[str, ...], age: str) -> Judged:
    cell = judged.cell
    if judged.state != "ok" or "tc" in cell["flags"] or value(cell) == truth:
        return judged
    why = f"says {', '.join(cell['answers']) or 'no data'} instead of {', '.join(truth) or 'no data'}"
    return judged._replace(state="bad", kind=age or "differs", why=why)


def _said(cell: Cell) -> str:
    said = [cell["rcode"], *(f"EDE {each['code']} {each['text']}".strip() for each in cell["ede"])]
    return ", ".join(said)
