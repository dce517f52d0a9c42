# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Files of networkd that nobody has brought into force yet: a restart would, and no checkpoint knows what they were before.

Folders and names: systemd.network(5), systemd.netdev(5).
"""

from __future__ import annotations

from typing import Iterator

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

FOLDERS = ("/etc", "/run", "/usr/local/lib", "/usr/lib")
_KINDS = (".network", ".netdev")
_MOST = 2000


def changed_since(host: Host, epoch: float, own: str = "") -> list[str]:
    """The .network and .netdev files and their drop-ins that changed (ctime) after `epoch`, but for drop-ins named `own`; NotSeen where there are too many.

    One that was reloaded since is among them: networkd doesn't tell when it last read a file. A file that was deleted is not.
    """
    changed = []
    for number, path in enumerate(path for folder in FOLDERS for path in _files(host, f"{folder}/systemd/network")):
        if number == _MOST:
            raise NotSeen(f"there are more than {_MOST} files of networkd")
        try:
            if not (own and path.endswith(f".d/{own}")) and host.lstat(path).st_ctime > epoch:
                changed.append(path)
        except Absent:
            continue
    return changed


def _files(host: Host, folder: str) -> Iterator[str]:
    for name in _names(host, folder):
        if name.endswith(_KINDS):
            yield f"{folder}/{name}"
        elif name.endswith(tuple(f"{kind}.d" for kind in _KINDS)):
            yield from (f"{folder}/{name}/{inner}" for inner in _names(host, f"{folder}/{name}") if inner.endswith(".conf"))


def _names(host: Host, folder: str) -> list[str]:
    try:
        return host.listdir(folder)
    except Absent:
        return []
