# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The subject `resolver`: how this host finds names, and whether it still would when a server dies."""

from __future__ import annotations

import stat
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils import _systemd
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import (
    _held,
    _hosts_file,
    _listeners,
    _nsswitch,
    _resolv_conf,
    _resolved,
    _resolver_paths,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import bounded, is_loopback
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen

_LOCAL_RESOLVERS = ("dnsmasq", "unbound", "named")
_VARLINK = "/run/systemd/resolve/io.systemd.Resolve"


def collect(host: Host) -> dict[str, Any]:
    """The facts under `resolver`; what can't be seen is said so, node by node."""
    listeners = _listeners.on_port_53(host)
    local = _local_resolvers(host)
    conf, text = _resolv_conf_node(host, listeners, local)
    seen = _resolved.look(host, conf.get("mode"), text)
    resolved = seen.node
    conf["asks_only_stub"] = _asks_only_stub(conf, resolved)
    if resolved["status"] == "absent":
        conf["mode"] = None
    usable = _Usable(host, resolved)
    nsswitch = _nsswitch_node(host, usable)
    if resolved.get("active"):
        local = [{"name": "systemd-resolved", "evidence": f"{_resolved.UNIT} is active"}, *local]
    return {
        "status": "ok",
        "resolv_conf": conf,
        "nsswitch": nsswitch,
        "hosts_file": _hosts_file_node(host),
        **bounded("local_resolvers", local),
        "resolved": resolved,
        "paths": _paths(conf, nsswitch, usable, seen, listeners),
    }


def _paths(conf: dict[str, Any], nsswitch: dict[str, Any], usable: _Usable, seen: _resolved.Resolved, listeners: Any) -> dict[str, Any]:
    if nsswitch["status"] == "unknown":
        return {"status": "unknown", "why": nsswitch["why"]}
    services = _nsswitch.reached(nsswitch["hosts"], usable)
    if "dns" in services and (conf["status"] == "unknown" or conf.get("complete") is False):
        return {"status": "unknown", "why": conf["why"]}
    nameservers = conf.get("nameservers", [])
    # With no usable line glibc asks 127.0.0.1.
    default = [{"address": "127.0.0.1", "listens": _listeners.listens("127.0.0.1", listeners)}]
    ways = _resolver_paths.Ways(
        services,
        [nameserver for nameserver in nameservers if nameserver["asked"]] or default,
        seen.node,
        seen.refusing,
        (seen.node.get("version") or 0) >= _resolved.FALLBACK_BESIDE_LINKS,
        [nameserver["address"] for nameserver in nameservers] if seen.rereads else None,
    )
    return _resolver_paths.paths(ways)


def _resolv_conf_node(host: Host, listeners: Any, local: list[dict[str, str]]) -> tuple[dict[str, Any], str]:
    """The node, and the file's text for those who read it in another way."""
    path = _resolv_conf.PATH
    node: dict[str, Any] = {"status": "ok", "path": path, "link": None, "target": None, "problem": None, "mode": None, "held": _held.by(host, path)}
    node["owner"] = {"name": "unknown", "evidence": "there is no file to tell"}
    try:
        chain = host.resolve(path)
        node.update(link=chain.links[0] if chain.links else None, target=chain.target, mode=_mode(host, chain.target))
        if not stat.S_ISREG(host.lstat(chain.target).st_mode):
            return {**node, **_resolv_conf.parse(""), "problem": "not_a_file"}, ""
        text = host.read(path)
    except NotSeen as missing:
        return {**node, **_resolv_conf.parse(""), **_unreadable(host, path, missing)}, ""
    node.update(_resolv_conf.parse(text.text), owner=_resolv_conf.owner(text.text, chain.target))
    for nameserver in node["nameservers"]:
        nameserver["listens"] = _listeners.listens(nameserver["address"], listeners)
    if not text.complete:
        node.update(complete=False, why=f"{path}: too large to be read whole")
    node["problem"] = _problem(node)
    node["owner"] = _owner_by_service(node, local)
    return node, text.text


def _unreadable(host: Host, path: str, missing: NotSeen) -> dict[str, Any]:
    """What the node says of a file that can't be read."""
    try:
        link = stat.S_ISLNK(host.lstat(path).st_mode)
    except Absent as absent:
        return {"why": absent.why, "problem": "missing"}
    except NotSeen as unseen:
        return {"status": "unknown", "why": unseen.why}
    if link and isinstance(missing, Absent):
        return {"why": missing.why, "problem": "dangling", "link": host.readlink(path)}
    if link and "symbolic links" in missing.why:
        return {"why": missing.why, "problem": "link_cycle", "link": host.readlink(path)}
    return {"status": "unknown", "why": missing.why}


def _mode(host: Host, target: str) -> str:
    """The mode by the file's place, or by its inode as resolved does it, where it is mounted or hard-linked elsewhere."""
    by_place = _resolv_conf.mode(target)
    if by_place != "foreign":
        return by_place
    seen = host.stat(target)
    for path, mode in _resolv_conf.MODES.items():
        try:
            own = host.stat(path)
        except NotSeen:
            continue
        if (own.st_dev, own.st_ino) == (seen.st_dev, seen.st_ino):
            return mode
    return "foreign"


def _asks_only_stub(conf: dict[str, Any], resolved: dict[str, Any]) -> bool | None:
    """Whether who reads the file asks systemd-resolved, be it its own file or a copy; None where either wasn't seen."""
    if "unknown" in (conf["status"], resolved["status"]):
        return None
    asked = [nameserver["address"] for nameserver in conf["nameservers"] if nameserver["asked"]]
    return bool(asked) and all(_resolver_paths.is_stub(address, resolved) for address in asked)


def _problem(node: dict[str, Any]) -> str | None:
    asked = [nameserver for nameserver in node["nameservers"] if nameserver["asked"]]
    if not asked:
        return "empty" if node.get("complete", True) else None
    return "nothing_listens" if all(nameserver["listens"] is False for nameserver in asked) else None


def _owner_by_service(node: dict[str, Any], local: list[dict[str, str]]) -> dict[str, str]:
    """Where the file itself doesn't tell: a file that leads to a local resolver is there for its sake."""
    owner: dict[str, str] = node["owner"]
    addresses = [nameserver["address"] for nameserver in node["nameservers"] if nameserver["asked"]]
    if owner["name"] != "unknown" or not local or not addresses or not all(map(is_loopback, addresses)):
        return owner
    first = node["nameservers"][0]
    return {"name": local[0]["name"], "evidence": f"{first['source']}: nameserver {first['address']}, and {local[0]['evidence']}"}


def _local_resolvers(host: Host) -> list[dict[str, str]]:
    """The local resolvers whose service is active; systemctl is asked once for all units."""
    found = []
    for name in _LOCAL_RESOLVERS:
        try:
            if _systemd.unit(host, f"{name}.service")["active"]:
                found.append({"name": name, "evidence": f"{name}.service is active"})
        except NotSeen:
            continue
    return found


class _Usable:
    """The services of nsswitch.conf(5) that work here, looked up one by one."""

    def __init__(self, host: Host, resolved: dict[str, Any]) -> None:
        self._host = host
        self._libraries = _library_directories(host)
        unknown = resolved["status"] == "unknown" and host.exists(_VARLINK)
        self._resolved_runs = resolved["active"] if resolved["status"] == "ok" else unknown

    def __contains__(self, service: object) -> bool:
        if service == "dns":
            return True
        if service == "files":
            return self._host.exists(_hosts_file.PATH)
        if service == "resolve" and not self._resolved_runs:
            return False
        # Where the C library isn't found, its modules are taken to be there.
        return not self._libraries or any(self._host.exists(f"{at}/libnss_{service}.so.2") for at in self._libraries)


def _library_directories(host: Host) -> list[str]:
    places = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"]
    try:
        places += [f"/usr/lib/{name}" for name in host.listdir("/usr/lib") if name.endswith(("-linux-gnu", "-linux-gnueabihf"))]
    except NotSeen:
        pass
    return [place for place in places if host.exists(f"{place}/libc.so.6")]


def _nsswitch_node(host: Host, usable: _Usable) -> dict[str, Any]:
    try:
        found = _nsswitch.parse(host.read(_nsswitch.PATH).text)
    except Absent:
        found = _nsswitch.parse("")
    except NotSeen as missing:
        return {"status": "unknown", "why": missing.why}
    services = _nsswitch.reached(found["hosts"], usable)
    return {
        "status": "ok",
        **bounded("hosts", found["hosts"]),
        "source": found["source"],
        "asks_dns": bool(services),
        "by": services[0] if services else None,
    }


def _hosts_file_node(host: Host) -> dict[str, Any]:
    names = _hosts_file.own_names(_text(host, "/etc/hostname"), _text(host, "/proc/sys/kernel/hostname"))
    try:
        text = host.read(_hosts_file.PATH)
    except Absent as missing:
        return {"status": "absent", "why": missing.why}
    except NotSeen as missing:
        return {"status": "unknown", "why": missing.why}
    node = {"status": "ok", **_hosts_file.parse(text.text, names, complete=text.complete), "complete": text.complete}
    return node if text.complete else {**node, "why": f"{_hosts_file.PATH}: too large to be read whole"}


def _text(host: Host, path: str) -> str:
    try:
        return host.read(path).text
    except NotSeen:
        return ""
