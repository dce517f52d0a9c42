#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: networkd_keep
short_description: Keep systemd-networkd from taking what others have set on its links
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Sets C(KeepConfiguration=yes) in a drop-in of the C(.network) file of each link that has something to lose. Before systemd 257 these are routes
    of other software, since networkd sets addresses anew when it starts; and whatever others have on a link that no key of C(networkd.conf) spares.
  - networkd removes nothing from these links any more, stale addresses included.
  - Restarts and reloads nothing. The next start of networkd reads it.
notes:
  - Needs root to write.
  - Where the environment variable E(HOLDFAST_CHECKPOINT) names a checkpoint, nothing is written unless that is still armed on the host.
options:
  name:
    description: The file name of the drop-ins. One that sets anything else is refused.
    type: str
    default: 90-holdfast.conf
  backup:
    description: Whether to keep a copy of a drop-in that is changed.
    type: bool
    default: false
extends_documentation_fragment:
  - holdfast.baseline.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: holdfast.baseline.networkd_restart
  - module: holdfast.baseline.systemd_dropin
"""

EXAMPLES = r"""
- name: Keep what others have set on links of networkd
  holdfast.baseline.networkd_keep:
"""

RETURN = r"""
links:
  description: The links that have something to lose and aren't kept yet.
  returned: success
  type: list
  elements: str
  sample: [eth0]
files:
  description: The drop-ins that were, or would be, written.
  returned: success
  type: list
  elements: str
  sample: [/etc/systemd/network/10-eth0.network.d/90-holdfast.conf]
backup_files:
  description: The copies that O(backup=true) made.
  returned: success
  type: list
  elements: str
  sample: []
"""

import re

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._guard import while_open
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused as NotArmed
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_write import Failed, Writer
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._keep import Plan, Refused, plan

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,240}\.conf")


def main() -> None:
    spec = {"name": {"type": "str", "default": "90-holdfast.conf"}, "backup": {"type": "bool", "default": False}}
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    if not _NAME.fullmatch(module.params["name"]):
        module.fail_json(msg=f"name: {module.params['name']!a} is no drop-in's file name; write one such as 90-holdfast.conf")
    try:
        made = plan(Host(), module.params["name"])
        backups = write(module, made)
    except (Refused, NotArmed, Failed) as failed:
        module.fail_json(msg=failed.why)
    module.exit_json(changed=bool(made.files), links=made.links, files=list(made.files), backup_files=backups, diff=_diff(made))


def write(module: AnsibleModule, made: Plan) -> list[str]:
    """The copies that were kept; writes nothing in check mode."""
    writer = Writer(module, Host())
    if made.files and not module.check_mode:
        with while_open():
            writer.write(made.files, module.params["backup"])
    return writer.backups


def _diff(made: Plan) -> list[dict[str, str]]:
    return [{"before_header": path, "after_header": path, "before": made.old.get(path, ""), "after": text} for path, text in made.files.items()]


if __name__ == "__main__":
    main()
