# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What the running systemd says: its version, its units, its daemons over D-Bus.

Reads by `systemctl` and `busctl --json=short`, which need no privileges.
"""

from __future__ import annotations

import calendar
import json
import re
import time
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

# All units that a collector may ask for, so that one call tells of all of them.
_UNITS = (
    "systemd-networkd.service",
    "systemd-resolved.service",
    "NetworkManager.service",
    "dnsmasq.service",
    "unbound.service",
    "named.service",
)
_PROPERTIES = "Id,LoadState,ActiveState,ExecMainStartTimestamp,ExecMainStartTimestampMonotonic"


def version(host: Host) -> dict[str, Any]:
    """`{"major": 257, "full": "257.13-1~deb13u1"}` of the installed systemd."""
    return host.once("systemd version", lambda: parse_version(host.run(["systemctl", "--version"])))


def parse_version(text: str) -> dict[str, Any]:
    """The version out of `systemctl --version`."""
    match = re.match(r"systemd (\d+)(?:[^(\n]*\(([^)\n]+)\))?", text)
    if not match:
        raise NotSeen("systemctl --version: no version in its answer")
    return {"major": int(match[1]), "full": match[2] or match[1]}


def unit(host: Host, name: str) -> dict[str, Any]:
    """`{"installed": bool, "active": bool, "since": epoch seconds or None}` of a unit in the list above."""
    units = host.once("systemd units", lambda: _units(host))
    if name not in units:
        raise NotSeen(f"systemctl says nothing of {name}")
    return units[name]


def _units(host: Host) -> dict[str, dict[str, Any]]:
    if not host.exists("/run/systemd/system"):
        raise Absent("systemd does not run this host")
    shown = host.run(["systemctl", "show", "-p", _PROPERTIES, *_UNITS])
    return parse_units(shown, time.time() - time.monotonic())


def parse_units(text: str, monotonic_began: float = 0.0) -> dict[str, dict[str, Any]]:
    """Units by name out of `systemctl show` in UTC; `monotonic_began` is when the monotonic clock stood at 0, in epoch seconds."""
    units = {}
    for block in text.strip().split("\n\n"):
        shown = dict(line.partition("=")[::2] for line in block.splitlines())
        active = shown.get("ActiveState") in ("active", "reloading", "refreshing")
        units[shown.get("Id", "")] = {
            "installed": shown.get("LoadState") not in ("not-found", None),
            "active": active,
            "since": _started(shown, monotonic_began) if active else None,
        }
    return units


def _started(shown: dict[str, str], monotonic_began: float) -> float | None:
    """When the main process started; to the millisecond where both clocks agree on the second (no jump, no suspend between)."""
    second = _epoch(shown.get("ExecMainStartTimestamp", ""))
    micros = shown.get("ExecMainStartTimestampMonotonic", "")
    exact = monotonic_began + int(micros) / 1e6 if micros.isdigit() else 0.0
    return round(exact, 3) if second is not None and second <= exact < second + 1 else second


def _epoch(text: str) -> int | None:
    """Epoch seconds of "Sat 2026-11-21 03:43:31 UTC", the one form that all versions of systemctl print."""
    try:
        return calendar.timegm(time.strptime(text, "%a %Y-%m-%d %H:%M:%S UTC"))
    except ValueError:
        return None


def call(host: Host, service: str, path: str, interface: str, member: str, *arguments: str) -> list[Any]:
    """The return values of a D-Bus method, e.g. `call(host, …, "Describe")`."""
    argv = ["busctl", "--json=short", f"--timeout={host.timeout:g}", "call", service, path, interface, member]
    try:
        return json.loads(host.run([*argv, *arguments]))["data"]
    except (ValueError, KeyError, TypeError):
        raise NotSeen(f"busctl: {service} sent no JSON") from None


def properties(host: Host, service: str, path: str, interface: str) -> dict[str, Any]:
    """All properties of a D-Bus object as plain values."""
    answer = call(host, service, path, "org.freedesktop.DBus.Properties", "GetAll", "s", interface)
    try:
        return {name: variant["data"] for name, variant in answer[0].items()}
    except (AttributeError, IndexError, KeyError, TypeError):
        raise NotSeen(f"busctl: {service} sent properties of another shape") from None
