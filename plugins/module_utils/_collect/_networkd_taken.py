# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What a start of systemd-networkd takes of others on its links besides rules, routes and nexthops: a model of its source. Pure.

No key of networkd.conf spares any of it. Held against real restarts of 247, 252 and 257. Sources: link_drop_foreign_addresses() of
networkd-address.c and link_drop_foreign_neighbors() of networkd-neighbor.c (…_unmanaged_… since 256), link_request_to_set_master() and
link_request_to_activate() of networkd-setlink.c (link_set_nomaster() of networkd-link.c in 247), link_set_sysctl() of networkd-sysctl.c.
"""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link, Settings, loses_addresses
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Address, LinkState, Neighbour

_SPARES_NEIGHBOURS = 256  # KeepConfiguration=static; link_drop_unmanaged_neighbors() of 257 does, and 252 doesn't
_LINK_LOCAL6, _LINK_LOCAL6_MASK = 0xFE80, 0xFFC0
_LOOPBACK = frozenset({b"\x7f\0\0\1", bytes(15) + b"\1"})
_LEFT_DOWN = ("manual", "bound", "down", "always-down")


class Setting(NamedTuple):
    """A setting of a link: `key` is the place below /proc/sys/net with LINK in the link's place, or "mtu"; `becomes` what networkd makes of it."""

    ifindex: int
    key: str
    value: str
    becomes: str


class Others(NamedTuple):
    """What others set on links: addresses, neighbours, ports of their bridges, links taken down, and settings."""

    addresses: list[Address] = []
    neighbours: list[Neighbour] = []
    ports: list[LinkState] = []
    down: list[LinkState] = []
    settings: list[Setting] = []


def taken(others: Others, links: list[Link], settings: Settings) -> Others:
    """What of `others` the next start takes."""
    by_index = {link.ifindex: link for link in links}
    bare = {link.ifindex for link in links if loses_addresses(link, settings)}
    return Others(
        [one for one in others.addresses if one.ifindex in by_index and _drops_address(by_index[one.ifindex], one)],
        [one for one in others.neighbours if one.ifindex in by_index and _drops_neighbour(by_index[one.ifindex], one, bare, settings.version)],
        [one for one in others.ports if one.ifindex in by_index and _releases(by_index[one.ifindex])],
        [one for one in others.down if one.ifindex in by_index and by_index[one.ifindex].activation not in _LEFT_DOWN],
        [one for one in others.settings if one.ifindex in by_index and one.value != one.becomes],
    )


def _drops_address(link: Link, address: Address) -> bool:
    if link.keep == "yes" or is_kernels(address):
        return False
    # link_address_is_dynamic(): one whose preferred lifetime ends is, and one on which a route of DHCP hangs.
    return link.keep != ("static" if address.preferred else "dynamic")


def is_kernels(address: Address) -> bool:
    """Whether networkd leaves the address to the kernel: 127.0.0.1, ::1, fe80::…"""
    link_local = address.family == INET6 and int.from_bytes(address.address[:2], "big") & _LINK_LOCAL6_MASK == _LINK_LOCAL6
    return link_local or address.address in _LOOPBACK


def _drops_neighbour(link: Link, neighbour: Neighbour, bare: set[int], version: int) -> bool:
    """networkd drops the permanent ones; with a link's last IPv4 address the kernel drops all of ARP (fib_disable_ip())."""
    if neighbour.family == INET and link.ifindex in bare:
        return True
    spared = ("yes", "static") if version >= _SPARES_NEIGHBOURS else ("yes",)
    return link.keep not in spared and neighbour.permanent and not neighbour.proxy


def _releases(link: Link) -> bool:
    return not link.keep_master
