# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What servers and routers gave to each link of networkd, as networkd's files and the kernel tell."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any, Iterator, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Address, Dump, Route, Unanswered

_NETIF = "/run/systemd/netif"
_MOST_ROUTES = 4096
_RA, _DHCP = 9, 16  # RTPROT_RA, RTPROT_DHCP
_WHOLE = 128  # DHCPv6 gives no shorter prefix
_LINK_LOCAL = ipaddress.IPv6Network("fe80::/10")


class Link(NamedTuple):
    """A link that networkd manages: what networkd writes of it and of its lease, its IPv6 addresses, and its routes from routers.

    `leased` tells whether it has IPv4 routes of DHCP, or an IPv4 address with a lifetime and a metric, as leases of networkd make
    (dhcp4_request_route() and dhcp4_request_address() of networkd-dhcp4.c).
    """

    name: str
    state: str
    lease: str
    addresses: list[Address]
    routes: list[Route]
    leased: bool = False

    def dhcp6_addresses(self) -> frozenset[str]:
        """Those that look as if a DHCPv6 server had given them."""
        return frozenset(str(ipaddress.IPv6Address(one.address)) for one in self.addresses if not one.permanent and one.prefixlen == _WHOLE)

    def prefixes(self) -> frozenset[str]:
        """Those that routers told of and an address was made of."""
        made = [ipaddress.IPv6Address(one.address) for one in self.addresses if not one.permanent and one.prefixlen < _WHOLE]
        told = {ipaddress.IPv6Network((one.destination, one.prefixlen)) for one in self.routes if one.destination and one.prefixlen < _WHOLE}
        return frozenset(str(network) for network in told if any(address in network for address in made))

    def link_local(self) -> bytes:
        """Its packed address for neighbours; ValueError where it has none."""
        found = [one.address for one in self.addresses if ipaddress.IPv6Address(one.address) in _LINK_LOCAL]
        if not found:
            raise ValueError(f"{self.name} has no link-local address")
        return found[0]


def links(host: Host) -> Iterator[Link]:
    """All links that networkd manages; NotSeen where the kernel doesn't tell of all addresses and routes."""
    try:
        addresses, routes = host.netlink.addresses(INET6), host.netlink.routes(INET6, _MOST_ROUTES, protocol=_RA)
        leased = _leased(host)
    except Unanswered as failed:
        raise NotSeen(failed.why) from None
    for index, name in socket.if_nameindex():
        state = _read(host, f"links/{index}")
        if state and "ADMIN_STATE=unmanaged" not in state.splitlines():
            yield Link(
                name,
                state,
                _read(host, f"leases/{index}"),
                [one for one in _whole(addresses) if one.ifindex == index],
                [one for one in _whole(routes) if _is_on(one, index)],
                index in leased,
            )


def _leased(host: Host) -> set[int]:
    """The links that look as if they had a lease."""
    routes, addresses = host.netlink.routes(INET, _MOST_ROUTES, protocol=_DHCP), host.netlink.addresses(INET)
    on_routes = {path.oif for route in _whole(routes) for path in route.paths}
    return on_routes | {one.ifindex for one in _whole(addresses) if one.metric and not one.permanent}


def _is_on(route: Route, index: int) -> bool:
    return any(path.oif == index for path in route.paths)


def hardware(host: Host, link: str) -> bytes:
    """The packed Ethernet address; ValueError for a link of another kind."""
    address = bytes.fromhex(host.read(f"/sys/class/net/{link}/address").text.strip().replace(":", ""))
    if host.read(f"/sys/class/net/{link}/type").text.strip() != "1" or len(address) != 6:
        raise ValueError(f"{link} is no Ethernet link")
    return address


def _whole(dump: Dump) -> list[Any]:
    if not dump.whole:
        raise NotSeen("there are too many addresses, or routes from routers or DHCP")
    return dump.entries


def _read(host: Host, name: str) -> str:
    """A file of networkd's own; empty where there is none."""
    try:
        return host.read(f"{_NETIF}/{name}").text
    except Absent:
        return ""
