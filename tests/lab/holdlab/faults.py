# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fault server does wrong, and to which questions; pure but for the counting of questions."""

from __future__ import annotations

import copy
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from .zone_answers import PAYLOAD

TRANSPORTS = ("udp", "tcp", "tls")
DOES = (
    "silent",
    "servfail",
    "refused",
    "formerr",
    "tc",
    "wrong_id",
    "wrong_question",
    "garbage",
    "compression_loop",
    "half",
    "close",
    "late",
    "strip_edns",
)
HEADER = 12  # bytes
POINTER = 0xC000  # RFC 1035, section 4.1.4


class Asked(NamedTuple):
    """A question as it came in; rcode: that of the honest answer."""

    name: dns.name.Name
    rtype: str
    rcode: str
    transport: str
    edns: bool
    client: str = ""


@dataclass(frozen=True)
class When:
    """The questions that a fault hits; what is left out is true for all.

    Of those that the rest lets through, each client's are counted: the fault begins with number `after`, and hits each `every`th
    from there. The count begins anew `per` seconds after it began; 0 for never.
    """

    zone: dns.name.Name = dns.name.root
    rcode: str = ""
    transport: str = ""
    type: str = ""
    edns: bool | None = None
    after: int = 1
    every: int = 1
    per: float = 0


@dataclass(frozen=True)
class Fault:
    """do: one of DOES; seconds: how much later a late answer is sent."""

    do: str
    when: When = When()
    seconds: float = 0


class Faults:
    """The faults of one server. The first that is due for a question is what happens to it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = list(faults)
        self._counts: dict[tuple[int, str], tuple[float, int]] = {}

    def pick(self, asked: Asked, now: float) -> Fault | None:
        """`now`: seconds of a clock that never goes back."""
        for number, fault in enumerate(self._faults):
            if fits(fault.when, asked) and is_due(fault.when, self._count(number, fault.when.per, asked.client, now)):
                return fault
        return None

    def _count(self, number: int, per: float, client: str, now: float) -> int:
        began, count = self._counts.get((number, client), (now, 0))
        if per and now - began >= per:
            began, count = now, 0
        self._counts[number, client] = (began, count + 1)
        return count + 1


def read(faults: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """Faults as a scenario writes them. Raises ValueError, and TypeError for an unknown key."""
    return [_fault(**fault) for fault in faults]


def _fault(do: str, when: Mapping[str, Any] | None = None, seconds: float = 0) -> Fault:
    condition = When(**{key: dns.name.from_text(value) if key == "zone" else value for key, value in (when or {}).items()})
    if do not in DOES:
        raise ValueError(f"faults: {do!r} is none of {', '.join(DOES)}")
    if condition.transport not in ("", *TRANSPORTS):
        raise ValueError(f"faults: {condition.transport!r} is none of {', '.join(TRANSPORTS)}")
    if (do == "late") != bool(seconds):
        raise ValueError("faults: an answer is `late` by `seconds`")
    return Fault(do, condition, seconds)


def fits(when: When, asked: Asked) -> bool:
    """Whether a question is one that the fault counts."""
    return (
        asked.name.is_subdomain(when.zone)
        and when.rcode in ("", asked.rcode)
        and when.transport in ("", asked.transport)
        and when.type in ("", asked.rtype)
        and when.edns in (None, asked.edns)
    )


def is_due(when: When, count: int) -> bool:
    """Whether the fault hits the question that has this number, from 1."""
    return count >= when.after and (count - when.after) % when.every == 0


def message(do: str, query: dns.message.Message, reply: dns.message.Message, transport: str) -> bytes:
    """What is sent instead of the honest `reply`; `do` may be empty. The server puts the id on it."""
    if do in ("servfail", "refused", "formerr"):
        reply = _bare(query, dns.rcode.from_text(do))
    elif do == "tc":
        reply = _truncated(query)
    elif do == "strip_edns":
        reply = copy.copy(reply)
        reply.use_edns(False)
    wire = _wire(query, reply, transport)
    changes = {"wrong_question": _wrong_question, "garbage": _garbage, "compression_loop": _compression_loop}
    return changes[do](wire) if do in changes else wire


def _wire(query: dns.message.Message, reply: dns.message.Message, transport: str) -> bytes:
    size = 65535 if transport != "udp" else max(512, min(query.payload, PAYLOAD)) if query.edns >= 0 else 512
    try:
        return reply.to_wire(max_size=size)
    except dns.exception.TooBig:
        return _truncated(query).to_wire()


def _bare(query: dns.message.Message, rcode: dns.rcode.Rcode) -> dns.message.Message:
    reply = dns.message.make_response(query, recursion_available=True, our_payload=PAYLOAD)
    reply.set_rcode(rcode)
    return reply


def _truncated(query: dns.message.Message) -> dns.message.Message:
    reply = _bare(query, dns.rcode.NOERROR)
    reply.flags |= dns.flags.TC
    return reply


def _wrong_question(wire: bytes) -> bytes:
    """Another first letter in the question's name (the length of its first label goes before it)."""
    return wire[: HEADER + 1] + bytes([wire[HEADER + 1] ^ 1]) + wire[HEADER + 2 :]


def _garbage(wire: bytes) -> bytes:
    return wire[:2] + b"\xff" * 60


def _compression_loop(wire: bytes) -> bytes:
    """One answer, whose name is a pointer to itself."""
    start = HEADER + len(dns.message.from_wire(wire).question[0].name.to_wire()) + 4
    header = wire[:4] + struct.pack("!4H", 1, 1, 0, 0)
    return header + wire[HEADER:start] + struct.pack("!3HIH", POINTER | start, dns.rdatatype.A, 1, 300, 4) + bytes(4)
