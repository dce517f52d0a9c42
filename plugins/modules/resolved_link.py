#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: resolved_link
short_description: Make /etc/resolv.conf a link to the stub of systemd-resolved
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Makes C(/etc/resolv.conf) a link to C(../run/systemd/resolve/stub-resolv.conf), so that programs which read it ask systemd-resolved.
  - What was there, file or link, is kept as C(/etc/resolv.conf.holdfast).
  - Restarts nothing, and doesn't look whether another program keeps the file or whether the stub is served. The role
    P(holdfast.baseline.resolved#role) does both.
notes:
  - Needs root to write.
  - Where the environment variable E(HOLDFAST_CHECKPOINT) names a checkpoint, nothing is changed unless that is still armed on the host.
  - "The way back: C(mv -T /etc/resolv.conf.holdfast /etc/resolv.conf), and a restart of systemd-resolved."
options: {}
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
  - module: holdfast.baseline.resolved_restart
"""

EXAMPLES = r"""
- name: Let programs ask systemd-resolved
  holdfast.baseline.resolved_link:
"""

RETURN = r"""
link:
  description: What the link says.
  returned: success
  type: str
  sample: ../run/systemd/resolve/stub-resolv.conf
kept:
  description: Where what was there is kept, or would be; null where nothing was changed or nothing was there.
  returned: success
  type: str
  sample: /etc/resolv.conf.holdfast
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._guard import while_open
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused as NotArmed
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved import _stub_link


def main() -> None:
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    host = Host()
    try:
        there = _stub_link.look(host)
        changed = there.kind != "right"
        if changed and not module.check_mode:
            with while_open():
                _stub_link.put_right(host.root, there)
    except (_stub_link.Refused, NotArmed) as refused:
        module.fail_json(msg=refused.why)
    except OSError as error:
        module.fail_json(msg=f"{error.filename2 or error.filename}: {(error.strerror or str(error)).lower()}")
    kept = _stub_link.KEPT if changed and there.kind != "missing" else None
    texts = {"before": f"{_stub_link.PATH}: {there.text}\n", "after": f"{_stub_link.PATH}: {f'link to {_stub_link.LINK}' if changed else there.text}\n"}
    module.exit_json(changed=changed, link=_stub_link.LINK, kept=kept, diff=texts)


if __name__ == "__main__":
    main()
