# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of a scenario that was proven, kept as unit cases of the rules it names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from .audit import Audit
from .play import Proof
from .scenario import Expected, Scenario

PARAM = "holdfast_"
# What is asked, and what roles take; no rule reads it.
OTHERS = ("holdfast_probe", "holdfast_networkd_", "holdfast_resolved_")
BULKY = ("cells", "layers", "questions", "loss")  # of a probe; thousands of lines that no rule of the catalogue reads


class _Indented(yaml.SafeDumper):
    """Lists stand indented below their key, as the linters want them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def save(proof: Proof, scenario: Scenario, image: str, folder: Path) -> list[Path]:
    """Write <rule>/<scenario>-<image>.<status>.yml for each finding that the scenario names. Returns the files."""
    written = list(_save(proof.broken, scenario.expect, f"{Path(scenario.name).name}-{image}", scenario, folder))
    if proof.mended:
        written += _save(proof.mended, scenario.after, f"{Path(scenario.name).name}-mended-{image}", scenario, folder)
    return written


def _save(audit: Audit, expected: dict[str, Expected], case: str, scenario: Scenario, folder: Path) -> Iterator[Path]:
    params = {key.removeprefix(PARAM): value for key, value in scenario.params.items() if not key.startswith(OTHERS)}
    for rule, what in expected.items():
        subject = rule.partition("/")[0]
        content: dict[str, Any] = {"facts": {key: _brief(audit.facts[key]) for key in ("schema", "host", subject)}}
        if params:
            content["params"] = params
        text = f"# Gathered in the lab: {scenario.name}\n" + yaml.dump(content, Dumper=_Indented, sort_keys=False, width=120)
        path = folder / rule / f"{case}.{what.status}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        yield path


def _brief(facts: Any) -> Any:
    return {key: value for key, value in facts.items() if key not in BULKY} if isinstance(facts, dict) else facts
