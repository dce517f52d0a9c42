# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Jobs of cron and of timers that restart a network daemon by a line of their own, or of a script that they call."""

from __future__ import annotations

import os
import re
from typing import Iterator, NamedTuple, Optional

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_commands import Command, find_commands
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_cron import next_run, parse_crontab
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_found import Found, Timer
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

# Scripts of the operator; those of packages in /usr/bin are too many, and it is their job to be told.
_SCRIPT = re.compile(r"(?<![\w.])/(?:usr/local|opt|etc|root|srv|home|var/lib)/[\w./@+-]+")
_SPOOLS = ("/var/spool/cron/crontabs", "/var/spool/cron", "/etc/crontabs")
_PERIODS = ("hourly", "daily", "weekly", "monthly")
_RUN_PARTS = re.compile(r"[\w-]+")  # run-parts(8) of Debian, and cron(8) for cron.d
_MOST_UNITS = 128
_MOST_SCRIPTS = 4


class _Hit(NamedTuple):
    command: Command
    evidence: str


def look_for_jobs(host: Host, timers: dict[str, Timer], found: Found) -> None:
    """Add every such job that would run: cron's where cron runs, and those of active timers."""
    if any(timers[name].active for name in ("cron.service", "crond.service") if name in timers):
        _crontabs(host, found)
        _periodic(host, found)
    _timer_jobs(host, {name: timer for name, timer in timers.items() if name.endswith(".timer") and timer.active}, found)


def _crontabs(host: Host, found: Found) -> None:
    for path, with_user in _crontab_paths(host, found):
        for job in parse_crontab(found.read(host, path), with_user):
            for hit in _hits(host, job.command, f"{path}:{job.line}", found):
                _add(found, "cron", hit, next_run(job.schedule, found.now), f"by the schedule {job.schedule}")


def _crontab_paths(host: Host, found: Found) -> Iterator[tuple[str, bool]]:
    yield "/etc/crontab", True
    for name in found.names(host, "/etc/cron.d"):
        if _RUN_PARTS.fullmatch(name):
            yield f"/etc/cron.d/{name}", True
    for spool in _SPOOLS:
        for name in found.names(host, spool):
            if _is_file(host, f"{spool}/{name}"):
                yield f"{spool}/{name}", False


def _periodic(host: Host, found: Found) -> None:
    for period in _PERIODS:
        folder = f"/etc/cron.{period}"
        for name in found.names(host, folder):
            if _RUN_PARTS.fullmatch(name) and _is_file(host, f"{folder}/{name}", os.X_OK):
                for command in found.commands(host, f"{folder}/{name}"):
                    hit = _Hit(command, f"{folder}/{name}:{command.line}")
                    _add(found, f"cron.{period}", hit, _period_due(host, found, folder), period)


def _period_due(host: Host, found: Found, folder: str) -> Optional[int]:
    """When /etc/crontab runs a folder next; None where anacron does instead."""
    for job in parse_crontab(found.read(host, "/etc/crontab"), True):
        if folder in job.command and not ("anacron" in job.command and host.exists("/usr/sbin/anacron")):
            return next_run(job.schedule, found.now)
    return None


def _timer_jobs(host: Host, timers: dict[str, Timer], found: Found) -> None:
    units = sorted({timer.unit for timer in timers.values() if timer.unit})
    if len(units) > _MOST_UNITS:
        found.doubt(f"only {_MOST_UNITS} of {len(units)} units of timers were looked at")
    if not units:
        return
    try:
        shown = host.run(["systemctl", "show", "-p", "Id,FragmentPath,DropInPaths,ExecStart,ExecStartPre,ExecStartPost", *units[:_MOST_UNITS]])
    except NotSeen as missing:
        found.doubt(missing.why)
        return
    by_unit = parse_units(shown)
    for name, timer in sorted(timers.items()):
        paths, commands = by_unit.get(timer.unit, ([], ""))
        for hit in _hits(host, commands, paths[-1] if paths else timer.unit, found):
            _add(found, name, _in_file(host, paths, hit, found), timer.next, "not by the calendar, see systemctl list-timers")


def parse_units(text: str) -> dict[str, tuple[list[str], str]]:
    """For each unit of `systemctl show` its files, drop-ins first, and what it runs as `;`-separated text of one line a command."""
    units = {}
    for block in text.strip().split("\n\n"):
        lines = [line.partition("=")[::2] for line in block.splitlines()]
        shown = dict(lines)
        paths = [*shown.get("DropInPaths", "").split(), *filter(None, [shown.get("FragmentPath", "")])]
        units[shown.get("Id", "")] = (paths, "\n".join(value for name, value in lines if name.startswith("Exec")))
    return units


def _in_file(host: Host, paths: list[str], hit: _Hit, found: Found) -> _Hit:
    """The same with the line of the unit's file that says it, where one does."""
    for path in paths[:_MOST_SCRIPTS]:
        for command in found.commands(host, path):
            if command.daemons == hit.command.daemons:
                return _Hit(command, f"{path}:{command.line}")
    return hit


def _hits(host: Host, text: str, evidence: str, found: Found) -> list[_Hit]:
    """The restarts in a command, or in the scripts that it calls (not in what those call)."""
    own = [_Hit(command, evidence) for command in find_commands(text)]
    scripts = sorted(set(_SCRIPT.findall(text)))[:_MOST_SCRIPTS]
    called = [(path, command) for path in scripts if _is_file(host, path) for command in found.commands(host, path)]
    return own + [_Hit(command, f"{evidence} {path}:{command.line}") for path, command in called]


def _add(found: Found, name: str, hit: _Hit, due: Optional[int], otherwise: str) -> None:
    found.add(name, hit.command.text, hit.command.daemons, hit.evidence, due, otherwise)


def _is_file(host: Host, path: str, mode: int = 0) -> bool:
    try:
        seen = host.stat(path).st_mode
    except NotSeen:
        return False
    return seen & 0o170000 == 0o100000 and (not mode or bool(seen & 0o111))
