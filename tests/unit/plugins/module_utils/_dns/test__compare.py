# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._compare import compare, steady

LAYERS = [{"name": "C library", "kind": "libc"}, {"name": "stub", "kind": "stub"}, {"name": "upstream 1", "kind": "upstream"}]
NAMES = [layer["name"] for layer in LAYERS]


def fact(states, key="web A", layers=tuple(NAMES)):
    cells = [{"layer": layer, "question": key, "state": state} for layer, state in zip(layers, states)]
    return {"status": "ok", "layers": [{"name": name, "kind": "upstream"} for name in layers if name not in NAMES] + LAYERS, "cells": cells}


@pytest.mark.parametrize(
    ("before", "after", "result"),
    [
        pytest.param(["ok", "ok", "ok"], ["ok", "ok", "ok"], "same", id="as it was"),
        pytest.param(["bad", "bad", "bad"], ["bad", "bad", "bad"], "same", id="as bad as it was"),
        pytest.param(["bad", "bad", "ok"], ["ok", "ok", "ok"], "better", id="mended"),
        pytest.param(["ok", "ok", "ok"], ["bad", "ok", "ok"], "worse", id="programs lost it"),
        pytest.param(["ok", "ok", "ok"], ["ok", "ok", "bad"], "worse", id="a server was lost"),
        pytest.param(["ok", "ok", "bad"], ["ok", "ok", "ok"], "better", id="a server is back"),
        pytest.param(["bad", "bad", "ok"], ["ok", "ok", "bad"], "better", id="programs count first"),
        pytest.param(["ok", "bad", "ok"], ["ok", "ok", "bad"], "worse", id="one better, one worse"),
        pytest.param(["ok", "ok", "ok"], ["unknown", "ok", "ok"], "worse", id="what isn't seen any more isn't good"),
        pytest.param(["bad", "ok", "ok"], ["unknown", "ok", "ok"], "same", id="unknown mends nothing"),
        pytest.param(["ok", "ok", "ok"], ["ok", "skipped", "ok"], "same", id="a cell that says nothing"),
        pytest.param(["ok", "ok", "skipped"], ["ok", "ok", "bad"], "same", id="a cell that said nothing"),
        pytest.param(["skipped", "ok", "ok"], ["bad", "ok", "ok"], "same", id="programs had no promise"),
        pytest.param(["ok", "bad", "ok"], ["ok", "skipped", "ok"], "better", id="what was wrong says nothing any more"),
    ],
)
def test_one_question(before, after, result):
    compared = compare(fact(before), fact(after))
    assert compared["overall"] == compared["questions"]["web A"]["result"] == result


@pytest.mark.parametrize(
    ("first", "second", "after", "result"),
    [
        pytest.param(["ok", "ok", "ok"], ["ok", "ok", "ok"], ["bad", "ok", "ok"], "worse", id="a promise that is broken"),
        pytest.param(["ok", "ok", "ok"], ["bad", "ok", "ok"], ["bad", "ok", "ok"], "same", id="answered in one of two looks"),
        pytest.param(["bad", "ok", "ok"], ["ok", "ok", "ok"], ["ok", "ok", "ok"], "same", id="nothing is mended that came and went"),
        pytest.param(["ok", "ok", "ok"], ["bad", "ok", "ok"], ["ok", "ok", "bad"], "worse", id="another promise"),
        pytest.param(["bad", "ok", "ok"], ["bad", "ok", "ok"], ["ok", "ok", "ok"], "better", id="broken in both"),
    ],
)
def test_what_differs_between_two_looks_decides_nothing(first, second, after, result):
    assert compare(steady(fact(first), fact(second)), fact(after))["overall"] == result


@pytest.mark.parametrize("second", [{"status": "unknown", "why": "x"}, {"status": "ok", "layers": LAYERS, "cells": []}])
def test_a_second_look_that_saw_less(second):
    kept = steady(fact(["ok", "ok", "ok"]), second)
    assert {cell["state"] for cell in kept["cells"]} == ({"skipped"} if second["status"] == "ok" else {"ok"})


def test_a_new_layer_does_not_count():
    after = fact(["ok", "ok", "bad"], layers=("C library", "stub", "upstream 2"))
    assert compare(fact(["ok", "ok", "ok"]), after)["overall"] == "same"


def test_one_worse_question_outweighs_a_better_one():
    before, after = fact(["ok"]), fact(["bad"])
    before["cells"] += fact(["bad"], key="other A")["cells"]
    after["cells"] += fact(["ok"], key="other A")["cells"]
    compared = compare(before, after)
    assert {key: each["result"] for key, each in compared["questions"].items()} == {"web A": "worse", "other A": "better"}
    assert compared["overall"] == "worse"


@pytest.mark.parametrize(
    ("states", "absent", "result"),
    [
        pytest.param(["ok", "ok", "ok"], False, "worse", id="programs met it"),
        pytest.param(["bad", "bad", "ok"], False, "worse", id="a server had it"),
        pytest.param(["bad", "unknown", "bad"], False, "same", id="nobody had it"),
        pytest.param(["skipped", "skipped", "bad"], False, "same", id="cells that said nothing"),
        pytest.param(["ok", "ok", "ok"], True, "worse", id="a routing domain is gone"),
        pytest.param(["skipped", "bad", "bad"], True, "same", id="a routing domain that nobody answered for is gone"),
    ],
)
def test_a_question_that_is_not_asked_again(states, absent, result):
    before, after = fact(["ok", "ok", "ok"]), fact(["ok", "ok", "ok"])
    before["cells"] += fact(states, key="other A")["cells"]
    before["questions"] = [{"key": "web A", "absent": False}, {"key": "other A", "absent": absent}]
    compared = compare(before, after)
    assert compared["questions"]["other A"]["why"] == "it was not asked again"
    assert compared["questions"]["other A"]["result"] == compared["overall"] == result


@pytest.mark.parametrize(("before", "after", "overall"), [("ok", "unknown", "worse"), ("unknown", "ok", "same")])
def test_without_a_probe_nothing_is_said_to_be_better(before, after, overall):
    facts = {"ok": fact(["ok", "ok", "ok"]), "unknown": {"status": "unknown", "why": "no dnspython"}}
    compared = compare(facts[before], facts[after])
    assert (compared["status"], compared["overall"]) == ("unknown", overall)
    assert "no dnspython" in compared["why"]
