# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fail a host by what the audit found, on the controller."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.holdfast.baseline.plugins.modules import verdict as stub
from ansible_collections.holdfast.baseline.plugins.plugin_utils._options import argument_spec
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import Policy, entry, read, tried, verdict


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(argument_spec=argument_spec(stub.DOCUMENTATION))
        policy = Policy(options["fail_on"], options["unreachable"], options["unknown"])
        known = task_vars or {}
        about, findings = read(known.get(options["assessed"]))
        host = entry(about, findings, policy)
        if options["enforced"]:
            host = tried(host, known.get(options["enforced"]), policy, bool(self._task.check_mode))
        why = verdict(host, policy, options["report"])
        if why:
            return result | {"changed": False, "failed": True, "msg": why}
        # Skipped, so that a long list of good hosts can be hidden with display_skipped_hosts.
        return result | {"changed": False, "skipped": True}
