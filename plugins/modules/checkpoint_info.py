#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: checkpoint_info
short_description: List the checkpoints of a host
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Tells which checkpoint is open, who holds it and until when, and which ones are kept to go back to.
  - With O(compare) it holds the network as it is now against what it was when a checkpoint was armed, entry by entry.
notes:
  - Needs root.
options:
  id:
    description: The one checkpoint that is asked for. By default all are listed, and the open one, or else the last one, is compared with.
    type: str
  compare:
    description:
      - Whether to compare all addresses, neighbours that somebody set, nexthops, policy rules and routes of the kernel with those of then, and what
        links are like. That is whether they are up, their bridge, their MTU, their DNS, and the settings that networkd writes.
      - Where something is missing it looks up to three times within six seconds, since an entry may be on its way back.
    type: bool
    default: false
extends_documentation_fragment:
  - holdfast.baseline.attributes
  - holdfast.baseline.attributes.read_only
seealso:
  - module: holdfast.baseline.checkpoint
"""

EXAMPLES = r"""
- name: Show what there is to go back to
  holdfast.baseline.checkpoint_info:
  register: kept

- name: See what the network has lost since the checkpoint was armed
  holdfast.baseline.checkpoint_info:
    compare: true
  register: now
  failed_when: now.network.status != 'ok' or now.network.missing_count > 0
"""

RETURN = r"""
checkpoints:
  description: All checkpoints of the host, the newest first, each as RV(holdfast.baseline.checkpoint#module:checkpoint) of the module that makes them.
  returned: success
  type: list
  elements: dict
network:
  description: What became of the network since the checkpoint was armed.
  returned: with O(compare)
  type: dict
  contains:
    status:
      description: V(unknown) where the network or the record can't be read, V(absent) where the checkpoint has no record of it.
      type: str
      choices: [ok, unknown, absent]
      sample: ok
    why:
      description: Why it isn't V(ok).
      type: str
      sample: ""
    rebooted:
      description: Whether the host was rebooted since. Then only what its C(.network) files ask for can be missing.
      type: bool
      sample: false
    compared:
      description: How many entries were looked for. Beyond 20,000 routes, those of big tables are counted and not looked for one by one.
      type: int
      sample: 63
    missing:
      description: What was there and isn't any more, at most 50.
      type: list
      elements: str
      sample: [ipv4 address 10.77.5.10/24 dev eth0]
    missing_count:
      description: How many these are in all.
      type: int
      sample: 1
    moved:
      description:
        - What isn't there either and says nothing about a change, with the reason, at most 50. It went with its link, which networkd doesn't
          manage; it is one of the routes or neighbours whose like came or went while the checkpoint was being armed; or a boot doesn't bring it back.
      type: list
      elements: str
      sample: ["ipv4 route unicast 10.99.0.0/24 table 254 proto 186 scope 0 via 10.77.0.1 dev eth0: its like comes and goes by itself"]
    moved_count:
      description: How many these are in all.
      type: int
      sample: 0
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._run import run_info


def main() -> None:
    spec = {"id": {"type": "str"}, "compare": {"type": "bool", "default": False}}
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    try:
        result = run_info(module.params)
    except Refused as refused:
        module.fail_json(msg=refused.why)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
