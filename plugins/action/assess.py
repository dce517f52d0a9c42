# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge a host's facts by the rules, on the controller."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.holdfast.baseline.plugins.modules import assess as stub
from ansible_collections.holdfast.baseline.plugins.plugin_utils._assess import about, assess, probed
from ansible_collections.holdfast.baseline.plugins.plugin_utils._catalogue import failure, open_catalogue
from ansible_collections.holdfast.baseline.plugins.plugin_utils._matrix import condense
from ansible_collections.holdfast.baseline.plugins.plugin_utils._options import argument_spec
from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import Problems


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(argument_spec=argument_spec(stub.DOCUMENTATION))
        try:
            rules, settings = open_catalogue(options, self._loader.path_dwim)
        except Problems as error:
            return result | failure(error)
        name = (task_vars or {}).get("inventory_hostname", "")
        host, probe, findings = about(options["facts"], options["gathered"]), probed(options["probed"]), []
        if host["status"] == "reached":
            findings = assess(rules.values(), {**options["facts"], "probe": probe}, name, settings)
            matrix = condense(probe)
            host |= {"probe": matrix} if matrix else {}
        return result | {"changed": False, "ansible_facts": {"holdfast_findings": findings, "holdfast_host": host}}
