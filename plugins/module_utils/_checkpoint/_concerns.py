# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Which units read a file, so that a rollback restarts no other."""

from __future__ import annotations

import re

_SYSTEMD = r"/(etc|run|usr/local/lib|usr/lib)/systemd/"
# networkd.conf(5), systemd.network(5); resolved.conf(5), dnssec-trust-anchors.d(5).
_READS = {
    "systemd-networkd.service": re.compile(_SYSTEMD + r"(networkd\.conf(\.d)?|network)(/|$)|/etc/netplan(/|$)"),
    "systemd-resolved.service": re.compile(_SYSTEMD + r"resolved\.conf(\.d)?(/|$)|/etc/dnssec-trust-anchors\.d(/|$)"),
}
# Read anew at every lookup, by the C library and by resolved (manager_etc_hosts_read(), manager_read_resolv_conf()).
_NOBODY = re.compile(r"/etc/(hosts|resolv\.conf|nsswitch\.conf)$")


def concerned(path: str, units: list[str]) -> list[str]:
    """Those of `units` that are restarted where `path` is put back.

    A file that is known to be one unit's concerns that unit alone, a unit's own file
    or drop-in likewise; any other file may be anyone's.
    """
    if _NOBODY.match(path):
        return []
    own = [name for name in _READS if _READS[name].search(path)]
    match = re.match(_SYSTEMD + r"system/([^/]+?)(\.d)?(/|$)", path)
    if match and match[2].endswith((".service", ".socket", ".timer", ".path", ".target")):
        own.append(match[2])
    if own:
        return [unit for unit in units if unit in own]
    if match and match[2].endswith((".wants", ".requires")):
        return []
    return list(units)


def readers(paths: list[str]) -> list[str]:
    """The daemons that are known to read one of `paths`, so that they are recorded though nobody named them."""
    return [name for name in _READS if any(_READS[name].search(path) for path in paths)]
