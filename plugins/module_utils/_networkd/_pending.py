# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Files of networkd that nobody has brought into force yet: a restart would, and no checkpoint knows what they were before.

Folders and names: systemd.network(5), systemd.netdev(5).
"""

from __future__ import annotations

import stat
from typing import Iterator

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

FOLDERS = ("/etc", "/run", "/usr/local/lib", "/usr/lib")
_KINDS = (".network", ".netdev")
_DROP_INS = tuple(f"{kind}.d" for kind in _KINDS)
_MOST = 2000
# Seconds between the times of a folder and of what was put into it.
_AT_ONCE = 1.0


def changed_since(host: Host, epoch: float, own: str = "") -> list[str]:
    """The .network and .netdev files and their drop-ins that changed (ctime) after `epoch`, but for drop-ins named `own`.

    A folder is among them where something in it was deleted, or where it is new and empty; one that is gone with all that was in it is not.
    What was reloaded since is among them: networkd doesn't tell when it last read a file. NotSeen where there are too many.
    """
    changed: list[str] = []
    seen = 0
    for folder in _folders(host):
        names = _names(host, folder)
        seen += len(names)
        if seen > _MOST:
            raise NotSeen(f"there are more than {_MOST} files of networkd")
        times = {name: _changed(host, f"{folder}/{name}") for name in names}
        changed += [f"{folder}/{name}" for name, ctime in times.items() if ctime > epoch and _is_read(folder, name, own)]
        changed += [f"{folder} (what is in it)"] if _is_unexplained(host, folder, times, epoch) else []
    return changed


def _folders(host: Host) -> Iterator[str]:
    for folder in (f"{place}/systemd/network" for place in FOLDERS):
        yield folder
        yield from (f"{folder}/{name}" for name in _names(host, folder) if name.endswith(_DROP_INS))


def _is_read(folder: str, name: str, own: str) -> bool:
    if folder.endswith(_DROP_INS):
        return name.endswith(".conf") and name != own
    return name.endswith(_KINDS)


def _is_unexplained(host: Host, folder: str, times: dict[str, float], epoch: float) -> bool:
    """Whether the folder changed after `epoch`, and after all that is in it now: what was put there last has the folder's time."""
    try:
        ctime = host.stat(folder).st_ctime
    except Absent:
        return False
    return ctime > max([epoch, *(each + _AT_ONCE for each in times.values())])


def _changed(host: Host, path: str) -> float:
    """When the file itself, or the file that it links to, changed last; 0 where it is gone by now."""
    try:
        seen = host.lstat(path)
    except Absent:
        return 0.0
    if not stat.S_ISLNK(seen.st_mode):
        return seen.st_ctime
    try:
        target = host.stat(path)
    except Absent:
        return seen.st_ctime
    # udev touches /dev/null, the target of what is masked.
    return max(seen.st_ctime, target.st_ctime) if stat.S_ISREG(target.st_mode) else seen.st_ctime


def _names(host: Host, folder: str) -> list[str]:
    try:
        return host.listdir(folder)
    except Absent:
        return []
