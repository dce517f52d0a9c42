# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""DNS servers on the lab's bridge: Debian's own unbound and nsd."""

from __future__ import annotations

import contextlib
import ipaddress
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .namespaces import BRIDGE, ROOM, Namespaces

ZONES = Path(__file__).parents[1] / "zones"
AUTHORITATIVE = "10.77.0.53"
RESOLVERS = ("10.77.0.1", "10.77.0.2")
PORTS = "{ 53, 853 }"
START_SECONDS = 10
LISTENS = 'until ss -Hlun src "[$1]:53" | grep -q .; do sleep 0.05; done'

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
remote-control:
    control-enable: no
stub-zone:
    name: "."
    stub-addr: {authoritative}
{config}
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
{config}
"""


@dataclass(frozen=True)
class Server:
    """A DNS server: `unbound` resolves the lab's names, `nsd` serves `zones` (name: text of the zone file).

    `config` is appended to its configuration.
    """

    address: str
    software: str = "unbound"
    config: str = ""
    zones: dict[str, str] = field(default_factory=dict)


class Servers:
    """The DNS servers of a lab, run in a root file system of their own."""

    def __init__(self, spaces: Namespaces, image: Path) -> None:
        self._spaces = spaces
        self._root = f"{ROOM}/servers/root"
        spaces.shell(
            "mkdir -p servers/upper servers/work servers/root;"
            'mount -t overlay overlay -o lowerdir="$1",upperdir=servers/upper,workdir=servers/work servers/root',
            str(image),
        )

    def start_default(self) -> None:
        """The authoritative server of the lab's zones, and the two resolvers that a healthy host asks."""
        zones = {"." if path.stem == "root" else path.stem: path.read_text(encoding="utf-8") for path in ZONES.glob("*.zone")}
        self._start(Server(AUTHORITATIVE, "nsd", zones=zones))
        for address in RESOLVERS:
            self._start(Server(address))

    @contextlib.contextmanager
    def running(self, servers: Sequence[Server]) -> Iterator[None]:
        """More servers, for as long as the context lasts."""
        with contextlib.ExitStack() as started:
            for server in servers:
                started.callback(self._stop, server, self._start(server))
            yield

    @contextlib.contextmanager
    def silenced(self, addresses: Sequence[str]) -> Iterator[None]:
        """The servers at these addresses answer nothing and refuse nothing, as if their machines were off."""
        if not addresses:
            yield
            return
        rules = "".join(f"{_family(a)} daddr {a} meta l4proto {{ tcp, udp }} th dport {PORTS} drop\n" for a in addresses)
        self._nft(f"table inet silenced {{ chain input {{ type filter hook input priority 0\n{rules}}}\n}}")
        try:
            yield
        finally:
            self._nft("delete table inet silenced")

    def _start(self, server: Server) -> subprocess.Popen[bytes]:
        folder = f"/etc/lab/{server.address}"
        self._write_files(server, folder)
        self._spaces.run(["ip", "address", "replace", _on_link(server.address), "dev", BRIDGE, "nodad"])
        command = {"unbound": ["unbound", "-d", "-c"], "nsd": ["nsd", "-d", "-c"]}[server.software]
        log = f"servers/{server.address}.log"
        process = self._spaces.spawn(["chroot", self._root, *command, f"{folder}/server.conf"], log)
        listening = self._spaces.run(["sh", "-c", LISTENS, "sh", server.address], timeout=START_SECONDS, check=False)
        if listening.returncode:
            self._stop(server, process)
            output = self._spaces.path(f"{ROOM}/{log}").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"the DNS server at {server.address} did not start:\n{output[-2000:]}")
        return process

    def _stop(self, server: Server, process: subprocess.Popen[bytes]) -> None:
        self._spaces.kill(process)
        self._spaces.run(["ip", "address", "delete", _on_link(server.address), "dev", BRIDGE])

    def _write_files(self, server: Server, folder: str) -> None:
        template = UNBOUND if server.software == "unbound" else NSD
        lines = "".join(
            f'zone:\n    name: "{zone}"\n    zonefile: "{number}.zone"\n' for number, zone in enumerate(server.zones)
        )
        config = template.format(
            address=server.address, authoritative=AUTHORITATIVE, folder=folder, config=lines + server.config
        )
        inside = self._spaces.path(self._root + folder)
        inside.mkdir(parents=True, exist_ok=True)
        (inside / "server.conf").write_text(config, encoding="utf-8")
        for number, text in enumerate(server.zones.values()):
            (inside / f"{number}.zone").write_text(text, encoding="utf-8")

    def _nft(self, script: str) -> None:
        self._spaces.run(["chroot", self._root, "nft", "-f", "-"], text=script)


def _family(address: str) -> str:
    return "ip6" if ipaddress.ip_address(address).version == 6 else "ip"


def _on_link(address: str) -> str:
    return f"{address}/{64 if _family(address) == 'ip6' else 24}"
