# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Neighbours, bridge ports, links that were taken down and settings of links, as the words that put them back. Pure.

What `ip` would do again without a word, or what is no command of `ip`, is said as `holds FILE VALUE [WORDS …]`: while
FILE says VALUE nothing is to be done, else the words are given to `ip`, or without any VALUE is written to FILE.
"""

from __future__ import annotations

import ipaddress
from typing import Callable

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_taken import Others, Setting
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET6, LinkState, Neighbour

HOLDS = "holds"
_NET = "/sys/class/net"
_SYSCTL = "/proc/sys/net"


def held(others: Others, link: Callable[[int], str]) -> list[list[str]]:
    """All that is to hold of links, each after what it needs; `link` names a link by its index, or raises ValueError."""
    settings = [_setting(one, link(one.ifindex)) for one in others.settings]
    return [_port(one, link(one.master)) for one in others.ports] + settings + [_down(one) for one in others.down]


def is_port(words: list[str]) -> bool:
    """Whether they make a link a port again."""
    return "master" in words[3:]


def _port(link: LinkState, master: str) -> list[str]:
    return [HOLDS, f"{_NET}/{link.name}/master/ifindex", str(link.master), "link", "set", "dev", link.name, "master", master]


def _down(link: LinkState) -> list[str]:
    """The kernel refuses to tell the carrier of a link that is set down."""
    return [HOLDS, f"{_NET}/{link.name}/carrier", "", "link", "set", "dev", link.name, "down"]


def _setting(setting: Setting, name: str) -> list[str]:
    return [HOLDS, f"{_SYSCTL}/{setting.key.replace('LINK', name)}", setting.value]


def neighbour_words(neighbour: Neighbour, link: Callable[[int], str]) -> list[str]:
    """`-4 neighbour add …`."""
    family, address = "-6" if neighbour.family == INET6 else "-4", str(ipaddress.ip_address(neighbour.address))
    if neighbour.proxy:
        return [family, "neighbour", "add", "proxy", address, "dev", link(neighbour.ifindex)]
    state = "permanent" if neighbour.permanent else "noarp"
    return [family, "neighbour", "add", address, "dev", link(neighbour.ifindex), "lladdr", neighbour.lladdr.hex(":"), "nud", state]
