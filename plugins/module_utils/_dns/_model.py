# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What the three steps of a probe hand on to each other: plan → exchange → verdict."""

from __future__ import annotations

from typing import Any, NamedTuple

Cell = dict[str, Any]


class Layer(NamedTuple):
    """A place where names are looked up: what it is, where to dial it from, and by which transport.

    kind: libc, resolv.conf, stub, proxy, cache, network, upstream or reference.
    transport: libc (getaddrinfo(3)), varlink (systemd-resolved), udp, tcp or tls (RFC 7858).
    name: as it is shown, such as `upstream 192.0.2.1 tls (eth0)`; no two layers of a plan have the same.
    address: of the server (or the path of the socket, for varlink); IPv6 link-local ones with their %zone.
    device: the link that questions leave by, empty where routing decides.
    server_name: the name that its certificate must have; empty: its address.
    verify: whether a certificate that isn't trusted is an error.
    flags: those of systemd-resolved for this layer (SD_RESOLVED_NO_CACHE and the like).
    scope: of an upstream, whose server it is: `global`, `fallback`, `uplink` or a link.
    """

    name: str
    kind: str
    transport: str
    address: str = ""
    port: int = 53
    device: str = ""
    server_name: str = ""
    verify: bool = True
    flags: int = 0
    scope: str = ""


class Question(NamedTuple):
    """key: the same in every probe, such as `www.example.com A` or `absent.example.com A` for a label that can't exist.

    name: absolute, with its final dot; of an absent one only the zone, to which every attempt puts a label of its own.
    typed: the name as an operator or a program writes it, for the C library.
    """

    key: str
    name: str
    rtype: str
    absent: bool = False
    typed: str = ""


class Expected(NamedTuple):
    """What a right answer is: any data by default, or an rcode, or just these data (in text, small letters, sorted), or the same everywhere."""

    rcode: str = ""
    answers: tuple[str, ...] = ()
    same: bool = False


class Ask(NamedTuple):
    """One question at one layer: one cell of the matrix."""

    layer: Layer
    question: Question


class Target(NamedTuple):
    """What to connect to, to see whether it is DNS at all. tls: also shake hands and check the certificate for `name`."""

    name: str
    port: int
    tls: bool = False


class Limits(NamedTuple):
    """deadline: seconds for the whole exchange; rate: questions a second to one server that isn't on this host, 0 for no limit."""

    deadline: float = 12.0
    rate: float = 50.0


def empty_cell(ask: Ask) -> Cell:
    """A cell before anything came back.

    rcode: by name (RFC 6895), or null; answers: the RRset's data in text, sorted, without TTLs, CNAMEs left out; cut at 16.
    answers_cut: how many are not shown; ttl: the smallest of the answer, in seconds;
    flags: of the header, in small letters; ede: [{code, text}] (RFC 8914); bytes: length of the reply; source: `cache` or `network`
    where systemd-resolved says so.
    tries: how often it was sent; ms: from the sending that was answered to its reply; waited_ms: from the first sending.
    error: null, or timeout, refused (nobody listens), unreachable, denied (not allowed to ask so), reset, tls, miss (not in the cache),
    unsupported or failed; detail: one line about it.
    junk: replies that were not believed, by reason: wrong_id, wrong_question, garbled.
    follow: the same question asked in another way, by its name: `again`, `no_edns`, `large` (EDNS size 4096), `cd`; each a cell of less.
    """
    return {
        "layer": ask.layer.name,
        "question": ask.question.key,
        "rcode": None,
        "answers": [],
        "answers_cut": 0,
        "ttl": None,
        "flags": [],
        "ede": [],
        "bytes": 0,
        "source": None,
        "tries": 0,
        "ms": None,
        "waited_ms": None,
        "error": None,
        "detail": "",
        "junk": {},
        "follow": {},
    }
