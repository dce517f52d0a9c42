# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Writing that is on the disk when it returns: content, then the name."""

from __future__ import annotations

import contextlib
import os
import stat

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._entries import Entry, look
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused, shown


def sync_folder(path: str) -> None:
    """fsync(2) of a directory: its names are on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_new(path: str, data: bytes, mode: int = 0o600) -> None:
    """A file that must not be there yet; its name is on the disk only after sync_folder()."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with open(handle, "wb") as file:
        os.fchmod(handle, mode)
        file.write(data)
        file.flush()
        os.fsync(handle)


def replace(path: str, data: bytes, mode: int = 0o600) -> None:
    """A file's new content, whole or not at all."""
    new = f"{path}.py-new"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(new)
    try:
        write_new(new, data, mode)
        os.rename(new, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise
    sync_folder(os.path.dirname(path))


def claim(path: str, data: bytes) -> bool:
    """Make a file with its content in one step; False where there is one already."""
    new = f"{path}.claim"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(new)
    try:
        write_new(new, data)
        os.link(new, path)
    except FileExistsError:
        return False
    finally:
        with contextlib.suppress(OSError):
            os.unlink(new)
    sync_folder(os.path.dirname(path))
    return True


def copy(entry: Entry, target: str) -> None:
    """A copy with content, mode, owner, times and extended attributes; Refused where it changes meanwhile or can't be kept whole."""
    if entry.kind == "link":
        os.symlink(os.readlink(entry.path), target)
    elif entry.kind == "directory":
        os.mkdir(target, 0o700)
    else:
        write_new(target, _content(entry))
    _keep_attributes(entry, target)
    if look(entry.path) != entry:
        raise Refused(f"paths: {shown(entry.path)} changed while it was being copied; try again when nobody else works on it")


def _content(entry: Entry) -> bytes:
    # O_NONBLOCK: what was a file may be a FIFO by now, and opening that would wait.
    handle = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return b""
        return file.read(entry.size + 1)


def _keep_attributes(entry: Entry, target: str) -> None:
    uid, gid = map(int, entry.owner.split(":"))
    os.chown(target, uid, gid, follow_symlinks=False)
    if entry.kind != "link":
        os.chmod(target, int(entry.mode, 8))
        # After chown(2), which takes capabilities away.
        _keep_xattrs(entry.path, target)
    seen = os.lstat(entry.path)
    os.utime(target, ns=(seen.st_atime_ns, seen.st_mtime_ns), follow_symlinks=False)
    if entry.kind == "file":
        sync_file(target)


def _keep_xattrs(path: str, target: str) -> None:
    try:
        names = os.listxattr(path, follow_symlinks=False)
    except OSError:
        return  # a file system without any
    for name in names:
        value = os.getxattr(path, name, follow_symlinks=False)
        try:
            os.setxattr(target, name, value, follow_symlinks=False)
        except OSError as error:
            raise Refused(f"paths: the attribute {shown(name)} of {shown(path)} can't be kept below /var/lib/holdfast ({error.strerror})") from None


def sync_file(path: str) -> None:
    """fsync(2) of a file: content and attributes are on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
