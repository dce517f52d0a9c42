#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: networkd_restart
short_description: Restart systemd-networkd, unless that is the outage, and lose nothing that others set
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Remembers what of others a start of networkd can take. That are policy rules, routes and nexthops, and of its links addresses, neighbours,
    membership in bridges, whether they are set up, and their settings. Where the next start would take some of it, it first writes a drop-in
    into C(/run/systemd/network), which keeps networkd from it. Then it restarts networkd, waits until it serves and has configured its links
    again, and puts back what went missing. All of that happens on the host, in one task, so that it goes on where the connection doesn't.
  - Refuses, before anything is touched, where the restart itself could be the outage. Tables may be so big that networkd does not start again,
    or it may be failing or flapping already, or its last start took long, or there are nexthops that it would delete and nobody could put back, or
    C(.network) or C(.netdev) files changed since it started, which the restart would bring into force, or what DHCP servers and
    IPv6 routers gave to its links would not be given again, or something would be taken that nothing spares and nobody could put back, or ansible
    itself comes in over such.
  - Restarts each time that it is asked to. Whether that is needed, M(holdfast.baseline.systemd_dropin) tells.
notes:
  - Needs root, and the C(ip) command where there is something to put back.
  - Never reloads or reconfigures. That would not apply C(networkd.conf), and would delete what is to be kept.
  - A route that its own software takes away in the few seconds after the restart is put back as well.
  - The drop-ins are called C(zzz-holdfast.conf), hold C(KeepConfiguration=), C(KeepMaster=) and C(ActivationPolicy=), each only where it is needed,
    and stay until the next boot, as what they spare does. Whoever takes one away and reloads networkd loses that at this moment.
  - On a link with DHCP it is C(KeepConfiguration=static), since C(yes) would keep the lease's address for ever. There addresses with a lifetime, and before
    systemd 256 neighbours, are taken for a moment and put back.
  - Before systemd 248 networkd has no key for bridge ports and for links that were taken down, so a restart is refused where there are such.
  - A restart forgets what servers and routers gave, the name servers in any case, and asks anew. So they are all asked before, in ways that take
    nothing. A link with an IPv4 lease by a C(DHCPDISCOVER) under the lease's own client id (RFC 2131, 4.3.1), one with an address from a DHCPv6
    server by a C(Solicit) under networkd's own ids (RFC 8415, 18.3.1), and one with routes from IPv6 routers by a C(Router Solicitation). Each
    server must offer the address that the link has, with the lease's routers and name servers, since any of several may be heard first.
  - C(KeepConfiguration=yes) doesn't help there. It keeps an address whose server is silent, but not the name servers, and not the address of
    DHCPv6 before systemd 257. Where another IPv4 address is offered, 257 moves to it all the same, and before that the link has both.
  - Before systemd 257 a router must also still give the prefixes that addresses were made of. Since then such addresses stay.
  - Afterwards routers are asked again where the default route that one gave is gone. systemd 257 deletes it at the first advertisement after a start,
    under C(ManageForeignRoutes=no) without C(ManageForeignNextHops=no), and sets it again at the next one only.
  - systemd 262 doesn't write down what a lease gave, 257 did. From 258 on a link with a lease is a reason to refuse.
  - Not asked is for prefixes that a DHCPv6 server delegated, nor for name servers that it tells without giving an address. Which name servers
    routers and DHCPv6 servers tell isn't compared.
  - What C(resolvectl) or C(timedatectl ntp-servers) told a link at run time networkd forgets, whatever its files say. It is told again here,
    over networkd's own bus interface. Where it can't be known what was told, or networkd can't be reached on the bus, the restart is refused.
  - IPv6 link-local addresses are not put back, since networkd leaves them to the kernel.
  - At most 1,000 rules, routes, nexthops and neighbours and 1,000 addresses can be looked after. Where there are more addresses, only those on links that
    networkd manages are.
  - Where the environment variable E(HOLDFAST_CHECKPOINT) names a checkpoint, nothing is restarted unless that is still armed on the host.
options:
  force:
    description: Restart also where it could be the outage.
    type: bool
    default: false
  slow_start:
    description: A last start that took more seconds than this is a reason to refuse.
    type: float
    default: 10
  timeout:
    description: How many seconds networkd has to serve again.
    type: int
    default: 60
  own_drop_in:
    description: The file name of drop-ins of C(.network) and C(.netdev) files that are the caller's own, so that a change of them is wanted.
    type: str
    default: 90-holdfast.conf
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
- name: Keep networkd from deleting rules and routes that are not its own
  holdfast.baseline.systemd_dropin:
    config: networkd.conf
    settings:
      ManageForeignRoutingPolicyRules: false
      ManageForeignRoutes: false
  register: protection

- name: Bring that into force
  holdfast.baseline.networkd_restart:
  when: protection.restart_needed
"""

RETURN = r"""
restarted:
  description: Whether networkd was restarted.
  returned: success
  type: bool
seconds:
  description: How long that took, with its links.
  returned: when it was restarted
  type: float
  sample: 1.2
doubts:
  description: Why the restart could be the outage.
  returned: when networkd runs or should
  type: list
  elements: str
  sample: []
kept:
  description: How many addresses, neighbours, nexthops, routes and rules were looked after, and things of DNS that links were told.
  returned: when it was not refused
  type: dict
  sample: {addresses: 2, neighbours: 0, nexthops: 0, routes: 3, rules: 8, told: 0}
spared:
  description: The drop-ins that were written, or would be, with what they say; they are gone with the next boot.
  returned: when it was not refused
  type: list
  elements: str
  sample: ["/run/systemd/network/10-eth0.network.d/zzz-holdfast.conf: KeepConfiguration=yes"]
not_kept:
  description: What could not be put back if it were lost, with the reason.
  returned: when it was not refused
  type: list
  elements: str
  sample: []
put_back:
  description: What went missing and is there again.
  returned: when it was restarted
  type: list
  elements: str
  sample: ["ip -4 route add throw 10.77.0.0/24 table 52 proto 3"]
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
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._run import Failed, run


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "force": {"type": "bool", "default": False},
            "slow_start": {"type": "float", "default": 10},
            "timeout": {"type": "int", "default": 60},
            "own_drop_in": {"type": "str", "default": "90-holdfast.conf"},
        },
        supports_check_mode=True,
    )
    for name, most in (("slow_start", 600), ("timeout", 600)):
        if not 1 <= module.params[name] <= most:
            module.fail_json(msg=f"{name}: write a number of seconds from 1 to {most}")
    try:
        if not module.check_mode:
            refuse_if_closed()
        result = run(module.params, module.check_mode)
    except NotArmed as refused:
        module.fail_json(msg=refused.why)
    except Failed as failed:
        module.fail_json(msg=failed.why, **failed.result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
