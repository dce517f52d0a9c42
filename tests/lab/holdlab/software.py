# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The DNS servers that a lab can run, and how each is configured and started; pure."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import certificates, faults

LAB = Path(__file__).parents[1]
ZONES = LAB / "zones"
AUTHORITATIVE = "10.77.0.53"

UNBOUND = """
server:
    interface: {address}
    access-control: 0.0.0.0/0 allow
    access-control: ::/0 allow
    module-config: "iterator"
    chroot: ""
    username: ""
    pidfile: ""
    do-daemonize: no
    use-syslog: no
{tls}
remote-control:
    control-enable: no
stub-zone:
    name: "."
    stub-addr: {authoritative}
{config}
"""

UNBOUND_TLS = """
    interface: {address}@853
    tls-port: 853
    tls-service-pem: {certificate}
    tls-service-key: {key}
"""

NSD = """
server:
    ip-address: {address}
    username: root
    pidfile: ""
    zonesdir: {folder}
    zonelistfile: {folder}/zone.list
    xfrdfile: {folder}/xfrd.state
    rrl-ratelimit: 0
remote-control:
    control-enable: no
{zones}
{config}
"""


@dataclass(frozen=True)
class Server:
    """A DNS server: `unbound` resolves the lab's names, `nsd` serves `zones` (name: text of the zone file), `fault` serves these
    and the lab's and misbehaves as its `faults` say (see faults.py), `delay_ms` late.

    `tls`: also DNS over TLS. `config` is appended to the configuration of unbound or nsd.
    `later`: the zones that it serves instead after the host was broken.
    """

    address: str
    software: str = "unbound"
    config: str = ""
    zones: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)
    tls: bool = False
    faults: list[dict[str, Any]] = field(default_factory=list)
    delay_ms: int = 0

    def __post_init__(self) -> None:
        if self.software not in _FILES:
            raise ValueError(f"servers: software {self.software} is none of {', '.join(_FILES)}")
        faults.read(self.faults)


def default_zones() -> dict[str, str]:
    """The lab's own zones: name to text of the zone file."""
    return {"." if path.stem == "root" else path.stem: path.read_text(encoding="utf-8") for path in ZONES.glob("*.zone")}


def folder(server: Server) -> str:
    """Where its files are, in the servers' root file system."""
    return f"/etc/lab/{server.address}"


def files(server: Server, root: str) -> dict[str, str]:
    """Its files by their names in folder(server): text. `root` is where that file system is mounted."""
    return _FILES[server.software](server, root)


def command(server: Server, root: str) -> list[str]:
    """What starts it, to stay in the foreground."""
    config = f"{folder(server)}/server.conf"
    if server.software == "fault":
        return ["env", f"PYTHONPATH={LAB}", sys.executable, "-m", "holdlab.fault_server", root + config]
    return ["chroot", root, server.software, "-d", "-c", config]


def _unbound(server: Server, _root: str) -> dict[str, str]:
    certificate, key = certificates.files(server.address)
    tls = UNBOUND_TLS.format(address=server.address, certificate=certificate, key=key) if server.tls else ""
    return {"server.conf": UNBOUND.format(address=server.address, authoritative=AUTHORITATIVE, tls=tls, config=server.config)}


def _nsd(server: Server, _root: str) -> dict[str, str]:
    names = {zone: f"{number}.zone" for number, zone in enumerate(server.zones)}
    zones = "".join(f'zone:\n    name: "{zone}"\n    zonefile: "{file}"\n' for zone, file in names.items())
    config = NSD.format(address=server.address, folder=folder(server), zones=zones, config=server.config)
    return {"server.conf": config, **{names[zone]: text for zone, text in server.zones.items()}}


def _fault(server: Server, root: str) -> dict[str, str]:
    certificate, key = (root + path for path in certificates.files(server.address))
    config: Mapping[str, Any] = {
        "address": server.address,
        "zones": {**default_zones(), **server.zones},
        "faults": server.faults,
        "delay_ms": server.delay_ms,
        "tls": {"certificate": certificate, "key": key} if server.tls else None,
    }
    return {"server.conf": json.dumps(config)}


_FILES: dict[str, Callable[[Server, str], dict[str, str]]] = {"unbound": _unbound, "nsd": _nsd, "fault": _fault}
