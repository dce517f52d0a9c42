# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What systemd_dropin returns of a plan. Pure."""

from __future__ import annotations

from typing import Any, Iterable

from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_plan import Plan
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import Config


def of(plan: Plan) -> dict[str, Any]:
    """`path`, `effective`, `source`, `before` and `diff`; before and after come from one formatter."""
    before, after = _values(plan.before, plan.keys), _values(plan.after, plan.keys)
    return {"path": plan.path, **after, "before": before, "diff": [*_file_diffs(plan), _effective_diff(plan)]}


def _values(config: Config, keys: Iterable[str]) -> dict[str, Any]:
    return {
        "effective": {key: config.value(key) if key in config.assigned_keys else None for key in keys},
        "source": {key: config.source(key) if key in config.assigned_keys else "default" for key in keys},
    }


def _file_diffs(plan: Plan) -> list[dict[str, str]]:
    return [
        {"before_header": path, "after_header": path, "before": plan.old.get(path, ""), "after": text or ""}
        for path, text in sorted(plan.changed.items())
    ]


def _effective_diff(plan: Plan) -> dict[str, str]:
    before, after = ("".join(_line(config, key) for key in plan.keys) for config in (plan.before, plan.after))
    return {"before_header": "effective values", "after_header": "effective values", "before": before, "after": after}


def _line(config: Config, key: str) -> str:
    if key not in config.assigned_keys:
        return f"{key}: not set\n"
    value, source = config.value(key), config.source(key)
    text = " ".join(value) if isinstance(value, list) else value
    where = ", ".join(source) if isinstance(source, list) else source
    return f"{key}: {text or 'empty'}{f' ({where})' if where else ''}\n"
