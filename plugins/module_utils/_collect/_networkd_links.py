# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""The links that networkd manages, and what their .network files say, as they now stand."""

from __future__ import annotations

import ipaddress
import os
from typing import NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import address_text
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_writes import writes
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._route_text import prefix
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, Address
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import (
    Assignment,
    boolean,
    parse_unit_text,
    read_config,
)

_STATES = "/run/systemd/netif/links"
_DIRECTORIES = ("/etc/systemd/network", "/run/systemd/network", "/usr/local/lib/systemd/network", "/usr/lib/systemd/network")
# .network files are looked for in all directories by every version.
_EVERYWHERE = 999
_MOST_LINKS = 4096
# path_is_network_fs() in src/basic/stat-util.c
_NETWORK_FILE_SYSTEMS = frozenset({"afs", "ceph", "cifs", "smb3", "smbfs", "ncp", "ncpfs", "nfs", "nfs4", "gfs", "gfs2", "glusterfs"})
_KEEPS = {"dhcp": "dynamic", "dhcp-on-stop": "dynamic-on-stop", "static": "static"}
# The new names came with 257.
_NEW_KEEPS = {"dynamic": "dynamic", "dynamic-on-stop": "dynamic-on-stop"}
_RENAMED = 257
_KEEPS_MASTER = 248  # ActivationPolicy= is as old


class Network(NamedTuple):
    """What one .network file with its drop-ins asks for, as far as it matters here.

    `addresses` are those with their prefix length, `broadcasts` what it sets as the broadcast of IPv4 ones;
    `destinations` are those of its routes, with 0.0.0.0/0 and ::/0 where it has a gateway, `tables` the
    numbers of their tables, -1 for one with a name; `priorities` those of its policy rules; `has_rules`
    whether it has such rules at all; `joins` whether it makes the link a port of something itself;
    `neighbours` are the addresses of its own; `writes` the settings of the link and what they become; `link_local`
    is LinkLocalAddressing=.
    """

    keep: str = "no"
    dhcp: bool = False
    addresses: frozenset[str] = frozenset()
    broadcasts: frozenset[str] = frozenset()
    destinations: frozenset[str] = frozenset()
    tables: frozenset[int] = frozenset({254})
    priorities: frozenset[int] = frozenset()
    has_rules: bool = False
    keep_master: bool = False
    joins: bool = False
    activation: str = "up"
    neighbours: frozenset[str] = frozenset()
    writes: tuple[tuple[str, str], ...] = ()
    link_local: str = ""


class Managed(NamedTuple):
    """The managed links with the Network and its file of each by index; `why` says what could not be read."""

    links: list[Link]
    networks: list[Network]
    why: str | None = None
    by_link: dict[int, Network] = {}
    files: dict[int, str] = {}


def read_links(host: Host, names: dict[int, str], addresses: list[Address], version: int) -> Managed:
    """All links with a .network file; `addresses` are the kernel's of IPv4. NotSeen where networkd's state can't be read."""
    default = "yes" if _root_is_remote(host) else "no"
    networks: dict[str, Network] = {}
    problems: list[str] = []
    links: list[Link] = []
    by_link: dict[int, Network] = {}
    files: dict[int, str] = {}
    entries = [entry for entry in _entries(host) if entry.isdigit() and int(entry) in names]
    if len(entries) > _MOST_LINKS:
        problems.append(f"{len(entries) - _MOST_LINKS} of {len(entries)} links were not looked at")
    for entry in entries[:_MOST_LINKS]:
        try:
            file = parse_state(host.read(f"{_STATES}/{entry}").text)
        except Absent:
            continue
        except NotSeen as missing:
            problems.append(missing.why)
            continue
        if not file:
            continue
        if file not in networks:
            networks[file] = _read_network(host, file, version, default, problems)
        name = names[int(entry)]
        network = networks[file]
        kinds = frozenset(_kind(one, network) for one in addresses if one.ifindex == int(entry))
        links.append(Link(int(entry), name, network.keep, kinds, name == "lo", network.keep_master, network.activation))
        by_link[int(entry)], files[int(entry)] = network, file
    return Managed(links, list(networks.values()), "; ".join(problems[:3]) or None, by_link, files)


def _kind(address: Address, network: Network) -> str:
    """Where an IPv4 address comes from, as in Link."""
    if prefix(INET, address.address, address.prefixlen) not in network.addresses:
        # With these a lease's address is kept for ever.
        leased = network.dhcp and (not address.permanent or network.keep in ("dynamic", "yes"))
        return "dhcp" if leased else "foreign" if address.permanent else "lifetime"
    broadcast = str(ipaddress.ip_address(address.broadcast)) if len(address.broadcast) == 4 else None
    return "requested" if broadcast is None or broadcast in network.broadcasts else "rebroadcast"


def _entries(host: Host) -> list[str]:
    try:
        return host.listdir(_STATES)
    except Absent:
        return []


def parse_state(text: str) -> str | None:
    """The .network file out of a state file of /run/systemd/netif/links; None for a link that networkd leaves alone."""
    state = dict(line.partition("=")[::2] for line in text.splitlines())
    if state.get("ADMIN_STATE") == "unmanaged":
        return None
    return state.get("NETWORK_FILE") or None


def _read_network(host: Host, file: str, version: int, default: str, problems: list[str]) -> Network:
    return parse_network(read_file(host, file, problems), version, default)


def read_file(host: Host, file: str, problems: list[str]) -> list[Assignment]:
    """All that a .network file and its drop-ins say; what can't be seen is added to `problems`."""
    config = read_config(host, os.path.basename(file), "Network", version=_EVERYWHERE, directories=_DIRECTORIES)
    if config.problem:
        problems.append(config.problem)
    elif file not in config.files:
        problems.append(f"{file} is gone or hidden since networkd read it")
    assignments: list[Assignment] = []
    for path in config.files:
        try:
            assignments += parse_unit_text(host.read(path).text, path)[0]
        except NotSeen as missing:
            problems.append(missing.why)
    return assignments


def parse_network(assignments: list[Assignment], version: int, default: str = "no") -> Network:
    """The Network out of the assignments of a .network file and its drop-ins; `default` is the host's KeepConfiguration=."""
    return Network(
        keep=_keep(assignments, version, default),
        dhcp=any(one.value in ("ipv4", "v4") or boolean(one.value) for one in _of(assignments, "Network", "DHCP")[-1:]),
        addresses=_addresses(assignments),
        broadcasts=frozenset(one.value for one in _of(assignments, "Address", "Broadcast")),
        destinations=_destinations(assignments),
        tables=frozenset({254, *(_number(one.value) for one in _of(assignments, "Route", "Table"))}),
        priorities=frozenset(_number(one.value) for one in _of(assignments, "RoutingPolicyRule", "Priority")),
        has_rules=any(one.section == "RoutingPolicyRule" for one in assignments),
        keep_master=version >= _KEEPS_MASTER and boolean(_last(assignments, "Network", "KeepMaster")) is True,
        joins=bool(_of(assignments, "Network", "Bridge", "Bond", "VRF", "BatmanAdvanced")),
        activation=(_last(assignments, "Link", "ActivationPolicy") or "up") if version >= _KEEPS_MASTER else "up",
        neighbours=frozenset(filter(None, (address_text(one.value) for one in _of(assignments, "Neighbor", "Address")))),
        writes=writes(assignments, version),
        link_local=_last(assignments, "Network", "LinkLocalAddressing"),
    )


def _last(assignments: list[Assignment], section: str, key: str) -> str:
    return next((one.value for one in reversed(_of(assignments, section, key))), "")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1


def _of(assignments: list[Assignment], section: str, *keys: str) -> list[Assignment]:
    return [one for one in assignments if one.section == section and one.key in keys]


def _keep(assignments: list[Assignment], version: int, default: str) -> str:
    """The last KeepConfiguration= that this version understands; CriticalConnection= is its old name."""
    words = {**_KEEPS, **(_NEW_KEEPS if version >= _RENAMED else {})}
    keep = None
    for one in _of(assignments, "Network", "KeepConfiguration"):
        known = _yes_no(one.value) or words.get(one.value)
        keep = known or (keep if one.value else None)
    for section in ("DHCP", "DHCPv4"):
        for one in _of(assignments, section, "CriticalConnection"):
            keep = keep or _yes_no(one.value)
    return keep or default


def _yes_no(text: str) -> str | None:
    known = boolean(text)
    return None if known is None else "yes" if known else "no"


def _addresses(assignments: list[Assignment]) -> frozenset[str]:
    found = set()
    for one in _of(assignments, "Network", "Address") + _of(assignments, "Address", "Address"):
        try:
            address = ipaddress.ip_interface(one.value)
        except ValueError:
            continue
        found.add(str(address))
    return frozenset(found)


def _destinations(assignments: list[Assignment]) -> frozenset[str]:
    found = set()
    for one in _of(assignments, "Route", "Destination"):
        try:
            found.add(str(ipaddress.ip_network(one.value, strict=False)))
        except ValueError:
            continue
    if _of(assignments, "Network", "Gateway", "DefaultRouteOnDevice") + _of(assignments, "Route", "Gateway"):
        found |= {"0.0.0.0/0", "::/0"}
    return frozenset(found)


def _root_is_remote(host: Host) -> bool:
    """A root on a network file system makes KeepConfiguration=yes the default."""
    try:
        mounts = host.read("/proc/self/mounts").text
    except NotSeen:
        return False
    roots = [fields[2] for fields in map(str.split, mounts.splitlines()) if len(fields) > 2 and fields[1] == "/"]
    return any(kind in _NETWORK_FILE_SYSTEMS for kind in roots[-1:])
