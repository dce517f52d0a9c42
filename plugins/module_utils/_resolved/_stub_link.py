# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""/etc/resolv.conf as a link to systemd-resolved's stub file, with what was there kept beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from typing import NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._durable import sync_file, sync_folder
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

PATH, KEPT = "/etc/resolv.conf", "/etc/resolv.conf.holdfast"
STUB = "/run/systemd/resolve/stub-resolv.conf"
# As systemd's own tmpfiles.d/systemd-resolve.conf has it.
LINK = "../run/systemd/resolve/stub-resolv.conf"


class Refused(Exception):
    """Nothing was changed; `why` is one line for the operator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class There(NamedTuple):
    """What is at PATH: `kind` is right, link, file or missing; `text` says it."""

    kind: str
    text: str


def look(host: Host) -> There:
    """What is there. Refused where it can't be kept."""
    try:
        seen = host.lstat(PATH)
    except Absent:
        return There("missing", "missing")
    except NotSeen as failed:
        raise Refused(failed.why) from None
    if stat.S_ISLNK(seen.st_mode):
        return There("right" if _leads_to_the_stub(host) else "link", f"link to {ascii(host.readlink(PATH))[1:-1]}")
    if not stat.S_ISREG(seen.st_mode):
        raise Refused(f"{PATH} is neither a file nor a link, so it can't be kept; move it away by hand")
    return There("file", "file")


def _leads_to_the_stub(host: Host) -> bool:
    """The stub file may not be there yet, so it isn't asked for."""
    try:
        return host.readlink(PATH) in (LINK, STUB) or host.resolve(PATH).target == STUB
    except NotSeen:
        return False


def put_right(root: str, there: There) -> None:
    """Keep what is there, then make the link, each in one step; OSError where the host doesn't let us, with nothing changed."""
    path, kept = (os.path.join(root, name.lstrip("/")) for name in (PATH, KEPT))
    had = os.path.lexists(kept)
    if there.kind != "missing":
        _keep(path, kept)
    try:
        _link(LINK, path)
    except OSError:
        if not had and there.kind != "missing":
            os.unlink(kept)
        raise
    sync_folder(os.path.dirname(path))


def _keep(path: str, kept: str) -> None:
    if os.path.islink(path):
        _link(os.readlink(path), kept)
        return
    new = _cleared(kept)
    shutil.copy2(path, new, follow_symlinks=False)
    seen = os.lstat(path)
    os.chown(new, seen.st_uid, seen.st_gid)
    sync_file(new)
    os.rename(new, kept)


def _link(text: str, path: str) -> None:
    new = _cleared(path)
    os.symlink(text, new)
    try:
        os.rename(new, path)
    except OSError:
        os.unlink(new)
        raise


def _cleared(path: str) -> str:
    """A name beside `path`, with nothing there."""
    new = f"{path}.new"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(new)
    return new
