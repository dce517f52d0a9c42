# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.holdfast.baseline.plugins.modules import networkd_keep, networkd_restart, systemd_dropin
from ansible_collections.holdfast.baseline.plugins.plugin_utils._options import argument_spec
from ansible_collections.holdfast.baseline.tests.unit.roles.rendering import text

ROLE = Path(__file__).parents[3] / "roles" / "networkd"
OPTIONS = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
VARIABLES = yaml.safe_load((ROLE / "vars" / "main.yml").read_text(encoding="utf-8"))
TASKS = "".join(path.read_text(encoding="utf-8") for path in (ROLE / "tasks").glob("*.yml"))

RUNNING = {"status": "ok", "ManageForeignRoutes": "no", "ManageForeignRoutingPolicyRules": "no"}
NODE = {"status": "ok", "active": True, "unsupported": [], "running": RUNNING}
NOTHING = {"status": "ok", "rules_count": 0, "reject_routes_count": 0, "link_routes_count": 0, "link_routes": []}
LINK_ROUTE = {"link_routes_count": 1, "link_routes": [{"text": "203.0.113.0/24 via 10.77.0.1 dev host0 proto bird"}]}


def facts(**routes: Any) -> dict[str, Any]:
    return {"ansible_facts": {"holdfast": {"host": {"systemd_full": "249.4"}, "routes": routes}}}


def rendered(expression: str, **variables: Any) -> Any:
    """What an expression of the role comes to."""
    return text(VARIABLES, "{{ " + expression + " }}", variables)


def said(tasks: str, node: dict[str, Any], at_risk: dict[str, Any] | None = None) -> list[str]:
    """What the tasks of a file that only speak say where each look saw `node`; a node of 247 has one key only."""
    looked = facts(networkd=node, at_risk={**NOTHING, **(at_risk or {})})
    keys = ["ManageForeignRoutes"] if node.get("version") == 247 else ["ManageForeignRoutes", "ManageForeignRoutingPolicyRules"]
    seen = {"networkd_before": looked, "networkd_after": looked, "networkd_protection": {"effective": dict.fromkeys(keys, "no")}}
    for task in yaml.safe_load((ROLE / "tasks" / tasks).read_text(encoding="utf-8")):
        speaks = task.get("ansible.builtin.fail") or task.get("ansible.builtin.debug")
        if speaks and "restarted" not in task["when"] and rendered(task["when"], **seen):
            return [text(VARIABLES, speaks["msg"], seen)]
    return []


def comparable(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: spec.get(key) for key in ("type", "elements", "choices", "default")}


@pytest.mark.parametrize(
    ("variable", "module", "option"),
    [
        ("holdfast_networkd_force", networkd_restart, "force"),
        ("holdfast_networkd_slow_start", networkd_restart, "slow_start"),
        ("holdfast_networkd_timeout", networkd_restart, "timeout"),
        ("holdfast_networkd_override", systemd_dropin, "override"),
        ("holdfast_networkd_backup", systemd_dropin, "backup"),
        ("holdfast_networkd_drop_in", systemd_dropin, "name"),
        ("holdfast_networkd_drop_in", networkd_keep, "name"),
        ("holdfast_networkd_backup", networkd_keep, "backup"),
    ],
)
def test_a_variable_is_what_its_option_is(variable: str, module: Any, option: str) -> None:
    assert comparable(OPTIONS[variable]) == comparable(argument_spec(module.DOCUMENTATION)[option])
    assert f'{option}: "{{{{ {variable} | default(omit) }}}}"' in TASKS


def test_every_variable_is_described() -> None:
    readme = (ROLE / "README.md").read_text(encoding="utf-8")
    assert [name for name in OPTIONS if f"| `{name}` |" not in readme] == []


@pytest.mark.parametrize(
    ("node", "why"),
    [
        (NODE, ""),
        ({**NODE, "active": False}, ""),
        ({"status": "unknown", "why": "systemctl did not answer"}, "can't be seen: systemctl did not answer. Nothing was touched."),
        ({**NODE, "unsupported": ["ManageForeignRoutingPolicyRules"]}, "systemd 249.4 takes no notice of ManageForeignRoutingPolicyRules"),
    ],
)
def test_refusal(node: dict[str, Any], why: str) -> None:
    messages = said("protect.yml", node)
    assert len(messages) == bool(why) and why in "".join(messages)


@pytest.mark.parametrize(
    ("node", "at_risk", "why"),
    [
        (NODE, {}, ""),
        (NODE, LINK_ROUTE, "costs 1 routes on links that it manages, such as 203.0.113.0/24"),
        (NODE, {"status": "unknown"}, ""),
        ({**NODE, "running": {**RUNNING, "ManageForeignRoutes": "yes"}}, {}, "runs without ManageForeignRoutes."),
        ({**NODE, "running": {**RUNNING, "ManageForeignRoutingPolicyRules": "yes"}}, {}, "runs without ManageForeignRoutingPolicyRules."),
        # 247 has no key for rules.
        ({**NODE, "version": 247, "running": {**RUNNING, "ManageForeignRoutingPolicyRules": "yes"}}, {}, ""),
        # Without a rule of the kernel nothing tells.
        ({**NODE, "running": {**RUNNING, "ManageForeignRoutingPolicyRules": None}}, {}, ""),
        ({**NODE, "running": {"status": "unknown", "why": "its files are newer"}}, {}, "can't be seen: its files are newer."),
        ({"status": "unknown", "why": "no time left"}, {}, "can't be seen: no time left."),
        (NODE, {"rules_count": 2}, "would still delete 2 rules and 0 routes"),
        (NODE, {"reject_routes_count": 3}, "would still delete 0 rules and 3 routes"),
    ],
)
def test_verify(node: dict[str, Any], at_risk: dict[str, Any], why: str) -> None:
    messages = said("verify.yml", node, at_risk)
    assert len(messages) == bool(why) and why in "".join(messages)


@pytest.mark.parametrize(
    ("kept", "changes"),
    [
        ({"skipped": True}, []),
        ({}, []),
        ({"files": []}, []),
        ({"files": ["/etc/systemd/network/10-a.network.d/90-holdfast.conf"]}, ["/etc/systemd/network/10-a.network.d/90-holdfast.conf: KeepConfiguration=yes"]),
    ],
)
def test_what_is_kept_is_told(kept: dict[str, Any], changes: list[str]) -> None:
    assert rendered("networkd_changes", networkd_kept=kept, networkd_protection={}) == changes
