# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One lab: its namespaces, its DNS servers and its hosts, gone when the context ends or its process dies."""

from __future__ import annotations

import shutil
from pathlib import Path

from . import images
from .hosts import Host
from .namespaces import ROOM, Namespaces
from .servers import Servers

FIRST_ADDRESS = 10
HOST_TOOLS = Path(__file__).parents[1] / "host_tools"


class Lab:
    """A context manager. Needs root, and the packages that machine.why_not() asks for."""

    servers: Servers

    def __enter__(self) -> Lab:
        self.spaces = Namespaces()
        self.spaces.__enter__()
        self.hosts: list[Host] = []
        try:
            self._set_up()
        except BaseException:
            self.spaces.__exit__()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        self.spaces.__exit__()

    def boot(self, image: str, name: str = "") -> Host:
        """A fresh, healthy host, up and reachable by ssh as root and as `plain`; named like its image by default."""
        taken = {host.address for host in self.hosts}
        address = next(a for a in (f"10.77.0.{n}" for n in range(FIRST_ADDRESS, 50)) if a not in taken)
        host = Host(self.spaces, name or image, images.image(image), address, self._public_key)
        self.hosts.append(host)
        return host

    def remove(self, host: Host) -> None:
        """Take a host away, as a power cut would."""
        self.hosts.remove(host)
        host.stop()

    def _set_up(self) -> None:
        self.spaces.shell("ssh-keygen -q -t ed25519 -N '' -f key")
        self._public_key = self.spaces.path(f"{ROOM}/key.pub").read_text(encoding="ascii")
        self.servers = Servers(self.spaces, images.image(images.default_names()[-1]))
        self.servers.start_default()
        shutil.copy(self.servers.authority.certificate, self.spaces.path(f"{ROOM}/lab-ca.crt"))
        shutil.copytree(HOST_TOOLS, self.spaces.path(f"{ROOM}/host_tools"))
