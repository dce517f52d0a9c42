# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The address by which ansible came in: sshd tells it to the processes that it starts, as SSH_CONNECTION (ssh(1))."""

from __future__ import annotations

import ipaddress
import os

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

_VARIABLE = "SSH_CONNECTION="
_MOST_PARENTS = 32


def address(host: Host) -> bytes:
    """The host's own address, packed; nothing where this process doesn't descend from sshd.

    sudo takes the variable away, so it is looked for in the parents as well.
    """
    process = os.getpid()
    for _generation in range(_MOST_PARENTS):
        found = parse(_read(host, f"/proc/{process}/environ"))
        if found or process <= 1:
            return found
        process = parent(_read(host, f"/proc/{process}/stat"))
    return b""


def parse(environment: str) -> bytes:
    """The address out of a process's environment; an IPv4 address may come as ::ffff:a.b.c.d, and a link-local one with its zone."""
    said = next((one for one in environment.split("\0") if one.startswith(_VARIABLE)), "")
    words = said[len(_VARIABLE) :].split()
    if len(words) != 4:
        return b""
    try:
        found = ipaddress.ip_address(words[2].partition("%")[0])
    except ValueError:
        return b""
    return (getattr(found, "ipv4_mapped", None) or found).packed


def parent(stat: str) -> int:
    """The parent out of /proc/PID/stat (proc_pid_stat(5)), whose second field may hold anything in brackets; 0 for none."""
    fields = stat.rpartition(")")[2].split()
    return int(fields[1]) if len(fields) > 1 and fields[1].isdigit() else 0


def _read(host: Host, path: str) -> str:
    try:
        return host.read(path).text
    except NotSeen:
        return ""
