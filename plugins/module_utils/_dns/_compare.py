# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Two probes of one host, held against each other. Pure: two facts in, better, same or worse out, question by question."""

from __future__ import annotations

from typing import Any, Mapping

_GOOD = ("ok", "skipped")
# What programs meet counts first: a better upstream is no comfort where they get nothing.
_FIRST = ("libc", "stub", "resolv.conf")


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """{status, why, overall, questions: {key: {result, layers: {name: result}, why?}}}; every result is better, same or worse.

    A question is worse where programs lost its answer, or where they kept it and a layer lost it; likewise better. What isn't seen any more
    is worse than a right answer and the same as a wrong one. Layers that only one of the two has (a new upstream) count only where programs
    meet them. A question that isn't asked again was seen by nobody; but labels that can't exist are asked for the routing domains that there
    are, so those that only one probe has are left out. Random labels don't matter: a question is known by its key.
    """
    for name, fact in (("before", before), ("after", after)):
        if fact.get("status") != "ok":
            return {"status": "unknown", "why": f"{name}: {fact.get('why', 'no probe')}", "overall": "worse" if name == "after" else "same", "questions": {}}
    old, new = _by_question(before), _by_question(after)
    absent = {each["key"] for each in before.get("questions", []) if each["absent"]}
    kept = {key: cells for key, cells in old.items() if key in new or key not in absent}
    questions = {key: _question(cells, new[key]) if key in new else _unasked(cells) for key, cells in kept.items()}
    return {"status": "ok", "why": "", "overall": _worst_first([each["result"] for each in questions.values()]), "questions": questions}


def _by_question(fact: Mapping[str, Any]) -> dict[str, dict[str, Mapping[str, Any]]]:
    kinds = {layer["name"]: layer["kind"] for layer in fact["layers"]}
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for cell in fact["cells"]:
        found.setdefault(cell["question"], {})[cell["layer"]] = {**cell, "layer_kind": kinds.get(cell["layer"], "")}
    return found


def _question(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    layers = {name: _result(_good(old[name]), _good(new[name])) for name in old if name in new}
    met = _result(_met(old), _met(new))
    return {"result": met if met != "same" else _worst_first(list(layers.values())), "layers": layers}


def _unasked(old: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    unseen = {name: {**cell, "state": "unknown"} if cell["state"] == "ok" else cell for name, cell in old.items()}
    return {**_question(old, unseen), "why": "it was not asked again"}


def _good(cell: Mapping[str, Any]) -> bool:
    return cell["state"] in _GOOD


def _met(cells: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether programs get the right answer, by the outermost layer that was asked."""
    for kind in _FIRST:
        met = [cell for cell in cells.values() if cell["layer_kind"] == kind]
        if met:
            return _good(met[0])
    return False


def _result(before: bool, after: bool) -> str:
    return "same" if before == after else "better" if after else "worse"


def _worst_first(results: list[str]) -> str:
    return next((each for each in ("worse", "better") if each in results), "same")
