# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The DNS and NTP of each link, as networkd and systemd-resolved keep it: a word for each server, domain and mode.

Files: link_save() of networkd and link_save_user() of resolved, 247 to 257. They are private to systemd, so they are only held against
themselves: whatever a line says must still be said.
"""

from __future__ import annotations

from typing import Iterator, Mapping

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

# One entry, in the form of _whole.py.
Words = tuple[str, ...]

_NETWORKD, _RESOLVED = "/run/systemd/netif/links", "/run/systemd/resolve/netif"
_LISTS = ("DNS", "SERVERS", "DOMAINS", "ROUTE_DOMAINS", "DNSSEC_NTA", "NTAS", "NTP")
_MODES = ("LLMNR", "MDNS", "DNSSEC", "DNS_OVER_TLS", "DNS_DEFAULT_ROUTE", "DEFAULT_ROUTE")
_MOST_LINKS = 1024


def look(host: Host, names: Mapping[int, str]) -> list[Words]:
    """What the files say of links that are there; a file that nobody wrote says nothing."""
    found: list[Words] = []
    for folder in (_NETWORKD, _RESOLVED):
        for index, name in sorted(names.items())[:_MOST_LINKS]:
            try:
                found += parse(host.read(f"{folder}/{index}").text, name)
            except NotSeen:
                continue
    return found


def parse(text: str, name: str) -> Iterator[Words]:
    """`dns dev LINK KEY WORD` for each word."""
    for line in text.splitlines():
        key, _equals, value = line.partition("=")
        if key in _LISTS or key in _MODES:
            yield from (("dns", "dev", name, key, word) for word in value.split())
