# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""DNS messages: built once per question, and read without belief in them. The only file that knows dnspython.

RFC 1035 (messages), RFC 6891 (EDNS), RFC 8914 (extended errors), RFC 5452 section 9.1 (which replies to believe).
"""

from __future__ import annotations

import functools
import secrets
from typing import Any, Iterable, NamedTuple

try:
    import dns.edns
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name
    import dns.rcode
    import dns.rdatatype
except ImportError:
    # ansible-test imports every file without it; the module brings it before this one is used.
    pass

_MAX_ANSWERS = 16
_MAX_TEXT = 255
_MAX_CHAIN = 16
# Reading is dear, and what anybody needs has fewer.
_MAX_RECORDS = 512
_EDE = 15
_LABEL = 13
_FLAGS = {0x0400: "aa", 0x0200: "tc", 0x0100: "rd", 0x0080: "ra", 0x0020: "ad", 0x0010: "cd"}
# Types whose data is names and numbers: their case carries no meaning.
_CASELESS = frozenset({"NS", "CNAME", "PTR", "MX", "SRV", "SOA", "DNAME"})
# Rcodes that some servers send with the header alone: FORMERR, SERVFAIL, NOTIMP, REFUSED.
_BARE_RCODES = frozenset({1, 2, 4, 5})


class Form(NamedTuple):
    """How a question is put: the EDNS payload size (None: no EDNS at all), the bits DO and CD."""

    edns: int | None = 1232
    dnssec_ok: bool = False
    unchecked: bool = False


NORMAL = Form()
LARGE = Form(edns=4096)
PLAIN = Form(edns=None)
DNSSEC_OK = Form(dnssec_ok=True)
UNCHECKED = Form(dnssec_ok=True, unchecked=True)


@functools.lru_cache(maxsize=4096)
def query(name: str, rtype: str, form: Form = NORMAL) -> bytes:
    """A query with RD and AD set and the id 0, to be stamped for each sending."""
    template = _root_query(rtype, form)
    return template[:12] + bytes(dns.name.from_text(name).to_wire()) + template[13:]


@functools.lru_cache(maxsize=256)
def _root_query(rtype: str, form: Form) -> bytes:
    """The query for the root, whose name is the byte after the header: a message of its own for each name costs as much as reading the reply."""
    use_edns: int | bool = False if form.edns is None else 0
    message = dns.message.make_query(".", rtype, use_edns=use_edns, payload=form.edns, want_dnssec=form.dnssec_ok)
    message.flags = dns.flags.RD | dns.flags.AD | (dns.flags.CD if form.unchecked else 0)
    message.id = 0
    return bytes(message.to_wire())


def fresh_label() -> str:
    """A label that can't exist: `hf-` and ten hexadecimal digits."""
    return f"hf-{secrets.token_hex(5)}"


def below(label: str, zone: str) -> str:
    """The absolute name of `label` in `zone`."""
    return f"{label}." if zone == "." else f"{label}.{zone}"


def absent_query(zone: str, rtype: str, form: Form, label: str) -> bytes:
    """The query for `label`.zone with the id 0; label: as of fresh_label()."""
    template = query(below("hf-0000000000", zone), rtype, form)
    return template[:13] + label.encode("ascii") + template[13 + _LABEL :]


def type_number(rtype: str) -> int:
    """The number of a type, such as 1 for A."""
    return int(dns.rdatatype.from_text(rtype))


def rcode_name(number: int) -> str:
    """The name of an rcode, such as NXDOMAIN for 3."""
    try:
        return str(dns.rcode.to_text(dns.rcode.Rcode.make(number)))
    except ValueError:
        return str(number)


def same_question(reply: bytes, sent: bytes) -> bool:
    """Whether the reply's question is the one that was sent; names in any case."""
    end = _question_end(sent)
    name, kind = slice(12, end - 4), slice(end - 4, end)
    return reply[4:6] == b"\0\1" and reply[name].lower() == sent[name].lower() and reply[kind] == sent[kind]


def _question_end(sent: bytes) -> int:
    """Where the question of a message of ours ends."""
    at = 12
    while sent[at]:
        at += sent[at] + 1
    return at + 5


def read(reply: bytes, sent: bytes, rtype: str) -> dict[str, Any] | str:
    """What a reply says, as fields of a cell, or why it isn't believed: wrong_id, wrong_question or garbled.

    sent: the message it should answer. rcode, answers, answers_cut, ttl, flags, ede, bytes: as in a cell.
    """
    doubt = _doubt(reply, sent)
    if doubt:
        return doubt
    cut = bool(reply[2] & 0x02)
    try:
        message = dns.message.from_wire(reply, raise_on_truncation=False)
        return {**_header(reply, dns.rcode.to_text(message.rcode())), **_answers(message, rtype), "ede": _ede(message)}
    except Exception:  # a parser may stumble over anything that a stranger sends
        # What was cut needn't be whole.
        return {**_header(reply, rcode_name(reply[3] & 0x0F)), **_shown([], None), "ede": []} if cut else "garbled"


def _doubt(reply: bytes, sent: bytes) -> str:
    if len(reply) < 12:
        return "garbled"
    if reply[:2] != sent[:2]:
        return "wrong_id"
    # A query, or another opcode, is no reply to a query.
    if reply[2] & 0xF8 != 0x80 or sum(_counts(reply)[1:]) > _MAX_RECORDS:
        return "garbled"
    if _counts(reply) == [0, 0, 0, 0] and reply[3] & 0x0F in _BARE_RCODES:
        return ""
    return "" if same_question(reply, sent) else "wrong_question"


def _counts(reply: bytes) -> list[int]:
    return [reply[at] << 8 | reply[at + 1] for at in (4, 6, 8, 10)]


def _header(reply: bytes, rcode: str) -> dict[str, Any]:
    bits = reply[2] << 8 | reply[3]
    return {"rcode": rcode, "flags": [name for bit, name in _FLAGS.items() if bits & bit], "bytes": len(reply)}


def _answers(message: Any, rtype: str) -> dict[str, Any]:
    """The RRset of the asked type at the end of the chain of CNAMEs."""
    if not message.answer:
        return _shown([], None)
    owner, ttls = message.question[0].name, []
    wanted = dns.rdatatype.from_text(rtype)
    for _step in range(_MAX_CHAIN):
        found = {int(rrset.rdtype): rrset for rrset in message.answer if rrset.name == owner}
        rrset = found.get(wanted) or found.get(dns.rdatatype.CNAME)
        if not rrset:
            break
        ttls.append(rrset.ttl)
        if rrset.rdtype == wanted:
            return _shown([rdata.to_text() for rdata in rrset], min(ttls), rtype)
        owner = rrset[0].target
    return _shown([], None)


def _shown(texts: Iterable[str], ttl: int | None, rtype: str = "") -> dict[str, Any]:
    whole = sorted({text[:_MAX_TEXT].lower() if rtype in _CASELESS else text[:_MAX_TEXT] for text in texts})
    return {"answers": whole[:_MAX_ANSWERS], "answers_cut": max(0, len(whole) - _MAX_ANSWERS), "ttl": ttl}


def addresses(texts: Iterable[str]) -> dict[str, Any]:
    """The fields answers, answers_cut and ttl for addresses that came by another way than a message."""
    return _shown(texts, None)


def _ede(message: Any) -> list[dict[str, Any]]:
    found = [option for option in message.options if option.otype == _EDE]
    return [{"code": int(option.code), "text": str(option.text or "")[:_MAX_TEXT]} for option in found[:_MAX_ANSWERS]]


def records(raws: list[bytes], rtype: str) -> dict[str, Any] | str:
    """The fields answers, answers_cut and ttl out of single records in wire format, or `garbled`."""
    if len(raws) > _MAX_RECORDS:
        return "garbled"
    header = bytes([0, 0, 0x80, 0, 0, 0, *len(raws).to_bytes(2, "big"), 0, 0, 0, 0])
    try:
        message = dns.message.from_wire(header + b"".join(raws))
        found = [rrset for rrset in message.answer if rrset.rdtype == dns.rdatatype.from_text(rtype)]
        texts = [rdata.to_text() for rrset in found for rdata in rrset]
        return _shown(texts, min((rrset.ttl for rrset in found), default=None), rtype)
    except Exception:  # a parser may stumble over anything that a stranger sends
        return "garbled"
