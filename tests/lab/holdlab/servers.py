# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""DNS servers on the lab's bridge: Debian's own unbound and nsd, and one that misbehaves."""

from __future__ import annotations

import contextlib
import dataclasses
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import software
from .certificates import Authority
from .namespaces import BRIDGE, ROOM, Namespaces
from .software import AUTHORITATIVE, Server
from .traffic import Traffic, family

RESOLVERS = ("10.77.0.1", "10.77.0.2")
START_SECONDS = 10
LISTENS = 'until ss -Hlun src "[$1]:53" | grep -q .; do sleep 0.05; done'
IS_GONE = 'while ss -Hlun src "[$1]:53" | grep -q .; do sleep 0.05; done'


class Servers:
    """The DNS servers of a lab, run in a root file system of their own."""

    def __init__(self, spaces: Namespaces, image: Path) -> None:
        self._spaces = spaces
        self._root = f"{ROOM}/servers/root"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        spaces.shell(
            "mkdir -p servers/upper servers/work servers/root;"
            'mount -t overlay overlay -o lowerdir="$1",upperdir=servers/upper,workdir=servers/work servers/root',
            str(image),
        )
        self.authority = Authority(spaces, self._root)
        self.traffic = Traffic(spaces, self._root)

    def start_default(self) -> None:
        """The authoritative server of the lab's zones, and the two resolvers that a healthy host asks."""
        self._start(Server(AUTHORITATIVE, "nsd", zones=software.default_zones()))
        for address in RESOLVERS:
            self._start(Server(address))

    @contextlib.contextmanager
    def running(self, servers: Sequence[Server]) -> Iterator[None]:
        """More servers, for as long as the context lasts."""
        with contextlib.ExitStack() as started:
            for server in servers:
                self._start(server)
                started.callback(self._stop, server)
            yield

    def change(self, servers: Sequence[Server]) -> None:
        """Time goes by: those of the running servers that have other zones later serve these from now on."""
        for server in servers:
            if server.later:
                self._stop(server)
                self._start(dataclasses.replace(server, zones=server.later))

    def _start(self, server: Server) -> None:
        self._write_files(server)
        self._spaces.run(["ip", "address", "replace", _on_link(server.address), "dev", BRIDGE, "nodad"])
        log = f"servers/{server.address}.log"
        self._running[server.address] = self._spaces.spawn(software.command(server, self._root), log)
        listening = self._spaces.run(["sh", "-c", LISTENS, "sh", server.address], timeout=START_SECONDS, check=False)
        if listening.returncode:
            self._stop(server)
            output = self._spaces.path(f"{ROOM}/{log}").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"the DNS server at {server.address} did not start:\n{output[-2000:]}")

    def _stop(self, server: Server) -> None:
        self._spaces.kill(self._running.pop(server.address))
        self._spaces.run(["sh", "-c", IS_GONE, "sh", server.address], timeout=START_SECONDS)
        self._spaces.run(["ip", "address", "delete", _on_link(server.address), "dev", BRIDGE])

    def _write_files(self, server: Server) -> None:
        if server.tls:
            self.authority.issue(server.address)
        inside = self._spaces.path(self._root + software.folder(server))
        inside.mkdir(parents=True, exist_ok=True)
        for name, text in software.files(server, self._root).items():
            (inside / name).write_text(text, encoding="utf-8")


def _on_link(address: str) -> str:
    return f"{address}/{64 if family(address) == 'ip6' else 24}"
