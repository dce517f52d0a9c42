# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""One run of the module: look, refuse or restart, put back."""

from __future__ import annotations

import ipaddress
import os
import signal
import time
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _names, _network
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _route_tables as tables
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Unanswered
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import (
    _advertised,
    _kept,
    _leases,
    _pending,
    _restart,
    _spare,
    _state,
    _told_again,
    _way_in,
)

_SECONDS = 10.0
_MOST_SHOWN = 50
_GO_ON = "nothing was touched; once that is settled run it again, or set force: true to restart all the same"


class Failed(Exception):
    """Refused, or not as it was; `result` is what the module returns besides."""

    def __init__(self, why: str, **result: Any) -> None:
        super().__init__(why)
        self.why = why
        self.result = result


def run(params: dict[str, Any], check: bool) -> dict[str, Any]:
    """The result of the module; Failed where it was refused, networkd isn't back, or something is still missing."""
    if os.geteuid():
        raise Failed("restarting systemd-networkd needs root; set become: true")
    state = _look()
    if state.load == "not-found" or state.active == "inactive":
        return {"changed": False, "restarted": False, "msg": "systemd-networkd does not run, so there is nothing to restart"}
    routes = _routes()
    doubts = _state.doubts(state, time.monotonic(), routes, tables.SMALL, params["slow_start"])
    saved, unseen = _save()
    if routes is None or routes > tables.SMALL:
        saved = saved._replace(routes=[], lost=[*saved.lost, "routes: there are too many to look after them"])
    doubts += unseen + saved.unspared + saved.untold + _told_again.unreachable(saved.told)
    doubts += _shut_out(saved) + _doomed(saved) + _left_pending(state, params["own_drop_in"]) + _leaseless()
    if doubts and not params["force"]:
        raise Failed(f"a restart of systemd-networkd could be the outage: {'; '.join(doubts)}; {_GO_ON}", doubts=doubts)
    kept = {name: len(getattr(saved, name)) for name in ("addresses", "nexthops", "routes", "rules", "neighbours", "told")}
    about = {"doubts": doubts, "kept": kept, "not_kept": saved.lost[:_MOST_SHOWN], "spared": [str(spare) for spare in _spare.missing(saved.spares)]}
    if check:
        return {"changed": True, "restarted": False, "msg": "systemd-networkd would be restarted", **about}
    return _carry_out(state, saved, params["timeout"], about)


def _look() -> _state.State:
    try:
        return _restart.look(_SECONDS)
    except NotSeen as missing:
        raise Failed(f"how systemd-networkd does can't be seen: {missing.why}") from None


def _routes() -> int | None:
    """How many routes there are, of both families, without a dump."""
    counts = tables.read_counts(Host())
    return None if counts.ipv4 is None or counts.ipv6 is None else sum(counts.ipv4.values()) + counts.ipv6


def _save() -> tuple[_network.Saved, list[str]]:
    """What a start of networkd could delete, and why that would not be looked after."""
    try:
        saved = _network.save(Host(timeout=_SECONDS), True, True)
        if saved.in_order():
            Host().run(["ip", "-V"])
    except _names.Refused as refused:
        return _network.Saved([], [], [refused.why]), [refused.why.partition("; set both")[0]]
    except NotSeen as missing:
        return _network.Saved([], [], [missing.why]), [f"what goes missing could not be put back: {missing.why}"]
    return saved, []


def _doomed(saved: _network.Saved) -> list[str]:
    if not saved.doomed:
        return []
    return [f"{len(saved.doomed)} nexthops would be deleted, with their routes, and could not be put back ({'; '.join(saved.doomed[:5])}): "
            "take them away, or set KeepConfiguration=yes in the .network file of every link that networkd manages"]  # fmt: skip


def _shut_out(saved: _network.Saved) -> list[str]:
    """Whether ansible came in over what a restart takes for a moment at least."""
    way_in = _way_in.address(Host(timeout=_SECONDS))
    if not way_in or way_in not in {one.address for one in saved.fleeting}:
        return []
    return [f"ansible itself comes in over {ipaddress.ip_address(way_in)}, an address with a lifetime that others set on a link with DHCP: a restart "
            "would take it, and nothing keeps it. Come in over another address, or write it into the link's .network file"]  # fmt: skip


def _left_pending(state: _state.State, own: str) -> list[str]:
    """Files that nobody has brought into force; what a restart does with them no checkpoint could take back."""
    if state.since is None:
        return []
    started = time.time() - (time.monotonic() - state.since) - (state.took or 0)
    try:
        found = _pending.changed_since(Host(timeout=_SECONDS), started, own)
    except NotSeen as missing:
        return [f"whether its files changed since it started can't be seen: {missing.why}"]
    if not found:
        return []
    return [f"{', '.join(found[:5])}{' and others' if found[5:] else ''} changed since it started. A restart would bring that into force, and "
            "no rollback could take it back: see that it is wanted"]  # fmt: skip


def _leaseless() -> list[str]:
    """Links that would come back without what servers and routers gave them."""
    try:
        found = _leases.unrenewable(Host(timeout=_SECONDS))
    except NotSeen as missing:
        return [f"what servers and routers gave to its links can't be seen: {missing.why}"]
    if not found:
        return []
    return [f"{'; '.join(found[:5])}{' and others' if found[5:] else ''}, so a restart would cost name servers of the link, or its address and "
            "routes: mend the server or router, or the way to it, first"]  # fmt: skip


def _carry_out(state: _state.State, saved: _network.Saved, timeout: float, about: dict[str, Any]) -> dict[str, Any]:
    # The connection may run over what is lost and put back here.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    routed = _advertised.default_links(Host(timeout=_SECONDS))
    began = time.monotonic()
    try:
        _spare.write(_spare.missing(saved.spares))
        after = _restart.restart(state, timeout)
    except OSError as error:
        raise Failed(f"systemd-networkd was not restarted: {error.filename}: {error.strerror}", **about) from None
    except NotSeen as refused:
        raise Failed(f"systemd-networkd was not restarted: {refused.why}", **about) from None
    about.update(restarted=after.invocation != state.invocation, seconds=round(time.monotonic() - began, 1))
    again = _told_again.put_back(saved.told)
    outcome, unseen = _settle([tuple(words) for words in saved.in_order()], bool(saved.routes))
    back = [words for words in outcome.lost if not outcome.missing.get(words)]
    missing = [f"{_kept.text(words)}: {why}" for words, why in outcome.missing.items() if why] + again.missing
    about.update(put_back=[*map(_kept.text, back), *again.told][:_MOST_SHOWN], missing=missing[:_MOST_SHOWN])
    wrong = [] if after.runs and about["restarted"] else [f"systemd-networkd is {after.active} {timeout} s after its restart; see its journal"]
    wrong += [unseen] if unseen else []
    wrong += [f"no IPv6 router gave {link} a default route again" for link in _advertised.lost(Host(timeout=_SECONDS), routed)]
    wrong += [f"not put back: {'; '.join(missing[:5])}{' and others' if missing[5:] else ''}"] if missing else []
    if wrong:
        raise Failed("; ".join(wrong), changed=True, **about)
    what = "addresses, neighbours, nexthops, routes, rules and settings of links"
    told = f"systemd-networkd was restarted in {about['seconds']} s; {len(back)} {what} were put back"
    told += f", and its links were told {len(again.told)} settings of DNS again" if again.told else ""
    return {"changed": True, "msg": told, **about}


def _settle(kept: list[_kept.Words], routes: bool) -> tuple[_kept.Outcome, str]:
    """What was lost, and why nobody could look."""
    if not kept:
        return _kept.Outcome([], {}), ""
    try:
        return _kept.settle(kept, lambda: _kept.present(_SECONDS, routes), _kept.put_back), ""
    except Unanswered as failed:
        return _kept.Outcome([], {}), f"whether addresses, routes and rules are still there was not seen: {failed.why}"
