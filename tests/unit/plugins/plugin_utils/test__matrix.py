# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._matrix import MOST_LAYERS, MOST_QUESTIONS, condense, word
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.probes import ABSENT, STUB, TLS, UDP, cell, probe


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ({}, "ok 3ms"),
        ({"ms": None}, "ok"),
        ({"rcode": "NXDOMAIN", "ms": 0.4}, "NXDOMAIN 0ms"),
        ({"state": "bad", "rcode": None, "kind": "timeout"}, "! timeout"),
        ({"state": "bad", "rcode": None, "kind": "hang_on_nxdomain"}, "! timeout"),
        ({"state": "bad", "rcode": "SERVFAIL", "kind": "servfail"}, "! SERVFAIL"),
        ({"state": "bad", "rcode": "SERVFAIL", "kind": "dnssec"}, "! dnssec"),
        ({"state": "bad", "rcode": "NXDOMAIN", "kind": "nxdomain_unexpected"}, "! NXDOMAIN"),
        ({"state": "bad", "rcode": "NOERROR", "kind": "nodata_unexpected"}, "! no data"),
        ({"state": "bad", "rcode": None, "kind": "edns_dropped"}, "! no EDNS"),
        ({"state": "bad", "kind": "tcp_unreachable"}, "! tcp unreachable"),
        ({"state": "bad", "kind": "\x1b[31m" * 9}, "! \\x1b[31m\\x1b[31…"),
        ({"state": "bad", "kind": None}, "! bad"),
        ({"state": "skipped", "error": "miss"}, "miss"),
        ({"state": "skipped", "error": "tls"}, "-"),
        ({"state": "unknown"}, "?"),
        ({"state": ["hostile"]}, "?"),
        ({"ms": 10**400}, "ok"),
        ({"ms": "soon"}, "ok"),
    ],
)
def test_a_cell_in_a_word(seen: dict[str, Any], said: str) -> None:
    assert word({**cell(UDP, "a.test A"), **seen}) == said


def test_the_matrix_of_a_probe() -> None:
    matrix = condense(probe())
    assert matrix is not None
    assert (matrix["status"], matrix["took_ms"], matrix["questions_cut"], matrix["layers_cut"]) == ("ok", 12003, 0, 0)
    assert matrix["questions"] == ["www.bad.test A", ABSENT]
    assert {row["name"]: row["cells"] for row in matrix["layers"]} == {
        "C library": ["ok 3ms", "! timeout"],
        STUB: ["ok 3ms", "! timeout"],
        UDP: ["ok 3ms", "NXDOMAIN 3ms"],
        TLS: ["ok 3ms", "! timeout"],
    }


@pytest.mark.parametrize(
    ("blamed", "broken"),
    [
        (TLS, [TLS]),
        ("upstream 192.0.2.1 (eth0)", [TLS]),
        ("every server", [TLS]),
        ("systemd-resolved", [STUB]),
        ("/etc/hosts", ["C library"]),
        ("reference 192.0.2.9", []),
    ],
)
def test_only_what_a_verdict_blames_is_marked(blamed: str, broken: list[str]) -> None:
    matrix = condense(probe(verdicts=[{"layer": blamed, "layers": ["C library", STUB, TLS]}]))
    assert matrix is not None
    assert [row["name"] for row in matrix["layers"] if row["broken"]] == broken


@pytest.mark.parametrize(
    ("fact", "matrix"),
    [
        ({"status": "absent", "why": "off"}, None),
        ({"status": "unknown", "why": "no\ndnspython"}, {"status": "unknown", "why": "no dnspython"}),
        ({"status": "unknown"}, {"status": "unknown", "why": "no reason given"}),
        ({}, {"status": "unknown", "why": "no reason given"}),
        ({"status": "ok", "why": "cut"}, {"status": "ok", "why": "cut", "questions": [], "questions_cut": 0, "layers": [], "layers_cut": 0}),
        (
            {"status": "ok", "layers": [1, {"name": None}], "questions": "x", "cells": {"a": 1}, "verdicts": [{"layers": 5}], "took_ms": "x"},
            {"status": "ok", "questions": [], "questions_cut": 0, "layers": [{"name": "None", "broken": False, "cells": []}], "layers_cut": 0},
        ),
    ],
)
def test_what_is_no_whole_probe(fact: dict[str, Any], matrix: dict[str, Any] | None) -> None:
    assert condense(fact) == matrix


def test_too_much_is_cut_and_what_is_bad_stays() -> None:
    layers, questions = [f"upstream {number} udp" for number in range(99)], [f"n{number}.test A" for number in range(99)]
    cells = [{**cell(layers[98], questions[98]), "state": "bad", "kind": "timeout"}, cell(layers[0], questions[0])]
    matrix = condense(probe(layers, questions, cells))
    assert matrix is not None
    assert (len(matrix["layers"]), len(matrix["questions"])) == (MOST_LAYERS, MOST_QUESTIONS)
    assert (matrix["layers_cut"], matrix["questions_cut"]) == (99 - MOST_LAYERS, 99 - MOST_QUESTIONS)
    assert (matrix["layers"][-1]["name"], matrix["questions"][-1], matrix["layers"][-1]["cells"][-1]) == (layers[98], questions[98], "! timeout")
    assert matrix["layers"][1]["cells"][0] == "-"
