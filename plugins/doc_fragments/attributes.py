# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every module says about itself: check mode, diff mode, idempotence."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and tell what it would change without changing it.
  diff_mode:
    description: Tells in diff mode what has changed, or what would change in check mode.
  idempotent:
    description: Run again on the same host, changes nothing more.
"""

    READ_ONLY = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - Never changes a host, and does exactly the same in check mode.
  diff_mode:
    support: N/A
    details:
      - Changes nothing, so there is nothing to show.
  idempotent:
    support: full
    details:
      - Changes nothing. What it returns follows from what it finds.
"""

    CONTROLLER = r"""
options: {}
attributes:
  action:
    description: Has an action plugin, so that options are read on the controller.
    support: full
  connection:
    description: Connects to the target host.
    support: none
    details:
      - Runs on the controller only.
  delegation:
    description: Can be delegated to another host.
    support: none
    details:
      - Speaks about the host of the task, wherever it is delegated to.
"""
