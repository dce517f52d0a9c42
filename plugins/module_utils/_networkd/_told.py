# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""DNS and NTP that networkd was told for a link while it ran, by `resolvectl dns LINK …` and the like, and how it is told again. Pure.

For a link that networkd manages, systemd-resolved passes these on (BUS_ERROR_LINK_BUSY in resolvectl.c) and networkd keeps them in memory
until it ends: no setting of its files spares them. A reload, `networkctl reconfigure` and a restart of systemd-resolved do.
What holds is in /run/systemd/netif/links (link_save() of 247, 252 and 257), whoever said it; where it comes from, Describe tells since 252
(networkd-json.c), but for DNSSEC=.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Callable, NamedTuple, Sequence

from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import Assignment, boolean

# Before, what a lease gives was added to what was told; since then that stands alone (link_save() of 247 and 252).
_TOLD_ALONE = 252
# Since then servers come by DNR, and networkd.conf has UseDomains=.
_GIVES_MORE = 256
_USUAL_PORTS = (0, 53, 853)
_SERVER = re.compile(r"(?:\[(?P<bracketed>[0-9A-Fa-f:.]+)\]|(?P<bare>[0-9.]+|[0-9A-Fa-f:.]+))(?::(?P<port>\d+))?(?:#(?P<name>.+))?")

# The words of one state file's key.
Words = list[str]
# Words by the state file's key.
Lines = dict[str, Words]


class Kind(NamedTuple):
    """One kind of setting: `keys` of the link's state file, `describe` of Describe's JSON, and the method of networkd's Manager that sets it."""

    what: str
    keys: tuple[str, ...]
    describe: tuple[str, ...]
    method: str
    types: str
    is_list: bool = False


KINDS = (
    Kind("servers", ("DNS",), ("DNS",), "SetLinkDNSEx", "ia(iayqs)", True),
    Kind("domains", ("DOMAINS", "ROUTE_DOMAINS"), ("SearchDomains", "RouteDomains"), "SetLinkDomains", "ia(sb)", True),
    Kind("default_route", ("DNS_DEFAULT_ROUTE",), ("DNSDefaultRoute",), "SetLinkDefaultRoute", "ib"),
    Kind("llmnr", ("LLMNR",), ("LLMNR",), "SetLinkLLMNR", "is"),
    Kind("mdns", ("MDNS",), ("MDNS",), "SetLinkMulticastDNS", "is"),
    Kind("dnssec", ("DNSSEC",), ("DNSSEC",), "SetLinkDNSSEC", "is"),
    Kind("dns_over_tls", ("DNS_OVER_TLS",), ("DNSOverTLS",), "SetLinkDNSOverTLS", "is"),
    Kind("nta", ("DNSSEC_NTA",), ("DNSSECNegativeTrustAnchors",), "SetLinkDNSSECNegativeTrustAnchors", "ias"),
    Kind("ntp", ("NTP",), ("NTP",), "SetLinkNTP", "ias", True),
)
BY_METHOD = {kind.method: kind for kind in KINDS}
_MODES = {"LLMNR": "LLMNR", "MulticastDNS": "MDNS", "DNSSEC": "DNSSEC", "DNSOverTLS": "DNS_OVER_TLS", "DNSDefaultRoute": "DNS_DEFAULT_ROUTE"}
_SETTINGS = frozenset(_MODES.values()) - {"DNSSEC"}


class Told(NamedTuple):
    """What a link was told, `own`, beside which `lines` of its state file that shows, and `then`, what holds after a restart."""

    link: str
    kind: Kind
    lines: Lines
    own: Lines
    then: Lines

    @property
    def value(self) -> str:
        """As resolvectl takes it."""
        return shown(self.own)

    @property
    def words(self) -> Words:
        """The arguments of the kind's method after the link's index."""
        return call_words(self.kind, self.own)


class Source(NamedTuple):
    """Where a link's settings may come from, apart from being told.

    `files` and `lease` are what its .network file and its lease give; `runtime` the kinds that Describe calls told, None where it wasn't asked or
    doesn't tell; `changed` whether its files are newer than networkd's start; `routers` whether router advertisements or DHCPv6 may give
    servers, `domains` whether anything but file and lease may give domains.
    """

    version: int
    files: Lines
    lease: Lines
    runtime: frozenset[str] | None
    changed: Callable[[], bool]
    routers: bool
    domains: bool


def parse_lines(text: str) -> Lines:
    """What a state file of /run/systemd/netif/links says of DNS and NTP; negative trust anchors are a set, and come sorted."""
    found = dict(line.partition("=")[::2] for line in text.splitlines())
    lines = {key: found.get(key, "").split() for kind in KINDS for key in kind.keys}
    return {**lines, "DNSSEC_NTA": sorted(lines["DNSSEC_NTA"])}


def of_lease(text: str, assignments: Sequence[Assignment]) -> Lines:
    """What a lease of /run/systemd/netif/leases gives as the .network file takes it; of its servers none on a loopback address."""
    found = dict(line.partition("=")[::2] for line in text.splitlines())
    wish = {one.key: one.value for one in assignments if one.section in ("DHCP", "DHCPv4")}
    domains = [*found.get("DOMAINNAME", "").split(), *found.get("DOMAIN_SEARCH_LIST", "").split()]
    lines = {key: [word for word in found.get(key, "").split() if not word.startswith("127.")] for key in ("DNS", "NTP")}
    lines = {key: [] if boolean(wish.get(f"Use{key}")) is False else words for key, words in lines.items()}
    use = wish.get("UseDomains")
    return {**lines, "DOMAINS": domains if boolean(use) else [], "ROUTE_DOMAINS": domains if use == "route" else []}


def of_files(assignments: Sequence[Assignment]) -> Lines:
    """What a .network file gives, in the words of a state file; the defaults are network_load_one()'s of networkd-network.c."""
    lines: Lines = {"DNS": [], "DOMAINS": [], "ROUTE_DOMAINS": [], "NTP": [], "DNSSEC_NTA": [], "LLMNR": ["yes"], "MDNS": ["no"]}
    for one in assignments:
        if one.section != "Network":
            continue
        if one.key in _MODES:
            lines.update(_mode(_MODES[one.key], one.value))
        elif one.key == "Domains":
            _add_domains(lines, one.value)
        elif one.key in ("DNS", "NTP", "DNSSECNegativeTrustAnchors"):
            _add_words(lines, {"DNSSECNegativeTrustAnchors": "DNSSEC_NTA"}.get(one.key, one.key), one.value)
    return {key: lines.get(key, []) for kind in KINDS for key in kind.keys}


def _mode(key: str, value: str) -> Lines:
    """One word, with booleans as yes and no; what networkd wouldn't understand changes nothing."""
    known = boolean(value)
    word = value if known is None else "yes" if known else "no"
    extra = {"LLMNR": "resolve", "MDNS": "resolve", "DNSSEC": "allow-downgrade", "DNS_OVER_TLS": "opportunistic"}.get(key)
    return {key: [word]} if word in ("yes", "no", extra) else {}


def _add_words(lines: Lines, key: str, value: str) -> None:
    if not value:
        lines[key] = []
        return
    words = [_plain(word) for word in value.split()] if key == "DNS" else value.split()
    lines[key] = lines[key] + [word for word in words if word]
    if key == "DNSSEC_NTA":
        lines[key] = sorted(set(lines[key]))


def _plain(word: str) -> str:
    """A server of a file as networkd writes it: without the usual ports; nothing where it is none."""
    try:
        address, port, name = _server(word)
    except ValueError:
        return word if "%" in word else ""
    text = f"[{address}]" if address.version == 6 and port not in _USUAL_PORTS else str(address)
    return text + (f":{port}" if port not in _USUAL_PORTS else "") + (f"#{name}" if name else "")


def _server(word: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, int, str]:
    """Address, port and name out of in_addr_full_to_string()'s text; ValueError for others, and for a zone, which no method can be given."""
    match = _SERVER.fullmatch(word)
    if not match:
        raise ValueError(f"{word} can't be told again")
    return ipaddress.ip_address(match["bracketed"] or match["bare"]), int(match["port"] or 0), match["name"] or ""


def _add_domains(lines: Lines, value: str) -> None:
    if not value:
        lines.update(DOMAINS=[], ROUTE_DOMAINS=[])
    for word in value.split():
        name = word[1:] if word.startswith("~") else word
        root = name in (".", "*", "")
        key = "ROUTE_DOMAINS" if root or word.startswith("~") else "DOMAINS"
        name = "." if root else name.rstrip(".")
        lines[key] = [*lines[key], *([] if name in lines[key] else [name])]


def runtime(link: dict[str, Any]) -> frozenset[str] | None:
    """The kinds that were told by an entry of Describe's Interfaces; None where this version doesn't tell.

    Something told to be empty is not among them: networkd then lists nothing at all.
    """
    settings = link.get("DNSSettings")
    if not settings:
        return None
    told = {kind.what for kind in KINDS for name in kind.describe if any(map(_is_runtime, link.get(name) or []))}
    return frozenset(told | {kind.what for kind in KINDS for one in settings if _is_runtime(one) and not one.keys().isdisjoint(kind.describe)})


def _is_runtime(entry: dict[str, Any]) -> bool:
    return entry.get("ConfigSource") == "runtime"


def find(link: str, lines: Lines, source: Source) -> tuple[list[Told], list[str]]:
    """What the link was told and a restart would change, and of which kinds that can't be said, with the reason."""
    told, doubts = [], []
    for kind in KINDS:
        now = {key: lines[key] for key in kind.keys}
        try:
            own = _own(kind, now, source)
            if own is not None and call_words(kind, own):
                told.append(Told(link, kind, now, own, _then(kind, source)))
        except ValueError as error:
            doubts.append(f"{link}: {kind.what} {shown(now) or 'none'}: {error}")
    return told, doubts


def _then(kind: Kind, source: Source) -> Lines:
    return {key: source.files[key] + (source.lease.get(key, []) if kind.is_list else []) for key in kind.keys}


def _own(kind: Kind, now: Lines, source: Source) -> Lines | None:
    """What of `now` was told; None where nothing was, or a restart changes nothing. ValueError where that is open."""
    files = {key: source.files[key] for key in kind.keys}
    if now == files or now == _then(kind, source):
        return None
    empty = not any(now.values())
    if source.runtime is not None and kind.what != "dnssec" and (kind.what in source.runtime or not (empty and kind.is_list)):
        return now if kind.what in source.runtime else None
    if source.changed():
        raise ValueError("its .network file says something else, and changed since networkd started")
    if kind.is_list:
        return _own_lists(kind, now, source)
    # Only lists can be told to be empty.
    return None if empty else now


def _own_lists(kind: Kind, now: Lines, source: Source) -> Lines | None:
    may_come = _may_come(kind, source)
    parts = {key: _own_list(now[key], source.files[key], source.lease.get(key, []), may_come, source.version) for key in now}
    if all(part is None for part in parts.values()):
        return None
    # What is told of one kind is told as a whole, search and routing domains too.
    return {key: _alone(now[key], source.lease.get(key, []), source.version) if part is None else part for key, part in parts.items()}


def _alone(now: Words, lease: Words, version: int) -> Words:
    """What was told, without what the lease adds to it."""
    return now[: -len(lease)] if lease and version < _TOLD_ALONE and now[-len(lease) :] == lease else now


def _own_list(now: Words, files: Words, lease: Words, may_come: Callable[[str], bool], version: int) -> Words | None:
    """What of a list was told, where nobody says who said it."""
    for start in (files + lease, files):
        rest = now[len(start) :]
        if now[: len(start)] == start and all(map(may_come, rest)):
            if rest:
                raise ValueError("it can't be told whether they were told to it or come from a router or a DHCP server")
            return None
    own = _alone(now, lease, version)
    if version < _TOLD_ALONE and own and may_come(own[-1]):
        raise ValueError("it can't be told which of them were told to it and which come from a router or a DHCP server")
    return own


def _may_come(kind: Kind, source: Source) -> Callable[[str], bool]:
    """Whether a word may come from elsewhere than file and lease."""
    if kind.what == "domains":
        return lambda _word: source.domains
    if kind.what == "ntp":
        return lambda _word: source.routers
    named = source.version >= _GIVES_MORE and (source.routers or bool(source.lease))
    return lambda word: (source.routers and _is_plain_ipv6(word)) or (named and "#" in word)


def _is_plain_ipv6(word: str) -> bool:
    try:
        return ipaddress.ip_address(word).version == 6
    except ValueError:
        return False


def other_domains(assignments: Sequence[Assignment], version: int, leased: bool) -> bool:
    """Whether domains may come that of_lease() doesn't know: from routers or DHCPv6, and where networkd.conf, not read for this, has UseDomains=."""
    routers = routers_give(assignments)
    if version >= _GIVES_MORE:
        return routers or leased
    return routers and any(one.key == "UseDomains" and boolean(one.value) is not False for one in assignments)


def routers_give(assignments: Sequence[Assignment]) -> bool:
    """Whether router advertisements or DHCPv6 may give servers: IPv6AcceptRA= is by default what the kernel says."""
    network = {one.key: one.value for one in assignments if one.section == "Network"}
    return boolean(network.get("IPv6AcceptRA")) is not False or network.get("DHCP", "no") in ("ipv6", "v6") or bool(boolean(network.get("DHCP")))


def call_words(kind: Kind, lines: Lines) -> Words:
    """The arguments of the method after the link's index, as busctl(1) takes them; ValueError for what isn't understood."""
    words = [word for key in kind.keys for word in lines[key]]
    if kind.what == "servers":
        return [str(len(words)), *(part for word in words for part in _server_words(word))]
    if kind.what == "domains":
        named = [(word, str(key == "ROUTE_DOMAINS").lower()) for key in kind.keys for word in lines[key]]
        return [str(len(named)), *(part for pair in named for part in pair)]
    return [str(len(words)), *words] if kind.types == "ias" else words[:1]


def _server_words(word: str) -> Words:
    address, port, name = _server(word)
    return ["2" if address.version == 4 else "10", str(len(address.packed)), *map(str, address.packed), str(port), name]


def shown(lines: Lines) -> str:
    """Lines as resolvectl takes them: routing-only domains have their ~."""
    return " ".join(f"~{word}" if key == "ROUTE_DOMAINS" else word for key, words in lines.items() for word in words)
