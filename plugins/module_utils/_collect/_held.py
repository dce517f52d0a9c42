# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What keeps a file from being replaced by another one, root or not."""

from __future__ import annotations

import re

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

_MOUNTS = "/proc/self/mountinfo"


def by(host: Host, path: str) -> str | None:
    """mount: something is mounted on the file, rename(2) says EBUSY; immutable: chattr(1) +i, EPERM; None where neither is seen.

    A link is never held: a mount on it is one on the file that it leads to, and it has no attributes.
    """
    try:
        if path in mount_points(host.read(_MOUNTS, limit=8 << 20).text):
            return "mount"
        return "immutable" if host.immutable(path) else None
    except NotSeen:
        return None


def mount_points(text: str) -> set[str]:
    """The mount points in a mountinfo, proc_pid_mountinfo(5): the fifth field, with blanks and the like as \\ooo."""
    fields = (line.split(" ") for line in text.splitlines())
    return {re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), words[4]) for words in fields if len(words) > 4}
