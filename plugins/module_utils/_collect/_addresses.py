# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Addresses and short lists as facts state them: one spelling, bounded, what was cut is counted."""

from __future__ import annotations

import ipaddress
from typing import Any, Sequence

LIMIT = 64
_IFNAMSIZ = 16
_LONGEST = 256


def bounded(name: str, entries: Sequence[Any], limit: int = LIMIT) -> dict[str, Any]:
    """`{name: the first entries, name_cut: how many more there are}`."""
    return {name: [short(entry) for entry in entries[:limit]], f"{name}_cut": max(0, len(entries) - limit)}


def short(value: Any) -> Any:
    """A text of at most 256 characters and its mark; anything else as it is."""
    return f"{value[:_LONGEST]}…" if isinstance(value, str) and len(value) > _LONGEST else value


def address_text(word: str) -> str | None:
    """The one spelling of an IP address, with its %zone where it has one; None for anything else."""
    plain, percent, zone = word.partition("%")
    try:
        address = ipaddress.ip_address(plain)
    except ValueError:
        return None
    if percent and (address.version == 4 or not 0 < len(zone) < _IFNAMSIZ):
        return None
    return f"{address}{percent}{zone}"


def is_loopback(address: str) -> bool:
    """Whether the address never leaves the host; the unspecified one counts, the kernel delivers it locally."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return ip.is_loopback or ip.is_unspecified
