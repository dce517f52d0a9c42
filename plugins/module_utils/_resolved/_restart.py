# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Restart systemd-resolved on the host itself, wait until it serves, and tell it again what links lost."""

from __future__ import annotations

import time
from typing import Any, Callable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils import _systemd
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _resolved
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _state
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._state import State
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved import _links
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved._links import Link, Loss

_SERVICE = "org.freedesktop.resolve1"
_PATH = "/org/freedesktop/resolve1"
_PAUSE = 0.2
_SECONDS = 5.0
# networkd, NetworkManager and tailscaled tell their own again when they see it come back.
_PATIENT_ROUNDS = 10
_ROUNDS = 15


class Outcome(NamedTuple):
    """What was put back, and what is missing still, each as text; `why` by text where it could not be put back."""

    put_back: list[str]
    missing: list[str]
    why: dict[str, str]


def state(timeout: float) -> State:
    """The unit's state; NotSeen where systemd doesn't tell."""
    return _state.parse(Host(timeout=timeout).run(["systemctl", "show", "-p", _state.PROPERTIES, _resolved.UNIT]))


def running() -> dict[str, Any]:
    """The fact `resolver.resolved.running`; NotSeen where the daemon doesn't tell."""
    host = Host(timeout=_SECONDS)
    return _resolved._running(host, _systemd.properties(host, _SERVICE, _PATH, f"{_SERVICE}.Manager"))


def restart(before: State, timeout: float) -> State:
    """The state after a restart, as soon as it serves, fails or `timeout` seconds are over; NotSeen where systemd refuses."""
    deadline = time.monotonic() + timeout
    Host(timeout=timeout).run(["systemctl", "restart", "--no-block", _resolved.UNIT])
    now = before
    while time.monotonic() < deadline:
        now = _state_again(now)
        if now.invocation != before.invocation and (now.active == "failed" or now.runs and _answers()):
            break
        time.sleep(_PAUSE)
    return now


def _state_again(last: State) -> State:
    try:
        return state(_SECONDS)
    except NotSeen:
        return last


def _answers() -> bool:
    try:
        running()
    except NotSeen:
        return False
    return True


def settle(
    kept: list[Link],
    look: Callable[[], dict[str, Any]] = running,
    put: Callable[[Loss], str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Wait for what is missing of `kept`, and put back what doesn't come by itself; NotSeen where the daemon doesn't tell."""
    put = put or put_back
    done: dict[str, None] = {}
    why: dict[str, str] = {}
    missing: list[Loss] = []
    for number in range(_ROUNDS):
        missing = list(_links.losses(kept, look()))
        if not missing:
            break
        if number >= _PATIENT_ROUNDS:
            for loss in missing:
                why[loss.text] = put(loss)
                done[loss.text] = None
        sleep(_PAUSE)
    still = [loss.text for loss in missing]
    return Outcome([text for text in done if text not in still and not why[text]], still, why)


def put_back(loss: Loss) -> str:
    """Tell the daemon; "" where it took it, else the reason. What belongs to networkd it refuses."""
    try:
        Host(timeout=_SECONDS).run(["busctl", f"--timeout={_SECONDS:g}", "--", "call", _SERVICE, _PATH, f"{_SERVICE}.Manager", *loss.call])
    except NotSeen as failed:
        return failed.why
    return ""
