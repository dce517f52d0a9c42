# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""From an action's options to the checked catalogue and the checked settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.basic import missing_required_lib

from ansible_collections.holdfast.baseline.plugins.plugin_utils._jmespath import MISSING
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import plain
from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import Problems
from ansible_collections.holdfast.baseline.plugins.plugin_utils._rules import CATALOGUE, Rule, load
from ansible_collections.holdfast.baseline.plugins.plugin_utils._settings import Settings, read_settings


def open_catalogue(options: dict[str, Any], resolve: Callable[[str], str]) -> tuple[dict[str, Rule], Settings]:
    """The rules and the settings that an action was called with.

    options: rule_paths, overrides, waivers, params, subjects; resolve: makes a path of the playbook absolute.
    Raises Problems with everything that is wrong, and AnsibleActionFail where the controller lacks a library.
    Waivers are judged by the day in UTC, so that all controllers agree.
    """
    if MISSING:
        raise AnsibleActionFail(missing_required_lib("jmespath"))
    rules = load([CATALOGUE, *(Path(resolve(path)) for path in options["rule_paths"])])
    settings = read_settings(
        rules,
        today=datetime.now(timezone.utc).date(),
        overrides=plain(options["overrides"]),
        waivers=plain(options["waivers"]),
        params=plain(options["params"]),
        subjects=plain(options["subjects"]),
    )
    return rules, settings


def failure(error: Problems) -> dict[str, Any]:
    """The result of a task that was called with mistakes."""
    count = len(error.lines)
    return {"failed": True, "msg": f"{count} {'mistake' if count == 1 else 'mistakes'} in rules or settings\n{error}"}
