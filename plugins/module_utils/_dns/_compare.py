# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Two probes of one host, held against each other. Pure: two facts in, better, same or worse out, question by question."""

from __future__ import annotations

from typing import Any, Mapping

_LOST = ("bad", "unknown")
# What programs meet counts first: a better upstream is no comfort where they get nothing.
_FIRST = ("libc", "stub", "resolv.conf")


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """{status, why, overall, questions: {key: {result, layers: {name: result}, why?}}}; every result is better, same or worse.

    A question is worse where programs lost its answer, or where they kept it and a layer lost it; likewise better. What isn't seen any more
    is worse than a right answer and the same as a wrong one; a cell that was skipped promised nothing. Layers that only one of the two has
    (a new upstream) count only where programs meet them. A question that isn't asked again was seen by nobody: where it was for a routing
    domain, that is gone, and with it the names below. Random labels don't matter: a question is known by its key.
    """
    for name, fact in (("before", before), ("after", after)):
        if fact.get("status") != "ok":
            return {"status": "unknown", "why": f"{name}: {fact.get('why', 'no probe')}", "overall": "worse" if name == "after" else "same", "questions": {}}
    old, new = _by_question(before), _by_question(after)
    questions = {key: _question(cells, new[key]) if key in new else _unasked(cells) for key, cells in old.items()}
    return {"status": "ok", "why": "", "overall": _worst_first([each["result"] for each in questions.values()]), "questions": questions}


def steady(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The first of two probes of a host that nobody touched in between: a cell that was right in one of them only says nothing."""
    if second.get("status") != "ok" or first.get("status") != "ok":
        return dict(first)
    again = {(cell["question"], cell["layer"]): cell["state"] for cell in second["cells"]}
    cells = [cell if cell["state"] == again.get((cell["question"], cell["layer"])) else {**cell, "state": "skipped"} for cell in first["cells"]]
    return {**first, "cells": cells}


def _by_question(fact: Mapping[str, Any]) -> dict[str, dict[str, Mapping[str, Any]]]:
    kinds = {layer["name"]: layer["kind"] for layer in fact["layers"]}
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for cell in fact["cells"]:
        found.setdefault(cell["question"], {})[cell["layer"]] = {**cell, "layer_kind": kinds.get(cell["layer"], "")}
    return found


def _question(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    layers = {name: _result(old[name]["state"], new[name]["state"]) for name in old if name in new}
    met = _result(_met(old), _met(new))
    return {"result": met if met != "same" else _worst_first(list(layers.values())), "layers": layers}


def _unasked(old: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    unseen = {name: {**cell, "state": "unknown"} if cell["state"] == "ok" else cell for name, cell in old.items()}
    return {**_question(old, unseen), "why": "it was not asked again"}


def _met(cells: Mapping[str, Mapping[str, Any]]) -> str:
    """What programs get, by the outermost layer that was asked."""
    for kind in _FIRST:
        met = [cell for cell in cells.values() if cell["layer_kind"] == kind]
        if met:
            return str(met[0]["state"])
    return "bad"


def _result(before: str, after: str) -> str:
    if before == "ok" and after in _LOST:
        return "worse"
    return "better" if before in _LOST and after not in _LOST else "same"


def _worst_first(results: list[str]) -> str:
    return next((each for each in ("worse", "better") if each in results), "same")
