# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a failing host smaller, part by part, while it still fails; pure."""

from __future__ import annotations

from collections.abc import Callable

from .random_host import RandomHost


def shrink(host: RandomHost, fails: Callable[[RandomHost], bool], plays: int) -> RandomHost:
    """The smallest host found that still fails, after that many plays at most: first without halves, at last without single parts."""
    size = max(1, len(host.parts) // 2)
    start = 0
    while plays and host.parts:
        names = [part.name for part in host.parts[start : start + size]]
        smaller = host.without(names)
        plays -= 1
        if fails(smaller):
            host = smaller
        else:
            start += size
        if start >= len(host.parts):
            if size == 1:
                break
            start, size = 0, max(1, size // 2)
    return host
