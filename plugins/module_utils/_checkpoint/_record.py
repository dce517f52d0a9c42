# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Writing one checkpoint into the store: copies, script, manifest; all on the disk when it returns."""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _deadline, _network
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._durable import (
    copy,
    replace,
    sync_folder,
    write_new,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._entries import Entry
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._network import Saved
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._script import Places, render
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import Store
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._units import Unit
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

SCHEMA = 1
_COPIED = ("file", "link", "directory")
_MARGIN = 512 << 10
_BLOCK = 4096


class Recorded(NamedTuple):
    """All that a checkpoint keeps of the host."""

    entries: list[Entry]
    units: list[Unit]
    saved: Saved

    def counts(self) -> dict[str, int]:
        """How much of each kind."""
        kinds = [entry.kind for entry in self.entries]
        counts = {name: kinds.count(kind) for name, kind in (("files", "file"), ("links", "link"), ("directories", "directory"), ("absent", "absent"))}
        network = {name: len(getattr(self.saved, name)) for name in ("rules", "routes", "addresses", "nexthops", "neighbours")}
        return {**counts, "bytes": sum(entry.size for entry in self.entries), **network}


def boot_id() -> str:
    """What tells this boot from all others."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def need(entries: list[Entry]) -> int:
    """Bytes for the copies, as much again that is kept free for putting them back, and some for the rest."""
    return 2 * _size(entries) + _BLOCK * len(entries) + _MARGIN


def _size(entries: list[Entry]) -> int:
    return sum(-(-entry.size // _BLOCK) * _BLOCK for entry in entries)


def check_space(store: Store, entries: list[Entry]) -> None:
    """Refused where the store hasn't room."""
    seen = os.statvfs(store.root)
    free = seen.f_bavail * seen.f_frsize
    if free < need(entries):
        raise Refused(f"{store.root}: {free >> 10} KiB are free, and {need(entries) >> 10} KiB are needed; make room first")


def write(store: Store, ident: str, recorded: Recorded, about: dict[str, Any]) -> None:
    """Everything but the deadline; the state is `arming`."""
    os.mkdir(store.path(ident), 0o700)
    store.write_state(ident, "arming")
    for name in ("files", "restart"):
        os.mkdir(store.path(ident, name), 0o700)
    for number, entry in enumerate(recorded.entries):
        if entry.kind in _COPIED:
            copy(entry, store.path(ident, f"files/{number}"))
    made_wants = not os.path.lexists(os.path.dirname(_deadline.BOOT_LINK))
    places = Places(store.root, _deadline.BOOT_UNIT, _deadline.BOOT_LINK, made_wants)
    write_new(store.script(ident), render(ident, places, recorded.entries, recorded.units), 0o700)
    if recorded.saved.in_order():
        write_new(store.path(ident, "network"), _network.commands(recorded.saved, boot_id()))
    if recorded.saved.spares:
        write_new(store.path(ident, "spare"), _network.spare_lines(recorded.saved, boot_id()))
    _reserve(store.path(ident, "reserve"), _size(recorded.entries) + (_MARGIN >> 3))
    units = [unit._asdict() for unit in recorded.units]
    manifest = {**about, "schema": SCHEMA, "id": ident, "made_wants": made_wants, "units": units, "recorded": recorded.counts()}
    replace(store.path(ident, "manifest.json"), json.dumps(manifest, indent=1).encode("ascii"))
    for folder in (store.path(ident, "files"), store.path(ident), os.path.dirname(store.path(ident))):
        sync_folder(folder)


def _reserve(path: str, size: int) -> None:
    """Room that the rollback frees first: a disk that has filled up since can't stop it."""
    write_new(path, b"")
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.posix_fallocate(handle, 0, size)
        os.fsync(handle)
    finally:
        os.close(handle)


def differing(host: Host, store: Store, ident: str) -> list[str]:
    """The paths that aren't as they were recorded, as the script itself sees them."""
    shown = host.run(["sh", store.script(ident), "check"])
    return [line.partition(" ")[2] for line in shown.splitlines() if line.startswith("differs ")]


def check_script(host: Host, store: Store, ident: str) -> None:
    """Refused where the shell can't read the script, or a copy isn't like its original."""
    try:
        host.run(["sh", "-n", store.script(ident)])
        different = differing(host, store, ident)
    except NotSeen as failed:
        raise Refused(f"the script that rolls back does not run: {failed.why}") from None
    if different:
        raise Refused(f"paths: {different[0]} changed while it was being copied; try again when nobody else works on it")
