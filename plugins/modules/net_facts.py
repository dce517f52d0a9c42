#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: net_facts
short_description: Gather facts about the DNS and the routes of a host
version_added: 0.1.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Reads how a host resolves names and which of its policy rules and routes networkd would delete.
  - Every value that comes from a file says which file and line; what a daemon really uses is told apart from what its files say.
  - Reads only. Sends no DNS question and no packet. Nothing but Python is needed on the host.
  - What can't be seen is stated as such (RV(ansible_facts.holdfast) nodes with C(status=unknown) and C(why)), never left out.
notes:
  - Works as a plain user. What needs root is C(unknown) then, with the reason.
  - Asks networkd to describe itself only where its tables are small. See C(docs/facts.md).
options:
  gather_subset:
    description:
      - Which subjects to look at, like O(ansible.builtin.setup#module:gather_subset).
      - A C(!) in front leaves a subject out.
    type: list
    elements: str
    default: [all]
  timeout:
    description:
      - How many seconds each command, D-Bus call or kernel dump on the host may take.
      - All commands of one run together may take four times that.
    type: int
    default: 5
extends_documentation_fragment:
  - holdfast.baseline.attributes
  - holdfast.baseline.attributes.read_only
seealso:
  - module: holdfast.baseline.assess
"""

EXAMPLES = r"""
- name: Gather all facts about DNS and routes
  holdfast.baseline.net_facts:

- name: Look at the resolver only
  holdfast.baseline.net_facts:
    gather_subset: [resolver]

- name: Show who is asked for a name, and what is left when a server dies
  ansible.builtin.debug:
    var: ansible_facts.holdfast.resolver.paths
"""

RETURN = r"""
ansible_facts:
  description: The facts; docs/facts.md tells every key.
  returned: success
  type: dict
  contains:
    holdfast:
      description: All of it, under one name.
      type: dict
      contains:
        schema:
          description: Version of the shape of these facts.
          type: int
          sample: 1
        host:
          description: The operating system, systemd's version, and whether the facts were gathered as root.
          type: dict
        resolver:
          description: resolv.conf, nsswitch, /etc/hosts, systemd-resolved by its files and as it runs, and who is asked for a name.
          type: dict
        routes:
          description: networkd by its files and as it runs, policy rules, tables, and what networkd would delete at its next restart.
          type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.holdfast.baseline.plugins.module_utils._facts import SUBJECTS, choose, gather
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "gather_subset": {"type": "list", "elements": "str", "default": ["all"]},
            "timeout": {"type": "int", "default": 5},
        },
        supports_check_mode=True,
    )
    subjects, unknown = choose(module.params["gather_subset"])
    if unknown:
        module.fail_json(msg=f"gather_subset: {', '.join(unknown)} is no subject; there are: all, {', '.join(SUBJECTS)}")
    if module.params["timeout"] < 1:
        module.fail_json(msg="timeout: must be at least 1 second")
    facts = gather(Host(timeout=module.params["timeout"]), subjects)
    module.exit_json(changed=False, ansible_facts={"holdfast": facts})


if __name__ == "__main__":
    main()
