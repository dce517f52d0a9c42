# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Carry out a plan of systemd_dropin, and take it back. The only part of it that writes."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from typing import Iterator, Mapping

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_plan import Plan
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

_MODE = 0o644
_DIRECTORY_MODE = 0o755


class Failed(Exception):
    """The host wouldn't let us write; `why` is one line."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Writer:
    """Writes below the root of `host`, and remembers what was there."""

    def __init__(self, module: AnsibleModule, host: Host) -> None:
        self.backups: list[str] = []
        self._module = module
        self._root = host.root
        self._before: dict[str, bytes | None] = {}
        self._made: list[str] = []

    def carry_out(self, plan: Plan, backup: bool) -> None:
        """Bring the files of a plan about; Failed leaves all as it was."""
        self.write(plan.changed, backup)
        if plan.path is None and plan.old_directory and plan.made:
            with self._or_taken_back():
                self._remove_empty(os.path.dirname(next(iter(plan.files), "")))

    def write(self, changed: Mapping[str, str | None], backup: bool) -> None:
        """Write first and remove (None) then, so that the values are never gone in between; Failed leaves all as it was."""
        with self._or_taken_back():
            self._remember(changed, backup)
            for path, text in sorted(changed.items(), key=lambda item: item[1] is None):
                if text is None:
                    os.unlink(self._real(path))
                else:
                    self._write(path, text.encode("utf-8"))

    @contextlib.contextmanager
    def _or_taken_back(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Failed(f"{error.filename or 'the drop-in'}: {(error.strerror or str(error)).lower()}{self._taken_back()}") from None

    def settle(self, plan: Plan) -> bool:
        """Give the drop-in its mode and owner; whether they were others. Also tells in check mode."""
        if plan.path is None or not os.path.lexists(self._real(plan.path)):
            return False
        changed = self._module.set_mode_if_different(self._real(plan.path), _MODE, False)
        if os.geteuid() == 0:
            changed = self._module.set_owner_if_different(self._real(plan.path), 0, changed)
        return bool(changed)

    def take_back(self) -> None:
        """Put back what carry_out() changed; OSError where the host doesn't let us."""
        for path, data in self._before.items():
            if data is not None:
                self._write(path, data)
            elif os.path.lexists(self._real(path)):
                os.unlink(self._real(path))
        self._remove_made()

    def _remove_made(self) -> None:
        while self._made:
            os.rmdir(self._made.pop())

    def _taken_back(self) -> str:
        try:
            self.take_back()
        except OSError as error:
            return f"; and what was written can't be taken back: {(error.strerror or str(error)).lower()}"
        return ""

    def _remember(self, changed: Mapping[str, str | None], backup: bool) -> None:
        for path in changed:
            real = self._real(path)
            if not os.path.lexists(real):
                self._before[path] = None
                continue
            with open(os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
                self._before[path] = file.read()
            if backup:
                # Its name ends in ~, which systemd passes over.
                self.backups.append(self._module.backup_local(real))

    def _write(self, path: str, data: bytes) -> None:
        real = self._real(path)
        self._make_directory(os.path.dirname(real))
        handle, temporary = tempfile.mkstemp(dir=self._module.tmpdir)
        with open(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, _MODE)
        try:
            self._module.atomic_move(temporary, real)
        except SystemExit:
            # It has told what failed and ends the module; nothing but directories was made until here.
            self._remove_made()
            raise
        os.chmod(real, _MODE)
        for flushed in (real, os.path.dirname(real)):
            _flush(flushed)

    def _make_directory(self, directory: str) -> None:
        missing = []
        while not os.path.lexists(directory):
            missing.append(directory)
            directory = os.path.dirname(directory)
        for each in reversed(missing):
            os.mkdir(each)
            # Whatever the umask: daemons with a user of their own must be able to read it.
            os.chmod(each, _DIRECTORY_MODE)
            self._made.append(each)

    def _remove_empty(self, directory: str) -> None:
        real = self._real(directory)
        if directory and stat.S_ISDIR(os.lstat(real).st_mode) and not os.listdir(real):
            os.rmdir(real)

    def _real(self, path: str) -> str:
        return os.path.join(self._root, path.lstrip("/"))


def _flush(path: str) -> None:
    """To the disk: a file that a power cut leaves empty would be a mask."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
