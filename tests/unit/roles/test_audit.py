# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.holdfast.baseline.plugins.modules import assess, dns_probe, report, rules, verdict
from ansible_collections.holdfast.baseline.plugins.plugin_utils._options import argument_spec

ROLE = Path(__file__).parents[3] / "roles" / "audit"
OPTIONS = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
TASKS = "".join(path.read_text(encoding="utf-8") for path in [*(ROLE / "tasks").glob("*.yml"), ROLE / "vars" / "main.yml"])

JUDGED = (
    ("rule_paths", "rule_paths"),
    ("rule_overrides", "overrides"),
    ("waivers", "waivers"),
    ("params", "params"),
    ("subjects", "subjects"),
)
PROBED = [option for option in argument_spec(dns_probe.DOCUMENTATION) if option not in ("_dnspython", "compare_with", "compare_also", "own_names")]


def comparable(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: spec.get(key) for key in ("type", "elements", "choices", "default")}


@pytest.mark.parametrize(
    ("variable", "module", "option"),
    [
        ("holdfast_fail_on", report, "fail_on"),
        ("holdfast_fail_on", verdict, "fail_on"),
        ("holdfast_unreachable", report, "unreachable"),
        ("holdfast_unreachable", verdict, "unreachable"),
        ("holdfast_unknown", report, "unknown"),
        ("holdfast_unknown", verdict, "unknown"),
        ("holdfast_report_dir", report, "dest"),
        ("holdfast_report_formats", report, "formats"),
        ("holdfast_probe_matrix", report, "show_matrix"),
        *((f"holdfast_probe_{option}", dns_probe, option) for option in PROBED),
        *((f"holdfast_{variable}", module, option) for variable, option in JUDGED for module in (rules, assess)),
    ],
)
def test_a_variable_is_what_its_option_is(variable: str, module: Any, option: str) -> None:
    assert comparable(OPTIONS[variable]) == comparable(argument_spec(module.DOCUMENTATION)[option])


def test_every_variable_is_used_and_described() -> None:
    readme = (ROLE / "README.md").read_text(encoding="utf-8")
    assert [name for name in OPTIONS if name not in TASKS or f"| `{name}` |" not in readme] == []


def test_the_probe_is_checked_and_made_with_the_same_options() -> None:
    settings = yaml.safe_load((ROLE / "vars" / "main.yml").read_text(encoding="utf-8"))["audit_probe"]
    tasks = yaml.safe_load((ROLE / "tasks" / "look.yml").read_text(encoding="utf-8"))
    asks = next(task["holdfast.baseline.dns_probe"] for task in tasks if "holdfast.baseline.dns_probe" in task)
    assert settings == {option: f"{{{{ holdfast_probe_{option} | default(omit) }}}}" for option in PROBED}
    assert {asks.pop(option) for option in ("compare_with", "compare_also", "own_names")} == {
        f"{{{{ audit_{option} | default(omit) }}}}" for option in ("compare_with", "compare_also", "own_names")
    }
    assert asks == {option: f"{{{{ audit_probe.{option} | default(omit) }}}}" for option in PROBED}
