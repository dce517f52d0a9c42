#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: systemd_dropin
short_description: Make keys of a systemd configuration effective by a drop-in
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Writes one drop-in below C(/etc/systemd) and succeeds only if the values are then the effective ones, after all drop-ins and masks of
    all directories.
  - Where another file would still win, it names the file, the line and the value, and changes nothing.
  - Tells whether the daemon still has to be restarted, by what the daemon really runs with, so that the next run finishes what an interrupted
    one began. It restarts nothing itself.
notes:
  - The whole file is the task's. What O(settings) leaves out is not in it, and what was changed in it by hand is lost.
  - One file holds one section. For another section use another O(name).
  - As always with systemd, a file of the same name in C(/run) or C(/usr) is hidden by the one in C(/etc).
  - Links are never followed. A drop-in or its directory that is a link is refused.
  - Keys, and since when systemd knows them, are known for C(networkd.conf) and C(resolved.conf). Of other configurations the keys are
    not checked, and neither are those that a systemd newer than 257 may have brought.
  - Values are checked where the key takes a boolean, one of a few words, servers or domains. Others are taken as they are.
  - Where the environment variable E(HOLDFAST_CHECKPOINT) names a checkpoint, nothing is touched unless that is still armed on the host.
options:
  config:
    description:
      - The file name of the configuration, such as V(networkd.conf), V(resolved.conf), V(timesyncd.conf), V(journald.conf) or V(logind.conf).
    type: str
    required: true
  section:
    description:
      - The section, without brackets.
      - Left out, it is the main one, such as V(Network) for C(networkd.conf) and V(Resolve) for C(resolved.conf).
    type: str
  settings:
    description:
      - The keys and their values. A boolean becomes C(yes) or C(no).
      - Keys that add words up, such as V(DNS), take a list, or a text whose words are the list. In a configuration that is not known
        here, a list says that the key is such a one.
      - With V(null) the drop-in leaves the key to other files.
    type: dict
    default: {}
  name:
    description: The file name of the drop-in.
    type: str
    default: 90-holdfast.conf
  state:
    description: Whether the drop-in is to be there. It is looked for under any name that O(override) gave it.
    type: str
    choices: [present, absent]
    default: present
  lists:
    description:
      - With V(replace) a list is exactly the one of O(settings). What earlier files say is dropped by an empty assignment.
      - With V(append) the words are added to those of other files.
    type: str
    choices: [replace, append]
    default: replace
  override:
    description:
      - Where another file would still win, write the drop-in under a name that is read after it, such as C(99-holdfast.conf) or
        C(zz-holdfast.conf), and remove the one with the earlier name.
    type: bool
    default: false
  unknown_keys:
    description:
      - What to do with keys that this systemd does not know. V(refuse) changes nothing and tells which version brought them.
      - V(skip) leaves them out and returns them in RV(unknown_keys).
    type: str
    choices: [refuse, skip]
    default: refuse
  backup:
    description: Whether to keep a copy of a drop-in that is changed or removed, beside it.
    type: bool
    default: false
extends_documentation_fragment:
  - holdfast.baseline.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows the file, and the effective values with their sources.
  idempotent:
    support: full
seealso:
  - module: holdfast.baseline.net_facts
"""

EXAMPLES = r"""
- name: Keep networkd from deleting rules and routes that are not its own
  holdfast.baseline.systemd_dropin:
    config: networkd.conf
    settings:
      ManageForeignRoutingPolicyRules: false
      ManageForeignRoutes: false
  register: protection

- name: Tell what is left to do
  ansible.builtin.debug:
    msg: "{{ protection.restart_why }}"
  when: protection.restart_needed

- name: Use these resolvers and no others, whatever a later file says
  holdfast.baseline.systemd_dropin:
    config: resolved.conf
    settings:
      DNS: [192.0.2.53#dns.example.net, "[2001:db8::53]:853#dns.example.net"]
      Domains: [~.]
      DNSOverTLS: opportunistic
    override: true

- name: Take it away again
  holdfast.baseline.systemd_dropin:
    config: resolved.conf
    state: absent
"""

RETURN = r"""
path:
  description: Where the drop-in is. V(null) where there is none.
  returned: success
  type: str
  sample: /etc/systemd/networkd.conf.d/90-holdfast.conf
effective:
  description: The effective value of each key, V(null) where no file sets it. In check mode, what it would be.
  returned: success
  type: dict
  sample: {ManageForeignRoutes: "no"}
source:
  description: The file and line that each value comes from, C(default) where no file sets it, a list for keys that add words up.
  returned: success
  type: dict
  sample: {ManageForeignRoutes: "/etc/systemd/networkd.conf.d/90-holdfast.conf:3"}
before:
  description: The same before the task, as C(effective) and C(source).
  returned: success
  type: dict
file_changed:
  description: Whether the drop-in was written or removed. In check mode, whether it would be.
  returned: success
  type: bool
  sample: true
restart_needed:
  description:
    - Whether the daemon runs with other values than its files have, or may do so. In check mode, whether it would.
    - V(null) where that can't be told.
  returned: success
  type: bool
  sample: true
restart_why:
  description: How that is known.
  returned: success
  type: str
  sample: "ManageForeignRoutes: systemd-networkd runs with yes, the files have no"
units:
  description: The units that read the configuration.
  returned: success
  type: list
  elements: str
  sample: [systemd-networkd.service]
unknown_keys:
  description: The keys that O(unknown_keys=skip) left out, each with the reason.
  returned: success
  type: dict
  sample: {}
backup_files:
  description: The copies that O(backup=true) made.
  returned: success
  type: list
  elements: str
  sample: []
"""

from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.holdfast.baseline.plugins.module_utils import (
    _dropin_keys,
    _dropin_options,
    _dropin_plan,
    _dropin_report,
    _dropin_restart,
    _systemd,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._guard import while_open
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused as NotArmed
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_planned import Planned
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_write import Failed, Writer
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

SPEC = {
    "config": {"type": "str", "required": True},
    "section": {"type": "str"},
    "settings": {"type": "dict", "default": {}},
    "name": {"type": "str", "default": "90-holdfast.conf"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "lists": {"type": "str", "choices": ["replace", "append"], "default": "replace"},
    "override": {"type": "bool", "default": False},
    "unknown_keys": {"type": "str", "choices": ["refuse", "skip"], "default": "refuse"},
    "backup": {"type": "bool", "default": False},
}


def main() -> None:
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    wanted, mistakes = _dropin_options.read(module.params)
    if wanted is None:
        _refuse(module, mistakes)
    host = Host()
    try:
        version = _systemd.version(host)
        wanted, skipped = _known(module, wanted, version)
        plan = _dropin_plan.make(host, wanted, version)
        changed, backups = _carry_out(module, host, wanted, version, plan)
    except NotSeen as missing:
        _refuse(module, [missing.why])
    except NotArmed as refused:
        _refuse(module, [refused.why])
    except _dropin_plan.Refused as refused:
        _refuse(module, refused.mistakes)
    except Failed as failed:
        _refuse(module, [failed.why])
    now = Planned(host, plan.changed) if module.check_mode and plan.changed else Host()
    # Which keys an earlier run removed can't be seen any more.
    keys = plan.keys if wanted.present else {*plan.keys, *(_dropin_keys.known(wanted.config, wanted.section) or ())}
    restart = _dropin_restart.look(now, wanted.config, _dropin_plan.read(now, wanted, version), keys)
    module.exit_json(changed=changed, file_changed=changed, unknown_keys=skipped, backup_files=backups, **_dropin_report.of(plan), **restart._asdict())


def _known(
    module: AnsibleModule, wanted: _dropin_options.Wanted, version: dict[str, Any]
) -> tuple[_dropin_options.Wanted, dict[str, str]]:
    """What is wanted without the keys that are skipped, and these."""
    unknown = _dropin_keys.unknown(wanted.config, wanted.section, wanted.values, version)
    if unknown and wanted.present and module.params["unknown_keys"] == "refuse":
        hint = "leave them out, or write unknown_keys: skip"
        _refuse(module, [*(f"settings: {key}: {why}" for key, why in unknown.items()), hint])
    values = {key: value for key, value in wanted.values.items() if key not in unknown}
    return wanted._replace(values=values), unknown


def _carry_out(
    module: AnsibleModule, host: Host, wanted: _dropin_options.Wanted, version: dict[str, Any], plan: _dropin_plan.Plan
) -> tuple[bool, list[str]]:
    """Whether anything changed, and the backups; what doesn't bring the wanted values is taken back."""
    writer = Writer(module, host)
    if module.check_mode:
        return bool(plan.changed) or writer.settle(plan), []
    with while_open():
        writer.carry_out(plan, module.params["backup"])
        settled = writer.settle(plan)
    if plan.path and plan.changed:
        after = _dropin_plan.read(Host(), wanted, version)
        lost = _dropin_plan.losses(after, wanted, plan.path)
        if lost or after.problem:
            writer.take_back()
            why = after.problem or f"{lost[0].key} is {lost[0].value!a} by {', '.join(lost[0].sources)}"
            raise Failed(f"other files changed meanwhile, so it was taken back: {why}; run the task again")
    return bool(plan.changed) or settled, writer.backups


def _refuse(module: AnsibleModule, mistakes: list[str]) -> NoReturn:
    module.fail_json(msg="; ".join(mistakes), mistakes=mistakes)
    raise AssertionError("fail_json returned")


if __name__ == "__main__":
    main()
