# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: hosts
short_description: The hosts of a playbook of this collection, or why it must not run
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - For the playbooks of this collection, in C(hosts). What stands there is worked out whatever tags are given and wherever ansible is to start.
  - Returns what the variable C(holdfast_hosts) holds, C(all) by default.
  - Fails where the run would end well though nobody was looked at. That is where no host of the inventory matches, with C(--start-at-task) and C(--step),
    and where the given tags leave out the whole play.
  - Where another playbook imports the one of this collection, C(--tags), a tag of C(--skip-tags) that it gave itself, and C(--limit) may leave the play out.
options:
  _terms:
    description: The playbook's name without the collection's, such as V(audit).
    type: list
    elements: str
    required: true
  tags:
    description: The tags that each task of the play has at least.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Audit the hosts
  hosts: "{{ query('holdfast.baseline.hosts', 'audit', tags=['audit']) }}"
  tags: [audit]
  roles:
    - role: holdfast.baseline.audit
"""

RETURN = r"""
_raw:
  description: Host patterns.
  type: list
  elements: str
  sample: [all]
"""

from typing import Any

from ansible import context
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.inventory.manager import InventoryManager
from ansible.plugins.lookup import LookupBase

from ansible_collections.holdfast.baseline.plugins.plugin_utils._command_line import CommandLine, left_out


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        known = variables or {}
        patterns = _flat(self._templar.template(known["holdfast_hosts"])) if "holdfast_hosts" in known else ["all"]
        line = CommandLine.of(context.CLIARGS, terms[0])
        if not line.only_looks:
            why = left_out(line, self.get_option("tags")) or self._nobody(patterns, line.limit, known)
            if why:
                raise AnsibleLookupError(why)
        return patterns

    def _nobody(self, patterns: list[str], limit: str | None, variables: dict[str, Any]) -> str:
        """Why there is no host at all, or nothing."""
        if not variables["groups"]["all"]:
            return "the inventory has no host, so nobody would be looked at; name another with --inventory"
        if not self._matched(patterns, None, variables):
            return f"holdfast_hosts: no host of the inventory matches {', '.join(patterns)}; write a host or a group of it"
        if not self._matched(patterns, limit, variables):
            return f"--limit {limit} leaves none of holdfast_hosts ({', '.join(patterns)}), so nobody would be looked at; name one of these, or leave it out"
        return ""

    def _matched(self, patterns: list[str], limit: str | None, variables: dict[str, Any]) -> bool:
        manager = InventoryManager(self._loader, parse=False)
        for group, hosts in variables["groups"].items():
            manager.add_group(group)
            for host in hosts:
                manager.add_host(host, group=group)
        try:
            manager.subset(limit)
            return bool(manager.get_hosts(pattern=patterns))
        except AnsibleError:
            # With host_pattern_mismatch=error, which some have in their ansible.cfg.
            return False


def _flat(patterns: Any) -> list[str]:
    return [str(pattern) for pattern in patterns] if isinstance(patterns, (list, tuple)) else [str(patterns)]
