# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes for tests: incident 003, where an upstream swallows NXDOMAIN of one zone over TLS only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

STUB = "stub 127.0.0.53 udp"
UDP = "upstream 192.0.2.1 udp (eth0)"
TLS = "upstream 192.0.2.1 tls (eth0)"
LAYERS = ("C library", STUB, UDP, TLS)
ABSENT = "absent.bad.test A"
QUESTIONS = ("www.bad.test A", ABSENT)
_KINDS = {"C": "libc", "stub": "stub", "upstream": "upstream", "reference": "reference"}


def cell(layer: str, question: str, **changed: Any) -> dict[str, Any]:
    """What matters of a cell here, answered as expected unless told otherwise."""
    return {"layer": layer, "question": question, "state": "ok", "kind": "", "rcode": "NOERROR", "ms": 3.2, "error": None, **changed}


def incident_cells() -> list[dict[str, Any]]:
    """All answer what exists; only UDP says that the rest doesn't."""
    silent = {"state": "bad", "kind": "hang_on_nxdomain", "rcode": None, "ms": None, "error": "timeout"}
    absent = {layer: silent for layer in LAYERS} | {UDP: {"rcode": "NXDOMAIN"}}
    return [cell(layer, QUESTIONS[0]) for layer in LAYERS] + [cell(layer, ABSENT, **absent[layer]) for layer in LAYERS]


def probe(
    layers: Sequence[str] = LAYERS,
    questions: Sequence[str] = QUESTIONS,
    cells: list[dict[str, Any]] | None = None,
    verdicts: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The fact `probe`, as far as a report reads it."""
    return {
        "status": "ok",
        "took_ms": 12003,
        "layers": [{"name": name, "kind": _KINDS[name.split()[0]], "transport": name.split()[2] if " 1" in name else "libc"} for name in layers],
        "questions": [{"key": key} for key in questions],
        "cells": incident_cells() if cells is None else cells,
        "verdicts": [{"layer": TLS, "layers": ["C library", STUB, TLS]}] if verdicts is None else verdicts,
    }
