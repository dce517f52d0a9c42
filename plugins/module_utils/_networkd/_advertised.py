# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The default routes that IPv6 routers gave, looked after over a restart of networkd.

Under ManageForeignRoutes=no without ManageForeignNextHops=no, networkd 257 is handed over the nexthop but not the route. At the first advertisement
it deletes the nexthop as unused (ndisc_remove_unused_nexthop() of networkd-ndisc.c), the kernel the route with it, and only the next advertisement
brings both back. That may be half an hour away, unless somebody asks (RFC 4861, 6.2.1).
"""

from __future__ import annotations

import time

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _ask, _given, _leases

_TIMES = 3
# Routers answer no sooner than that after their last answer to all (MIN_DELAY_BETWEEN_RAS of RFC 4861, 10).
_PAUSE = 3.0


def default_links(host: Host) -> frozenset[str]:
    """The links with a default route from a router; none where that isn't seen."""
    try:
        return frozenset(link.name for link in _given.links(host) if any(not route.prefixlen for route in link.routes))
    except NotSeen:
        return frozenset()


def lost(host: Host, before: frozenset[str]) -> list[str]:
    """Those of the links that have none any more, though their routers were asked again; takes half a minute at most."""
    for _time in range(_TIMES):
        missing = before - default_links(host)
        if not missing:
            return []
        _ask.ask(_questions(host, missing))
        time.sleep(_PAUSE)
    return sorted(before - default_links(host))


def _questions(host: Host, links: frozenset[str]) -> list[_ask.Question]:
    """What asks their routers; nothing where that can't be done."""
    try:
        return [_leases.router_question(host, link) for link in _given.links(host) if link.name in links]
    except (NotSeen, OSError, ValueError):
        return []
