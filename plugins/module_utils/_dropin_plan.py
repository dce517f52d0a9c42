# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What systemd_dropin has to write so that the wanted values are the effective ones. Reads only."""

from __future__ import annotations

import os
import stat
from typing import Any, Mapping, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils import _dropin_file
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _resolved_drift
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_keys import boolean_keys
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_options import Wanted
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_planned import Planned
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import DIRECTORIES, Config, read_config

_ETC = DIRECTORIES[0]


class Refused(Exception):
    """Nothing may be written; `mistakes` say why and what to do."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = list(mistakes)


class Plan(NamedTuple):
    """`files` maps each path that matters to its text to be, None for one to go; `old` to its text now.

    `path` is where the drop-in is to be, None where there is to be none. `keys`
    are those whose values may change. `old_directory` tells that the directory
    is there, `made` that it was, or is to be, made for the drop-in.
    """

    path: str | None
    files: dict[str, str | None]
    old: dict[str, str]
    keys: list[str]
    old_directory: bool
    made: bool
    before: Config
    after: Config

    @property
    def changed(self) -> dict[str, str | None]:
        """The files whose text is another than now."""
        return {path: text for path, text in self.files.items() if self.old.get(path) != text}


class Lost(NamedTuple):
    """A key whose value isn't the wanted one; `sources` are the FILE:LINE that won."""

    key: str
    value: Any
    sources: list[str]


def make(host: Host, wanted: Wanted, version: Mapping[str, Any]) -> Plan:
    """The plan; Refused where the wanted values can't be had, or can't be known to be had."""
    directory = f"{_ETC}/{wanted.config}.d"
    there = _check_directory(host, directory)
    old = _own_files(host, directory, wanted)
    _check_sections(old, wanted)
    made = _dropin_file.made_directory(old.values()) or not there
    gone = dict.fromkeys(old)
    before = read(host, wanted, version)
    keys = sorted(set(wanted.keys).union(*(_dropin_file.keys_of(text, wanted.section) for text in old.values())))
    if not wanted.present or not wanted.values:
        return Plan(None, gone, old, keys, there, made, before, read(Planned(host, gone), wanted, version))
    text = _dropin_file.render(wanted, made)
    path, after = _winning(host, wanted, version, directory, gone, text)
    return Plan(path, {**gone, path: text}, old, keys, there, made, before, after)


def read(host: Host, wanted: Wanted, version: Mapping[str, Any]) -> Config:
    """The section's keys as the files have them, or as a Planned host would."""
    booleans = boolean_keys(wanted.config, wanted.section)
    return read_config(host, wanted.config, wanted.section, wanted.list_keys, booleans, version["major"])


def _winning(
    host: Host, wanted: Wanted, version: Mapping[str, Any], directory: str, gone: Mapping[str, None], text: str
) -> tuple[str, Config]:
    """The path at which the drop-in wins, and the configuration then."""
    path = f"{directory}/{wanted.name}"
    after = _with(host, wanted, version, {**gone, path: text})
    lost = losses(after, wanted, path)
    if not lost:
        return path, after
    if not wanted.override:
        hint = "change it there, or set override: true (for a role, holdfast_ROLE_override) to have the drop-in read after it"
        raise Refused(*(_told(each, wanted) for each in lost), hint)
    winner = max(os.path.basename(source.rpartition(":")[0]) for each in lost for source in each.sources or [path])
    for name in _dropin_file.later_names(wanted.name, winner):
        path = f"{directory}/{name}"
        if path in gone or not _taken(host, wanted.config, name):
            after = _with(host, wanted, version, {**gone, path: text})
            lost = losses(after, wanted, path)
            if not lost:
                return path, after
    raise Refused(*(_told(each, wanted) for each in lost), f"no name that is free sorts after {winner!a}; remove or rename that file")


def _with(host: Host, wanted: Wanted, version: Mapping[str, Any], files: Mapping[str, str | None]) -> Config:
    after = read(Planned(host, files), wanted, version)
    problems = ([after.problem] if after.problem else []) + _hidden_from_daemon(host, after, files)
    if problems:
        raise Refused(f"what {wanted.config} says in the end can't be known: {'; '.join(problems)}; mend that first")
    return after


def losses(after: Config, wanted: Wanted, path: str) -> list[Lost]:
    """The keys that don't have their wanted values although the drop-in is at `path`."""
    lost = []
    for key, value in wanted.values.items():
        now = after.value(key)
        if _fits(now, value, wanted.append):
            continue
        sources = after.source(key)
        winners = [each for each in (sources if isinstance(sources, list) else [sources]) if not each.startswith(f"{path}:")]
        winners += [each["by_source"] for each in after.overridden if each["key"] == key and each["source"].startswith(f"{path}:")]
        lost.append(Lost(key, now, list(dict.fromkeys(winners))))
    return lost


def _fits(now: Any, value: Any, append: bool) -> bool:
    if isinstance(value, list):
        words = now if isinstance(now, list) else []
        return set(value) <= set(words) if append else words == value
    return bool(_resolved_drift.word(now) == _resolved_drift.word(value))


def _told(lost: Lost, wanted: Wanted) -> str:
    value = " ".join(lost.value) if isinstance(lost.value, list) else lost.value
    want = wanted.values[lost.key]
    want = " ".join(want) if isinstance(want, list) else want
    where = ", ".join(lost.sources[:4]) or "no file"
    return f"{lost.key}: {where} would still win with {ascii(value)[:200]}, wanted is {ascii(want)[:200]}"


def _check_directory(host: Host, directory: str) -> bool:
    """Whether the directory is there; Refused where it is a link, no directory, closed to the daemons' users or open to all."""
    for path in (_ETC, directory):
        try:
            mode = host.lstat(path).st_mode
        except Absent:
            return False
        except NotSeen as missing:
            raise Refused(missing.why) from None
        if stat.S_ISLNK(mode):
            raise Refused(f"{path} is a link to {host.readlink(path)!a}; links are not followed, make it a directory")
        if not stat.S_ISDIR(mode):
            raise Refused(f"{path} is no directory; move it away")
        if mode & 0o005 != 0o005:
            raise Refused(f"{path} has mode {stat.S_IMODE(mode):04o}, so that daemons with a user of their own can't read it; chmod 0755 it")
        if mode & 0o002:
            raise Refused(f"{path} has mode {stat.S_IMODE(mode):04o}: everybody may put files there; chmod 0755 it")
    return True


def _own_files(host: Host, directory: str, wanted: Wanted) -> dict[str, str]:
    """The text of the file with the task's name, and of those that the task wrote under another one."""
    own = {}
    for name in _entries(host, directory):
        path = f"{directory}/{name}"
        seen = host.lstat(path)
        if name == wanted.name:
            _check_own(host, path, seen, wanted)
        if not name.endswith(".conf") or not stat.S_ISREG(seen.st_mode):
            continue
        text = _text(host, path)
        if (name == wanted.name and text) or _dropin_file.is_ours(text, wanted.name):
            own[path] = text
    return own


def _entries(host: Host, directory: str) -> list[str]:
    try:
        return host.listdir(directory)
    except Absent:
        return []
    except NotSeen as missing:
        raise Refused(missing.why) from None


def _check_own(host: Host, path: str, seen: os.stat_result, wanted: Wanted) -> None:
    """Refuse to write over a mask, a link or a device."""
    instead = "remove it, or write another name"
    link = host.readlink(path) if stat.S_ISLNK(seen.st_mode) else None
    if link == "/dev/null" or (stat.S_ISREG(seen.st_mode) and not seen.st_size):
        what = "a link to /dev/null" if link else "an empty file"
        if wanted.present:
            raise Refused(f"{path} is {what}: somebody has masked the drop-ins of this name; {instead}")
    elif link is not None:
        raise Refused(f"{path} is a link to {link!a}; links are not followed; {instead}")
    elif not stat.S_ISREG(seen.st_mode):
        raise Refused(f"{path} is no regular file; {instead}")


def _text(host: Host, path: str) -> str:
    """A file's text; what can't be read is reported when the whole configuration is read."""
    try:
        return host.read(path).text
    except NotSeen:
        return ""


def _check_sections(old: Mapping[str, str], wanted: Wanted) -> None:
    found = [each for path, text in old.items() for each in _dropin_file.other_sections(text, path, wanted.section)]
    if found:
        raise Refused(f"one drop-in holds one section here, and there is {', '.join(found[:4])}; write another name for [{wanted.section}]")


def _taken(host: Host, config: str, name: str) -> bool:
    """Whether any directory has that name, which ours would hide or replace."""
    for at in DIRECTORIES:
        try:
            host.lstat(f"{at}/{config}.d/{name}")
        except Absent:
            continue
        except NotSeen:
            return True
        return True
    return False


def _hidden_from_daemon(host: Host, config: Config, planned: Mapping[str, Any]) -> list[str]:
    """Files that only root can read: a daemon with a user of its own stops reading there."""
    found = []
    for path in config.files:
        if path in planned:
            continue
        try:
            seen = host.stat(path)
        except NotSeen:
            continue
        by_group = seen.st_gid and seen.st_mode & 0o040
        if not seen.st_uid and not by_group and not seen.st_mode & 0o004:
            found.append(f"{path} has mode {stat.S_IMODE(seen.st_mode):04o}, so that daemons with a user of their own can't read it")
    return found
