# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Facts about what would restart systemd-networkd or systemd-resolved next without anybody asking for it."""

from __future__ import annotations

import time
from typing import Any, Optional

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_found import Found, read_timers
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_jobs import look_for_jobs
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_upgrades import look_for_upgrades
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

_MOST_LISTED = 16


def look(host: Host, now: Optional[float] = None) -> dict[str, Any]:
    """`routes.triggers` of docs/facts.md; now: epoch seconds. What can't be seen is unknown, or named by `why` beside what was."""
    found = Found(time.time() if now is None else now)
    try:
        timers = read_timers(host)
    except NotSeen as missing:
        return {"status": "absent" if isinstance(missing, Absent) else "unknown", "why": missing.why}
    update = look_for_upgrades(host, timers, found)
    look_for_jobs(host, timers, found)
    # What comes first is what an operator has to know where the list is cut.
    entries = sorted(found.entries, key=lambda entry: (entry["next"] is None, entry["next"] or 0, entry["name"]))
    node = {"status": "ok", "automatic": entries[:_MOST_LISTED], "automatic_cut": max(0, len(entries) - _MOST_LISTED)}
    node.update(systemd_update=update, complete=not found.doubts)
    if found.doubts:
        node["why"] = "; ".join(found.doubts[:3])[:300]
    return node
