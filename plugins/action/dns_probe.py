# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check what a probe is to ask before a host is touched, then run it there with the controller's dnspython at hand."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.holdfast.baseline.plugins.module_utils._dns._compare import compare, steady
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._options import read, told
from ansible_collections.holdfast.baseline.plugins.modules import dns_probe as stub
from ansible_collections.holdfast.baseline.plugins.plugin_utils._courier import packed
from ansible_collections.holdfast.baseline.plugins.plugin_utils._options import argument_spec
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import plain

# Packed once, where the plugin is loaded: each host's task runs in a fork of that process.
_DNSPYTHON = packed()


class ActionModule(ActionBase):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(argument_spec=argument_spec(stub.DOCUMENTATION))
        _options, mistakes = read(plain(options))
        if mistakes:
            return result | {"changed": False, "failed": True, "msg": told(mistakes)}
        arguments = {**self._task.args, "_dnspython": _DNSPYTHON}
        before, again = (plain(arguments.pop(name, None)) for name in ("compare_with", "compare_also"))
        result |= self._execute_module(module_args=arguments, task_vars=task_vars)
        if before and "probe" in result:
            result["compared"] = compare(steady(before, again) if again else before, plain(result["probe"]))
        return result
