# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _options

ACTIONS = sorted(path.stem for path in (Path(_options.__file__).parents[1] / "action").glob("[a-z]*.py"))

DOCUMENTATION = """
options:
  words: {description: Some., type: list, elements: str, required: true}
  colour: {description: One., type: str, choices: [red, blue], default: red}
  entries: {description: More., type: list, elements: dict, default: [], suboptions: {a: {description: x, required: true}}}
"""


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"words": "a,b"}, []),
        ({"words": ["a"], "entries": [{"b": 1}]}, []),
        ({}, ["missing required arguments: words"]),
        ({"words": [], "colour": "green"}, ["value of colour must be one of: red, blue, got: green"]),
        ({"words": [], "word": 1}, ["word. Supported parameters include: colour, entries, words."]),
    ],
)
def test_spec_checks_what_the_documentation_says(given: dict, errors: list[str]) -> None:
    result = ArgumentSpecValidator(_options.argument_spec(DOCUMENTATION)).validate(given)
    assert result.error_messages == errors
    assert result.validated_parameters.get("colour") in ("red", "green")


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_takes_its_options_from_its_documentation(name: str) -> None:
    package = "ansible_collections.holdfast.baseline.plugins"
    action, module = (importlib.import_module(f"{package}.{kind}.{name}") for kind in ("action", "modules"))
    documented = yaml.safe_load(module.DOCUMENTATION)
    assert documented["module"] == name
    assert set(action.argument_spec(action.stub.DOCUMENTATION)) == set(documented["options"])
    assert action.stub is module
