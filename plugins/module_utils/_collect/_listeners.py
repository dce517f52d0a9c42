# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Whether something on this host listens on port 53 over UDP at an address, from /proc/net/udp and udp6."""

from __future__ import annotations

import ipaddress
import re
import struct
from typing import Iterator, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import is_loopback
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

_LOCAL = re.compile("(?:[0-9A-F]{8}|[0-9A-F]{32}):0035")
# Docker's embedded resolver: its packets are sent to another port before they reach a socket.
_REDIRECTED = ("127.0.0.11",)


class Listeners(NamedTuple):
    """The local addresses of sockets on port 53; `complete` is false where some couldn't be seen."""

    addresses: frozenset[str]
    complete: bool


def on_port_53(host: Host) -> Listeners:
    """What listens in the network namespace that this process runs in."""
    addresses: set[str] = set()
    complete = True
    for path in ("/proc/net/udp", "/proc/net/udp6"):
        try:
            text = host.read(path)
        except Absent:
            # Without IPv6 there is no udp6.
            complete = complete and path.endswith("6")
            continue
        except NotSeen:
            complete = False
            continue
        addresses.update(parse(text.text))
        complete = complete and text.complete
    return Listeners(frozenset(addresses), complete)


def parse(text: str) -> Iterator[str]:
    """The local addresses with port 53 in the text of /proc/net/udp or udp6."""
    for line in text.split("\n")[1:]:
        words = line.split()
        if len(words) > 1 and _LOCAL.fullmatch(words[1]):
            yield _address(words[1].partition(":")[0])


def listens(address: str, listeners: Listeners) -> bool | None:
    """True or False for an address of this host; None where it isn't known to be one, or not whether it is served."""
    plain = address.partition("%")[0]
    if plain in listeners.addresses:
        return True
    if not is_loopback(address) or plain in _REDIRECTED:
        return None
    # A socket on :: takes IPv4 too unless it was told not to, and nothing here shows that.
    if {"0.0.0.0", "::"} & listeners.addresses:
        return True if _any(plain) in listeners.addresses else None
    if plain in ("0.0.0.0", "::"):
        return any(is_loopback(other) for other in listeners.addresses) or (None if not listeners.complete else False)
    return False if listeners.complete else None


def _any(address: str) -> str:
    return "::" if ":" in address else "0.0.0.0"


def _address(text: str) -> str:
    """Hexadecimal words in the host's byte order, as the kernel prints them."""
    words = [int(text[at : at + 8], 16) for at in range(0, len(text), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    return str(ipaddress.IPv4Address(packed) if len(words) == 1 else ipaddress.IPv6Address(packed))
