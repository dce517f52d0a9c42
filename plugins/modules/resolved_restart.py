#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: resolved_restart
short_description: Restart systemd-resolved, and lose nothing that links have told it
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Remembers the DNS servers, domains, default route, DNS over TLS and DNSSEC that every link has told systemd-resolved, restarts it,
    waits until it serves, and tells it again what did not come back by itself. All of that happens on the host, in one task.
  - systemd 252 and 257 keep that themselves, below C(/run/systemd/resolve/netif), and networkd sends its own anew. This is for the case
    that they don't.
  - Restarts each time that it is asked to. Whether that is needed, M(holdfast.baseline.systemd_dropin) tells.
notes:
  - Needs root.
  - What networkd has configured can only be waited for. systemd-resolved takes it from no one else.
  - LLMNR, multicast DNS and negative trust anchors of links are left to systemd-resolved.
  - Where the environment variable E(HOLDFAST_CHECKPOINT) names a checkpoint, nothing is restarted unless that is still armed on the host.
  - A server that its own software takes away in the few seconds after the restart is put back as well.
options:
  timeout:
    description: How many seconds systemd-resolved has to serve again.
    type: int
    default: 60
extends_documentation_fragment:
  - holdfast.baseline.attributes
attributes:
  check_mode:
    support: full
    details:
      - Refuses as it would for real.
  diff_mode:
    support: N/A
    details:
      - Changes no file.
  idempotent:
    support: none
    details:
      - Restarts each time.
seealso:
  - module: holdfast.baseline.systemd_dropin
"""

EXAMPLES = r"""
- name: Give the host resolvers that survive
  holdfast.baseline.systemd_dropin:
    config: resolved.conf
    settings:
      DNS: [192.0.2.53#dns.example.net, 198.51.100.53#dns.example.org]
      Domains: [~.]
  register: resolvers

- name: Bring that into force
  holdfast.baseline.resolved_restart:
  when: resolvers.restart_needed
"""

RETURN = r"""
restarted:
  description: Whether systemd-resolved was restarted.
  returned: success
  type: bool
seconds:
  description: How long that took.
  returned: when it was restarted
  type: float
  sample: 0.4
kept:
  description: How many links, servers and domains were looked after.
  returned: when it was not refused
  type: dict
  sample: {links: 2, servers: 3, domains: 1}
put_back:
  description: What went missing and is there again.
  returned: when it was restarted
  type: list
  elements: str
  sample: ["tailscale0: DNS servers 100.100.100.100"]
missing:
  description: What is still missing, with the reason. The task fails then.
  returned: when it was restarted
  type: list
  elements: str
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._guard import refuse_if_closed
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused as NotArmed
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved._run import Failed, run


def main() -> None:
    module = AnsibleModule(argument_spec={"timeout": {"type": "int", "default": 60}}, supports_check_mode=True)
    if not 1 <= module.params["timeout"] <= 600:
        module.fail_json(msg="timeout: write a number of seconds from 1 to 600")
    try:
        if not module.check_mode:
            refuse_if_closed()
        result = run(module.params["timeout"], module.check_mode)
    except NotArmed as refused:
        module.fail_json(msg=refused.why)
    except Failed as failed:
        module.fail_json(msg=failed.why, **failed.result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
