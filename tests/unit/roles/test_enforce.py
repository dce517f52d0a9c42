# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role enforce and the roles that it runs must know of each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.holdfast.baseline.plugins.modules import checkpoint, report
from ansible_collections.holdfast.baseline.plugins.plugin_utils._options import argument_spec
from ansible_collections.holdfast.baseline.tests.unit.roles.rendering import text

ROLES = Path(__file__).parents[3] / "roles"
ROLE = ROLES / "enforce"


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


VARIABLES = read(ROLE / "vars" / "main.yml")
INCLUDES = read(ROLE / "tasks" / "roles.yml")
OPTIONS = read(ROLE / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
TEXT = "".join(path.read_text(encoding="utf-8") for path in [*(ROLE / "tasks").glob("*.yml"), ROLE / "vars" / "main.yml"])


def test_every_role_has_a_tag_of_its_own() -> None:
    included = [(task["ansible.builtin.include_role"]["name"], task["tags"], task["ansible.builtin.include_role"]["apply"]) for task in INCLUDES]
    assert included == [(f"holdfast.baseline.{role}", [role], {"tags": [role]}) for role in VARIABLES["enforce_roles"]]


@pytest.mark.parametrize("role", VARIABLES["enforce_roles"])
def test_a_role_tells_what_it_changes_and_mends(role: str) -> None:
    assert {f"{role}_changes", f"{role}_targets"} <= set(read(ROLES / role / "vars" / "main.yml"))
    assert f"{role}_changes" in VARIABLES["enforce_changes"] and f"{role}_targets" in VARIABLES["enforce_targets"]
    tasks = "".join(path.read_text(encoding="utf-8") for path in (ROLES / role / "tasks").glob("*.yml"))
    assert "ansible_check_mode" not in tasks, "a plan runs in check mode without --check: ask <role>_dry"


@pytest.mark.parametrize("role", VARIABLES["enforce_roles"])
def test_what_a_role_registers_is_forgotten_first(role: str) -> None:
    """What <role>_changes is made of must not come from a play before this one, nor from the plan."""
    made_of = read(ROLES / role / "vars" / "main.yml")
    text = "".join(str(value) for name, value in made_of.items() if name in (f"{role}_changes", f"{role}_restarts", f"{role}_links"))
    tasks = [task for path in (ROLES / role / "tasks").glob("*.yml") for task in read(path)]
    registered = {task["register"] for task in tasks if "register" in task and f"{task['register']}" in text}
    (forget,) = read(ROLE / "tasks" / "forget.yml")
    assert registered and registered <= set(forget["ansible.builtin.set_fact"])


@pytest.mark.parametrize(
    ("variable", "module", "option"),
    [
        ("holdfast_checkpoint_keep", checkpoint, "keep"),
        ("holdfast_owner", checkpoint, "owner"),
        ("holdfast_unreachable", report, "unreachable"),
        ("holdfast_report_formats", report, "formats"),
        ("holdfast_probe_matrix", report, "show_matrix"),
    ],
)
def test_a_variable_is_what_its_option_is(variable: str, module: Any, option: str) -> None:
    spec = argument_spec(module.DOCUMENTATION)[option]
    assert {key: OPTIONS[variable].get(key) for key in ("type", "choices", "default")} == {key: spec.get(key) for key in ("type", "choices", "default")}


@pytest.mark.parametrize(
    ("status", "looks", "compared", "unsettled"),
    [
        ("worse", 1, {"checkpoints": [{"seconds_left": 100}]}, True),
        ("unmended", 2, {"checkpoints": [{"seconds_left": 40}]}, True),
        ("worse", 3, {"checkpoints": [{"seconds_left": 100}]}, False),
        ("worse", 1, {"checkpoints": [{"seconds_left": 39}]}, False),
        ("worse", 1, {"checkpoints": [{"seconds_left": 0}]}, False),
        # It isn't armed any more, or nobody could ask.
        ("worse", 1, {"checkpoints": [{"seconds_left": None}]}, True),
        ("worse", 1, {"failed": True}, True),
        ("same", 1, {"checkpoints": [{"seconds_left": 100}]}, False),
        ("better", 1, {"failed": True}, False),
    ],
)
def test_where_there_is_time_it_is_looked_at_again(status: str, looks: int, compared: dict[str, Any], unsettled: bool) -> None:
    seen = {"enforce_compared": compared, "enforce_proven": {"proof": {"status": status}}, "enforce_looks": looks}
    assert text(VARIABLES, "{{ enforce_unsettled | bool }}", seen) is unsettled


def test_every_variable_is_used() -> None:
    assert [name for name in OPTIONS if name not in TEXT] == []
