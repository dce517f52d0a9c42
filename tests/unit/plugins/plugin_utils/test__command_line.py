# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _command_line
from ansible_collections.holdfast.baseline.plugins.plugin_utils._command_line import CommandLine, left_out, runs

AUDIT = Path(_command_line.__file__).parents[2] / "playbooks" / "audit.yml"
BY_NAME = {"args": ("holdfast.baseline.audit",)}
IMPORTED = {"args": ("/srv/site.yml",)}


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("holdfast.baseline.audit", True),
        ("holdfast.baseline.audit.yml", True),
        (str(AUDIT), True),
        ("holdfast.baseline.enforce", False),
        ("/srv/audit.yml", False),
    ],
)
def test_which_playbook_is_meant(argument: str, named: bool) -> None:
    assert CommandLine.of({"args": (argument,)}, "audit").named is named


@pytest.mark.parametrize(
    ("given", "tags", "says"),
    [
        ({}, [], ""),
        ({**BY_NAME, "tags": ["all"], "skip_tags": []}, ["audit"], ""),
        ({**BY_NAME, "tags": ["audit"]}, ["audit"], ""),
        ({**BY_NAME, "tags": ["tagged"]}, ["audit"], ""),
        ({**BY_NAME, "tags": ["x", "y"]}, ["audit"], "--tags x,y would leave out the whole play, so nobody would be looked at; run it without"),
        ({**BY_NAME, "tags": ["audit"], "skip_tags": ["audit"]}, ["audit"], "--tags audit with --skip-tags audit would leave out the whole play"),
        ({**BY_NAME, "skip_tags": ["all"]}, ["audit"], "--skip-tags all would"),
        ({**BY_NAME, "skip_tags": ["always"]}, ["audit"], ""),
        ({**BY_NAME, "skip_tags": ["always"]}, ["always"], "--skip-tags always would"),
        ({**BY_NAME, "skip_tags": ["networkd"]}, ["always"], ""),
        ({**BY_NAME, "tags": ["networkd"]}, ["always"], ""),
        ({**BY_NAME, "tags": ["x"]}, [], "--tags x would"),
        ({**IMPORTED, "tags": ["x"]}, ["audit"], ""),
        ({**IMPORTED, "skip_tags": ["audit"]}, ["audit"], ""),
        ({**IMPORTED, "skip_tags": ["always"]}, ["always"], "--skip-tags always would"),
        ({**IMPORTED, "start_at_task": "Judge them"}, ["audit"], "--start-at-task leaves out"),
        ({**IMPORTED, "step": True}, ["audit"], "--step may leave out"),
    ],
)
def test_what_is_left_out(given: dict[str, Any], tags: list[str], says: str) -> None:
    why = left_out(CommandLine.of(given, "audit"), tags)
    assert why.startswith(says) if says else why == ""


@pytest.mark.parametrize("option", ["syntax", "listhosts", "listtasks", "listtags"])
def test_what_only_looks(option: str) -> None:
    assert CommandLine.of({option: True}, "audit").only_looks and not CommandLine.of({option: False}, "audit").only_looks


@pytest.mark.parametrize(("named", "limit"), [(BY_NAME, "db"), (IMPORTED, None)])
def test_the_limit_of_a_larger_whole_is_not_ours(named: dict[str, Any], limit: str | None) -> None:
    assert CommandLine.of({**named, "subset": "db"}, "audit").limit == limit


@pytest.mark.parametrize(
    ("tags", "only", "skipped", "expected"),
    [
        ("", "all", "", True),
        ("", "untagged", "", True),
        ("", "tagged", "", False),
        ("", "all", "untagged", False),
        ("", "all", "tagged", True),
        ("", "all", "all", False),
        ("a", "all", "untagged", True),
        ("a", "untagged", "", False),
        ("a", "all", "tagged", False),
        ("always", "x", "all", True),
        ("always", "x", "all always", False),
        ("always", "x", "always", False),
        ("always", "x", "tagged", False),
    ],
)
def test_which_tags_run(tags: str, only: str, skipped: str, expected: bool) -> None:
    """As ansible-core does it; seen with ansible-core itself in the lab."""
    assert runs(*(frozenset(words.split()) for words in (tags, only, skipped))) is expected
