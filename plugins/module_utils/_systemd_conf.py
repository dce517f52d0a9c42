# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Main file and drop-ins of a systemd configuration → effective keys with provenance.

Follows systemd 252 and 257: src/shared/conf-parser.c (lines, sections,
continuations), src/basic/conf-files.c (order, masks), systemd.syntax(7).
"""

from __future__ import annotations

import os
import stat
from typing import Any, Iterable, NamedTuple, Union

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

DIRECTORIES = ("/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd")
# Since this version the main file, too, is looked for in all directories (NEWS of 256 and config_parse_standard_file_with_dropins).
_MAIN_FILE_EVERYWHERE = 256
_TRUE = frozenset({"1", "yes", "y", "true", "t", "on"})
_FALSE = frozenset({"0", "no", "n", "false", "f", "off"})

Value = Union[str, "list[str]", None]


class Assignment(NamedTuple):
    """One `key=value` line; `source` is FILE:LINE."""

    section: str
    key: str
    value: str
    source: str


class Broken(NamedTuple):
    """A line that makes systemd stop reading; `source` is FILE:LINE."""

    source: str
    why: str


def boolean(text: Value) -> bool | None:
    """As parse_boolean() of systemd; None for anything else."""
    word = text.lower() if isinstance(text, str) else ""
    return True if word in _TRUE else False if word in _FALSE else None


def parse_unit_text(text: str, path: str) -> tuple[list[Assignment], Broken | None]:
    """All assignments of a file in order, and the line at which systemd would give up."""
    assignments: list[Assignment] = []
    section = ""
    for number, line in _logical_lines(text):
        source = f"{path}:{number}"
        if line.startswith("["):
            if not line.endswith("]"):
                return assignments, Broken(source, "a section header without its closing bracket")
            section = line[1:-1]
            continue
        key, equals, value = line.partition("=")
        if equals and key.strip():
            assignments.append(Assignment(section, key.strip(), value.strip(), source))
    return assignments, None


def _logical_lines(text: str) -> Iterable[tuple[int, str]]:
    """Lines joined over trailing backslashes, with the number of the last one, as systemd counts."""
    pending = ""
    number = 0
    for number, line in enumerate(text.lstrip("\ufeff").split("\n"), 1):
        if line.lstrip()[:1] in ("#", ";"):
            continue
        whole = pending + line
        if (len(whole) - len(whole.rstrip("\\"))) % 2:
            pending = whole[:-1] + " "
            continue
        pending = ""
        if whole.strip():
            yield number, whole.strip()
    if pending.strip():
        yield number, pending.strip()


class Config:
    """The effective keys of one section.

    `files` are those read, in order; `problem` says why the view is not whole.
    """

    def __init__(
        self,
        assignments: Iterable[Assignment],
        section: str,
        list_keys: frozenset[str] = frozenset(),
        boolean_keys: frozenset[str] = frozenset(),
    ) -> None:
        self.files: list[str] = []
        self.problem: str | None = None
        self.overridden: list[dict[str, Any]] = []
        self.misplaced: list[dict[str, str]] = []
        self.invalid: list[dict[str, str]] = []
        self._set: dict[str, list[Assignment]] = {}
        self._list_keys = list_keys
        self._changed: dict[str, float] = {}
        for assignment in assignments:
            if assignment.section != section:
                self.misplaced.append({"section": assignment.section, "key": assignment.key, "source": assignment.source})
            elif assignment.key in list_keys:
                self._extend(assignment)
            elif assignment.key in boolean_keys and boolean(assignment.value) is None:
                self.invalid.append({"key": assignment.key, "value": assignment.value, "source": assignment.source})
            else:
                self._override(assignment)

    @property
    def assigned_keys(self) -> list[str]:
        """The keys that some file sets, an emptied list included."""
        return sorted(self._set)

    def value(self, key: str) -> Value:
        """The last assignment; for a list key all words since its last reset; None where no file sets it."""
        won = self._set.get(key, [])
        if key in self._list_keys:
            return [word for assignment in won for word in assignment.value.split()]
        return won[-1].value if won else None

    def source(self, key: str) -> str | list[str]:
        """FILE:LINE, or "default"; for a list key all of them."""
        won = self._set.get(key, [])
        if key in self._list_keys:
            return [assignment.source for assignment in won]
        return won[-1].source if won else "default"

    def newer_than(self, epoch: float) -> list[str]:
        """The files, and directories whose entries changed, whose ctime is later (an mtime can be set back)."""
        return sorted(path for path, changed in self._changed.items() if changed > epoch)

    def note_change(self, path: str, ctime: float) -> None:
        """Remember when a file or directory last changed."""
        self._changed[path] = ctime

    def _extend(self, assignment: Assignment) -> None:
        if assignment.value:
            self._set.setdefault(assignment.key, []).append(assignment)
            return
        for lost in self._set.get(assignment.key, []):
            self._lose(lost, assignment)
        self._set[assignment.key] = []

    def _override(self, assignment: Assignment) -> None:
        before = self._set.get(assignment.key)
        if before and before[-1].value != assignment.value:
            self._lose(before[-1], assignment)
        self._set[assignment.key] = [assignment]

    def _lose(self, lost: Assignment, winner: Assignment) -> None:
        self.overridden.append(
            {
                "key": lost.key,
                "value": lost.value,
                "source": lost.source,
                "by_value": winner.value,
                "by_source": winner.source,
            }
        )


def read_config(
    host: Host,
    name: str,
    section: str,
    list_keys: frozenset[str] = frozenset(),
    boolean_keys: frozenset[str] = frozenset(),
    version: int = 0,
    directories: tuple[str, ...] = DIRECTORIES,
) -> Config:
    """The configuration `name` (as "networkd.conf") of systemd `version`, as its files now stand.

    A file that can't be read makes `problem`; it never raises.
    """
    main_directories = directories if version >= _MAIN_FILE_EVERYWHERE else directories[:1]
    problems: list[str] = []
    main = next((f"{at}/{name}" for at in main_directories if _look(host, f"{at}/{name}", problems)), None)
    drop_ins = _drop_ins(host, name, directories, problems)
    assignments: list[Assignment] = []
    files = []
    for path in ([main] if main else []) + drop_ins:
        try:
            text = host.read(path)
        except NotSeen as missing:
            problems.append(missing.why)
            continue
        found, broken = parse_unit_text(text.text, path)
        assignments += found
        files.append(path)
        if broken or not text.complete:
            problems.append(f"{broken.source}: {broken.why}" if broken else f"{path}: too large to be read whole")
            break
    config = Config(assignments, section, list_keys, boolean_keys)
    config.files = files
    config.problem = "; ".join(problems) or None
    _note_changes(host, config, [f"{at}/{name}.d" for at in directories])
    return config


def _drop_ins(host: Host, name: str, directories: tuple[str, ...], problems: list[str]) -> list[str]:
    """The drop-ins in the order in which systemd reads them; what hides some from us goes to `problems`."""
    found: dict[str, str | None] = {}
    for at in directories:
        for entry in _entries(host, f"{at}/{name}.d", problems):
            path = f"{at}/{name}.d/{entry}"
            if not entry.endswith(".conf") or entry.startswith(".") or entry in found:
                continue
            before = len(problems)
            seen = _look(host, path, problems)
            # systemd lists names without looking where they lead, so that a dangling link hides like a mask.
            if len(problems) == before:
                found[entry] = path if seen and not _masks(seen) else None
    return [path for _entry, path in sorted(found.items()) if path]


def _entries(host: Host, directory: str, problems: list[str]) -> list[str]:
    try:
        return host.listdir(directory)
    except Absent:
        return []
    except NotSeen as missing:
        problems.append(missing.why)
        return []


def _look(host: Host, path: str, problems: list[str]) -> os.stat_result | None:
    try:
        return host.stat(path)
    except Absent:
        return None
    except NotSeen as missing:
        problems.append(missing.why)
        return None


def _masks(seen: os.stat_result) -> bool:
    """A link to /dev/null or an empty file hides the files of that name in later directories."""
    mode = seen.st_mode
    return stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or (stat.S_ISREG(mode) and not seen.st_size)


def _note_changes(host: Host, config: Config, drop_in_directories: list[str]) -> None:
    for path in config.files + drop_in_directories:
        try:
            config.note_change(path, host.stat(path).st_ctime)
        except NotSeen:
            continue
