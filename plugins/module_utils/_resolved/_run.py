# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""One run of the module: look, refuse or restart, put back."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._state import State
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved import _links, _restart
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved._links import Link

_SECONDS = 10.0
_MOST_SHOWN = 50


class Failed(Exception):
    """Refused, or not as it was; `result` is what the module returns besides."""

    def __init__(self, why: str, **result: Any) -> None:
        super().__init__(why)
        self.why = why
        self.result = result


def run(timeout: int, check: bool) -> dict[str, Any]:
    """The result of the module; Failed where it was refused, resolved isn't back, or something is still missing."""
    if os.geteuid():
        raise Failed("restarting systemd-resolved needs root; set become: true")
    state, kept = _look()
    about = {"kept": {"links": len(kept), "servers": sum(len(link.servers) for link in kept), "domains": sum(len(link.domains) for link in kept)}}
    if not state.runs:
        return {"changed": False, "restarted": False, "msg": "systemd-resolved does not run, so there is nothing to restart", **about}
    if check:
        return {"changed": True, "restarted": False, "msg": "systemd-resolved would be restarted", **about}
    return _carry_out(state, kept, timeout, about)


def _look() -> tuple[State, list[Link]]:
    """The unit and what links have told it; Failed where that can't be seen, or it would not start again."""
    try:
        state = _restart.state(_SECONDS)
        if state.load == "masked":
            raise Failed("systemd-resolved is masked, so it would not start again; nothing was touched, unmask it first")
        running = _restart.running() if state.runs else None
    except NotSeen as missing:
        raise Failed(f"how systemd-resolved does can't be seen, nothing was touched: {missing.why}") from None
    if running and _links.cut(running):
        raise Failed(f"{_links.cut(running)} links, servers or domains are too many to be looked after, nothing was touched")
    return state, _links.links(running) if running else []


def _carry_out(state: State, kept: list[Link], timeout: int, about: dict[str, Any]) -> dict[str, Any]:
    # The connection may run over a name that needs what is put back here.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    began = time.monotonic()
    try:
        after = _restart.restart(state, timeout)
    except NotSeen as refused:
        raise Failed(f"systemd-resolved was not restarted: {refused.why}", **about) from None
    about.update(restarted=after.invocation != state.invocation, seconds=round(time.monotonic() - began, 1))
    if not (about["restarted"] and after.runs):
        raise Failed(f"systemd-resolved is {after.active} {timeout} s after its restart; see its journal", changed=True, **about)
    # A link that is gone has nothing to lose.
    there = [link for link in kept if Host().exists(f"/sys/class/net/{link.name}")]
    try:
        outcome = _restart.settle(there)
    except NotSeen as unseen:
        raise Failed(f"whether links still have their servers was not seen: {unseen.why}", changed=True, **about) from None
    missing = [f"{text}{f' ({outcome.why[text]})' if outcome.why.get(text) else ''}" for text in outcome.missing]
    about.update(put_back=outcome.put_back[:_MOST_SHOWN], missing=missing[:_MOST_SHOWN])
    if missing:
        raise Failed(f"links lost what they had told systemd-resolved, not put back: {'; '.join(missing[:5])}", changed=True, **about)
    back = f"; put back: {'; '.join(outcome.put_back[:5])}" if outcome.put_back else ""
    return {"changed": True, "msg": f"systemd-resolved was restarted in {about['seconds']} s{back}", **about}
