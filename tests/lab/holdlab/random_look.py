# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole network of a host by the words of ip, bridge, tc, /proc and resolvectl, without what moves by itself; pure but for look().

A thing is a tuple that begins with its kind; what it is like is a text. So two looks tell what is gone, what is new and what is otherwise.
"""

from __future__ import annotations

import ipaddress
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from .hosts import Host

# Neither the host's words nor the order of its parts may depend on what is looked at, so each part stands by itself.
LOOK = r"""
set +e
exec 2>/dev/null
echo '== link'; ip -j -d address
for family in 4 6; do
    echo "== route$family"; ip -$family -j -d route show table all
    echo "== rule$family"; ip -$family -j -d rule
    echo "== neighbour$family"; ip -$family -j neigh show nud all
    echo "== proxy$family"; ip -$family -j neigh show proxy
done
echo '== nexthop'; ip -j -d nexthop
echo '== qdisc'; tc -j qdisc
echo '== fdb'; bridge fdb | grep static
echo '== vlan'; bridge -j vlan
echo '== mdb'; bridge mdb | grep permanent
echo '== setting'; cd /proc/sys/net; grep -r '' ipv4/conf ipv6/conf ipv4/ip_forward
for what in dns domain default-route llmnr mdns dnssec dnsovertls nta; do echo "== dns $what"; resolvectl $what; done
echo '== file'; find /etc /run/systemd/network /usr/lib/systemd/network -type f -exec md5sum {} +
echo '== left'
systemctl list-units --all --plain --no-legend 'holdfast*'
cat /var/lib/holdfast/open
echo '== end'
"""

Thing = tuple[str, ...]
Look = Mapping[Thing, str]

# How long something still lives, and whether the other end has carrier, is not the host's state.
_MOVES = {"expires", "flags", "cache", "pref", "used", "error"}
_LIVES = {0: "0", 0xFFFFFFFF: "forever"}
_WORDS = {"dns": "servers", "domain": "domains", "dnsovertls": "dns_over_tls", "default-route": "default_route"}


def look(host: Host) -> Look:
    """All that a host's network has. Raises RuntimeError where it can't be looked at."""
    done = host.run(LOOK)
    if not done.stdout.endswith("== end\n"):
        raise RuntimeError(f"{host.name} can't be looked at:\n{done.stdout[-2000:]}")
    return parse(done.stdout)


def parse(text: str) -> Look:
    """The things in LOOK's output."""
    found: dict[Thing, str] = {}
    count: Counter[Thing] = Counter()
    for part in text.split("== ")[1:]:
        title, _newline, lines = part.partition("\n")
        for thing, value in _things(title, lines):
            # The kernel has some things twice.
            count[thing] += 1
            found[thing if count[thing] == 1 else (*thing, f"({count[thing]})")] = value
    return found


def lost(before: Look, after: Look) -> dict[Thing, str]:
    """What isn't there any more, or is otherwise, with what became of it."""
    return {thing: f"{value} -> {after[thing]}" if thing in after else f"{value} is gone" for thing, value in before.items() if after.get(thing) != value}


def new(before: Look, after: Look) -> dict[Thing, str]:
    """What wasn't there."""
    return {thing: value for thing, value in after.items() if thing not in before}


def _things(title: str, lines: str) -> Iterator[tuple[Thing, str]]:
    kind, more = title.rstrip("46"), title[-1]
    if kind in ("fdb", "mdb", "left"):
        yield from (((kind, line.strip()), "there") for line in lines.splitlines())
    elif kind == "setting":
        yield from _settings(lines)
    elif kind == "file":
        yield from (((kind, path), digest) for digest, path in (line.split(None, 1) for line in lines.splitlines()))
    elif kind.startswith("dns"):
        yield from _dns(kind.split()[1], lines)
    elif kind != "end":
        for entry in json.loads(lines or "[]"):
            yield from _OF_JSON[kind](entry, more)


def _settings(lines: str) -> Iterator[tuple[Thing, str]]:
    for line in lines.splitlines():
        path, _colon, value = line.partition(":")
        words = path.split("/")
        if words[-1] != "stable_secret":
            yield ("setting", words[2] if len(words) > 3 else "all", f"{words[0]}.{words[-1]}"), value


def _dns(what: str, lines: str) -> Iterator[tuple[Thing, str]]:
    """`Link 2 (host0): 10.77.0.1`, or Global; older ones go on in lines of their own."""
    device = ""
    for line in lines.splitlines():
        head, colon, rest = line.partition(": ") if ": " in line else line.partition(":")
        begins = head.startswith(("Link ", "Global"))
        if not line.strip():
            continue
        device = head.split("(")[-1].rstrip(")") if begins else device
        yield ("dns", device, _WORDS.get(what, what)), " ".join((rest if begins else line).split())


def _link(entry: dict[str, Any], _more: str) -> Iterator[tuple[Thing, str]]:
    device, flags = entry["ifname"], entry["flags"]
    kind = entry.get("linkinfo", {}).get("info_kind", entry["link_type"])
    told = {
        "link": kind, "state": "up" if "UP" in flags else "down", "master": entry.get("master"), "mtu": entry["mtu"], "mac": entry["address"],
        "alias": entry.get("ifalias"), "group": entry.get("group"), "queue": entry.get("txqlen"),
        "promisc": "PROMISC" in flags, "allmulticast": "ALLMULTI" in flags, "multicast": "MULTICAST" in flags, "arp": "NOARP" not in flags,
    }  # fmt: skip
    yield from (((name, device), str(value)) for name, value in told.items() if value not in (None, False))
    for address in entry["addr_info"]:
        yield from _address(device, address)


def _address(device: str, address: dict[str, Any]) -> Iterator[tuple[Thing, str]]:
    peer = address.get("address", "")
    lives = [_LIVES.get(address[f"{name}_life_time"], "limited") for name in ("valid", "preferred")]
    flags = [flag for flag in ("noprefixroute", "home", "nodad", "secondary", "temporary", "mngtmpaddr", "dadfailed") if address.get(flag)]
    words = [address["scope"], address.get("label", ""), address.get("broadcast", ""), *lives, *flags]
    yield ("address", device, f"{address['local']}/{address['prefixlen']}", *([peer] if peer else [])), " ".join(word for word in words if word)


def _route(entry: dict[str, Any], version: str) -> Iterator[tuple[Thing, str]]:
    kind, table = entry.pop("type", "unicast"), entry.pop("table", "main")
    if kind == "multicast" and version == "6":
        return
    protocol, destination = entry.pop("protocol", "boot"), entry.pop("dst")
    device = "" if kind in ("throw", "blackhole", "unreachable", "prohibit") else entry.get("dev", "")
    yield ("route", f"ipv{version}", kind, destination, str(table), protocol, device), _text(entry)


def _text(entry: Any) -> str:
    """One line of it, without what moves by itself."""
    if isinstance(entry, dict):
        return " ".join(f"{key} {_text(value)}" if value is not None else key for key, value in entry.items() if key not in _MOVES)
    return " and ".join(_text(each) for each in entry) if isinstance(entry, list) else str(entry)


def _rule(entry: dict[str, Any], version: str) -> Iterator[tuple[Thing, str]]:
    yield ("rule", f"ipv{version}", str(entry.pop("priority", 0)), _text(entry)), "there"


def _neighbour(entry: dict[str, Any], _version: str) -> Iterator[tuple[Thing, str]]:
    """Those that don't come and go with the traffic."""
    states = {"PERMANENT", "NOARP"} & set(entry.get("state", []))
    if states and not ipaddress.ip_address(entry["dst"]).is_multicast and entry.get("dev") != "lo":
        yield ("neighbour", entry["dev"], entry["dst"]), f"{entry.get('lladdr')} {states.pop()}{' router' * ('router' in entry)}"


def _proxy(entry: dict[str, Any], _version: str) -> Iterator[tuple[Thing, str]]:
    yield ("proxy", entry["dev"], entry["dst"]), "there"


def _nexthop(entry: dict[str, Any], _more: str) -> Iterator[tuple[Thing, str]]:
    yield ("nexthop", str(entry.pop("id"))), _text(entry)


def _qdisc(entry: dict[str, Any], _more: str) -> Iterator[tuple[Thing, str]]:
    """Those that somebody has set: the kernel's own have the handle 0."""
    if entry["handle"] != "0:":
        yield ("qdisc", entry["dev"]), f"{entry['kind']} {_text(entry.get('options', {}))}"


def _vlan(entry: dict[str, Any], _more: str) -> Iterator[tuple[Thing, str]]:
    yield from (((("vlan", entry["ifname"], str(vlan["vlan"]))), _text(vlan.get("flags", []))) for vlan in entry.get("vlans", []))


_OF_JSON = {
    "link": _link, "route": _route, "rule": _rule, "neighbour": _neighbour, "proxy": _proxy, "nexthop": _nexthop, "qdisc": _qdisc, "vlan": _vlan,
}  # fmt: skip
