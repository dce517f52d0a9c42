# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""One look at a host: the chosen subjects, each by its collector."""

from __future__ import annotations

import os
import platform
import re
import time
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils import _systemd
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import resolver, routes
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

SCHEMA = 1
_COLLECTORS = {"resolver": resolver.collect, "routes": routes.collect}
SUBJECTS = tuple(_COLLECTORS)


def choose(gather_subset: list[str]) -> tuple[list[str], list[str]]:
    """The subjects that `gather_subset` asks for, and the words in it that name none."""
    wanted: set[str] = set()
    left_out: set[str] = set()
    unknown = []
    for word in gather_subset:
        name = word.strip().lstrip("!")
        subjects = SUBJECTS if name == "all" else (name,)
        if not set(subjects) <= set(SUBJECTS):
            unknown.append(word)
        elif word.strip().startswith("!"):
            left_out |= set(subjects)
        else:
            wanted |= set(subjects)
    if not wanted and left_out:
        wanted = set(SUBJECTS)
    return [name for name in SUBJECTS if name in wanted - left_out], unknown


def gather(host: Host, subjects: list[str]) -> dict[str, Any]:
    """The facts of `docs/facts.md`; a collector that breaks harms no other."""
    facts: dict[str, Any] = {"schema": SCHEMA, "host": about(host)}
    for name in subjects:
        try:
            facts[name] = _COLLECTORS[name](host)
        except Exception as error:  # what a strange host brings about must not take the other subjects along
            facts[name] = {"status": "unknown", "why": f"the collector failed: {type(error).__name__}: {error}"[:300]}
    return facts


def about(host: Host) -> dict[str, Any]:
    """The host's system, systemd's version (null where there is none), and who looks."""
    name = _os_name(host)
    try:
        systemd = _systemd.version(host)
    except NotSeen:
        systemd = {"major": None, "full": None}
    return {
        "os": name,
        "os_short": re.sub(r" (GNU/Linux )?(\d+(\.\d+)?).*", r" \2", name),
        "systemd": systemd["major"],
        "systemd_full": systemd["full"],
        "privileged": os.geteuid() == 0,
        "python": platform.python_version(),
        "time": int(time.time()),
    }


def _os_name(host: Host) -> str:
    """PRETTY_NAME of os-release(5)."""
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            match = re.search(r'^PRETTY_NAME=["\']?([^"\'\n]+)', host.read(path).text, re.MULTILINE)
        except NotSeen:
            continue
        if match:
            return match[1]
    return "unknown"
