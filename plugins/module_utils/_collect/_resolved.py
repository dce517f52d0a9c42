# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""systemd-resolved on this host: what its files say, what the daemon runs with, where they differ."""

from __future__ import annotations

import re
import socket
from typing import Any, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils import _systemd, _systemd_conf
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _resolved_drift, _resolved_view
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import LIMIT, bounded, short
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

UNIT = "systemd-resolved.service"
_SERVICE = "org.freedesktop.resolve1"
_PATH = "/org/freedesktop/resolve1"
_CREDENTIALS = "/run/credentials/systemd-resolved.service"
# Since this version links whose default route is switched off leave the fallback servers in use (systemd#34051).
FALLBACK_BESIDE_LINKS = 257


class Resolved(NamedTuple):
    """The fact `resolver.resolved`, and what only those need who follow a name through it.

    `refusing` are the indices of the links that are told not to be a default
    route; `rereads` is whether it takes its global servers out of a foreign
    /etc/resolv.conf, which it does anew for each name, D-Bus or not.
    """

    node: dict[str, Any]
    refusing: set[int]
    rereads: bool


def look(host: Host, mode: str | None, resolv_conf: str) -> Resolved:
    """`mode` and `resolv_conf` are how /etc/resolv.conf relates to systemd-resolved, and its text."""
    try:
        unit = _systemd.unit(host, UNIT)
    except Absent as missing:
        return Resolved({"status": "absent", "why": missing.why}, set(), False)
    except NotSeen as missing:
        return Resolved({"status": "unknown", "why": missing.why}, set(), False)
    if not unit["installed"]:
        return Resolved({"status": "absent", "why": "systemd-resolved is not installed"}, set(), False)
    version = _version(host)
    config = _systemd_conf.read_config(
        host, "resolved.conf", "Resolve", list_keys=_resolved_drift.LIST_KEYS, version=version or 0
    )
    newer = config.newer_than(unit["since"]) if unit["since"] else []
    node = {
        "status": "ok",
        "version": version,
        "active": unit["active"],
        "since": unit["since"],
        **_files(config, version),
        **bounded("newer_files", newer),
    }
    if config.problem:
        node.update(complete=False, why=config.problem)
    if not unit["active"]:
        nothing = {"status": "ok", **bounded("stale", []), **bounded("undecided", [])}
        node.update(drift=nothing, running={"status": "unknown", "why": "systemd-resolved does not run"})
        return Resolved(node, set(), False)
    other = _other(host, mode, resolv_conf)
    node.update(_daemon(host, config, newer, other))
    from_files = newer or {"DNS", "Domains"} & set(config.assigned_keys)
    rereads = mode == "foreign" and other is not None and not other.credentials and not from_files
    return Resolved(node, _refusing(host, node["running"]), rereads)


def _refusing(host: Host, running: dict[str, Any]) -> set[int]:
    """The links told not to be a default route.

    D-Bus says False also where a link merely isn't one, and the two differ for
    FallbackDNS: the daemons' state files tell them apart.
    """
    links = running.get("links", [])
    return {link["index"] for link in links if link["servers"] and not link["default_route"] and _refuses(host, link["index"])}


def _refuses(host: Host, index: int) -> bool:
    for path in (f"/run/systemd/netif/links/{index}", f"/run/systemd/resolve/netif/{index}"):
        try:
            match = re.search(r"^(?:DNS_)?DEFAULT_ROUTE=(\w+)$", host.read(path).text, re.MULTILINE)
        except NotSeen:
            continue
        if match:
            return match[1] == "no"
    return False


def _version(host: Host) -> int | None:
    try:
        major: int = _systemd.version(host)["major"]
    except NotSeen:
        return None
    return major


def _files(config: _systemd_conf.Config, version: int | None) -> dict[str, Any]:
    keys = _resolved_drift.known_keys(version)
    unknown = [{"key": key, "source": source} for key in config.assigned_keys for source in _sources(config, key) if key not in keys]
    unknown += [{"key": f"[{entry['section']}] {entry['key']}", "source": entry["source"]} for entry in config.misplaced]
    return {
        "effective": {key: _bounded(_resolved_drift.word(config.value(key))) for key in keys},
        "source": {key: _bounded(config.source(key)) for key in keys},
        **bounded("overridden", [{name: short(text) for name, text in lost.items()} for lost in config.overridden]),
        # systemd itself passes over names that start with X-.
        **bounded("unknown_keys", [entry for entry in unknown if not entry["key"].lstrip("[").startswith("X-")]),
    }


def _bounded(value: Any) -> Any:
    return [short(entry) for entry in value[:LIMIT]] if isinstance(value, list) else short(value)


def _sources(config: _systemd_conf.Config, key: str) -> list[str]:
    source = config.source(key)
    return source if isinstance(source, list) else [source]


def _daemon(host: Host, config: _systemd_conf.Config, newer: list[str], other: _resolved_drift.Foreign | None) -> dict[str, Any]:
    try:
        manager = _systemd.properties(host, _SERVICE, _PATH, f"{_SERVICE}.Manager")
        running = _running(host, manager)
    except NotSeen as missing:
        unseen = {"status": "unknown", "why": missing.why}
        return {"drift": unseen, "running": unseen}
    drift = _resolved_drift.drift(config, manager, running, newer, other)
    if config.problem:
        drift = {"status": "unknown", "why": config.problem}
    elif drift["undecided"]:
        keys = ", ".join(f"{entry['key']} ({entry['source']})" for entry in drift["undecided"])
        drift.update(complete=False, why=f"what systemd-resolved runs with, or where it has it from, can't be seen for {keys}")
    return {"drift": drift, "running": running}


def _running(host: Host, manager: dict[str, Any]) -> dict[str, Any]:
    wanted = _resolved_view.links_to_ask(manager)
    asked = wanted[: _resolved_view.MOST_LINKS]
    links = {}
    for index in asked:
        # In a D-Bus path a leading digit is written as _ and its hexadecimal code.
        links[index] = _systemd.properties(host, _SERVICE, f"{_PATH}/link/_3{index}", f"{_SERVICE}.Link")
    names = {index: _link_name(index) for index in asked}
    return _resolved_view.running(manager, links, names, cut=len(wanted) - len(asked))


def _link_name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return f"link {index}"


def _other(host: Host, mode: str | None, resolv_conf: str) -> _resolved_drift.Foreign | None:
    """Where the daemon's servers come from if no file names any; None where the kernel's command line gives them."""
    try:
        if re.search(r"(?:^|\s)(?:nameserver|domain)=", host.read("/proc/cmdline").text):
            return None
    except NotSeen:
        pass
    return _resolved_drift.foreign(resolv_conf if mode == "foreign" else "", _has_credentials(host))


def _has_credentials(host: Host) -> bool | None:
    try:
        host.stat(f"{_CREDENTIALS}/network.dns")
    except Absent:
        return False
    except NotSeen:
        return None
    return True
