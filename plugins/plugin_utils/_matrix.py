# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What a report keeps of a probe: the matrix of layers and questions, each cell in a word or two. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import cut
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import one_line

MOST_LAYERS = 32
MOST_QUESTIONS = 24
BAD, UNKNOWN, NOT_ASKED = "!", "?", "-"
_LONGEST_NAME = 80
_LONGEST_WORD = 16
_LONGEST_PROBE = 1_000_000
# What a bad cell is called where its kind would be too long, or its rcode says it already.
_WORDS = {"hang_on_nxdomain": "timeout", "nodata_unexpected": "no data", "edns_dropped": "no EDNS"}
_BY_RCODE = ("servfail", "refused", "nxdomain_unexpected", "rcode_unexpected")
_RESOLVED = ("stub", "proxy", "cache", "network")

Matrix = dict[str, Any]


def condense(probe: Mapping[str, Any]) -> Matrix | None:
    """The fact `probe` in builtin types -> {status, why?, took_ms?, questions, questions_cut, layers: [{name, broken, cells}], layers_cut}.

    None where nothing was asked. A cell is `ok 3ms`, an expected rcode with its time, `! timeout` and the like where it isn't as expected,
    `?` where nobody could tell, `-` where the layer wasn't asked. Where there are too many, layers and questions without a `!` are left out first.
    """
    status = probe.get("status")
    if status == "absent":
        return None
    why = one_line(probe.get("why") or "")
    if status != "ok":
        return {"status": "unknown", "why": why or "no reason given"}
    words = {(str(cell.get("layer")), str(cell.get("question"))): word(cell) for cell in _mappings(probe.get("cells"))}
    bad = {name for place, said in words.items() if said.startswith(BAD) for name in place}
    layers, questions = _mappings(probe.get("layers")), _mappings(probe.get("questions"))
    rows = _most([(str(layer.get("name")), layer) for layer in layers], bad, MOST_LAYERS)
    keys = [key for key, _question in _most([(str(each.get("key")), each) for each in questions], bad, MOST_QUESTIONS)]
    blamed = {(str(verdict.get("layer")), str(name)) for verdict in _mappings(probe.get("verdicts")) for name in _list(verdict.get("layers"))}
    return {
        "status": "ok",
        **({"why": why} if why else {}),
        **({"took_ms": probe["took_ms"]} if _is_time(probe.get("took_ms")) else {}),
        "questions": [cut(key, _LONGEST_NAME) for key in keys],
        "questions_cut": len(questions) - len(keys),
        "layers": [
            {"name": cut(name, _LONGEST_NAME), "broken": _broken(layer, blamed), "cells": [words.get((name, key), NOT_ASKED) for key in keys]}
            for name, layer in rows
        ],
        "layers_cut": len(layers) - len(rows),
    }


def word(cell: Mapping[str, Any]) -> str:
    """A cell in a word or two."""
    state, rcode = cell.get("state"), str(cell.get("rcode") or "")
    if state == "skipped":
        return "miss" if cell.get("error") == "miss" else NOT_ASKED
    if state == "bad":
        kind = str(cell.get("kind") or "bad")
        said = rcode if rcode and kind in _BY_RCODE else _WORDS.get(kind, kind.replace("_", " "))
        return f"{BAD} {cut(said, _LONGEST_WORD)}"
    if state != "ok":
        return UNKNOWN
    said = "ok" if rcode == "NOERROR" else cut(rcode, _LONGEST_WORD)
    took = cell.get("ms")
    return f"{said} {took:.0f}ms" if _is_time(took) else said


def _is_time(value: Any) -> bool:
    """Whether these are milliseconds that a probe can take."""
    return isinstance(value, (int, float)) and 0 <= value < _LONGEST_PROBE


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in _list(value) if isinstance(each, Mapping)]


def _most(entries: list[tuple[str, Any]], bad: Iterable[str], limit: int) -> list[tuple[str, Any]]:
    """At most so many of them, in their order, the bad ones before the others."""
    chosen = sorted(range(len(entries)), key=lambda place: (entries[place][0] not in bad, place))[:limit]
    return [entries[place] for place in sorted(chosen)]


def _broken(layer: Mapping[str, Any], blamed: Iterable[tuple[str, str]]) -> bool:
    """Whether a verdict blames this layer, or all of its server, and it is one of those that show it."""
    name, transport = str(layer.get("name")), str(layer.get("transport"))
    called = {name, name.replace(f" {transport}", "", 1), "every server" if layer.get("kind") in ("upstream", "resolv.conf", "reference") else name}
    called |= {"systemd-resolved"} if layer.get("kind") in _RESOLVED else set()
    called |= {"/etc/hosts"} if layer.get("kind") == "libc" else set()
    return any(culprit in called and shows == name for culprit, shows in blamed)
