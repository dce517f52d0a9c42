# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Honest answers out of zones, as a server with authority for them gives them; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import dns.message
import dns.name
import dns.node
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone

Zones = Mapping[dns.name.Name, dns.zone.Zone]
CNAMES = 8  # as far as an alias is followed
PAYLOAD = 1232
WILDCARD = dns.name.from_text("*", None)


def parse(texts: Mapping[str, str]) -> dict[dns.name.Name, dns.zone.Zone]:
    """Zones by origin, from name: text of the zone file (RFC 1035, section 5). Raises dns.exception.DNSException."""
    zones = {dns.name.from_text(name): text for name, text in texts.items()}
    return {origin: dns.zone.from_text(text, origin=origin, relativize=False) for origin, text in zones.items()}


def answer(zones: Zones, query: dns.message.Message) -> dns.message.Message:
    """The reply to a query with one question: REFUSED where no zone has its name."""
    reply = dns.message.make_response(query, recursion_available=True, our_payload=PAYLOAD)
    question = query.question[0]
    name = question.name
    for _hop in range(CNAMES):
        zone = zones.get(origin_of(zones, name))
        if zone is None:
            reply.set_rcode(dns.rcode.REFUSED)
            return reply
        node = _node(zone, name)
        alias = _add(reply, name, node, dns.rdatatype.CNAME) if question.rdtype != dns.rdatatype.CNAME else None
        if alias is None:
            if _add(reply, name, node, question.rdtype) is None:
                _deny(reply, zone, node)
            return reply
        name = alias[0].target
    reply.set_rcode(dns.rcode.SERVFAIL)
    return reply


def origin_of(origins: Iterable[dns.name.Name], name: dns.name.Name) -> dns.name.Name | None:
    """The closest of these zones that a name is in."""
    return max((origin for origin in origins if name.is_subdomain(origin)), key=len, default=None)


def _node(zone: dns.zone.Zone, name: dns.name.Name) -> dns.node.Node | None:
    """The node of a name, or of the wildcard that stands for it (RFC 4592); None where the name doesn't exist."""
    closest = name
    while not _exists(zone, closest):
        closest = closest.parent()
    if closest == name:
        return zone.get_node(name) or dns.node.Node()
    return zone.get_node(WILDCARD.concatenate(closest))


def _exists(zone: dns.zone.Zone, name: dns.name.Name) -> bool:
    """A name without data exists too, where there are names below it."""
    return name == zone.origin or name in zone.nodes or any(other.is_subdomain(name) for other in zone.nodes)


def _add(reply: dns.message.Message, name: dns.name.Name, node: dns.node.Node | None, rtype: int) -> dns.rrset.RRset | None:
    rdataset = node and node.get_rdataset(dns.rdataclass.IN, rtype)
    if not rdataset:
        return None
    rrset = dns.rrset.from_rdata_list(name, rdataset.ttl, rdataset)
    reply.answer.append(rrset)
    return rrset


def _deny(reply: dns.message.Message, zone: dns.zone.Zone, node: dns.node.Node | None) -> None:
    """No data, or no such name; with the zone's SOA so that it is cached (RFC 2308)."""
    if node is None:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    if soa := zone.get_rdataset(zone.origin, dns.rdatatype.SOA):
        reply.authority.append(dns.rrset.from_rdata_list(zone.origin, soa.ttl, soa))
