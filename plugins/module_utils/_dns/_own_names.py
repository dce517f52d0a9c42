# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Names that a host itself tells of, for a probe to which nobody told any: what it needs to stay up to date, on time and connected.

Each is asked for only to be compared with itself: one that isn't answered before a change decides nothing.
"""

from __future__ import annotations

import itertools
import re
from typing import Any, Iterable, Iterator, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._dns._option_values import Mistake, name
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import read_config

MOST = 8
_MOST_FILES = 32
_REVERSE = ("in-addr.arpa", "ip6.arpa")
# sources.list(5), dnf.conf(5)
_REPOSITORIES = ("/etc/apt/sources.list", "/etc/apt/sources.list.d", "/etc/yum.repos.d")
# chrony.conf(5), ntp.conf(5)
_CLOCKS = ("/etc/chrony/chrony.conf", "/etc/chrony.conf", "/etc/chrony/sources.d", "/etc/ntpsec/ntp.conf", "/etc/ntp.conf")
# wg-quick(8), systemd.netdev(5), fstab(5)
_PEERS = ("/etc/wireguard", "/etc/systemd/network", "/etc/fstab")
_URL = re.compile(r"^(?:deb|uris:|\s|baseurl|mirrorlist|metalink).*?\b(?:https?|ftp)://(?:[^/\s@]*@)?([^/\s:\]]+)", re.IGNORECASE)
_SERVER = re.compile(r"^\s*(?:server|pool|peer)\s+(\S+)", re.IGNORECASE)
_PEER = re.compile(r"^\s*Endpoint\s*=\s*([^\s:\[\]]+):\d+\s*$|^([^\s:#/]+):/\S*\s", re.IGNORECASE)


class Own(NamedTuple):
    """name: without its final dot; rtype: what is asked for; source: the file, or the link and who knows its domain."""

    name: str
    rtype: str
    source: str


def find(host: Host, resolver: dict[str, Any]) -> list[Own]:
    """At most MOST, in turn of each kind: domains, repositories, clocks, peers."""
    kinds = [domains(resolver), _hosts(host, _REPOSITORIES, _URL), [*_timesyncd(host), *_hosts(host, _CLOCKS, _SERVER)], _hosts(host, _PEERS, _PEER)]
    found: dict[tuple[str, str], Own] = {}
    for own in filter(None, itertools.chain.from_iterable(itertools.zip_longest(*kinds))):
        found.setdefault((own.name, own.rtype), own)
    return list(found.values())[:MOST]


def domains(resolver: dict[str, Any]) -> list[Own]:
    """The search and routing domains of systemd-resolved and of resolv.conf. resolver: the fact of that name."""
    running = resolver["resolved"].get("running", {})
    scopes = [(f"of {link['name']}", link) for link in running.get("links", [])] + [("global", running)]
    named = [(domain["name"], f"domain {where}") for where, scope in scopes for domain in scope.get("domains", [])]
    named += [(domain, "search in /etc/resolv.conf") for domain in resolver["resolv_conf"].get("search", [])]
    return [Own(plain, "SOA", source) for text, source in named for plain in valid([text]) if not plain.endswith(_REVERSE)]


def valid(texts: Iterable[str]) -> Iterator[str]:
    """Those that are names with a dot, in small letters; what a file has may be anything."""
    for text in texts:
        try:
            plain = name(text)
        except Mistake:
            continue
        if "." in plain.strip("."):
            yield plain


def hosts(text: str, pattern: re.Pattern[str]) -> list[str]:
    """What the lines of a file name, by the pattern's first group that matched."""
    matches = (pattern.search(line) for line in text.splitlines() if not line.lstrip().startswith(("#", ";")))
    return list(valid(next(filter(None, match.groups()), "") for match in matches if match))


def _hosts(host: Host, paths: Iterable[str], pattern: re.Pattern[str]) -> list[Own]:
    found = []
    for path in itertools.chain.from_iterable(_files(host, path) for path in paths):
        try:
            found += [Own(each, "A", path) for each in hosts(host.read(path).text, pattern)]
        except NotSeen:
            continue
    return found


def _files(host: Host, path: str) -> list[str]:
    """The files of a directory, or the path itself."""
    try:
        return [f"{path}/{entry}" for entry in host.listdir(path)[:_MOST_FILES]]
    except NotSeen:
        return [path]


def _timesyncd(host: Host) -> list[Own]:
    """timesyncd.conf(5): FallbackNTP= counts where NTP= names none."""
    config = read_config(host, "timesyncd.conf", "Time", list_keys=frozenset({"NTP", "FallbackNTP"}))
    key = "NTP" if config.value("NTP") else "FallbackNTP"
    words, sources = config.value(key) or [], config.source(key) or ["/etc/systemd/timesyncd.conf"]
    return [Own(each, "A", str(sources[0]).rpartition(":")[0]) for each in valid(words)]
