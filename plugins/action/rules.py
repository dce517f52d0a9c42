# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Load and check the catalogue and the settings, on the controller, before any host is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ansible_collections.holdfast.baseline.plugins.module_utils._dns._options import read
from ansible_collections.holdfast.baseline.plugins.modules import dns_probe
from ansible_collections.holdfast.baseline.plugins.modules import rules as stub
from ansible_collections.holdfast.baseline.plugins.plugin_utils._catalogue import failure, open_catalogue
from ansible_collections.holdfast.baseline.plugins.plugin_utils._options import argument_spec
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import plain
from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import Problems
from ansible_collections.holdfast.baseline.plugins.plugin_utils._variables import Unreadable, of_fleet, settable


def of_probe(settings: Mapping[str, Any]) -> list[str]:
    """What is wrong with the options that dns_probe will be called with; what is left out has its default."""
    spec = argument_spec(dns_probe.DOCUMENTATION)
    checked = ArgumentSpecValidator(spec).validate(plain(settings))
    return [f"probe: {text}" for text in checked.error_messages or read(checked.validated_parameters).mistakes]


def of_hosts(task_vars: Mapping[str, Any], template: Callable[[Any], Any]) -> list[str]:
    """What is wrong with the variables of the play's hosts."""
    return of_fleet(_sets(task_vars, template))


def _sets(task_vars: Mapping[str, Any], template: Callable[[Any], Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each host with its variables, filled in; hosts on which all of them are written alike come once."""
    own = settable(task_vars)
    first = task_vars["inventory_hostname"]
    yield first, {name: _filled(value, template) for name, value in own.items()}
    seen = {repr(settable(task_vars["hostvars"].raw_get(first)))}
    for host in task_vars["ansible_play_hosts_all"]:
        raw = settable(task_vars["hostvars"].raw_get(host))
        if repr(raw) not in seen:
            seen.add(repr(raw))
            known = task_vars["hostvars"][host]
            yield host, {name: _filled(name, known.__getitem__) for name in raw}


def _filled(value: Any, template: Callable[[Any], Any]) -> Any:
    try:
        return plain(template(value))
    except AnsibleError as error:
        return Unreadable(str(error))


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        # First of all: what is wrong with a variable may be wrong with an option, too, which has another name.
        of_variables = of_hosts(task_vars or {}, self._templar.template) if boolean(self._task.args.get("variables", False)) else []
        try:
            _checked, options = self.validate_argument_spec(argument_spec=argument_spec(stub.DOCUMENTATION))
        except AnsibleActionFail:
            if of_variables:
                return result | failure(Problems(of_variables))
            raise
        mistakes = of_variables + of_probe(options["probe"])
        try:
            rules, settings = open_catalogue(options, self._loader.path_dwim)
        except Problems as error:
            return result | failure(Problems([*error.lines, *mistakes]))
        if mistakes:
            return result | failure(Problems(mistakes))
        listed = [
            {
                "id": rule.id,
                "title": rule.title,
                "severity": settings.severity(rule) or rule.severity,
                "enabled": settings.enabled(rule),
            }
            for rule in rules.values()
        ]
        return result | {"changed": False, "rules": listed, "count": len(listed)}
