# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Whose policy rules and routes they are, by the marks that each software leaves."""

from __future__ import annotations

from typing import Iterable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Route, Rule

UNKNOWN = "unknown"
_KERNEL, _STATIC = 2, 4
_MAIN, _LOCAL = 254, 255
_BUILT_IN = frozenset({0, 253, _MAIN, _LOCAL})


class Mark(NamedTuple):
    """What tells a software's rule; None is "any". A mark with a mask is written (mark, mask)."""

    owner: str
    priority: int | None = None
    table: int | None = None
    fwmark: tuple[int, int] | None = None
    invert: bool | None = None
    suppresses: bool | None = None
    protocol: int | None = None
    to: bool | None = None


_ALL = 0xFFFFFFFF
# The first that fits wins.
_MARKS = (
    Mark("keepalived", protocol=18),
    # wgengine/router: the same rules at another base on OpenWrt and Ubiquiti.
    Mark("tailscale", fwmark=(0x80000, 0xFF0000)),
    Mark("tailscale", table=52),
    Mark("mullvad", table=0x6D6F6C65),
    Mark("mullvad", fwmark=(0x6D6F6C65, _ALL)),
    Mark("netbird", table=0x1BD0),
    Mark("netbird", priority=105, table=_MAIN, suppresses=True),
    Mark("cilium", priority=9, table=2004),
    Mark("cilium", priority=10, table=2005),
    Mark("cilium", priority=100, table=_LOCAL),
    Mark("aws-vpc-cni", priority=512, table=_MAIN, to=True),
    Mark("aws-vpc-cni", priority=1024, fwmark=(0x80, 0x80)),
)
_DAEMONS = {
    8: "gated", 11: "frr", 12: "bird", 14: "xorp", 16: "dhcp", 18: "keepalived", 42: "babel", 99: "openr",
    186: "frr", 187: "frr", 188: "frr", 189: "frr", 192: "frr", 196: "frr",
}  # fmt: skip


def rule_owners(rules: Iterable[Rule], own: frozenset[Rule] = frozenset()) -> dict[Rule, str]:
    """The owner of each rule; `own` are those of networkd itself."""
    rules = list(rules)
    owners = {rule: "networkd" if rule in own else _owner(rule) for rule in rules}
    # A VPN's "main suppress_prefixlength 0" says nothing by itself: it belongs to the rule for packets without its mark.
    for rule, owner in owners.items():
        if owner == UNKNOWN and rule.table == _MAIN and rule.suppress_prefixlength == 0:
            partners = {owners[other] for other in rules if other.family == rule.family and other.invert}
            owners[rule] = partners.pop() if len(partners) == 1 else UNKNOWN
    return owners


def _owner(rule: Rule) -> str:
    if rule.protocol == _KERNEL and rule.priority != 100:
        return "kernel"
    for mark in _MARKS:
        if _fits(mark, rule):
            return mark.owner
    # wg-quick takes the next number where 51820 is busy; its mark is always the table's number.
    if rule.invert and rule.table >= 51820 and rule.fwmark == rule.table:
        return "wg-quick"
    return "kernel" if rule.protocol == _KERNEL else UNKNOWN


def _fits(mark: Mark, rule: Rule) -> bool:
    seen = Mark(
        mark.owner,
        rule.priority,
        rule.table,
        (rule.fwmark, rule.fwmask),
        rule.invert,
        rule.suppress_prefixlength >= 0,
        rule.protocol,
        bool(rule.destination),
    )
    return all(want is None or want == have for want, have in zip(mark, seen))


def table_owners(owners: dict[Rule, str]) -> dict[tuple[int, int], str]:
    """Who looks up a table of its own, by family and table."""
    return {
        (rule.family, rule.table): owner
        for rule, owner in owners.items()
        if rule.table not in _BUILT_IN and owner not in (UNKNOWN, "kernel", "networkd")
    }


def route_owner(route: Route, tables: dict[tuple[int, int], str]) -> str:
    """The owner of a route by its table, else by its protocol."""
    return tables.get((route.family, route.table)) or _DAEMONS.get(route.protocol, UNKNOWN)
