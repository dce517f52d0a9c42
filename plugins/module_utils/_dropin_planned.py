# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The host as it would be with some files written or removed. Reads only."""

from __future__ import annotations

import os
import stat
import time
from typing import Mapping

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, Text


class Planned(Host):
    """Like Host, but `files` maps paths to their text to be, or to None where they are to go.

    They, and the directories that hold them, count as changed now.
    """

    def __init__(self, host: Host, files: Mapping[str, str | None]) -> None:
        super().__init__(host.root, host.timeout)
        self._files = dict(files)
        self._directories = {os.path.dirname(path) for path in files}
        self._now = int(time.time()) + 1

    def stat(self, path: str) -> os.stat_result:
        """As in Host."""
        if path not in self._files:
            return self._as_changed(path) if path in self._directories else super().stat(path)
        text = self._files[path]
        if text is None:
            raise Absent(f"{path}: no such file or directory")
        return self._stat(stat.S_IFREG | 0o644, len(text))

    def listdir(self, path: str) -> list[str]:
        """As in Host."""
        if path not in self._directories:
            return super().listdir(path)
        try:
            names = set(super().listdir(path))
        except Absent:
            names = set()
        for file, text in self._files.items():
            if os.path.dirname(file) == path:
                (names.discard if text is None else names.add)(os.path.basename(file))
        return sorted(names)

    def read(self, path: str, limit: int = 1 << 20) -> Text:
        """As in Host."""
        if path not in self._files:
            return super().read(path, limit)
        text = self._files[path]
        if text is None:
            raise Absent(f"{path}: no such file or directory")
        return Text(text[:limit], len(text) <= limit)

    def _as_changed(self, path: str) -> os.stat_result:
        try:
            seen = super().stat(path)
        except Absent:
            return self._stat(stat.S_IFDIR | 0o755, 0)
        return self._stat(seen.st_mode, seen.st_size)

    def _stat(self, mode: int, size: int) -> os.stat_result:
        return os.stat_result((mode, 0, 0, 1, 0, 0, size, self._now, self._now, self._now))
