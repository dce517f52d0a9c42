# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Severities, in order."""

from __future__ import annotations

SEVERITIES = ("info", "low", "medium", "high", "critical")


def rank(severity: str) -> int:
    """The place of a severity in the order: 0 for info, 4 for critical."""
    return SEVERITIES.index(severity)
