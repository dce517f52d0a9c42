# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Confirming a checkpoint, or rolling back to one. Whoever has the lock first wins; the other is told."""

from __future__ import annotations

import contextlib
import os

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _arm, _deadline, _network, _record
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._durable import replace
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._info import log, outcome, seconds_left
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused, check_id
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import LIVE, Store
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

# Three units that hang as long as the script lets them.
ROLLBACK_SECONDS = 400


def choose(store: Store, ident: str) -> str:
    """`ident`, or the open checkpoint, or the last one."""
    known = store.ids()
    if ident and check_id(ident) not in known:
        raise Refused(f"id: there is no checkpoint {ident} on this host; the module checkpoint_info lists them")
    chosen = ident or store.open_id() or next(iter(known), "")
    if not chosen:
        raise Refused("there is no checkpoint on this host; arm one first")
    return chosen


def confirm(host: Host, store: Store, ident: str, check: bool) -> bool:
    """Whether it was (or, with `check`, would be) confirmed just now; false where it is already. Refused where it is too late."""
    with store.locked() if not check else contextlib.nullcontext():
        state = store.state(ident)["state"]
        if state not in ("armed", "confirmed"):
            raise Refused(f"{outcome(store, ident)}; what was changed under it is not in force")
        if state == "armed":
            _refuse_if_late(store, ident)
        if check:
            return state == "armed"
        if state == "armed":
            # This is the decision: whoever finds it later only tidies.
            store.write_state(ident, "confirmed", "asked")
            log(f"checkpoint {ident}: confirmed")
        if state == "armed" or store.open_id() == ident:
            _tidy(host, store, ident)
    return state == "armed"


def _refuse_if_late(store: Store, ident: str) -> None:
    left = seconds_left(store.data(ident, "deadline.json"))
    if left is None:
        raise Refused(f"the host was rebooted since the checkpoint {ident} was armed, so it is to be rolled back: use state=rolled_back")
    if not left:
        raise Refused(f"the deadline of the checkpoint {ident} has passed, it is being rolled back")


def _tidy(host: Host, store: Store, ident: str) -> None:
    problems = _deadline.disarm(host, ident, bool(store.data(ident, "manifest.json").get("made_wants")))
    store.release(ident)
    # The rules and routes of then stay for whoever runs the script by hand until the next boot; the module takes those of today.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(store.path(ident, "reserve"))
    for problem in problems:
        log(f"checkpoint {ident}: left behind: {problem}")


def roll_back(host: Host, store: Store, ident: str) -> None:
    """Roll back, detached from whoever asks: the connection may break meanwhile. Refused where it could not be done."""
    _deadline.check_host(host)
    with store.locked():
        state = store.state(ident)["state"]
        if state not in (*LIVE, "confirmed", "rolled_back"):
            raise Refused(f"{outcome(store, ident)}, so there is nothing to go back to")
        if store.open_id() != ident:
            _arm.refuse_if_open(store)
            _reopen(host, store, ident)
    try:
        host.run(["systemd-run", "--quiet", "--wait", "--collect", f"--unit=holdfast-asked-{ident}",
                  "/bin/sh", store.script(ident), "asked"])  # fmt: skip
    except NotSeen as failed:
        if store.state(ident)["state"] != "rolled_back":
            raise Refused(f"{outcome(store, ident)} ({failed.why})") from None
    if store.state(ident)["state"] != "rolled_back":
        raise Refused(outcome(store, ident))


def _reopen(host: Host, store: Store, ident: str) -> None:
    """A kept one is open while it is rolled back, so that a reboot in the middle ends it, too."""
    manifest = store.data(ident, "manifest.json")
    saved = _network.save(host, True, True)
    replace(store.path(ident, "network"), _network.commands(saved, _record.boot_id()))
    replace(store.path(ident, "spare"), _network.spare_lines(saved, _record.boot_id()))
    if not store.claim(ident):
        raise Refused("another checkpoint was opened meanwhile; look at checkpoint_info")
    _deadline.enable_boot_unit(host, store.script(ident), [unit["name"] for unit in manifest.get("units", [])])


def would_change(host: Host, store: Store, ident: str) -> list[str]:
    """The paths that rolling back would put back."""
    try:
        return _record.differing(host, store, ident)
    except NotSeen as failed:
        raise Refused(f"{store.script(ident)} does not run: {failed.why}") from None
