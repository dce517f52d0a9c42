# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""One run of a module: options in, result out."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _arm, _end, _whole_look
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._info import default_owner, describe, outcome
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused, check_id
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import Store
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

_SECONDS = 20.0


def run_info(params: dict[str, Any]) -> dict[str, Any]:
    """The result of checkpoint_info; Refused where there is no such checkpoint."""
    store = _store()
    ident = _end.choose(store, params["id"] or "") if params["compare"] or params["id"] else ""
    known = [describe(Host(timeout=_SECONDS), store, one) for one in store.ids() if params["id"] in (None, one)]
    compared = {"network": _whole_look.compare(Host(timeout=_SECONDS), store, ident)} if params["compare"] else {}
    return {"changed": False, "checkpoints": known, **compared}


def run(params: dict[str, Any], check: bool) -> dict[str, Any]:
    """The result of checkpoint; Refused where nothing was done, or a rollback could not end."""
    if params["id"]:
        check_id(params["id"])
    store = _store()
    if params["state"] == "armed":
        return _armed(params, store, check)
    ident = _end.choose(store, params["id"] or "")
    result = (_confirmed if params["state"] == "confirmed" else _rolled_back)(store, ident, check)
    return {**result, "checkpoint": describe(Host(timeout=_SECONDS), store, ident), "msg": outcome(store, ident)}


def _store() -> Store:
    if os.geteuid():
        raise Refused("a checkpoint needs root; set become: true")
    return Store()


def _armed(params: dict[str, Any], store: Store, check: bool) -> dict[str, Any]:
    names = ("paths", "allowed", "units", "rules", "routes", "timeout", "keep")
    wish = _arm.check(_arm.Wish(owner=params["owner"] or default_owner(), **{name: params[name] for name in names}))
    host = Host(timeout=_SECONDS)
    if check:
        _arm.refuse_if_open(store)
        found = _arm.look(host, wish)
        units = [unit._asdict() for unit in found.units]
        about = {"state": "armed", "owner": wish.owner, "timeout": wish.timeout, "paths": wish.paths, "units": units}
        return {"changed": True, "checkpoint": {**about, "recorded": found.counts(), "not_recorded": found.saved.lost[:20]}, **_diff("none", "armed")}
    armed = _arm.arm(host, store, wish)
    missing = [unit["name"] for unit in armed["units"] if unit["load"] == "not-found"]
    warnings = [f"{name} is not installed, so it is left alone on rollback" for name in missing]
    return {"changed": True, "checkpoint": armed, "warnings": warnings, **_diff("none", "armed")}


def _confirmed(store: Store, ident: str, check: bool) -> dict[str, Any]:
    changed = _end.confirm(Host(timeout=_SECONDS), store, ident, check)
    return {"changed": changed, **_diff("armed" if changed else "confirmed", "confirmed")}


def _rolled_back(store: Store, ident: str, check: bool) -> dict[str, Any]:
    host = Host(timeout=_end.ROLLBACK_SECONDS)
    before = store.state(ident)["state"]
    paths = _end.would_change(host, store, ident)
    changed = before != "rolled_back" or bool(paths)
    if changed and not check:
        _end.roll_back(host, store, ident)
    return {"changed": changed, "would_change": paths, **_diff(before, "rolled_back", paths)}


def _diff(before: str, after: str, paths: list[str] | None = None) -> dict[str, Any]:
    listed = "".join(f"put back {path}\n" for path in paths or [])
    return {"diff": {"before": f"checkpoint: {before}\n", "after": f"checkpoint: {after}\n{listed if before != after or paths else ''}"}}
