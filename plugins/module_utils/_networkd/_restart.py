# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Restart systemd-networkd on the host itself, and wait until it serves and its links are configured again."""

from __future__ import annotations

import time

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _state
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._state import State

_LINKS = "/run/systemd/netif/links"
_PAUSE = 0.2
# A link that networkd had configured and that lost its carrier meanwhile may never be configured again.
_LINK_SECONDS = 20.0
_MOST_LINKS = 4096


def look(timeout: float) -> State:
    """The unit's state; NotSeen where systemd doesn't tell."""
    return _state.parse(Host(timeout=timeout).run(["systemctl", "show", "-p", _state.PROPERTIES, _state.UNIT]))


def restart(before: State, timeout: float) -> State:
    """The state after a restart, as soon as it serves, fails or `timeout` seconds are over; NotSeen where systemd refuses."""
    links = configured(Host(), 0.0)
    began, deadline = time.time(), time.monotonic() + timeout
    Host(timeout=timeout).run(["systemctl", "restart", "--no-block", _state.UNIT])
    state = before
    while time.monotonic() < deadline:
        state = _look_again(state)
        if state.invocation != before.invocation and state.active in ("active", "failed"):
            break
        time.sleep(_PAUSE)
    if state.runs:
        _wait_for_links(links, began, min(time.monotonic() + _LINK_SECONDS, deadline))
    return state


def _look_again(last: State) -> State:
    try:
        return look(5.0)
    except NotSeen:
        return last


def _wait_for_links(links: set[str], since: float, deadline: float) -> None:
    while time.monotonic() < deadline and links - configured(Host(), since):
        time.sleep(_PAUSE)


def configured(host: Host, since: float) -> set[str]:
    """The indexes of the links that networkd called configured at `since` (epoch seconds) or later."""
    try:
        entries = host.listdir(_LINKS)[:_MOST_LINKS]
    except NotSeen:
        return set()
    return {entry for entry in entries if _is_configured(host, f"{_LINKS}/{entry}", since)}


def _is_configured(host: Host, path: str, since: float) -> bool:
    try:
        return host.stat(path).st_mtime >= since and "ADMIN_STATE=configured\n" in host.read(path).text
    except NotSeen:
        return False
