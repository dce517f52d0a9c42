# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Two looks at one host, held against each other: what became worse, what was mended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import one_line
from ansible_collections.holdfast.baseline.plugins.plugin_utils._severity import rank

# A waiver accepts what is, not what a change makes: what it covers fails all the same here.
_FINE = ("pass", "not_applicable")
_FAILS = ("fail", "waived")
_SERVICES = {"systemd-networkd": "routes.networkd.active", "systemd-resolved": "resolver.resolved.active"}
_MAIN_TABLE = 254
_ROUTE = ("family", "via", "device", "table")
_MOST_LINES = 20


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


def prove(before: Look, after: Look, compared: Mapping[str, Any] | None = None, terms: Terms = Terms()) -> dict[str, Any]:
    """{status, why, mended}: whether the host may stay as it is now.

    status: `worse` where anything was lost or can't be seen any more, else `unmended` where one of the targets
    still doesn't pass, else `better` or `same`. why: a line for each reason. mended: ids of the rules that failed and don't now.
    compared: the two probes, as dns_probe returns it; nothing where none was asked for.
    A finding that was unknown and fails now is no loss: it is seen now.
    """
    lost = [*_unanswered(compared), *_lost(before, after, terms)] if _reached(after) else list(_out_of_sight(after))
    unmended = [] if lost else list(_unmended(before, after, terms.targets))
    mended = [rule for rule, old, new in _pairs(before, after) if old["status"] in _FAILS and new and new["status"] in _FINE]
    better = mended or (compared or {}).get("overall") == "better"
    status = "worse" if lost else "unmended" if unmended else "better" if better else "same"
    return {"status": status, "why": _bounded([*lost, *unmended]), "mended": mended}


def _reached(look: Look) -> bool:
    return look.about.get("status") == "reached"


def _out_of_sight(after: Look) -> Iterator[str]:
    yield f"the host can't be looked at any more: {one_line(after.about.get('why') or 'no reason given')}"


def _lost(before: Look, after: Look, terms: Terms) -> Iterator[str]:
    """What is gone comes first, then what fails, then what can't be judged: the last is often only what follows."""
    yield from _gone(before.facts, after.facts, _MAIN_TABLE if terms.rebooted else None)
    yield from [] if terms.rebooted else _rules_gone(before.facts, after.facts)
    lines = [line for rule, old, new in _pairs(before, after) for line in _worse(rule, old, new, rule in terms.accepted)]
    yield from sorted([*lines, *_new_failures(before, after)], key=lambda line: "can't be judged" in line)


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
    old, new = _policy_rules(before), _policy_rules(after)
    if old is not None and new is None:
        return ["the policy rules can't be seen any more"]
    return [] if old is None or new is None else [f"the policy rule {rule} is gone" for rule in sorted(old - new)]


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


def _policy_rules(facts: Mapping[str, Any]) -> set[str] | None:
    """Every policy rule as text, or None where not all of them were seen."""
    rules = _at(facts, "routes.rules")
    if not isinstance(rules, Mapping) or rules.get("status") != "ok" or rules.get("listed_cut"):
        return None
    return {one_line(f"{rule.get('family')} {rule.get('priority')}: {rule.get('text')}") for rule in rules.get("listed") or []}


def _unanswered(compared: Mapping[str, Any] | None) -> list[str]:
    if not compared or compared.get("overall") != "worse":
        return []
    questions = (compared.get("questions") or {}).items()
    lost = [_question(name, found) for name, found in questions if found["result"] == "worse"]
    return lost or [f"DNS can't be probed any more: {one_line(compared.get('why') or 'no reason given')}"]


def _question(name: str, found: Mapping[str, Any]) -> str:
    layers = [layer for layer, result in found["layers"].items() if result == "worse"]
    return one_line(f"{name} was answered before and isn't now" + (f" ({', '.join(layers)})" if layers else ""))


def _unmended(before: Look, after: Look, targets: Iterable[str]) -> Iterator[str]:
    old, new = before.by_rule(), after.by_rule()
    for rule in targets:
        if rule in old and old[rule]["status"] in ("fail", "unknown") and rule in new and new[rule]["status"] in ("fail", "unknown"):
            yield f"{rule} was to be mended and is still {'failing' if new[rule]['status'] == 'fail' else 'unknown'}"


def _bounded(lines: list[str]) -> list[str]:
    cut = len(lines) - _MOST_LINES
    return lines[:_MOST_LINES] + ([f"and {cut} more"] if cut > 0 else [])
