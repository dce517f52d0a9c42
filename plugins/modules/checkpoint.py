#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: checkpoint
short_description: Change a host's network so that it goes back by itself unless confirmed
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Records files, the state of units, and the policy rules, routes, addresses and nexthops that a restart of networkd could delete,
    then arms a deadline on the host.
  - Where nobody confirms in time, the host puts everything back and restarts what reads it. Once armed that needs
    no controller, no network and no Python. It survives the end of the connection and a daemon-reload.
  - A reboot before the confirmation rolls back before networkd and resolved start.
  - One checkpoint may be open on a host. The last ones are kept, and can be rolled back to days later.
  - Every transition is in the journal, C(journalctl -t holdfast), with the checkpoint's id.
notes:
  - Needs root, systemd 240 or newer, iproute2, and what every Debian has (coreutils, diffutils, util-linux).
  - The store is C(/var/lib/holdfast), for root alone.
  - "By hand, without Ansible: C(sh /var/lib/holdfast/checkpoints/ID/restore.sh asked), C(keep) to confirm, or C(check) to see what differs."
  - Of what is below C(/run), nothing is put back after a reboot, since a reboot makes that anew. The same goes for rules, routes, addresses and nexthops.
  - A checkpoint whose rollback failed stays open. The next boot tries again, and so does O(state=rolled_back).
options:
  state:
    description:
      - V(armed) records the host and sets the deadline.
      - V(confirmed) keeps what was changed since.
      - V(rolled_back) puts everything back now.
    type: str
    choices: [armed, confirmed, rolled_back]
    required: true
  id:
    description:
      - Which checkpoint to confirm or roll back to.
      - By default the open one; where none is open, the last one. A playbook should name the one that it has armed.
    type: str
  paths:
    description:
      - Files, links and directories to record, by absolute paths. Of a directory everything in it is recorded.
      - What isn't there is recorded as absent, and removed on rollback. The same goes for what appears in a recorded directory.
      - At most 1000 files and 16 MiB in all.
    type: list
    elements: str
    default: []
  allowed:
    description: The directories below which O(paths) may lie.
    type: list
    elements: str
    default: [/etc, /run/systemd]
  units:
    description:
      - Units whose state is recorded, in the order in which they are restarted.
      - networkd and resolved come behind them by themselves where O(paths) has files of theirs.
      - On rollback those whose files were put back are restarted, and all are enabled, disabled, masked, started or stopped as they were.
    type: list
    elements: str
    default: []
  rules:
    description: Whether to record the policy rules that a restart of networkd could delete, and put back on rollback those that are missing.
    type: bool
    default: true
  routes:
    description: The same for routes, and for the addresses and nexthops that they may need.
    type: bool
    default: true
  timeout:
    description: How many seconds there are to confirm, from 10 to 3600, by the host's monotonic clock.
    type: int
    default: 120
  owner:
    description:
      - Who holds the checkpoint, for whoever comes next. One short line.
      - By default the user and the address that the connection comes from, as far as the host can see it.
    type: str
  keep:
    description: How many checkpoints are kept, the new one included.
    type: int
    default: 5
extends_documentation_fragment:
  - holdfast.baseline.attributes
attributes:
  check_mode:
    support: full
    details:
      - Checks the options, says what would be recorded, confirmed or put back, and touches nothing.
  diff_mode:
    support: full
    details:
      - Shows the checkpoint's state, and for O(state=rolled_back) the paths that are put back.
  idempotent:
    support: partial
    details:
      - Confirming or rolling back again changes nothing. Arming again is refused while a checkpoint is open.
seealso:
  - module: holdfast.baseline.checkpoint_info
  - module: holdfast.baseline.net_facts
"""

EXAMPLES = r"""
- name: Go back in two minutes unless confirmed
  holdfast.baseline.checkpoint:
    state: armed
    paths:
      - /etc/systemd/networkd.conf
      - /etc/systemd/networkd.conf.d
    units:
      - systemd-networkd.service
    owner: "{{ lookup('ansible.builtin.env', 'USER') }}"
  register: armed

- name: Keep the change
  holdfast.baseline.checkpoint:
    state: confirmed
    id: "{{ armed.checkpoint.id }}"

- name: Or go back at once
  holdfast.baseline.checkpoint:
    state: rolled_back
    id: "{{ armed.checkpoint.id }}"
"""

RETURN = r"""
checkpoint:
  description:
    - The checkpoint that was armed, confirmed or rolled back. In check mode for O(state=armed) only what would be recorded.
    - C(state) is V(armed), V(confirmed), V(rolling_back), V(rolled_back), V(rollback_failed) or V(abandoned); C(reason) of a rollback is
      V(deadline), V(asked) or V(boot); C(failed) has what could not be put back; C(not_recorded) what of the network can't be put back, with the reason;
      C(recorded) how much there is of each kind, without C(addresses) and C(nexthops) where an earlier version armed it.
  returned: success
  type: dict
  sample:
    id: 20261121T072400Z-3fa9c1
    state: armed
    open: true
    owner: anna@bastion
    armed_at: "2026-11-21T07:24:00Z"
    until: "2026-11-21T07:26:00Z"
    seconds_left: 119
    timer: true
    recorded: {files: 2, links: 0, directories: 1, absent: 1, bytes: 310, rules: 8, routes: 3, addresses: 1, nexthops: 0}
would_change:
  description: The paths that are put back.
  returned: when O(state=rolled_back)
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import ALLOWED, Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._run import run


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["armed", "confirmed", "rolled_back"], "required": True},
            "id": {"type": "str"},
            "paths": {"type": "list", "elements": "str", "default": []},
            "allowed": {"type": "list", "elements": "str", "default": list(ALLOWED)},
            "units": {"type": "list", "elements": "str", "default": []},
            "rules": {"type": "bool", "default": True},
            "routes": {"type": "bool", "default": True},
            "timeout": {"type": "int", "default": 120},
            "owner": {"type": "str"},
            "keep": {"type": "int", "default": 5},
        },
        supports_check_mode=True,
    )
    try:
        result = run(module.params, module.check_mode)
    except Refused as refused:
        module.fail_json(msg=refused.why)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
