# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Facts about the DNS that links were told while networkd ran, and that it forgets."""

from __future__ import annotations

from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import short
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_facts import Daemon, Own
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _told, _told_read
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told_read import Seen


def told(host: Host, daemon: Daemon, own: Own) -> Seen:
    """What the links of networkd were told; it is asked itself where it could be asked what else is its own."""
    if daemon.settings is None or not daemon.active:
        return Seen([], [])
    return _told_read.look(host, daemon.links, daemon.settings.version, own.running.get("by") == "Describe")


def fact(one: _told.Told) -> dict[str, Any]:
    """An item of `dns` in routes.at_risk; `becomes` is what the link has after a restart, as far as files and leases tell."""
    becomes = short(_told.shown(one.then))
    text = short(f"{one.link}: {one.kind.what} {one.value or 'none'}")
    return {"device": one.link, "what": one.kind.what, "value": short(one.value), "becomes": becomes, "text": f"{text}, then {becomes or 'none'}"}
