# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Writes a file on the controller so that a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import os
import tempfile

_FILE_MODE = 0o644
_DIRECTORY_MODE = 0o755


def write(path: str, content: bytes) -> None:
    """Put ``content`` at ``path`` (mode 0644 under any umask), making missing directories (0755). Raises OSError."""
    directory = os.path.dirname(os.path.abspath(path))
    _make(directory)
    handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=directory)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), _FILE_MODE)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _make(directory: str) -> None:
    if os.path.isdir(directory):
        return
    _make(os.path.dirname(directory))
    os.mkdir(directory)
    # mkdir's own mode is subject to the umask.
    os.chmod(directory, _DIRECTORY_MODE)
