# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What links were told of DNS at run time, as lines of restore.sh. Pure."""

from __future__ import annotations

from typing import Iterable

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import quote
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told import Told


def told_lines(told: Iterable[Told]) -> list[str]:
    """One call of the script's told() for each line of a state file that must read as it did."""
    return [_line(one, key) for one in told for key in one.kind.keys]


def _line(one: Told, key: str) -> str:
    words = [one.link, key, " ".join(one.lines[key]), one.kind.method, one.kind.types, *one.words]
    return f"told {' '.join(map(quote, words))}"
