# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What is found under the named paths: files, links and directories, or that there is nothing."""

from __future__ import annotations

import os
import stat
from typing import Iterator, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused, has_control, shown

MOST_ENTRIES, MOST_BYTES, MOST_DEPTH = 1000, 16 << 20, 8
_ORDER = ("absent", "directory", "file", "link", "other", "parent")


class Entry(NamedTuple):
    """One path as it is.

    kind: file, link, directory; absent; parent (a missing directory above an absent path, removed again only if empty);
    other (a FIFO, socket, device or mount in a directory: left alone).
    stamp: inode and change time as `stat -c '%i %.9Z'` prints them; mode in octal, owner as uid:gid; size in bytes.
    """

    kind: str
    path: str
    stamp: str = ""
    mode: str = "0"
    owner: str = "0:0"
    size: int = 0


def find(paths: list[str], allowed: list[str], skip: frozenset[str] = frozenset()) -> list[Entry]:
    """All entries at and below `paths`, in the order in which they are put back. Refused where they are too many or can't be kept."""
    found: dict[str, Entry] = {}
    total = 0
    for named in paths:
        for entry in _find(_real(named, allowed), skip):
            total += 0 if entry.path in found else entry.size
            if found.get(entry.path, entry).kind != "absent" or entry.kind != "parent":
                found[entry.path] = entry
            if len(found) > MOST_ENTRIES or total > MOST_BYTES:
                raise Refused(f"paths: more than {MOST_ENTRIES} files or {MOST_BYTES >> 20} MiB; name fewer, or the files themselves")
    return sorted(found.values(), key=_order)


def _order(entry: Entry) -> tuple[int, int, str]:
    depth = entry.path.count("/")
    return _ORDER.index(entry.kind), -depth if entry.kind == "parent" else depth, entry.path


def _real(path: str, allowed: list[str]) -> str:
    """`path` with the links of its directories followed; a link at its end is what is meant itself."""
    real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    # Where an allowed folder is a link itself, what it leads to is allowed.
    if not any(real.startswith(os.path.realpath(folder) + "/") for folder in allowed):
        raise Refused(f"paths: {shown(path)} leads to {shown(real)}, outside of {' and '.join(allowed)}; name a file there, or extend `allowed`")
    if has_control(real):
        raise Refused(f"paths: {shown(path)} leads to {shown(real)}, a name with control characters")
    return real


def _find(path: str, skip: frozenset[str]) -> Iterator[Entry]:
    entry = look(path)
    if entry.kind == "other":
        raise Refused(f"paths: {shown(path)} is neither a file, a link nor a directory; name one")
    yield entry
    if entry.kind == "directory":
        yield from _walk(path, os.lstat(path).st_dev, skip, 0)
    if entry.kind == "absent":
        yield from _missing_parents(path)


def _missing_parents(path: str) -> Iterator[Entry]:
    parent = os.path.dirname(path)
    while not os.path.lexists(parent):
        yield Entry("parent", parent)
        parent = os.path.dirname(parent)


def _walk(folder: str, device: int, skip: frozenset[str], depth: int) -> Iterator[Entry]:
    if depth >= MOST_DEPTH:
        raise Refused(f"paths: {shown(folder)} is more than {MOST_DEPTH} directories deep; name the files themselves")
    with os.scandir(folder) as items:
        names = [item.name for _number, item in zip(range(MOST_ENTRIES + 1), items)]
    for name in sorted(names):
        path = f"{folder}/{name}"
        if path in skip:
            continue
        if has_control(name):
            raise Refused(f"paths: {shown(path)} is a name with control characters, which can't be put back safely; remove or rename it first")
        entry = look(path)
        inside = entry.kind == "directory" and os.lstat(path).st_dev == device
        yield entry if inside or entry.kind != "directory" else entry._replace(kind="other")
        if inside:
            yield from _walk(path, device, skip, depth + 1)


def look(path: str) -> Entry:
    """One path, by lstat(2)."""
    try:
        seen = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return Entry("absent", path)
    kinds = {stat.S_IFREG: "file", stat.S_IFLNK: "link", stat.S_IFDIR: "directory"}
    kind = kinds.get(stat.S_IFMT(seen.st_mode), "other")
    size = seen.st_size if kind == "file" else 0
    return Entry(kind, path, stamp(seen), f"{stat.S_IMODE(seen.st_mode):o}", f"{seen.st_uid}:{seen.st_gid}", size)


def stamp(seen: os.stat_result) -> str:
    """Changes whenever anything of the file does: its content, mode, owner or attributes."""
    return f"{seen.st_ino} {seen.st_ctime_ns // 10**9}.{seen.st_ctime_ns % 10**9:09d}"
