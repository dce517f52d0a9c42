# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._render_json import render
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import (
    CHECKPOINT,
    ENFORCED,
    FLEET,
    HOSTILE,
    became,
    finding,
    missed,
    probed,
    reached,
    report,
    rollout,
)
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.probes import cell, probe

SCHEMA = json.loads((Path(__file__).parents[4] / "docs" / "report.schema.json").read_text(encoding="utf-8"))
HOSTILE_PROBE = {
    "status": "ok",
    "took_ms": -1,
    "layers": [{"name": HOSTILE, "kind": HOSTILE}] * 99,
    "questions": [{"key": HOSTILE}] * 99,
    "cells": [cell(HOSTILE, HOSTILE, state="bad", kind=HOSTILE)],
}
STRICT = jsonschema.Draft202012Validator(SCHEMA)


@pytest.mark.parametrize(
    ("assessed", "policy"),
    [
        (FLEET, {}),
        (FLEET, {"fail_on": "never", "unreachable": "ignore", "unknown": "fail"}),
        ({}, {}),
        ({"a": reached()}, {}),
        ({"a": probed(reached(finding("fail")), probe())}, {}),
        ({"a": probed(reached(finding("pass")), {"status": "unknown", "why": HOSTILE})}, {}),
        ({"a": probed(reached(finding("pass")), HOSTILE_PROBE)}, {}),
        ({HOSTILE: reached(finding("fail", evidence={HOSTILE: [HOSTILE]}), os=HOSTILE, systemd=HOSTILE)}, {}),
    ],
)
def test_the_report_is_what_the_schema_says(assessed: dict[str, Any], policy: dict[str, str]) -> None:
    read_back = json.loads(render(report(assessed, **policy)))
    STRICT.validate(read_back)
    assert read_back == json.loads(json.dumps(report(assessed, **policy)))


WILD = became("worse", [HOSTILE] * 99, [HOSTILE * 99], reached(finding("fail", title=HOSTILE)), checkpoint=HOSTILE, until=HOSTILE)


@pytest.mark.parametrize(
    ("hosts", "policy"),
    [
        (ENFORCED, {}),
        (ENFORCED, {"unreachable": "ignore", "unknown": "fail"}),
        ({}, {}),
        ({HOSTILE: (reached(finding("pass")), WILD)}, {}),
        ({"a": (probed(reached(finding("fail")), probe()), became("lost", checkpoint=CHECKPOINT))}, {}),
        ({"a": (None, became("planned", checkpoint=CHECKPOINT)), "b": (None, "wild"), "c": (None, became("confirmed", before={"failed": True}))}, {}),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_that_of_a_rollout_too(hosts: dict[str, Any], policy: dict[str, str], check_mode: bool) -> None:
    STRICT.validate(json.loads(render(rollout(hosts, check_mode=check_mode, **policy))))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("hosts.web1.enforced.outcome", "well"),
        ("hosts.web1.enforced.surprise", 1),
        ("hosts.web1.enforced.why", [1]),
        ("hosts.edge1.enforced.checkpoint", "../x"),
        ("hosts.edge2.enforced.until", "soon"),
        ("hosts.edge1.fails", False),
        ("hosts.edge2.status", "good"),
        ("hosts.web1.enforced.before", {"status": "fail"}),
        ("hosts.web1.enforced.before", {"status": "fail", "findings": [{"rule": "a/b", "status": "fail"}]}),
        ("summary.outcomes", {"worse": 1}),
    ],
)
def test_the_schema_refuses_of_a_rollout(path: str, value: Any) -> None:
    changed = json.loads(render(rollout(ENFORCED)))
    *parents, last = path.split(".")
    place = changed
    for parent in parents:
        place = place[parent]
    place[last] = value
    assert not STRICT.is_valid(changed)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema", 2),
        ("generated", "yesterday"),
        ("surprise", 1),
        ("policy.fail_on", "hihg"),
        ("hosts.exit1.status", "bad"),
        ("hosts.exit1.surprise", 1),
        ("hosts.web2.status", "good"),
        ("hosts.db3.findings", [{"rule": "a/b", "status": "pass"}]),
        ("hosts.app1.findings", []),
        ("hosts.exit1.findings", [{"rule": "a/b", "status": "fail"}]),
        ("hosts.exit1.findings", [{"rule": "a/b", "status": "unknown", "severity": "low", "title": "x"}]),
        ("hosts.exit1.probe", {"status": "ok"}),
        ("hosts.exit1.probe", {"status": "unknown"}),
        ("hosts.exit1.probe", {"status": "absent", "why": "off"}),
        ("rules.a/b", {"title": "x"}),
    ],
)
def test_the_schema_refuses(path: str, value: Any) -> None:
    changed = json.loads(render(report(FLEET)))
    *parents, last = path.split(".")
    place = changed
    for parent in parents:
        place = place[parent]
    place[last] = value
    assert not STRICT.is_valid(changed)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_what_a_host_wrote_is_safe_to_print_and_kept() -> None:
    text = render(report({"a": reached(finding("fail", evidence={"x": HOSTILE}))}))
    assert text.isascii()
    assert all(char.isprintable() or char == "\n" for char in text)
    assert json.loads(text)["hosts"]["a"]["findings"][0]["evidence"]["x"] == HOSTILE


def test_numbers_that_json_does_not_know_become_text() -> None:
    text = render(report({"a": reached(finding("fail", evidence={"x": [float("nan"), float("inf"), 1.5]}))}))
    assert '["NaN", "Infinity", 1.5]' in text


def test_a_line_for_each_host() -> None:
    lines = render(report({"a": reached(finding("pass")), "b": missed("error", "x")})).splitlines()
    assert [line.split(":")[0].strip() for line in lines if line.startswith('  "')] == ['"a"', '"b"']
