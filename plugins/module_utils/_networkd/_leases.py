# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The links that would not get back after a restart of networkd what servers and routers gave them: asked of these themselves."""

from __future__ import annotations

import functools
import os

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _ask, _dhcp, _dhcp6, _given, _routers
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd import version

_MOST = 64
_TO_ALL = b"\xff" * 6
_MULTICAST = b"\x33\x33"  # before the last four bytes of the IPv6 address (RFC 2464, 7)
# Since then addresses that routers gave are handed over a restart, and only their name servers are not.
_HANDS_OVER = 257
_WRITES_NO_LEASES = 258  # 257 does, and 262 doesn't


def unrenewable(host: Host) -> list[str]:
    """Why links would not get back what they were given, one text each; takes 8 s at most. NotSeen where what they have can't be known."""
    found: list[str] = []
    questions: list[_ask.Question] = []
    for link in _given.links(host):
        for what, questions_of in _QUESTIONS.items():
            try:
                questions += questions_of(host, link)
            except (NotSeen, OSError, ValueError) as error:
                found.append(f"whether {link.name} would get its {what} again can't be asked: {error}")
    if len(questions) > _MOST:
        raise NotSeen(f"there are more than {_MOST}")
    return found + _ask.ask(questions)


def _dhcp_questions(host: Host, link: _given.Link) -> list[_ask.Question]:
    if not link.lease and link.leased and version(host)["major"] >= _WRITES_NO_LEASES:
        raise ValueError("this systemd doesn't write down what a lease gave")
    if not link.lease:
        return []
    lease, xid = _dhcp.parse_lease(link.lease), os.urandom(4)
    packet = _dhcp.discover(lease.client_id, _given.hardware(host, link.name), xid)
    read, lacks = functools.partial(_dhcp.parse_offer, xid=xid), functools.partial(_dhcp.lacks, link.name, lease)
    return [_ask.Question(link.name, _ask.IPV4, _ask.DHCP, _TO_ALL, packet, read, lacks)]


def _dhcp6_questions(host: Host, link: _given.Link) -> list[_ask.Question]:
    client, held = _dhcp6.parse_client(link.state), link.dhcp6_addresses()
    if not client or not held:
        return []
    _given.hardware(host, link.name)
    xid = os.urandom(3)
    packet = _dhcp6.solicit(client, link.link_local(), xid)
    read, lacks = functools.partial(_dhcp6.parse_advertise, xid=xid), functools.partial(_dhcp6.lacks, link.name, held)
    return [_ask.Question(link.name, _ask.IPV6, _ask.DHCP6, _MULTICAST + _dhcp6.TO_SERVERS[-4:], packet, read, lacks)]


def router_question(host: Host, link: _given.Link) -> _ask.Question:
    """What asks the routers of a link to advertise, and waits for the prefixes that the link has from them."""
    packet = _routers.solicitation(link.link_local(), _given.hardware(host, link.name))
    held = link.prefixes() if version(host)["major"] < _HANDS_OVER else frozenset()
    lacks = functools.partial(_routers.lacks, link.name, held)
    return _ask.Question(link.name, _ask.IPV6, _ask.ROUTERS, _MULTICAST + _routers.TO_ROUTERS[-4:], packet, _routers.parse_advertisement, lacks)


def _router_questions(host: Host, link: _given.Link) -> list[_ask.Question]:
    return [router_question(host, link)] if link.routes else []


_QUESTIONS = {"DHCP lease": _dhcp_questions, "DHCPv6 lease": _dhcp6_questions, "configuration from routers": _router_questions}
