# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leases and what routers give, on real hosts: networkd is restarted only where servers and routers would give the same again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from holdlab.hosts import Host
from holdlab.lab import Lab
from holdlab.module import run_module

# dnsmasq is the DHCP and DHCPv6 server and the router, with addresses that begin as told.
SERVES = """
sysctl -q -w net.ipv6.conf.all.forwarding=1
ip -6 addr flush dev host0 scope global; ip addr add {six}::1/64 dev host0 nodad
dnsmasq --conf-file=/dev/null --port=0 --interface=host0 --bind-interfaces --no-ping --pid-file=/run/dnsmasq.pid --dhcp-leasefile=/run/leases-{four} \\
  --dhcp-range={four}0,{four}9,1h --dhcp-option=3,10.77.0.1 --dhcp-option=6,10.77.0.1 \\
  --enable-ra --dhcp-range={six}::100,{six}::1ff,slaac,64,1h --dhcp-option=option6:dns-server,[{six}::1]
"""
SILENT = "[ ! -e /run/dnsmasq.pid ] || { kill $(cat /run/dnsmasq.pid); rm /run/dnsmasq.pid; sleep 0.3; }"
ASKS = """
printf '[Match]\\nName=host0\\n[Network]\\nDHCP=yes\\nIPv6AcceptRA=yes\\n' >/etc/systemd/network/10-lab.network
systemctl restart systemd-networkd
"""
# Two addresses of DHCP, one made of the router's prefix, and the name servers of all three.
GIVEN = """
for try in $(seq 60); do
  addresses=$(ip -o addr show dev host0 dynamic | grep -o '\\(10\\|fd\\)[^ ]*/[0-9]*' | sort)
  servers=$(resolvectl dns host0)
  case "$(echo "$addresses" | wc -l) $servers" in 3*fd77*) ip -o addr show dev host0 | grep -q tentative || break;; esac
  sleep 0.5
done
echo "$addresses"; echo "$servers"; ip route show default dev host0; ip -6 route show default dev host0 | grep -o 'via [^ ]*'
"""
MOVES = """
systemctl restart systemd-networkd
until ip addr show dev host0 | grep 10.77.0.17; do sleep 0.5; done
! ip addr show dev host0 | grep 10.77.0.15
"""


class Network:
    """A host, and the server that gives it its addresses."""

    def __init__(self, lab: Lab, host: Host, server: Host) -> None:
        self.lab, self.host, self.server = lab, host, server

    def serve(self, four: str, six: str) -> None:
        """From now on."""
        done = self.server.run(SILENT + SERVES.format(four=four, six=six))
        assert done.returncode == 0, done.stdout

    def given(self) -> str:
        """What the host has from the server."""
        return self.host.run(GIVEN).stdout

    def restart(self) -> dict[str, Any]:
        """How the module ends."""
        return run_module(self.lab.spaces, self.host, "networkd_restart", {})


# 247 doesn't tell whether a router gave the DNS servers or somebody told them, so it is refused there for that alone.
@pytest.fixture(params=["debian12", "debian13"])
def network(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Network]:
    """A host with a lease, a DHCPv6 lease and an address from a router."""
    server, host = lab.boot("debian13", "server"), lab.boot(request.param)
    try:
        network = Network(lab, host, server)
        server.run("systemctl stop systemd-networkd.socket systemd-networkd")
        network.serve("10.77.0.15", "fd77:1")
        assert host.run(ASKS).returncode == 0
        yield network
    finally:
        lab.remove(host)
        lab.remove(server)


def test_restarted_only_where_the_same_is_given_again(network: Network) -> None:
    given = network.given()
    assert "10.77.0.15" in given and given.count("fd77:1::") >= 3, given
    again = network.restart()
    assert not again["failed"] and network.given() == given, again
    network.server.run(SILENT)
    refuses(network, "no DHCP server answers host0", "no DHCPv6 server answers host0", "no IPv6 router answers host0")
    network.serve("10.77.0.17", "fd77:2")
    refuses(network, "offers host0 10.77.0.17", " instead of 10.77.0.15", "a DHCPv6 server offers host0 fd77:2::", " instead of fd77:1::")
    assert network.host.run("ip addr show dev host0 | grep 10.77.0.15").returncode == 0
    # What was refused would have come.
    assert network.host.run(MOVES).returncode == 0


def refuses(network: Network, *why: str) -> None:
    """The module names all of these, and networkd is not touched."""
    running = network.host.run("systemctl show -p InvocationID systemd-networkd").stdout
    refused = network.restart()
    assert refused["failed"] and all(text in refused["msg"] for text in why), refused
    assert network.host.run("systemctl show -p InvocationID systemd-networkd").stdout == running
