# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""/var/lib/holdfast: the checkpoints, which one is open, and the lock that the script takes too.

    lock                    flock(2): whoever holds it decides; a dead process holds nothing
    open                    the id of the one open checkpoint
    checkpoints/<id>/       manifest.json deadline.json state restore.sh network whole files/<n> restart/ reserve
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import stat
import time
from typing import Any, Iterator

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._durable import claim, replace, sync_folder
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused, is_id

ROOT = "/var/lib/holdfast"
LIVE = ("armed", "rolling_back", "rollback_failed")
_LOCK_SECONDS = 15.0
_MOST_BYTES = 1 << 20


class Store:
    """The store below `root`; nothing is made before open_up()."""

    def __init__(self, root: str = ROOT) -> None:
        self.root = root

    def path(self, ident: str, name: str = "") -> str:
        """Where a checkpoint is, or a file of it."""
        return os.path.join(self.root, "checkpoints", ident, name).rstrip("/")

    def script(self, ident: str) -> str:
        """Its restore.sh."""
        return self.path(ident, "restore.sh")

    def open_up(self) -> None:
        """Make the directories; Refused where they aren't root's alone."""
        for path in (self.root, os.path.join(self.root, "checkpoints")):
            with contextlib.suppress(FileExistsError):
                os.makedirs(path, mode=0o700)
                sync_folder(os.path.dirname(path))
            seen = os.lstat(path)
            if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid():
                raise Refused(f"{path} is not a directory of root's, so nothing is kept there; move it away")
            if stat.S_IMODE(seen.st_mode) != 0o700:
                os.chmod(path, 0o700)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock; Refused after 15 s, as while a rollback is at work."""
        handle = os.open(os.path.join(self.root, "lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            _wait_for(handle)
            yield
        finally:
            os.close(handle)

    def open_id(self) -> str:
        """The id of the open checkpoint, or ""."""
        text = self._read(os.path.join(self.root, "open")).strip()
        return text if is_id(text) else ""

    def claim(self, ident: str) -> bool:
        """Make `ident` the open one; False where another is."""
        if not self.open_id():
            # Left with nothing in it by a crash of the file system.
            self._remove("open")
        return claim(os.path.join(self.root, "open"), f"{ident}\n".encode("ascii"))

    def release(self, ident: str) -> None:
        """`ident` is open no more."""
        if self.open_id() == ident:
            self._remove("open")

    def _remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(self.root, name))
            sync_folder(self.root)

    def ids(self) -> list[str]:
        """All checkpoints, the newest first."""
        try:
            names = os.listdir(os.path.join(self.root, "checkpoints"))
        except OSError:
            return []
        return sorted(filter(is_id, names), reverse=True)

    def state(self, ident: str) -> dict[str, Any]:
        """`{"state", "reason", "at", "failed": [lines]}`; state is "" where nothing can be read."""
        return parse_state(self._read(self.path(ident, "state")))

    def write_state(self, ident: str, state: str, reason: str = "") -> None:
        """The state, on the disk when this returns."""
        replace(self.path(ident, "state"), f"state={state}\nreason={reason}\nat={int(time.time())}\n".encode("ascii"))

    def data(self, ident: str, name: str) -> dict[str, Any]:
        """manifest.json or deadline.json; {} where it can't be read."""
        try:
            data = json.loads(self._read(self.path(ident, name)))
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}

    def delete(self, ident: str) -> None:
        """Remove a checkpoint."""
        shutil.rmtree(self.path(ident), ignore_errors=True)

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest `keep` of those that aren't open; their ids."""
        gone = [ident for ident in self.ids() if ident != self.open_id()][keep:]
        for ident in gone:
            self.delete(ident)
        return gone

    def _read(self, path: str) -> str:
        try:
            with open(path, encoding="utf-8", errors="backslashreplace") as file:
                return file.read(_MOST_BYTES)
        except OSError:
            return ""


def parse_state(text: str) -> dict[str, Any]:
    """The lines `key=value` of a state; `failed` may be there many times."""
    seen: dict[str, Any] = {"state": "", "reason": "", "at": None, "failed": []}
    for line in text.splitlines():
        key, _equals, value = line.partition("=")
        if key == "failed":
            seen["failed"].append(value)
        elif key == "at":
            seen["at"] = int(value) if value.isdigit() else None
        elif key in ("state", "reason"):
            seen[key] = value
    return seen


def _wait_for(handle: int) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Refused("a rollback or another run is at work on this host; look at `journalctl -t holdfast`, then try again") from None
        time.sleep(0.1)
