# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs an action plugin without ansible around it."""

from __future__ import annotations

from types import ModuleType
from typing import Any
from unittest.mock import MagicMock


def run_action(action: ModuleType, args: dict[str, Any], variables: dict[str, Any], check_mode: bool = False) -> dict[str, Any]:
    """The result of the action with these arguments and variables. Raises what it raises."""
    task = MagicMock(args=args, check_mode=check_mode, async_val=0)
    module = action.ActionModule(task, MagicMock(), MagicMock(), MagicMock(), MagicMock(), MagicMock())
    module._load_name = action.__name__  # its loader sets it
    return module.run(task_vars=variables)
