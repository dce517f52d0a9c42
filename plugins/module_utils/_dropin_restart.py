# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Whether the daemon behind a configuration still has to be restarted, by what it really runs with."""

from __future__ import annotations

import time
from typing import Any, Iterable, Mapping, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils import _dropin_keys, _systemd
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import resolver, routes
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import Config

# What networkd's Describe and resolved's D-Bus properties give away.
_NETWORKD_SHOWS = ("ManageForeignRoutes", "ManageForeignRoutingPolicyRules")
_RESOLVED_SHOWS = ("DNS", "FallbackDNS", "Domains", "LLMNR", "MulticastDNS", "DNSSEC", "DNSOverTLS", "DNSStubListener")
_PROPERTIES = "Id,LoadState,ActiveState,ExecMainStartTimestamp,ExecMainStartTimestampMonotonic"


class Restart(NamedTuple):
    """Named as the module returns it; `restart_needed` is None where it can't be told."""

    restart_needed: bool | None
    restart_why: str
    units: list[str]


def look(host: Host, config_name: str, config: Config, keys: Iterable[str]) -> Restart:
    """Whether the reader of `config_name` runs with other `keys` than the files, as `config` has read them, say."""
    reader = _dropin_keys.reader(config_name)
    if reader is None:
        return Restart(None, f"which unit reads {config_name} is not known here", [])
    if reader.anew:
        return Restart(False, f"{config_name} is read anew each time that it is needed", [])
    if not reader.unit:
        return Restart(None, f"what systemd itself runs with can't be seen; systemctl daemon-reexec makes it read {config_name}", [])
    if config_name == "networkd.conf":
        needed, why = by_networkd(routes.collect(host)["networkd"], keys)
    elif config_name == "resolved.conf":
        needed, why = by_resolved(resolver.collect(host)["resolved"], keys, config.assigned_keys)
    else:
        needed, why = _by_unit(host, reader.unit, config)
    return Restart(needed, why, [reader.unit])


def by_networkd(node: Mapping[str, Any], keys: Iterable[str]) -> tuple[bool | None, str]:
    """By the fact `routes.networkd`."""
    unseen = _not_running(node, "systemd-networkd")
    if unseen:
        return unseen
    running = node.get("running", {})
    shown = {key: running.get(key) for key in _NETWORKD_SHOWS if running.get(key)}
    for key in sorted(shown.keys() & set(keys)):
        if shown[key] != node["effective"][key]:
            return True, f"{key}: systemd-networkd runs with {shown[key]}, the files have {node['effective'][key]}"
    hidden = sorted(set(keys) - shown.keys())
    if not hidden:
        return False, f"systemd-networkd runs with what the files have ({running.get('by')})"
    return _by_time("systemd-networkd", node["since"], node["newer_files"], hidden)


def by_resolved(node: Mapping[str, Any], keys: Iterable[str], assigned: Iterable[str]) -> tuple[bool | None, str]:
    """By the fact `resolver.resolved`; `assigned` are the keys that some file sets."""
    unseen = _not_running(node, "systemd-resolved")
    if unseen:
        return unseen
    drift, keys = node["drift"], set(keys)
    stale = [entry for entry in drift.get("stale", []) if entry["key"] in keys]
    if stale:
        return True, str(stale[0]["text"])
    shown = set(_RESOLVED_SHOWS) & set(assigned) if drift["status"] == "ok" else set()
    hidden = sorted(keys - shown | {entry["key"] for entry in drift.get("undecided", [])} & keys)
    if not hidden:
        return False, "systemd-resolved runs with what the files have (D-Bus)"
    return _by_time("systemd-resolved", node["since"], node["newer_files"], hidden)


def _by_unit(host: Host, unit: str, config: Config) -> tuple[bool | None, str]:
    try:
        state = _state(host, unit)
    except NotSeen as missing:
        return None, missing.why
    unseen = _not_running({"status": "ok" if state["installed"] else "absent", "why": f"{unit} is not installed", **state}, unit)
    newer = config.newer_than(state["since"]) if state["since"] else []
    return unseen or _by_time(unit, state["since"], newer, [])


def _state(host: Host, unit: str) -> dict[str, Any]:
    if not host.exists("/run/systemd/system"):
        raise Absent("systemd does not run this host")
    units = _systemd.parse_units(host.run(["systemctl", "show", "-p", _PROPERTIES, unit]), time.time() - time.monotonic())
    if len(units) != 1:
        raise NotSeen(f"systemctl says nothing of {unit}")
    return next(iter(units.values()))


def _not_running(node: Mapping[str, Any], name: str) -> tuple[bool | None, str] | None:
    if node["status"] == "absent":
        return False, str(node["why"])
    if node["status"] != "ok":
        return None, str(node["why"])
    return None if node["active"] else (False, f"{name} does not run; it reads its files when it starts")


def _by_time(name: str, since: float | None, newer: list[str], hidden: list[str]) -> tuple[bool | None, str]:
    """A file that is newer than the start may not have been read; `hidden` are the keys that the daemon doesn't show."""
    if since is None:
        return None, f"since when {name} runs can't be seen"
    if not newer:
        return False, f"no file changed since {name} started"
    about = f" and it does not show {', '.join(hidden[:4])}" if hidden else ""
    return True, f"{newer[0]} changed after {name} started{about}"
