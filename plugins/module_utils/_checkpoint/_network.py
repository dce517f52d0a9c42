# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What of the network a restart of networkd can delete, as commands that put back what is missing.

Rules and routes are those that the fact `routes.foreign` counts: what is at risk as the files stand may be
nothing, and yet be lost once the files are put back. Addresses are kept all, with neighbours, ports and settings of
networkd's links, since it drops what others set there whatever networkd.conf says (_networkd_taken.py).
"""

from __future__ import annotations

import os
import socket
from typing import Any, Callable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._ip_words import (
    address_words,
    is_moment,
    nexthop_words,
    route_words,
    rule_words,
    without_source,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused, quote
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._other_words import HOLDS, held, is_port, neighbour_words
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._told_lines import told_lines
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _networkd_facts as networkd
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _networkd_others
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _route_tables as tables
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import (
    Settings,
    deleted_nexthops,
    deleted_routes,
    deleted_rules,
    unprotected,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_taken import Others
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import (
    INET,
    INET6,
    Address,
    Dump,
    Neighbour,
    Netlink,
    Nexthop,
    Route,
    Rule,
    Unanswered,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _spare, _told_read
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told import Told
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told_read import Seen

# Each is a process of its own when it is put back, and looked after until they stay.
MOST = 1000
# ManageForeignNextHops= came with it.
_SPARES_NEXTHOPS = 256
_KERNEL = 2  # RTPROT_KERNEL


class Saved(NamedTuple):
    """The words of each `ip` command, and what can't be put back, with the reason.

    `doomed` are the nexthops of `lost` that the next start of networkd deletes and no key of networkd.conf would spare.
    `held` is what links are to be like (_other_words.py); `spares` keep a start from taking what they can, `unspared` tells why not more;
    `fleeting` are the addresses that a start takes all the same, until they are put back.
    `told` is what networkd was told of DNS at run time, `untold` why that may not be all.
    """

    rules: list[list[str]]
    routes: list[list[str]]
    lost: list[str]
    addresses: list[list[str]] = []
    nexthops: list[list[str]] = []
    doomed: list[str] = []
    neighbours: list[list[str]] = []
    held: list[list[str]] = []
    spares: list[_spare.Spare] = []
    unspared: list[str] = []
    fleeting: list[Address] = []
    told: list[Told] = []
    untold: list[str] = []

    def in_order(self) -> list[list[str]]:
        """All words, each after what it needs: routes before the rules that lead to them, so that no packet takes half a table.

        Settings come last, since what was there before somebody turned IPv6 off can't be added after it.
        """
        ports = [words for words in self.held if is_port(words)]
        settings = [words for words in self.held if not is_port(words)]
        return ports + self.addresses + self.nexthops + self.neighbours + self.routes + self.rules + settings


class _Foreign(NamedTuple):
    """What some start of networkd could delete; `managed` are its links, `doomed` nexthops that no key spares, `doubts` why that may not be all."""

    rules: list[Rule] = []
    routes: list[Route] = []
    nexthops: list[Nexthop] = []
    managed: frozenset[int] = frozenset()
    doomed: frozenset[int] = frozenset()
    doubts: list[str] = []
    others: Others = Others()
    leased: frozenset[tuple[int, bytes]] = frozenset()
    sparing: _spare.Sparing = _spare.Sparing()
    unspared: list[str] = []
    told: Seen = Seen([], [])


class _Recorder(Netlink):
    """Netlink that also keeps the kernel's own words for each entry."""

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout)
        self.bodies: dict[Any, bytes] = {}
        # Two addresses with one parsed form may still have different peers.
        self.addressed: dict[bytes, Address] = {}

    def _dump(
        self, kind: int, request: bytes, parse: Callable[[bytes], Any], family: int, limit: int, strict: bool = False
    ) -> Dump:
        def keep(body: bytes) -> Any:
            entry = parse(body)
            if isinstance(entry, (Rule, Route, Nexthop, Neighbour)):
                self.bodies[entry] = body
            elif isinstance(entry, Address):
                self.addressed[body] = entry
            return entry

        return super()._dump(kind, request, keep, family, limit, strict)


def save(host: Host, rules: bool, routes: bool) -> Saved:
    """What of the kernel's rules, and of its routes with their addresses and nexthops, networkd could delete.

    Refused where that can't be seen, or is too much.
    """
    if not rules and not routes:
        return Saved([], [], [])
    recorder = _Recorder(host.timeout)
    host.netlink = recorder
    try:
        foreign = _foreign(host, recorder)
    except Unanswered as failed:
        raise Refused(f"rules, routes: {failed.why}; set both to false to go on without them") from None
    foreign = foreign if rules else foreign._replace(rules=[])
    if not routes:
        without = foreign._replace(routes=[], nexthops=[], doomed=frozenset(), others=Others(), sparing=_spare.Sparing(), unspared=[])
        return _bounded(_words(recorder, without))
    saved = _words(recorder, foreign)
    saved = saved._replace(told=foreign.told.told, untold=foreign.told.doubts, lost=[*saved.lost, *foreign.told.doubts])
    return _bounded(_with_addresses(saved, recorder.addressed, foreign))


def _foreign(host: Host, recorder: _Recorder) -> _Foreign:
    all_rules = [rule for family in (INET, INET6) for rule in recorder.rules(family).entries]
    kernel = _networkd_others.read_kernel(recorder)
    daemon = networkd.look(host, recorder.links(), [one for one in kernel.addresses if one.family == INET])
    if daemon.settings is None or not daemon.active:
        recorder.addressed.clear()
        return _Foreign(doubts=[] if daemon.settings else [daemon.facts["why"]])
    looked_up = {family: {rule.table for rule in all_rules if rule.family == family} - {0} for family in (INET, INET6)}
    seen = tables.read_tables(recorder, tables.read_counts(host), looked_up, [link.ifindex for link in daemon.links])
    own = networkd.find_own(host, daemon, all_rules, seen)
    settings, links = unprotected(daemon.settings, daemon.links)
    nexthops = [nexthop for nexthop in recorder.nexthops().entries if not own.nexthop(nexthop)]
    gone = deleted_nexthops(nexthops, links, settings)
    routes = [route for route in seen.routes if own.route(route) is not True]
    managed = frozenset(link.ifindex for link in daemon.links)
    besides = _networkd_others.look(host, kernel, daemon, own)
    # What may be networkd's own is kept as well: it is put back only where it is missing.
    rules = deleted_rules([rule for rule in all_rules if own.rule(rule) is not True], links, settings)
    gone_routes = list(dict.fromkeys(deleted_routes(routes, nexthops, links, settings) + _falling(recorder, routes, managed)))
    # Whatever the keys of networkd.conf are to be, this goes; and what can't be put back must not go at all.
    keys = daemon.settings._replace(routes=False, nexthops=settings.version < _SPARES_NEXTHOPS)
    losing = {path.oif for route in deleted_routes(routes, nexthops, daemon.links, keys) for path in route.paths} & managed
    unsaid = _unsaid(recorder, rules, gone_routes)
    losing |= managed if unsaid or (settings.version < _SPARES_NEXTHOPS and nexthops) else set()
    sparing = _spare.plan(daemon.managed, daemon.links, besides.others, losing, daemon.settings)
    unspared = unsaid[:1] if any(link.keep != "yes" for link in sparing.links) else []
    return _Foreign(
        rules,
        gone_routes,
        [nexthop for nexthop in nexthops if nexthop.id in gone],
        managed,
        deleted_nexthops(nexthops, sparing.links, Settings(settings.version)) if settings.version < _SPARES_NEXTHOPS else frozenset(),
        [*seen.why, *besides.doubts],
        besides.others,
        frozenset((one.ifindex, one.address) for one in kernel.addresses if not one.permanent and own.address(one) is not False),
        sparing,
        [f"{why} can't be put back, and on links with DHCP nothing spares it" for why in unspared],
        _told_read.look(host, daemon.links, settings.version, own.running.get("by") == "Describe"),
    )


def _unsaid(recorder: _Recorder, rules: list[Rule], routes: list[Route]) -> list[str]:
    """Why some of these can't be said in words, and so not be put back."""
    why: list[str] = []
    for rule in rules:
        why += _add([], lambda body, _name: rule_words(body), recorder.bodies[rule])
    for route in routes:
        why += _add([], route_words, recorder.bodies[route])
    return why


def _falling(recorder: _Recorder, routes: list[Route], managed: frozenset[int]) -> list[Route]:
    """The routes that the kernel drops, on whatever link, when their source address goes (fib_sync_down_addr())."""
    sources = {address.address for address in recorder.addressed.values() if address.ifindex in managed}
    return [route for route in routes if route.protocol != _KERNEL and route.source in sources]


def _words(recorder: _Recorder, foreign: _Foreign) -> Saved:
    saved = Saved([], [], list(foreign.doubts), nexthops=[], doomed=[])
    # A group comes after its members.
    for nexthop in sorted(foreign.nexthops, key=lambda one: not one.oif):
        why = _add(saved.nexthops, nexthop_words, recorder.bodies[nexthop])
        saved.lost.extend(why)
        saved.doomed.extend(why if nexthop.id in foreign.doomed else [])
    for rule in foreign.rules:
        saved.lost.extend(_add(saved.rules, lambda body, _name: rule_words(body), recorder.bodies[rule]))
    for route in foreign.routes:
        saved.lost.extend(_add(saved.routes, route_words, recorder.bodies[route]))
    neighbours = [neighbour_words(neighbour, _link_name) for neighbour in foreign.others.neighbours]
    return saved._replace(
        neighbours=neighbours,
        held=held(foreign.others, _link_name),
        spares=foreign.sparing.drop_ins,
        unspared=[*foreign.sparing.why_not, *foreign.unspared],
        fleeting=foreign.sparing.fleeting,
    )


def _add(to: list[list[str]], said: Callable[[bytes, Callable[[int], str]], list[str]], body: bytes) -> list[str]:
    """Why the entry can't be said in words; nothing where it is now one of `to`."""
    try:
        to.append(said(body, _link_name))
    except ValueError as error:
        return [str(error)]
    return []


def _with_addresses(saved: Saved, addressed: dict[bytes, Address], foreign: _Foreign) -> Saved:
    """With the addresses of all links, or where these are too many only with those of the managed links.

    What DHCP servers and routers gave networkd asks for again by itself.
    """
    chosen = [body for body, address in addressed.items() if (address.ifindex, address.address) not in foreign.leased]
    lost = []
    if len(chosen) > MOST:
        chosen = [body for body in chosen if addressed[body].ifindex in foreign.managed]
        lost = ["addresses on links that networkd leaves alone: there are too many"]
    addresses: list[list[str]] = []
    # The kernel lists the newest of IPv6 first, and of IPv4 the oldest.
    for body in [one for one in chosen if one[0] == INET] + [one for one in chosen[::-1] if one[0] == INET6]:
        lost += _add(addresses, address_words, body)
    return saved._replace(addresses=[words for words in addresses if words], lost=[*saved.lost, *lost])


def _bounded(saved: Saved) -> Saved:
    count = len(saved.in_order()) - len(saved.held) + len(saved.told)
    if count > MOST + len(saved.addresses) or len(saved.addresses) > MOST:
        raise Refused(f"rules, routes: {count} could be lost with their addresses and neighbours, and at most {MOST} can be put back")
    return saved


def _link_name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        raise ValueError(f"link {index} is gone") from None


def commands(saved: Saved, boot_id: str) -> bytes:
    """What the script reads: one line an entry. After a reboot they are others' to make, so it does nothing then."""
    lines = [f"[ \"$(cat /proc/sys/kernel/random/boot_id)\" = {quote(boot_id)} ] || return 0"]
    lines += [_line(words) for words in saved.in_order()] + told_lines(saved.told)
    return os.fsencode("\n".join(lines) + "\n")


def spare_lines(saved: Saved, boot_id: str) -> bytes:
    """What the script reads before it restarts networkd: the drop-ins that spare, in the same boot."""
    lines = [f"[ \"$(cat /proc/sys/kernel/random/boot_id)\" = {quote(boot_id)} ] || return 0"]
    lines += [" ".join(["spare", *map(quote, (spare.path, *spare.text.splitlines()))]) for spare in saved.spares]
    return os.fsencode("\n".join(lines) + "\n")


def _word(word: str) -> str:
    """A word of the shell; how long something is to last is worked out when it is put back."""
    return f'"$(left {word[1:]})"' if is_moment(word) else quote(word)


def _line(words: list[str]) -> str:
    put, gone = " ".join(map(_word, words)), without_source(words)
    if words[0] == HOLDS:
        return " ".join([HOLDS, *map(quote, words[1:])])
    if "proxy" in words[:4]:
        # ip adds it again without a word.
        shown = " ".join(map(quote, (words[0], "neighbour", "show", "proxy", "to", words[4], "dev", words[6])))
        return f"ip {shown} 2>/dev/null | grep -q . || put {put}"
    if "valid_lft" in words:
        return f"[ {_word(words[words.index('valid_lft') + 1])} = 0 ] || put {put}"
    if not gone:
        return f"put {put}"
    # It can be there and lack its source address, so the route must be looked at.
    show = ["-6", "route", "show", words[4], *words[words.index("table") : words.index("table") + 4]]
    asked, taken = (" ".join(map(quote, some)) for some in (show, gone))
    source = quote(f" src {words[words.index('src') + 1]} ")
    return f"ip {asked} 2>/dev/null | grep -qF {source} || ip {taken} 2>/dev/null; put {put}"
