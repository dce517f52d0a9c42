# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What rolls back all by itself: a timer of systemd for this boot, and a unit for the next one."""

from __future__ import annotations

import contextlib
import os
import re
import time
from typing import Callable

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._durable import replace, sync_folder
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

BOOT_UNIT = "/etc/systemd/system/holdfast-rollback.service"
BOOT_LINK = "/etc/systemd/system/sysinit.target.wants/holdfast-rollback.service"
_TOOLS = ("sh", "systemctl", "systemd-run", "flock", "logger", "cmp", "cp", "mv", "rm", "stat", "readlink", "sync", "timeout", "date", "cat", "ip")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "month": 2629800.0, "y": 31557600.0}
# Before these nothing may run that reads what is put back.
_BEFORE = ("network-pre.target", "systemd-networkd.service", "systemd-resolved.service")


def check_host(host: Host) -> None:
    """Refused where this host can't roll back by itself."""
    if not host.exists("/run/systemd/system"):
        raise Refused("systemd does not run this host, so nothing on it could roll back by itself; it is left alone")
    for tool in _TOOLS:
        if not any(os.access(f"{folder}/{tool}", os.X_OK) for folder in ("/usr/sbin", "/usr/bin", "/sbin", "/bin")):
            raise Refused(f"{tool} is not installed, and rolling back needs it; install it first")


def timer_name(ident: str) -> str:
    """The timer of a checkpoint."""
    return f"holdfast-rollback-{ident}.timer"


def start_timer(host: Host, ident: str, script: str, seconds: int) -> None:
    """A transient timer; it outlives its caller, daemon-reload and daemon-reexec, but not a reboot.

    Counted from the start of systemd: each daemon-reload begins the count of --on-active= anew
    (timer_enter_waiting() of 252 and 257, and seen there), so that it might never end.
    """
    due = int((time.monotonic() + seconds) * 1e6) - _userspace_began(host)
    # AccuracySec= is a minute by default.
    host.run(["systemd-run", "--quiet", f"--on-startup={due}us", "--timer-property=AccuracySec=100ms",
              f"--unit=holdfast-rollback-{ident}", f"--description=holdfast: roll back the checkpoint {ident}",
              "/bin/sh", script, "deadline"])  # fmt: skip


def _userspace_began(host: Host) -> int:
    """When systemd started, in microseconds of the monotonic clock."""
    shown = host.run(["systemctl", "show", "-p", "UserspaceTimestampMonotonic"])
    value = shown.strip().partition("=")[2]
    if not value.isdigit():
        raise NotSeen("systemctl show: no UserspaceTimestampMonotonic in its answer")
    return int(value)


def elapses(host: Host, ident: str) -> float | None:
    """When the timer elapses, in seconds of the monotonic clock; None where it does not wait."""
    shown = host.run(["systemctl", "show", "-p", "ActiveState,SubState,NextElapseUSecMonotonic", "--", timer_name(ident)])
    seen = dict(line.partition("=")[::2] for line in shown.splitlines())
    if (seen.get("ActiveState"), seen.get("SubState")) != ("active", "waiting"):
        return None
    return seconds_of(seen.get("NextElapseUSecMonotonic", ""))


def seconds_of(text: str) -> float | None:
    """Seconds out of "1h 2min 3.5s", as systemctl prints a time span; None for another text, such as infinity."""
    total = 0.0
    for word in text.split():
        match = re.fullmatch(r"([0-9.]+)([a-z]+)", word)
        if not match or match[2] not in _UNITS:
            return None
        total += float(match[1]) * _UNITS[match[2]]
    return total if text.strip() else None


def verified(host: Host, ident: str, seconds: int) -> float:
    """When the timer elapses; Refused where it isn't what was asked for."""
    due = elapses(host, ident)
    left = None if due is None else due - time.monotonic()
    if due is None or left is None or not seconds - 10 < left < seconds + 1:
        raise Refused(f"systemd did not arm the timer {timer_name(ident)} as asked ({'not waiting' if left is None else f'{left:.0f} s left'})")
    return due


def boot_unit(script: str, units: list[str]) -> str:
    """The unit that rolls back at boot, before the daemons read the files. See bootup(7)."""
    before = " ".join(dict.fromkeys((*_BEFORE, *units, "shutdown.target")))
    return f"""# Written by holdfast.baseline for an open checkpoint; gone when it is confirmed or rolled back.
[Unit]
Description=Roll back the checkpoint that nobody confirmed before the reboot
DefaultDependencies=no
Conflicts=shutdown.target
After=local-fs.target
RequiresMountsFor=/var/lib/holdfast
Wants=network-pre.target
Before={before}
ConditionPathExists=/var/lib/holdfast/open

[Service]
Type=oneshot
ExecStart=/bin/sh {script} boot
TimeoutStartSec=180
"""


def enable_boot_unit(host: Host, script: str, units: list[str]) -> None:
    """Write and enable it; verified by systemd itself. No daemon-reload: the next boot reads it anyway."""
    os.makedirs(os.path.dirname(BOOT_LINK), mode=0o755, exist_ok=True)
    replace(BOOT_UNIT, boot_unit(script, units).encode("ascii"), 0o644)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(BOOT_LINK)
    os.symlink(BOOT_UNIT, BOOT_LINK)
    for folder in (os.path.dirname(BOOT_LINK), os.path.dirname(BOOT_UNIT)):
        sync_folder(folder)
    said = host.run(["systemctl", "is-enabled", os.path.basename(BOOT_UNIT)]).strip()
    if said != "enabled":
        raise Refused(f"systemd says that {os.path.basename(BOOT_UNIT)} is {said} and not enabled, so a reboot would not be rolled back")


def disarm(host: Host, ident: str, made_wants: bool) -> list[str]:
    """Stop the timer, remove the unit for the boot; what could not be done."""
    problems = [*_try(lambda: _stop_timer(host, ident)), *_try(lambda: _remove(BOOT_LINK)), *_try(lambda: _remove(BOOT_UNIT))]
    if made_wants:
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(BOOT_LINK))
    return problems + _try(lambda: _forget(host))


def _try(work: Callable[[], None]) -> list[str]:
    try:
        work()
    except NotSeen as failed:
        return [failed.why]
    except OSError as error:
        return [f"{error.filename}: {(error.strerror or str(error)).lower()}"]
    return []


def _stop_timer(host: Host, ident: str) -> None:
    if elapses(host, ident) is not None:
        host.run(["systemctl", "stop", "--", timer_name(ident)])


def _remove(path: str) -> None:
    if os.path.lexists(path):
        os.unlink(path)
        sync_folder(os.path.dirname(path))


def _forget(host: Host) -> None:
    """Whoever reloaded systemd meanwhile made it load the unit for the boot."""
    if host.run(["systemctl", "list-units", "--all", "--no-legend", os.path.basename(BOOT_UNIT)]).strip():
        host.run(["systemctl", "daemon-reload"])
