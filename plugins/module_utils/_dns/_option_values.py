# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Single values that an operator writes for a probe: names, types, addresses, ports, answers. Each is checked and put into one form."""

from __future__ import annotations

import difflib
import ipaddress
import re
from typing import Any, Iterable

# Of RFC 1035 and later; no meta types such as ANY or AXFR, which no resolver's client asks.
TYPES = tuple(
    "A AAAA CAA CDNSKEY CDS CNAME DNAME DNSKEY DS HINFO HTTPS LOC MX NAPTR NS OPENPGPKEY PTR RP SMIMEA SOA SRV SSHFP SVCB TLSA TXT URI".split()
)
# RFC 6895, those that a question may bring.
RCODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "NOTAUTH", "NOTZONE", "BADVERS")
_LABEL = re.compile(r"[a-z0-9_/*-]{1,63}")
_LONGEST_NAME = 253  # RFC 1035 § 2.3.4, without the final dot
# What the label of an absent name takes, with its dot.
LABEL_ROOM = 16
_LONGEST_TEXT = 255
_ZONE_ID = re.compile(r"[A-Za-z0-9_.:@-]{1,15}")  # IFNAMSIZ
_HOST_TYPES = ("CNAME", "DNAME", "NS", "PTR")
_FAMILIES = {"A": 4, "AAAA": 6}
_SHOWN = 80


class Mistake(Exception):
    """What is wrong with a value, and what to write instead, in one line."""


def name(value: Any) -> str:
    """A domain name in small letters without its final dot; the root stays `.`. Raises Mistake."""
    if not isinstance(value, str) or not value:
        raise Mistake(f"{quoted(value)} is no name; write a text such as www.example.com")
    if value == ".":
        return value
    if is_address(value):
        raise Mistake(f"{quoted(value)} is an address, not a name; for its PTR write {ipaddress.ip_address(value).reverse_pointer}")
    plain = value.lower()[:-1] if value.endswith(".") else value.lower()
    _check_form(value, plain)
    for label in plain.split("."):
        _check_label(value, label)
    return plain


def zone(value: Any) -> str:
    """A zone below which a label is asked for that can't exist. Raises Mistake."""
    plain = name(value)
    if plain == ".":
        raise Mistake("the root is no zone to ask for an absent label; write one such as example.com")
    if len(plain) > _LONGEST_NAME - LABEL_ROOM:
        raise Mistake(f"{quoted(value)} leaves no room for a label; write a zone of at most {_LONGEST_NAME - LABEL_ROOM} characters")
    return plain


def _check_form(value: str, plain: str) -> None:
    if not value.isascii():
        raise Mistake(f"{quoted(value)} is not in ASCII; write its A-labels, as in xn--bcher-kva.example")
    if "//" in value:
        raise Mistake(f"{quoted(value)} is a URL; write the name of its host only")
    if len(plain) > _LONGEST_NAME:
        raise Mistake(f"{quoted(value)} has {len(plain)} characters; a name has at most {_LONGEST_NAME}")


def _check_label(value: str, label: str) -> None:
    if not label:
        raise Mistake(f"{quoted(value)} has an empty label; write one dot between two labels")
    if len(label) > 63:
        raise Mistake(f"{quoted(value)} has a label of {len(label)} characters; a label has at most 63")
    if not _LABEL.fullmatch(label):
        raise Mistake(f"{quoted(value)} is no name; its labels may have letters, digits, -, _, / and * only")


def is_address(value: str) -> bool:
    """Whether this is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def address(value: Any) -> str:
    """The address of a server, normalised, an IPv6 one perhaps with its %zone. Raises Mistake."""
    text = value.strip("[]") if isinstance(value, str) else value
    if not isinstance(text, str) or not is_address(text):
        raise Mistake(f"{quoted(value)} is no address; write an IPv4 or IPv6 address, since a server's name would have to be looked up first")
    found = ipaddress.ip_address(text)
    if "%" in text and not found.is_link_local:
        raise Mistake(f"{quoted(value)} needs no link; leave out what follows the %")
    if found.is_multicast or found.is_unspecified:
        raise Mistake(f"{quoted(value)} is no address of one server")
    plain, _mark, link = str(found).partition("%")
    if found.is_link_local and found.version == 6 and not _ZONE_ID.fullmatch(link):
        raise Mistake(f"{quoted(value)} is a link-local address; write its link behind it, as in {plain}%eth0")
    return str(found)


def port(value: Any) -> int:
    """A TCP or UDP port. Raises Mistake."""
    text = str(value)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= 65535:
        raise Mistake(f"{quoted(value)} is no port; write a number from 1 to 65535")
    return int(text)


def rtype(value: Any) -> str:
    """A record type in capitals. Raises Mistake."""
    return choice(str(value).upper(), TYPES, "is no record type that can be asked")


def rcode(value: str) -> str:
    """An rcode's name in capitals. Raises Mistake."""
    return choice(value.upper(), RCODES, "is neither answer, same nor an rcode")


def choice(value: str, known: Iterable[str], wrong: str) -> str:
    """One of the known words. Raises Mistake with what may have been meant."""
    if value in known:
        return value
    raise Mistake(f"{quoted(value)} {wrong}; {instead(value, known)}")


def answer(value: Any, wanted: str) -> str | None:
    """An expected answer of this type as a probe would show it; None for an address of the other family. Raises Mistake."""
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_TEXT or not value.isprintable():
        raise Mistake(f"{quoted(value)} is no answer; write a text of at most {_LONGEST_TEXT} characters, such as 192.0.2.1")
    if wanted in _FAMILIES:
        if not is_address(value):
            raise Mistake(f"{quoted(value)} is no address; an answer of type {wanted} is one")
        found = ipaddress.ip_address(value)
        return str(found) if found.version == _FAMILIES[wanted] else None
    if wanted in _HOST_TYPES:
        plain = name(value)
        return plain if plain == "." else f"{plain}."
    if wanted == "TXT" and not value.startswith('"'):
        return f'"{value}"'
    return " ".join(value.split())


def instead(value: str, known: Iterable[str]) -> str:
    """The word that was probably meant, or all that there are."""
    words = list(known)
    near = difflib.get_close_matches(value, words, 1)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(words)}"


def quoted(value: Any) -> str:
    """What was written, as it is shown in a message: on one line, cut, control characters as escapes."""
    text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
