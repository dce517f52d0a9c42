# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Arming: record the host, claim the one place, set the deadline; or leave nothing behind."""

from __future__ import annotations

import os
import time
from typing import Any, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _deadline, _names, _network, _record, _units, _whole_look
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._concerns import readers
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._durable import replace
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._entries import find
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._info import describe, dumped, holder, log
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._record import Recorded
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import LIVE, Store
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._whole import Whole
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Unanswered

_SKIP = frozenset({_deadline.BOOT_UNIT, _deadline.BOOT_LINK})


class Wish(NamedTuple):
    """The options of `state: armed`, checked by check()."""

    paths: list[str]
    allowed: list[str]
    units: list[str]
    rules: bool
    routes: bool
    timeout: int
    owner: str
    keep: int


def check(wish: Wish) -> Wish:
    """`wish` without doubles; Refused for what can't be."""
    allowed = _names.check_allowed(wish.allowed)
    paths = list(dict.fromkeys(_names.check_path(path, allowed) for path in wish.paths))
    units = list(dict.fromkeys(_names.check_unit(name) for name in wish.units))
    for option, given, most in (("paths", paths, _names.MOST_PATHS), ("units", units, _names.MOST_UNITS)):
        if len(given) > most:
            raise Refused(f"{option}: {len(given)} are too many for one checkpoint; name at most {most}")
    if not paths and not units and not wish.rules and not wish.routes:
        raise Refused("paths: there is nothing to put back; name files, directories or units, or set rules and routes")
    if not 10 <= wish.timeout <= 3600:
        raise Refused(f"timeout: {wish.timeout} seconds; write one from 10 to 3600")
    if not 1 <= wish.keep <= 100:
        raise Refused(f"keep: {wish.keep}; write a number from 1 to 100")
    return wish._replace(paths=paths, units=units, owner=_names.check_owner(wish.owner))


def look(host: Host, wish: Wish) -> Recorded:
    """What of the host will be kept; writes nothing."""
    _deadline.check_host(host)
    try:
        implied = _units.read(host, [name for name in readers(wish.paths) if name not in wish.units])
        units = _units.read(host, wish.units) + [unit for unit in implied if unit.load != "not-found"]
    except NotSeen as failed:
        raise Refused(f"units: {failed.why}") from None
    entries = find(wish.paths, wish.allowed, _SKIP)
    return Recorded(entries, units, _network.save(host, wish.rules, wish.routes))


def look_at_all(host: Host, wish: Wish, recorded: Recorded) -> Whole | None:
    """The whole network, to compare with; nothing where none of it is to be put back."""
    if not wish.rules and not wish.routes:
        return None
    try:
        return _whole_look.look(host, _whole_look.settings_of(recorded.saved))
    except Unanswered as failed:
        raise Refused(f"rules, routes: {failed.why}; set both to false to go on without them") from None


def refuse_if_open(store: Store) -> None:
    """Refused where a checkpoint is open, with who holds it and what can be done."""
    ident = store.open_id()
    if ident and store.state(ident)["state"] in LIVE:
        raise Refused(holder(store, ident))


def arm(host: Host, store: Store, wish: Wish) -> dict[str, Any]:
    """The new checkpoint. Whatever goes wrong: nothing is left of it, and Refused says why."""
    recorded = look(host, wish)
    began, whole = time.monotonic(), look_at_all(host, wish, recorded)
    store.open_up()
    with store.locked():
        refuse_if_open(store)
        _clear_away(host, store)
        _record.check_space(store, recorded.entries)
        ident = _names.new_id(time.time())
        try:
            _arm(host, store, ident, recorded, wish)
            if whole:
                _whole_look.keep(host, store, ident, whole, began)
            store.write_state(ident, "armed")
        except Refused as refused:
            raise Refused("; ".join([refused.why, *_give_up(host, store, ident)])) from None
        except (OSError, NotSeen, Unanswered) as failed:
            raise Refused("; ".join([f"nothing is armed: {_reason(failed)}", *_give_up(host, store, ident)])) from None
        except BaseException:
            _give_up(host, store, ident)
            raise
        store.prune(wish.keep - 1)
    left = store.data(ident, "deadline.json")["timeout"]
    log(f"checkpoint {ident}: armed by {wish.owner}, rolled back in {left} s unless confirmed")
    return {**describe(host, store, ident), "not_recorded": recorded.saved.lost[:20]}


def _arm(host: Host, store: Store, ident: str, recorded: Recorded, wish: Wish) -> None:
    about = {"owner": wish.owner, "armed_at": int(time.time()), "timeout": wish.timeout, "paths": wish.paths}
    _record.write(store, ident, recorded, about)
    _record.check_script(host, store, ident)
    # Before anything that the timer would have to take away, should this process be killed.
    _deadline.start_timer(host, ident, store.script(ident), wish.timeout)
    if not store.claim(ident):
        raise Refused("another checkpoint was opened meanwhile; look at checkpoint_info")
    _deadline.enable_boot_unit(host, store.script(ident), [unit.name for unit in recorded.units])
    set_deadline(store, ident, _deadline.verified(host, ident, wish.timeout), wish.timeout)


def set_deadline(store: Store, ident: str, due: float, timeout: int) -> None:
    """Keep when the timer elapses: by the monotonic clock of this boot, and by the wall clock for people."""
    until = int(time.time() + due - time.monotonic())
    data = {"monotonic": due, "boot_id": _record.boot_id(), "until": until, "timeout": timeout}
    replace(store.path(ident, "deadline.json"), dumped(data))


def _clear_away(host: Host, store: Store) -> None:
    """What is left of a run that died: its `arming` checkpoint, or the tidying of a finished one."""
    for ident in store.ids():
        if store.state(ident)["state"] in ("", "arming"):
            _give_up(host, store, ident)
    ident = store.open_id()
    if ident:
        _deadline.disarm(host, ident, bool(store.data(ident, "manifest.json").get("made_wants")))
        store.release(ident)


def _give_up(host: Host, store: Store, ident: str) -> list[str]:
    """Take an unfinished checkpoint away; what could not be."""
    problems = _deadline.disarm(host, ident, bool(store.data(ident, "manifest.json").get("made_wants")))
    store.release(ident)
    store.delete(ident)
    return problems + ([f"{store.path(ident)} could not be removed"] if os.path.lexists(store.path(ident)) else [])


def _reason(failed: Exception) -> str:
    if isinstance(failed, OSError):
        return f"{failed.filename2 or failed.filename or '/var/lib/holdfast'}: {(failed.strerror or str(failed)).lower()}"
    return str(failed)
