# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What a checkpoint's options may be, and how a word reaches the shell; all else is refused with what to write instead."""

from __future__ import annotations

import os
import re
import secrets
import time

MOST_PATHS, MOST_UNITS = 64, 16
ALLOWED = ("/etc", "/run/systemd")
_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}")
# Of what systemd.unit(5) allows, all but the backslash, which unit files would read as an escape.
_UNIT = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_.@-]{0,180}\.(service|socket|timer|path|target)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NEVER = ("/proc", "/sys", "/dev", "/var/lib/holdfast")


class Refused(Exception):
    """Nothing was done; `why` tells the operator what to do instead."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def new_id(now: float) -> str:
    """An id such as 20261121T072400Z-3fa9c1, from epoch seconds."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(now))}-{secrets.token_hex(3)}"


def is_id(text: str) -> bool:
    """Whether `text` can be the id of a checkpoint."""
    return bool(_ID.fullmatch(text))


def check_id(text: str) -> str:
    """`text`, which is an id."""
    if not is_id(text):
        raise Refused(f"id: {shown(text)} is no checkpoint's id; one looks like 20261121T072400Z-3fa9c1, and the module checkpoint_info lists them")
    return text


def check_unit(name: str) -> str:
    """`name`, which is a unit's."""
    if not _UNIT.fullmatch(name):
        raise Refused(f"units: {shown(name)} is no unit's name; write one with its type, such as systemd-networkd.service")
    return name


def check_owner(text: str) -> str:
    """`text`, one line of at most 200 characters."""
    if not text or len(text) > 200 or _CONTROL.search(text) or not _encodable(text):
        raise Refused(f"owner: {shown(text)} can't be shown to the next one; write one short line, such as anna@bastion")
    return text


def check_allowed(folders: list[str]) -> list[str]:
    """The folders below which files may be named."""
    for folder in folders:
        _check_plain("allowed", folder)
        if folder == "/" or any(folder == never or folder.startswith(never + "/") for never in _NEVER):
            raise Refused(f"allowed: files below {shown(folder)} can't be put back by a checkpoint; leave it out")
    return folders


def check_path(path: str, allowed: list[str]) -> str:
    """`path`, absolute, normalised, below one of `allowed`."""
    _check_plain("paths", path)
    if not any(path.startswith(folder + "/") for folder in allowed):
        raise Refused(f"paths: {shown(path)} is not below {' or '.join(allowed)}; name a file or directory there, or extend `allowed`")
    return path


def _check_plain(option: str, path: str) -> None:
    if _CONTROL.search(path) or not _encodable(path) or len(path) > 1024:
        raise Refused(f"{option}: {shown(path)} has control characters or is too long; such a name can't be put back safely")
    if not path.startswith("/"):
        raise Refused(f"{option}: {shown(path)} is not absolute; write it from / on")
    normal = "/" + os.path.normpath(path).lstrip("/")
    if path != normal:
        raise Refused(f"{option}: {shown(path)} is not normalised; write {shown(normal)}, if that is what you mean")


def has_control(path: str) -> bool:
    """Whether a name found on the host has characters that neither a terminal nor a line of text can hold."""
    return bool(_CONTROL.search(path))


def shown(text: str) -> str:
    """Any text on one line, at most 200 characters of it."""
    return ascii(text[:200]) if _CONTROL.search(text) or not _encodable(text) else repr(text[:200])


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def quote(word: str) -> str:
    """One word for a POSIX shell, whatever it holds but a NUL or a newline; ValueError for these."""
    if "\0" in word or "\n" in word:
        raise ValueError("a NUL or a newline can't be a word of the script")
    return "'" + word.replace("'", "'\\''") + "'"
