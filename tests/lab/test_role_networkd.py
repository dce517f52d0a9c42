# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role networkd on real hosts: it protects and loses nothing, or refuses and touches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from holdlab.hosts import Host
from holdlab.lab import Lab
from holdlab.role import Done, run_role

DEFAULTS = """
rm /etc/systemd/networkd.conf.d/10-lab.conf
systemctl restart systemd-networkd
sleep 1
like-tailscale 10.77.0.0/24 172.30.5.0/24 fe80::/64
"""
# Where networkd's times would tell of a restart, and every file would of a change.
LOOK = """
systemctl show -p InvocationID systemd-networkd
find /etc /run/systemd/networkd.conf.d -type f -exec md5sum {} + 2>/dev/null | sort
find /etc/systemd | sort
"""
NETWORK = "for family in -4 -6; do ip $family rule; ip $family route show table 52 | sed 's/ metric 1024 pref medium//'; done"
FOUR_RULES = "[ \"$(ip -4 rule | grep -c '^52')\" = 4 ] && [ \"$(ip -6 rule | grep -c '^52')\" = 4 ]"
MANY_ROUTES = """
seq 0 19999 | awk '{printf "route add throw 11.%d.%d.%d/32 table 99\\n", $1/65536, $1/256%256, $1%256}' >/tmp/routes
ip -batch /tmp/routes
"""
# What keepalived, routing daemons and people set on a link of networkd's, and what hangs on it, on whatever link.
ADDRESSES = """
ip addr add 10.77.0.200/24 dev host0
ip addr add 10.77.5.5/32 dev host0 label host0:vip
ip addr add 10.78.0.1 peer 10.78.0.2/32 dev host0
ip addr add 10.78.0.1 peer 10.78.0.3/32 dev host0
ip addr add 10.79.0.1/24 brd + dev host0 scope link noprefixroute
ip addr add fd88::5/64 dev host0 nodad
ip addr add fd88::6/128 dev host0 nodad preferred_lft 0
ip route add 203.0.113.0/24 dev tailscale0 src 10.77.5.5
ip -6 route add fd99::/64 dev host0 src fd88::5
"""
NEXTHOPS = """
ip nexthop add id 77 via 10.77.0.1 dev host0
ip nexthop add id 78 via 10.77.0.2 dev host0
ip nexthop add id 6 group 77,3/78 proto bird
ip route add 198.51.100.0/24 nhid 77
ip route add 198.51.101.0/24 nhid 6
"""
NEIGHBOURS = """
ip neigh add 10.77.0.201 lladdr 02:00:00:00:00:c9 dev host0 nud permanent
ip neigh add fd77::201 lladdr 02:00:00:00:00:c9 dev host0 nud permanent
ip neigh add proxy 10.77.0.210 dev host0
ip addr add 10.77.6.10/24 dev host0 valid_lft 86400 preferred_lft 86400
"""
SETTINGS = """
echo 2 >/proc/sys/net/ipv6/conf/host0/accept_ra
echo 1 >/proc/sys/net/ipv6/conf/host0/proxy_ndp
"""
BRIDGE = """
ip link add dum0 type veth peer name dumb0
ip link add dum1 type veth peer name dumb1
ip link set dumb0 up
ip link add br-vm type bridge
ip link set br-vm up
printf '[Match]\\nName=dum*\\n[Network]\\nLinkLocalAddressing=no\\nConfigureWithoutCarrier=yes\\n' >/etc/systemd/network/20-dum.network
systemctl restart systemd-networkd
sleep 3
ip link del tailscale0
for family in -4 -6; do
    ip $family route flush table 52 2>/dev/null || true
    for pref in 5210 5230 5250 5270; do ip $family rule del pref $pref 2>/dev/null || true; done
done
like-tailscale 10.77.0.0/24 172.30.5.0/24 fe80::/64
ip link set dum0 master br-vm
ip link set dum1 down
"""
# It has its static address besides, and nobody answers.
USES_DHCP = """
printf '[Network]\\nDHCP=ipv4\\n' >/etc/systemd/network/10-lab.network.d/dhcp.conf
systemctl restart systemd-networkd
sleep 2
"""
RESILIENT = "ip nexthop add id 5 group 77/78 type resilient buckets 8"
ALL = """
ip -o addr | grep -v fe80 | sed 's/[0-9]*sec/SECONDS/g' | sort
ip nexthop
for family in -4 -6; do ip $family route | sed 's/expires [0-9]*sec//'; ip $family neigh show nud permanent | sort; ip $family neigh show proxy; done
ip -o link | grep -o '^[^<]*<[^>]*>\\|master br-vm'
cat /proc/sys/net/ipv6/conf/host0/accept_ra /proc/sys/net/ipv6/conf/host0/proxy_ndp
"""
PENDING = "printf '[Network]\\nDHCP=no\\n' >/etc/systemd/network/10-lab.network.d/50-admin.conf"
DELETED = "cd /etc/systemd/network; printf '[Match]\\nName=none0\\n' >50-x.network; " \
    "systemctl restart systemd-networkd; sleep 2; rm 50-x.network"
LATER = "printf '[Network]\\nManageForeignRoutes=yes\\n' >/etc/systemd/networkd.conf.d/95-admin.conf"
FLAPS = "systemctl kill -s ABRT systemd-networkd; sleep 3; systemctl is-active systemd-networkd"
# The socket would start it again at the next word of the kernel.
FAILED = "systemctl stop systemd-networkd.socket systemd-networkd; mkdir -p /run/systemd/system/systemd-networkd.service.d; " \
    "printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\nRestart=no\\n' >/run/systemd/system/systemd-networkd.service.d/x.conf; " \
    "systemctl daemon-reload; systemctl start systemd-networkd || true; systemctl stop systemd-networkd.socket"


class Roled:
    """A host and the role on it."""

    def __init__(self, lab: Lab, host: Host) -> None:
        self.lab, self.host = lab, host

    def role(self, check: bool = False, **variables: Any) -> Done:
        """How the role ends."""
        return run_role(self.lab.spaces, self.host, "networkd", variables, check=check)

    def do(self, script: str) -> str:
        """What the lines print; they must succeed."""
        done = self.host.run(script)
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture(params=["debian12", "debian13"])
def roled(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Roled]:
    """A host in the state of incident 004."""
    host = lab.boot(request.param)
    try:
        roled = Roled(lab, host)
        roled.do(DEFAULTS)
        yield roled
    finally:
        lab.remove(host)


def test_nothing_is_lost_any_more(roled: Roled) -> None:
    network, look = roled.do(NETWORK), roled.do(LOOK)
    planned = roled.role(check=True)
    assert not planned.failed and planned.changed == 2 and "ManageForeignRoutes" in planned.output, planned.output
    assert roled.do(LOOK) == look
    done = roled.role()
    assert not done.failed and done.changed == 2, done.output
    assert roled.do(NETWORK) == network
    again = roled.role()
    assert not again.failed and again.changed == 0, again.output
    for _time in range(3):
        roled.do("systemctl restart systemd-networkd; sleep 2")
        assert roled.do(NETWORK) == network
    roled.host.reboot()
    roled.do(f"like-tailscale 10.77.0.0/24 172.30.5.0/24 fe80::/64; systemctl restart systemd-networkd; sleep 2; {FOUR_RULES}")
    assert roled.do(NETWORK) == network
    assert roled.role().changed == 0


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        pytest.param(MANY_ROUTES, "could be the outage: there are 2", id="big table"),
        pytest.param(LATER, "/etc/systemd/networkd.conf.d/95-admin.conf:2", id="a later drop-in"),
        pytest.param(FLAPS, "came back by itself 1 times", id="flapping"),
        pytest.param(PENDING, "50-admin.conf changed since it started", id="a pending file"),
        pytest.param(DELETED, "/etc/systemd/network (what is in it) changed since it started", id="a deleted file"),
        pytest.param(FAILED, "systemd-networkd is failed", id="failed"),
    ],
)
def test_refused_and_nothing_touched(roled: Roled, broken: str, why: str) -> None:
    roled.do(broken)
    look = roled.do(LOOK)
    refused = roled.role()
    assert refused.failed and refused.changed == 0 and why in refused.output, refused.output
    assert roled.do(LOOK) == look


def test_forced_in_spite_of_a_big_table(roled: Roled) -> None:
    roled.do(MANY_ROUTES)
    network = roled.do(NETWORK)
    forced = roled.role(holdfast_networkd_force=True)
    assert not forced.failed and forced.changed == 2, forced.output
    assert roled.do(NETWORK) == network
    assert roled.role().changed == 0


def test_what_the_restart_costs_is_put_back(roled: Roled) -> None:
    """The unit itself deletes a rule and a route here, in the place of whatever else may."""
    roled.do("mkdir -p /run/systemd/system/systemd-networkd.service.d")
    roled.do("printf '[Service]\\nExecStartPost=/bin/sh -c \"ip rule del pref 5270; ip route del throw 172.30.5.0/24 table 52\"\\n'"
             " >/run/systemd/system/systemd-networkd.service.d/x.conf; systemctl daemon-reload")
    network = roled.do(NETWORK)
    done = roled.role()
    assert not done.failed and "2 addresses, neighbours, nexthops, routes, rules and settings of links were put back" in done.output, done.output
    assert roled.do(NETWORK) == network


@pytest.mark.parametrize("keep", [False, True])
def test_a_route_on_a_managed_link(roled: Roled, keep: bool) -> None:
    """252 sets the addresses anew, upon which the kernel drops the route: it is spared, until the next boot or for good."""
    roled.do("ip route add 203.0.113.0/24 via 10.77.0.1 dev host0 proto bird")
    done = roled.role(holdfast_networkd_keep_configuration=keep)
    assert not done.failed and "still costs" not in done.output, done.output
    assert "bird" in roled.do("ip route show 203.0.113.0/24")
    roled.do("systemctl restart systemd-networkd; sleep 2")
    assert "bird" in roled.do("ip route show 203.0.113.0/24")
    spares = roled.host.run("ls /run/systemd/network/*/zzz-holdfast.conf").returncode == 0
    assert spares == (roled.host.name == "debian12" and not keep)


@pytest.mark.parametrize("keeps", ["with a static address", "with DHCP"])
def test_what_others_set_stays(roled: Roled, keeps: str) -> None:
    """No key of networkd.conf spares it, but drop-ins in /run do; on a link with DHCP some of it is taken, and put back."""
    roled.do((USES_DHCP if keeps == "with DHCP" else "") + BRIDGE + ADDRESSES + NEXTHOPS + NEIGHBOURS + SETTINGS)
    network, everything = roled.do(NETWORK), roled.do(ALL)
    done = roled.role()
    assert not done.failed and "sysctl net/ipv6/conf/host0/accept_ra=2" in done.output, done.output
    assert set((roled.do(NETWORK) + roled.do(ALL)).splitlines()) ^ set((network + everything).splitlines()) == set()
    keep = "static" if keeps == "with DHCP" else "yes"
    assert f"\nKeepConfiguration={keep}\n" in roled.do("cat /run/systemd/network/10-lab.network.d/zzz-holdfast.conf")
    said = roled.do("cat /run/systemd/network/20-dum.network.d/zzz-holdfast.conf")
    assert "\nKeepMaster=yes\n" in said and "\nActivationPolicy=manual\n" in said


def test_a_nexthop_that_could_not_be_put_back(roled: Roled) -> None:
    """Before 256 no key spares it, and on links with DHCP no drop-in: refused there. Elsewhere it stays."""
    roled.do(NEXTHOPS + RESILIENT)
    everything = roled.do(ALL)
    done = roled.role()
    assert not done.failed and roled.do(ALL) == everything, done.output


@pytest.mark.parametrize("roled", ["debian12"], indirect=True)
def test_a_nexthop_that_nothing_spares(roled: Roled) -> None:
    roled.do(USES_DHCP + NEXTHOPS + RESILIENT)
    look, everything = roled.do(LOOK), roled.do(ALL)
    done = roled.role()
    assert done.failed and done.changed == 0 and "1 nexthops would be deleted" in done.output, done.output
    assert (roled.do(LOOK), roled.do(ALL)) == (look, everything)
