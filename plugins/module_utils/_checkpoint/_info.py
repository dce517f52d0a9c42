# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Checkpoints as data and as sentences, and the journal."""

from __future__ import annotations

import json
import os
import pwd
import syslog
import time
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _deadline, _record
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import LIVE, Store
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen


def dumped(data: dict[str, Any]) -> bytes:
    """JSON for a file of the store."""
    return json.dumps(data).encode("ascii")


def describe(host: Host, store: Store, ident: str) -> dict[str, Any]:
    """One checkpoint; times in UTC, `seconds_left` by the monotonic clock and null where no deadline runs."""
    manifest, deadline, state = store.data(ident, "manifest.json"), store.data(ident, "deadline.json"), store.state(ident)
    return {
        "id": ident,
        "state": state["state"] or "unreadable",
        "open": store.open_id() == ident,
        "owner": manifest.get("owner"),
        "armed_at": when(manifest.get("armed_at")),
        "until": when(deadline.get("until")),
        "seconds_left": seconds_left(deadline) if state["state"] == "armed" else None,
        "timer": _timer(host, ident) if state["state"] == "armed" else False,
        "reason": state["reason"] or None,
        "changed_at": when(state["at"]),
        "failed": state["failed"],
        "paths": manifest.get("paths", []),
        "units": manifest.get("units", []),
        "recorded": manifest.get("recorded", {}),
        "script": store.script(ident),
    }


def _timer(host: Host, ident: str) -> bool:
    try:
        return _deadline.elapses(host, ident) is not None
    except NotSeen:
        return False


def seconds_left(deadline: dict[str, Any]) -> int | None:
    """Until the timer elapses; 0 where it has, None where the host was rebooted since."""
    if deadline.get("boot_id") != _record.boot_id():
        return None
    return max(0, int(deadline["monotonic"] - time.monotonic()))


def when(epoch: float | None) -> str | None:
    """2026-11-21T07:24:00Z, for people."""
    return None if epoch is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(epoch))


def holder(store: Store, ident: str) -> str:
    """Who holds the open checkpoint, since when and until when, and what can be done."""
    manifest, deadline, state = store.data(ident, "manifest.json"), store.data(ident, "deadline.json"), store.state(ident)
    since = f"{manifest.get('owner')} holds the checkpoint {ident} since {when(manifest.get('armed_at'))}"
    if state["state"] == "rollback_failed":
        left = "; ".join(state["failed"][:5])
        return (f"{since}; its rollback failed at {when(state['at'])}: {left}. Remove the cause, then state=rolled_back id={ident}; "
                f"to keep the host as it is, remove {store.root}/open")  # fmt: skip
    if state["state"] == "rolling_back":
        return f"{since}; it is being rolled back now ({state['reason']})"
    return (f"{since}; it is rolled back at {when(deadline.get('until'))} ({seconds_left(deadline)} s from now) unless confirmed. "
            f"Wait, or use state=confirmed id={ident}, or state=rolled_back id={ident}")  # fmt: skip


def outcome(store: Store, ident: str) -> str:
    """How a checkpoint ended, as a sentence."""
    state = store.state(ident)
    at = when(state["at"])
    words = {
        "confirmed": f"was confirmed at {at}",
        "rolled_back": f"was rolled back at {at} ({state['reason']})",
        "rolling_back": f"is being rolled back since {at} ({state['reason']})",
        "rollback_failed": f"could not be rolled back at {at} ({state['reason']}): {'; '.join(state['failed'][:5])}",
        "armed": "is open",
    }
    return f"the checkpoint {ident} {words.get(state['state'], 'was never armed')}"


def is_live(store: Store, ident: str) -> bool:
    """Whether it is still to be confirmed or rolled back."""
    return store.state(ident)["state"] in LIVE


def log(text: str) -> None:
    """One line in the journal, tagged holdfast like those of the script."""
    syslog.openlog("holdfast", 0, syslog.LOG_DAEMON)
    syslog.syslog(syslog.LOG_NOTICE, text)
    syslog.closelog()


def default_owner() -> str:
    """Who asks, as far as the host can see."""
    user = os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name
    client = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    return f"{user} from {client}" if client else user
