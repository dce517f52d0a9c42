# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Which configurations of systemd there are, who reads them, and which keys which version knows. Pure.

Keys: src/network/networkd-gperf.gperf and src/resolve/resolved-gperf.gperf of 252 and 257, networkd.conf(5)
and NEWS of 257; since when of resolved.conf is _resolved_drift's to say.
"""

from __future__ import annotations

import re
from typing import Any, Iterable, Mapping, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _networkd_facts, _resolved_drift

# The newest version whose keys are listed here.
_NEWEST = {"networkd.conf": 257, "resolved.conf": 258}


class Reader(NamedTuple):
    """Who reads a configuration; without a `unit`, `anew` tells whether it is read each time that it is needed."""

    section: str
    unit: str = ""
    anew: bool = False
    lists: tuple[str, ...] = ()


class Key(NamedTuple):
    """`kind` is bool, list, words (yes, no or one of `words`) or text; `backports` are (major, minor) from which an older major knows it, too."""

    since: int
    kind: str = "text"
    words: tuple[str, ...] = ()
    backports: tuple[tuple[int, int], ...] = ()


_READERS = {
    "coredump.conf": Reader("Coredump", anew=True),
    "homed.conf": Reader("Home", "systemd-homed.service"),
    "journal-remote.conf": Reader("Remote", "systemd-journal-remote.service"),
    "journal-upload.conf": Reader("Upload", "systemd-journal-upload.service"),
    "journald.conf": Reader("Journal", "systemd-journald.service"),
    "logind.conf": Reader("Login", "systemd-logind.service", lists=("KillOnlyUsers", "KillExcludeUsers")),
    "networkd.conf": Reader("Network", "systemd-networkd.service"),
    "oomd.conf": Reader("OOM", "systemd-oomd.service"),
    "pstore.conf": Reader("PStore", anew=True),
    "resolved.conf": Reader("Resolve", "systemd-resolved.service"),
    "sleep.conf": Reader("Sleep", anew=True, lists=("SuspendState",)),
    "system.conf": Reader("Manager", lists=("DefaultEnvironment", "ManagerEnvironment")),
    "timesyncd.conf": Reader("Time", "systemd-timesyncd.service", lists=("NTP", "FallbackNTP")),
    "user.conf": Reader("Manager", lists=("DefaultEnvironment", "ManagerEnvironment")),
}
_USE_DOMAINS = Key(256, "words", ("route",))
_NETWORKD = {
    "Network": {
        "SpeedMeter": Key(244, "bool"),
        "SpeedMeterIntervalSec": Key(244),
        "ManageForeignRoutes": Key(246, "bool"),
        "RouteTable": Key(248, "list"),
        "ManageForeignRoutingPolicyRules": Key(249, "bool", backports=((247, 10), (248, 8))),
        "IPv6PrivacyExtensions": Key(254, "words", ("prefer-public", "kernel")),
        "IPv4Forwarding": Key(256, "bool"),
        "IPv6Forwarding": Key(256, "bool"),
        "ManageForeignNextHops": Key(256, "bool"),
        "UseDomains": _USE_DOMAINS,
    },
    "IPv6AcceptRA": {"UseDomains": _USE_DOMAINS},
    "IPv6AddressLabel": {"Prefix": Key(257), "Label": Key(257)},
    "DHCPv4": {"DUIDType": Key(249), "DUIDRawData": Key(249), "UseDomains": _USE_DOMAINS},
    "DHCPv6": {"DUIDType": Key(249), "DUIDRawData": Key(249), "UseDomains": _USE_DOMAINS},
    "DHCPServer": {"PersistLeases": Key(256, "bool")},
}
_RESOLVED_WORDS = {
    "LLMNR": ("resolve",),
    "MulticastDNS": ("resolve",),
    "DNSSEC": ("allow-downgrade",),
    "DNSOverTLS": ("opportunistic",),
    "Cache": ("no-negative",),
    "DNSStubListener": ("udp", "tcp"),
}
_RESOLVED_BOOLEANS = ("ReadEtcHosts", "ResolveUnicastSingleLabel", "CacheFromLocalhost")


def reader(config: str) -> Reader | None:
    """Who reads `config`, such as "networkd.conf"; None where that isn't known here."""
    return _READERS.get(config)


def known(config: str, section: str) -> Mapping[str, Key] | None:
    """The keys of a section; {} for a section that `config` has not; None where they aren't listed here."""
    if config == "resolved.conf":
        return _resolved() if section == "Resolve" else {}
    return _NETWORKD.get(section, {}) if config == "networkd.conf" else None


def sections(config: str) -> list[str]:
    """The sections whose keys are listed here."""
    return {"networkd.conf": list(_NETWORKD), "resolved.conf": ["Resolve"]}.get(config, [])


def _resolved() -> dict[str, Key]:
    return {key: _resolved_key(key) for key in _resolved_drift.known_keys(None)}


def _resolved_key(key: str) -> Key:
    since = next(version for version in range(1, _NEWEST["resolved.conf"] + 1) if key in _resolved_drift.known_keys(version))
    if key in _resolved_drift.LIST_KEYS:
        return Key(since, "list")
    if key in _RESOLVED_WORDS:
        return Key(since, "words", _RESOLVED_WORDS[key])
    return Key(since, "bool" if key in _RESOLVED_BOOLEANS else "text")


def list_keys(config: str, section: str) -> frozenset[str]:
    """The keys that add words up until an empty assignment, as far as they are known here."""
    who = reader(config)
    found = {key for key, about in (known(config, section) or {}).items() if about.kind == "list"}
    return frozenset(found.union(who.lists if who and who.section == section else ()))


def boolean_keys(config: str, section: str) -> frozenset[str]:
    """The keys that pass over a value that is no boolean."""
    return frozenset(key for key, about in (known(config, section) or {}).items() if about.kind == "bool")


def unknown(config: str, section: str, keys: Iterable[str], version: Mapping[str, Any]) -> dict[str, str]:
    """Why this systemd, `{"major": 252, "full": "252.39-1"}`, takes no notice of a key, for each such key."""
    table = known(config, section)
    if table is None:
        return {}
    found = {key: _why(key, table.get(key), config, section, version) for key in keys}
    return {key: why for key, why in found.items() if why}


def _why(key: str, about: Key | None, config: str, section: str, version: Mapping[str, Any]) -> str:
    major, full = version["major"], version["full"]
    if not about:
        # A systemd that is newer than the list may have keys that it lacks.
        newest = _NEWEST[config]
        return "" if major > newest else f"[{section}] of {config} has no such key in any systemd up to {newest}"
    minor = re.match(r"\d+\.(\d+)", full)
    exact = (major, int(minor[1]) if minor else 0)
    if major < about.since and not any(exact[0] == at[0] and exact >= at for at in about.backports):
        ported = "".join(f", {at[0]}.{at[1]}" for at in about.backports)
        return f"came with systemd {about.since}{ported}, here is {full}"
    if config == "networkd.conf" and section == "Network" and key in _networkd_facts.unsupported_keys(dict(version)):
        return f"has no effect in systemd {full} (249.0 to 249.4; mended in 249.5)"
    return ""
