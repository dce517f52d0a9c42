# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What others set on the links that networkd manages, as the kernel has it, and as facts."""

from __future__ import annotations

import ipaddress
from typing import Any, Callable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_facts import Daemon, Own
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_taken import Others, Setting, is_kernels
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_text import family_name, prefix
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Address, LinkState, Neighbour, Netlink

_MOST_LINKS = 64
_SYSCTL = "/proc/sys/net"


class Seen(NamedTuple):
    """What others set, and why that may not be all."""

    others: Others
    doubts: list[str]


class Kernel(NamedTuple):
    """The kernel's addresses, neighbours and links, of both families; `whole` is false where a limit cut them."""

    addresses: list[Address]
    neighbours: list[Neighbour]
    links: list[LinkState]
    whole: bool


def read_kernel(netlink: Netlink) -> Kernel:
    """All of it; Unanswered where the kernel doesn't tell."""
    addresses = [netlink.addresses(family) for family in (INET, INET6)]
    neighbours = [netlink.neighbours(family) for family in (INET, INET6)]
    links = netlink.link_states()
    return Kernel(
        [one for dump in addresses for one in dump.entries],
        [one for dump in neighbours for one in dump.entries],
        links.entries,
        all(dump.whole for dump in (*addresses, *neighbours, links)),
    )


def look(host: Host, kernel: Kernel, daemon: Daemon, own: Own) -> Seen:
    """What others set on the managed links."""
    networks = daemon.managed.by_link
    doubts = [] if kernel.whole else ["not all addresses, neighbours and links were read"]
    addresses = [one for one in kernel.addresses if one.ifindex in networks and not is_kernels(one)]
    undecided = sum(own.address(one) is None for one in addresses)
    if undecided:
        doubts.append(f"{undecided} addresses may be networkd's own: routers and DHCP servers give such")
    settings, unread = _settings(host, kernel.links, daemon)
    others = Others(
        [one for one in addresses if own.address(one) is False],
        [one for one in kernel.neighbours if one.ifindex in networks and not own.neighbour(one)],
        [one for one in kernel.links if one.master and one.ifindex in networks and not networks[one.ifindex].joins],
        [one for one in kernel.links if not one.up and one.ifindex in networks],
        settings,
    )
    return Seen(others, doubts + unread)


def _settings(host: Host, links: list[LinkState], daemon: Daemon) -> tuple[list[Setting], list[str]]:
    """What networkd writes on its links, as it is now, and why that may not be all; a setting that isn't there is none."""
    managed = [link for link in links if link.ifindex in daemon.managed.by_link]
    found, why = [], []
    if len(managed) > _MOST_LINKS:
        why.append(f"the settings of {len(managed) - _MOST_LINKS} links were not read")
    for link in managed[:_MOST_LINKS]:
        for key, becomes in daemon.managed.by_link[link.ifindex].writes:
            try:
                value = host.read(f"{_SYSCTL}/{key.replace('LINK', link.name)}").text.strip()
            except Absent:
                continue
            except NotSeen as missing:
                why.append(missing.why)
                continue
            found.append(Setting(link.ifindex, key, value, becomes))
    return found, why[:3]


def facts(others: Others, names: dict[int, str], listed: Callable[[str, list[Any], Callable[[Any], dict[str, Any]]], dict[str, Any]]) -> dict[str, Any]:
    """The parts of `routes.foreign` and `routes.at_risk`; `listed` bounds and counts them."""

    def name(index: int) -> str:
        return names.get(index, str(index))

    return {
        **listed("addresses", others.addresses, lambda one: address_fact(one, name(one.ifindex))),
        **listed("neighbours", others.neighbours, lambda one: neighbour_fact(one, name(one.ifindex))),
        **listed("ports", others.ports, lambda one: _port_fact(one, name(one.master))),
        **listed("links_down", others.down, lambda one: {"device": one.name, "text": f"{one.name} is set down"}),
        **listed("settings", others.settings, lambda one: _setting_fact(one, name(one.ifindex))),
    }


def address_fact(address: Address, device: str) -> dict[str, Any]:
    """`{family, address, device, permanent, text}`."""
    text = prefix(address.family, address.address, address.prefixlen)
    lasts = "" if address.permanent else " for a time"
    return {
        "family": family_name(address.family),
        "address": text,
        "device": device,
        "permanent": address.permanent,
        "text": f"{text} on {device}{lasts}",
    }


def neighbour_fact(neighbour: Neighbour, device: str) -> dict[str, Any]:
    """`{family, address, lladdr, device, proxy, text}`; a proxy has no `lladdr`."""
    address = str(ipaddress.ip_address(neighbour.address))
    lladdr = neighbour.lladdr.hex(":")
    what = f"proxy for {address}" if neighbour.proxy else f"{address} at {lladdr}"
    return {
        "family": family_name(neighbour.family),
        "address": address,
        "lladdr": lladdr or None,
        "device": device,
        "proxy": neighbour.proxy,
        "text": f"{what} on {device}",
    }


def _port_fact(link: LinkState, master: str) -> dict[str, Any]:
    return {"device": link.name, "master": master, "text": f"{link.name} in {master}"}


def _setting_fact(setting: Setting, device: str) -> dict[str, Any]:
    key = setting.key.replace("/conf/LINK/", ".")
    return {
        "device": device,
        "key": key,
        "value": setting.value,
        "becomes": setting.becomes,
        "text": f"{key} of {device}: {setting.value}, becomes {setting.becomes}",
    }
