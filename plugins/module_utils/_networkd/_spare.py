# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Drop-ins in /run that keep networkd's next start from taking what others set on its links.

They are read by a start, and gone with the next boot, as what they spare is. They stay until then: whoever takes one
away and reloads networkd loses all that it spared at that moment (seen on 252 and 257).

On a link with DHCP it is KeepConfiguration=static, which spares less: yes would keep the lease's address for ever.
KeepMaster=yes alone would switch IPv6 off (network_verify() of networkd-network.c), so the drop-in says what held before.
"""

from __future__ import annotations

import os
from typing import Iterable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._durable import replace
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link, Settings
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_links import Managed, Network
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_taken import Others, taken
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Address

# It sorts behind what people write, and isn't the name of the drop-in that the role writes.
NAME = "zzz-holdfast.conf"
_RUN = "/run/systemd/network"
_HEAD = "# Written by holdfast.baseline before a restart of systemd-networkd; gone with the next boot. Don't take it away before."
_KEEPS_MASTER = 248
_MOST_BYTES = 4096


class Spare(NamedTuple):
    """One drop-in: its path, and the keys of [Network] and [Link] that it sets."""

    path: str
    network: tuple[str, ...]
    link: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}: {', '.join((*self.network, *self.link))}"

    @property
    def text(self) -> str:
        """The file."""
        sections = [("Network", self.network), ("Link", self.link)]
        return "\n".join([_HEAD, *(line for name, keys in sections if keys for line in (f"[{name}]", *keys)), ""])


class Sparing(NamedTuple):
    """What spares, why not all of it can be spared, the links as they are with it, and the addresses that a start takes all the same."""

    drop_ins: list[Spare] = []
    why_not: list[str] = []
    links: list[Link] = []
    fleeting: list[Address] = []


def plan(managed: Managed, links: list[Link], others: Others, losing: set[int], settings: Settings) -> Sparing:
    """What keeps a start from taking `others` on `links`; `losing` are further links that must keep what they have."""
    gone = taken(others, links, settings)
    keeping = losing | {one.ifindex for part in (gone.addresses, gone.neighbours) for one in part}
    keeping = {index for index in keeping if managed.by_link[index].keep not in ("yes", _keep(managed.by_link[index]))}
    kept = _applied(links, managed, keeping)
    drop_ins, why_not = _drop_ins(managed, gone, keeping, settings.version)
    return Sparing(drop_ins, why_not, kept, taken(others, kept, settings).addresses)


def _drop_ins(managed: Managed, gone: Others, keeping: set[int], version: int) -> tuple[list[Spare], list[str]]:
    ports, down = ({one.ifindex for one in part} for part in (gone.ports, gone.down))
    if version < _KEEPS_MASTER and ports | down:
        why = "before systemd 248 nothing keeps networkd from taking links out of bridges, nor from bringing up links that were taken down"
        return [], [f"{why}: {', '.join(sorted({one.name for one in (*gone.ports, *gone.down)}))}; set Unmanaged=yes for them first"]
    files: dict[str, list[int]] = {}
    for index in sorted(keeping | ports | down):
        files.setdefault(managed.files[index], []).append(index)
    return [_spare(file, managed.by_link[links[0]], set(links), keeping, ports, down) for file, links in files.items()], []


def _spare(file: str, network: Network, links: set[int], keeping: set[int], ports: set[int], down: set[int]) -> Spare:
    keys = [f"KeepConfiguration={_keep(network)}"] if links & keeping else []
    if links & ports:
        keys += ["KeepMaster=yes", *([] if network.link_local else ["LinkLocalAddressing=ipv6"])]
    folder = f"{_RUN}/{os.path.basename(file)}.d"
    return Spare(f"{folder}/{NAME}", tuple(keys), ("ActivationPolicy=manual",) if links & down else ())


def _applied(links: list[Link], managed: Managed, keeping: Iterable[int]) -> list[Link]:
    """The links as they are once the drop-ins are read that keep what is on those links; links with one file share it."""
    files = {managed.files[index] for index in keeping if index in managed.files}
    return [link._replace(keep=_keep(managed.by_link[link.ifindex])) if managed.files[link.ifindex] in files else link for link in links]


def _keep(network: Network) -> str:
    """With dynamic a lease is kept for ever already."""
    return "static" if network.dhcp and network.keep != "dynamic" else "yes"


def missing(spares: Iterable[Spare]) -> list[Spare]:
    """Those that aren't there as they should be."""
    return [spare for spare in spares if _content(spare.path) != spare.text]


def write(spares: Iterable[Spare]) -> None:
    """Write them; OSError where that can't be done."""
    for spare in spares:
        _make_folder(os.path.dirname(spare.path))
        replace(spare.path, spare.text.encode("ascii"), 0o644)


def _content(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return ""


def _make_folder(path: str) -> None:
    """networkd runs as a user of its own, who must be able to enter a new one whatever the umask is."""
    if not os.path.isdir(path):
        os.makedirs(path)
        os.chmod(path, 0o755)
