# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Two looks at one host, held against each other: what became worse, what was mended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import one_line
from ansible_collections.holdfast.baseline.plugins.plugin_utils._severity import rank

# A waiver accepts what is, not what a change makes: what it covers fails all the same here.
_FINE = ("pass", "not_applicable")
_FAILS = ("fail", "waived")
_SERVICES = {"systemd-networkd": "routes.networkd.active", "systemd-resolved": "resolver.resolved.active"}
_MAIN_TABLE = 254
_ROUTE = ("family", "via", "device", "table")
_MOST_LINES = 20
# They all say that some cell of the probe isn't right, and a server that is silent once may refuse or fail the next time.
_SYMPTOMS = frozenset(
    f"probe/{rule}" for rule in ("answers_differ", "dnssec_bogus", "edns_dropped", "name_missing", "no_answer", "nxdomain_hangs", "refused",
                                 "servfail", "stale_answer", "tcp_blocked", "tls_broken")
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What was seen of a host at one time: `about` and `findings` as assess returns them, and the facts behind them."""

    about: Mapping[str, Any]
    findings: Iterable[Mapping[str, Any]]
    facts: Mapping[str, Any]

    def by_rule(self) -> dict[str, Mapping[str, Any]]:
        """The findings by rule id."""
        return {str(finding["rule"]): finding for finding in self.findings}


@dataclass(frozen=True)
class Terms:
    """What the change was to do. targets, accepted: ids of the rules that it was to mend, and of those that it makes fail as asked.

    rebooted: whether the host was in between; then policy rules and other tables than main don't count, since their
    owners make them anew.
    """

    targets: Iterable[str] = ()
    accepted: Iterable[str] = ()
    rebooted: bool = False


def prove(
    before: Look,
    after: Look,
    compared: Mapping[str, Any] | None = None,
    terms: Terms = Terms(),
    network: Mapping[str, Any] | None = None,
    again: Look | None = None,
) -> dict[str, Any]:
    """{status, why, mended}: whether the host may stay as it is now.

    status: `worse` where anything was lost or can't be seen any more, else `unmended` where one of the targets
    still doesn't pass, else `better` or `same`. why: a line for each reason. mended: ids of the rules that failed and don't now.
    compared: the two probes, as dns_probe returns it; network: the network of then and now, as checkpoint_info does. Nothing where none was asked for.
    again: a second look before the change. What differs between the two decides nothing: only what is lost against both is lost.
    A finding that was unknown and fails now is no loss: it is seen now.
    """
    promised = [look for look in (before, again) if look]
    given = _Given(compared, network, terms)
    lost = [*_missing(network), *_unanswered(compared), *_lost(promised, after, given)] if _reached(after) else list(_out_of_sight(after))
    unmended = [] if lost else list(_unmended(before, after, terms.targets))
    mended = _in_all([_mended(look, after) for look in promised])
    better = mended or (compared or {}).get("overall") == "better"
    status = "worse" if lost else "unmended" if unmended else "better" if better else "same"
    return {"status": status, "why": _bounded([*lost, *unmended]), "mended": mended}


class _Given(NamedTuple):
    """What prove() was given besides the looks."""

    compared: Mapping[str, Any] | None
    network: Mapping[str, Any] | None
    terms: Terms


def _reached(look: Look) -> bool:
    return look.about.get("status") == "reached"


def _out_of_sight(after: Look) -> Iterator[str]:
    yield f"the host can't be looked at any more: {one_line(after.about.get('why') or 'no reason given')}"


def _missing(network: Mapping[str, Any] | None) -> list[str]:
    """What the record of the whole network has and the host hasn't; a network that nobody can compare may lack anything."""
    if network is None:
        return []
    if network.get("status") != "ok":
        return [f"the network can't be compared any more: {one_line(network.get('why') or 'no reason given')}"]
    told = [f"{one_line(text)} is gone" for text in network.get("missing") or []]
    untold = int(network.get("missing_count") or 0) - len(told)
    return told + ([f"and {untold} more entries of the network are gone"] if untold > 0 else [])


def _lost(promised: list[Look], after: Look, given: _Given) -> list[str]:
    return _in_all([list(_lost_since(look, after, given)) for look in promised])


def _in_all(lists: list[list[str]]) -> list[str]:
    """What all of them have, in the order of the first."""
    return [item for item in lists[0] if all(item in other for other in lists[1:])]


def _mended(before: Look, after: Look) -> list[str]:
    return [rule for rule, old, new in _pairs(before, after) if old["status"] in _FAILS and new and new["status"] in _FINE]


def _lost_since(before: Look, after: Look, given: _Given) -> Iterator[str]:
    """What is gone comes first, then what fails, then what can't be judged: the last is often only what follows."""
    terms = given.terms
    yield from _gone(before.facts, after.facts, _MAIN_TABLE if terms.rebooted else None)
    # The facts list some of the rules, and the record has all.
    yield from [] if terms.rebooted or given.network else _rules_gone(before.facts, after.facts)
    excused = {*terms.accepted, *_other_symptoms(before, after, given.compared)}
    lines = [line for rule, old, new in _pairs(before, after) for line in _worse(rule, old, new, rule in excused)]
    yield from sorted([*lines, *_new_failures(before, after)], key=lambda line: "can't be judged" in line)


def _other_symptoms(before: Look, after: Look, compared: Mapping[str, Any] | None) -> set[str]:
    """The rules that fail now for what another one failed for: no question lost its answer, and none of them is graver than what was."""
    if not compared or compared.get("status") != "ok" or compared.get("overall") == "worse":
        return set()
    old, new = ({rule: rank(each["severity"]) for rule, each in look.by_rule().items() if rule in _SYMPTOMS and each["status"] in _FAILS}
                for look in (before, after))  # fmt: skip
    return {rule for rule, severity in new.items() if severity <= max(old.values(), default=-1)}


def _pairs(before: Look, after: Look) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any] | None]]:
    now = after.by_rule()
    for rule, old in before.by_rule().items():
        yield rule, old, now.get(rule)


def _worse(rule: str, old: Mapping[str, Any], new: Mapping[str, Any] | None, accepted: bool) -> Iterator[str]:
    if new is None:
        yield f"{rule} is not judged any more"
    elif new["status"] == "unknown" and old["status"] != "unknown":
        yield f"{rule} can't be judged any more: {one_line(new.get('reason') or 'no reason given')}"
    elif new["status"] in _FAILS and old["status"] in _FINE and not accepted:
        yield f"{rule} fails since the change: {one_line(new['title'])}"
    elif new["status"] in _FAILS and old["status"] in _FAILS and rank(new["severity"]) > rank(old["severity"]):
        yield f"{rule} is {new['severity']} since the change, it was {old['severity']}"


def _new_failures(before: Look, after: Look) -> Iterator[str]:
    known = before.by_rule()
    for rule, new in after.by_rule().items():
        if rule not in known and new["status"] not in _FINE:
            yield f"{rule} is {new['status']} since the change"


def _gone(before: Mapping[str, Any], after: Mapping[str, Any], table: int | None) -> Iterator[str]:
    """Services and default routes: those of one table, or of all."""
    for service, path in _SERVICES.items():
        if _at(before, path) is True and _at(after, path) is not True:
            yield f"{service} doesn't run any more"
    yield from (f"the default route {route} is gone" for route in sorted(_default_routes(before, table) - _default_routes(after, table)))


def _rules_gone(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Of those that the facts list, which are the first; of the others only how many there are."""
    old, new = _policy_rules(before), _policy_rules(after)
    if old is not None and new is None:
        return ["the policy rules can't be seen any more"]
    if old is None or new is None:
        return []
    # Behind the last one of a list that was cut, a rule may only have been pushed out of it.
    last = max(new.listed.values(), default=(False, -1)) if new.total > len(new.listed) else None
    gone = [f"the policy rule {rule} is gone" for rule, at in sorted(old.listed.items()) if rule not in new.listed and (last is None or at < last)]
    more = old.total - new.total - len(gone)
    return gone + ([f"{more} more policy rules are gone"] if more > 0 else [])


def _at(facts: Any, path: str) -> Any:
    """What the facts have there, or None."""
    for name in path.split("."):
        facts = facts.get(name) if isinstance(facts, Mapping) else None
    return facts


def _default_routes(facts: Mapping[str, Any], table: int | None) -> set[str]:
    """Every default route by what makes it one: metrics and protocols may change."""
    routes = _at(facts, "routes.default_routes")
    found = [route for route in routes if isinstance(route, Mapping)] if isinstance(routes, list) else []
    return {one_line(" ".join(str(route[name]) for name in _ROUTE if route.get(name))) for route in found if table in (None, route.get("table"))}


class _Rules(NamedTuple):
    """The policy rules that are listed, each with its place, and how many there are."""

    listed: dict[str, tuple[bool, int]]
    total: int


def _policy_rules(facts: Mapping[str, Any]) -> _Rules | None:
    """None where they were not seen."""
    rules = _at(facts, "routes.rules")
    if not isinstance(rules, Mapping) or rules.get("status") != "ok":
        return None
    listed = {one_line(f"{rule.get('family')} {rule.get('priority')}: {rule.get('text')}"): _place(rule) for rule in rules.get("listed") or []}
    return _Rules(listed, len(listed) + int(rules.get("listed_cut") or 0))


def _place(rule: Mapping[str, Any]) -> tuple[bool, int]:
    return rule.get("family") != "ipv4", int(rule.get("priority") or 0)


def _unanswered(compared: Mapping[str, Any] | None) -> list[str]:
    if not compared or compared.get("overall") != "worse":
        return []
    questions = (compared.get("questions") or {}).items()
    lost = [_question(name, found) for name, found in questions if found["result"] == "worse"]
    return lost or [f"DNS can't be probed any more: {one_line(compared.get('why') or 'no reason given')}"]


def _question(name: str, found: Mapping[str, Any]) -> str:
    layers = [layer for layer, result in found["layers"].items() if result == "worse"]
    now = "isn't asked any more" if found.get("why") else "isn't now"
    return one_line(f"{name} was answered before and {now}" + (f" ({', '.join(layers)})" if layers else ""))


def _unmended(before: Look, after: Look, targets: Iterable[str]) -> Iterator[str]:
    old, new = before.by_rule(), after.by_rule()
    for rule in targets:
        if rule in old and old[rule]["status"] in ("fail", "unknown") and rule in new and new[rule]["status"] in ("fail", "unknown"):
            yield f"{rule} was to be mended and is still {'failing' if new[rule]['status'] == 'fail' else 'unknown'}"


def _bounded(lines: list[str]) -> list[str]:
    cut = len(lines) - _MOST_LINES
    return lines[:_MOST_LINES] + ([f"and {cut} more"] if cut > 0 else [])
