# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""How many questions one short name costs, by the search list. Pure: the facts of `resolver` and names in, a fact out.

glibc (resolv.conf(5)): a name with fewer dots than `ndots` is first tried with every domain of the list, each for A and AAAA.
systemd-resolved (dns_scope_name_wants_search_domain() of 252 and 257): only single-label names, and no domain list of resolv.conf.
"""

from __future__ import annotations

from typing import Any, Sequence

_FAMILIES = 2
_SHOWN = 8


def search(resolver: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The fact `probe.search`: for the name that costs most, what is tried and how many questions a lookup of both families may send.

    `fewest`: the questions without any search list. Names are as a program writes them.
    """
    if resolver["nsswitch"].get("by") != "dns":
        return {"status": "absent", "why": "the C library leaves names to systemd-resolved, which searches for single labels only"}
    conf = resolver["resolv_conf"]
    if conf["status"] == "unknown" or conf.get("complete") is False or conf["search_cut"] or conf["options_cut"]:
        return {"status": "unknown", "why": conf.get("why", "/etc/resolv.conf was cut")}
    domains = [domain.rstrip(".") for domain in conf["search"] if domain.strip(".")]
    ndots = _ndots(conf["options"])
    tried = max((_tried(name, domains, ndots) for name in names or ["www.example.com"]), key=len)
    return {
        "status": "ok",
        "ndots": ndots,
        "domains": len(domains),
        "tried": tried[:_SHOWN],
        "tried_cut": max(0, len(tried) - _SHOWN),
        "questions": _FAMILIES * len(tried),
        "fewest": _FAMILIES,
    }


def _tried(name: str, domains: list[str], ndots: int) -> list[str]:
    """The names that are asked in turn until one exists; only those before the name itself are always paid for."""
    if name.count(".") >= ndots:
        return [name]
    return [*(f"{name}.{domain}" for domain in domains), name]


def _ndots(options: Sequence[str]) -> int:
    """The last `ndots:` of the options, 1 without one; glibc caps it at 15."""
    values = [option[len("ndots:") :] for option in options if option.startswith("ndots:")]
    return min(15, int(values[-1])) if values and values[-1].isdigit() else 1
