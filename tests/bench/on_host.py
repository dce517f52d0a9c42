# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs on the host: what gathering the facts, or the kernel's own dump of the routes, costs there. Prints JSON.

    on_host.py facts|dump
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

DUMP = ["ip", "route", "show", "table", "all", "type", "throw"]


def facts() -> dict:
    """Gather all facts, as the module does; what they say of their own size and of the routes."""
    from ansible_collections.holdfast.baseline.plugins.module_utils._facts import SUBJECTS, gather
    from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

    found = gather(Host(), list(SUBJECTS))
    statuses = {name: found[name]["status"] for name in SUBJECTS}
    if set(statuses.values()) != {"ok"}:
        sys.exit(f"the facts can't be gathered: {statuses}")
    return {
        "bytes": len(json.dumps(found)),
        "routes": found["routes"]["routes_total"],
        "rules": found["routes"]["rules"]["count"],
    }


def dump() -> dict:
    subprocess.run(DUMP, stdout=subprocess.DEVNULL, check=True)
    return {}


def cost(started: float) -> dict:
    """Seconds since `started`; CPU seconds and the peak of memory (MiB) of this process, interpreter included, and its children."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    # ru_maxrss of a process counts what its parent had when it was forked; VmHWM does not.
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))[1])
    return {
        "seconds": time.monotonic() - started,
        "cpu": own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime,
        "children_cpu": children.ru_utime + children.ru_stime,
        "peak": max(peak, children.ru_maxrss) / 1024,
    }


if __name__ == "__main__":
    begun = time.monotonic()
    said = {"facts": facts, "dump": dump}[sys.argv[1]]()
    print(json.dumps({**said, **cost(begun)}))
