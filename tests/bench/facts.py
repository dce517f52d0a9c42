# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What gathering the facts costs the host: an ordinary one, and one with a million routes and a thousand rules."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from statistics import median
from typing import Any

from holdlab.controller import COLLECTION
from holdlab.hosts import Host
from holdlab.namespaces import ROOM, Namespaces
from page import Section, say

ROUNDS = 3
ROUTES, RULES = 1_000_000, 1_000
FOLDER = "root/bench"
MODULE_UTILS = "plugins/module_utils"

# The device is none that networkd manages: looking for routes that it might delete goes through the whole table.
FILL = f"""
ip link add bench0 type veth peer name bench1
ip link set bench0 up
ip link set bench1 up
awk 'BEGIN {{ for (n = 0; n < {ROUTES}; n++)
    printf "route add 11.%d.%d.%d/32 dev bench0 table 99\\n", n / 65536, n / 256 % 256, n % 256 }}' | ip -batch -
awk 'BEGIN {{ for (n = 0; n < {RULES}; n++)
    printf "rule add priority %d from 12.0.%d.%d lookup 99\\n", 1000 + n, n / 256, n % 256 }}' | ip -batch -
"""

BEFORE = f"""\
All facts, gathered on the host in a process of their own: CPU seconds of that process, the interpreter's start included, and of the
commands it runs; the median of {ROUNDS}. "Dump" is the CPU of `ip route show table all type throw >/dev/null` on that host.
The aims: CPU ≤ 0.5 s on the ordinary host, and on the full one ≤ 2 × ordinary + dump; facts ≤ 64 KiB; memory ≤ 100 MiB.
"""


def measure(spaces: Namespaces, host: Host) -> Section:
    """Measure on the healthy host, fill its tables, measure again, and see whether networkd still answers."""
    _install(spaces, host)
    empty, empty_dump = _median(host, "facts"), _median(host, "dump")
    started = time.monotonic()
    _run(host, FILL, timeout=300)
    say(f"{ROUTES} routes and {RULES} rules were added in {time.monotonic() - started:.0f} s")
    _networkd_answers(host)
    full, full_dump = _median(host, "facts"), _median(host, "dump")
    if full["routes"] < ROUTES or full["rules"] < RULES:
        raise RuntimeError(f"the facts don't see the routes and rules: {full}")
    answered = _networkd_answers(host)
    allowed = 2 * empty["cpu"] + full_dump["children_cpu"]
    return Section(
        "Facts on the host",
        ("host", "routes", "rules", "CPU", "seconds", "dump", "CPU / allowed", "facts", "peak of memory"),
        [_row("ordinary", empty, empty_dump, 0.5), _row("full", full, full_dump, allowed)],
        BEFORE,
        [
            f"Full / ordinary: {full['cpu'] / empty['cpu']:.2f}. Allowed on the full host: {allowed:.2f} s.",
            f"Afterwards networkd still answers there: `networkctl list` took {answered:.2f} s.",
        ],
    )


def _install(spaces: Namespaces, host: Host) -> None:
    root = spaces.path(f"{ROOM}/{host.name}/root/{FOLDER}")
    target = root / "ansible_collections/holdfast/baseline" / MODULE_UTILS
    shutil.copytree(COLLECTION / MODULE_UTILS, target, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(Path(__file__).parent / "on_host.py", root)


def _median(host: Host, what: str) -> dict[str, Any]:
    """Each figure's median; the first run, which compiles the Python files, doesn't count."""
    runs = [json.loads(_run(host, f"python3 /{FOLDER}/on_host.py {what}").splitlines()[-1]) for _round in range(ROUNDS + 1)][1:]
    say(f"{what}: {', '.join(format(run['cpu'], '.2f') for run in runs)} s CPU")
    return {name: median(run[name] for run in runs) for name in runs[0]}


def _networkd_answers(host: Host) -> float:
    """How many seconds `networkctl list` takes. Raises RuntimeError where it fails."""
    started = time.monotonic()
    _run(host, "networkctl list")
    return time.monotonic() - started


def _run(host: Host, script: str, timeout: int = 60) -> str:
    done = host.run(script, timeout=timeout)
    if done.returncode:
        raise RuntimeError(f"on the host: status {done.returncode}\n{done.stdout[-2000:]}")
    return done.stdout


def _row(name: str, facts: dict[str, Any], dump: dict[str, Any], allowed: float) -> tuple[str, ...]:
    return (
        name,
        f"{facts['routes']:.0f}",
        f"{facts['rules']:.0f}",
        f"{facts['cpu']:.2f} s",
        f"{facts['seconds']:.2f}",
        f"{dump['children_cpu']:.2f} s",
        f"{facts['cpu'] / allowed:.2f}",
        f"{facts['bytes'] / 1024:.1f} KiB",
        f"{facts['peak']:.0f} MiB",
    )
