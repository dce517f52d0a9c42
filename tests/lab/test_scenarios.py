# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every scenario, on every image it is for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from holdlab import cases, images
from holdlab.lab import Lab
from holdlab.play import Broke, Play
from holdlab.scenario import OWN, Scenario, load_all

SCENARIOS = Path(os.environ.get("HOLDFAST_SCENARIOS") or OWN).resolve()
RULES = os.environ.get("HOLDFAST_RULES")
PROOFS = [(scenario, image) for scenario in load_all(SCENARIOS, images.names(), images.default_names()) for image in scenario.images]


@pytest.mark.parametrize(("scenario", "image"), [pytest.param(*proof, id=f"{proof[0].name}-{proof[1]}") for proof in PROOFS])
def test_scenario(scenario: Scenario, image: str, lab: Lab, pytestconfig: pytest.Config) -> None:
    variables = {"holdfast_rule_paths": [str(Path(RULES).resolve())]} if RULES else {}
    folder = pytestconfig.getoption("save_facts")
    try:
        proof = Play(lab, scenario, image, variables, bool(folder), **_options(pytestconfig, "loss", "repeat")).run()
    except Broke as broke:
        raise pytest.fail.Exception(_story(scenario, image, broke), pytrace=False) from None
    if folder:
        cases.save(proof, scenario, image, folder)


def _options(config: pytest.Config, *names: str) -> dict[str, int]:
    return {name: config.getoption(name) for name in names}


def _story(scenario: Scenario, image: str, broke: Broke) -> str:
    by_hand = f"make lab-shell SCENARIO={scenario.name} IMAGE={image}"
    if SCENARIOS != OWN:
        by_hand += f" SCENARIOS={SCENARIOS}"
    lines = [f"{scenario.name} on {image}: {broke.step}", *(f"  {line}" for line in broke.details), f"by hand: {by_hand}"]
    return "\n".join(lines)
