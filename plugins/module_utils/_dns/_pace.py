# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""How fast one server may be asked: a token bucket per address, whatever the transport."""

from __future__ import annotations


def is_loopback(address: str) -> bool:
    """Whether an address is this host's own: 127/8 or ::1."""
    return address.startswith("127.") or address == "::1"


class Pace:
    """Hands out the moments at which questions may leave; rate: a second and server, 0 for no limit.

    A bucket holds a fifth of a second's worth (and one at least). This host's own addresses have no limit.
    """

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate if rate > 0 else 0.0
        self._burst = (max(1.0, rate / 5) - 1) * self._gap
        self._due: dict[str, float] = {}

    def next(self, address: str, now: float, until: float) -> float | None:
        """When the next question may leave, which then counts as sent; None where that's after `until`. Monotonic seconds."""
        if not self._gap or is_loopback(address):
            return now
        due = max(self._due.get(address, 0.0), now - self._burst)
        if due > until:
            return None
        self._due[address] = due + self._gap
        return max(now, due)
