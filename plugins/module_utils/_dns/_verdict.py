# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Which layer is broken, in what way, for which names, and what works beside it. Pure: a plan and judged cells in, verdicts out.

A layer that fails only because one below it does is explained; what is left is to blame. systemd-resolved is one layer here, whichever of
its doors was tried.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Sequence

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import bounded
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._cells import Judged
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Layer, Question
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._plan import Plan, below, server

RESOLVED = "systemd-resolved"
CACHE = "resolved cache"
HOSTS_FILE = "/etc/hosts"
EVERYWHERE = "every server"
_ENOUGH_TO_BE_SLOW = 2
_LISTED = 16
# What a server says of a name, in contrast to not being heard at all.
_SAID = ("servfail", "refused", "dnssec", "nxdomain_unexpected", "nodata_unexpected", "rcode_unexpected")
_SILENT = ("timeout", "unreachable")
_WORDS = {
    "timeout": "no answer",
    "unreachable": "not reached",
    "hang_on_nxdomain": "no answer for names that do not exist",
    "servfail": "SERVFAIL",
    "refused": "refused",
    "rcode_unexpected": "another rcode than expected",
    "nxdomain_unexpected": "says that the name does not exist",
    "nodata_unexpected": "has no such data",
    "dnssec": "DNSSEC validation fails",
    "tls": "no DNS over TLS",
    "tcp_unreachable": "no answer over TCP",
    "truncated": "an answer too long for UDP, and none over TCP",
    "edns_dropped": "no answer to a question with EDNS",
    "stale": "an old answer",
    "differs": "another answer",
    "slow": "slow",
}


class Fault(NamedTuple):
    """One bad cell that nothing below explains."""

    layer: str
    kind: str
    bad: Judged


def verdicts(made: Plan, judged: Sequence[Judged], slow_ms: float, pinned: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The fact `probe.verdicts`: one for each broken layer and kind, the graver effect first.

    effect: `broken` where programs don't get the right answer, `degraded` where they still do, `unknown` where nobody could ask as they do.
    """
    cells = {each.ask: each for each in judged}
    faults = [fault for each in judged if each.state == "bad" for fault in _blame(each, made, cells, pinned)]
    faults = _whole_servers(_everywhere(faults, cells), cells)
    found = [_verdict(layer, kind, made, group, cells) for (layer, kind), group in _grouped(faults).items()]
    found += _slow(made, judged, slow_ms, {layer for verdict in found for layer in verdict["layers"]})
    return sorted(found, key=lambda verdict: ("broken", "unknown", "degraded").index(verdict["effect"]))


def _blame(bad: Judged, made: Plan, cells: dict[Ask, Judged], pinned: Sequence[str]) -> list[Fault]:
    layer, question = bad.ask
    if bad.kind == "differs" and question.typed.lower() in pinned and layer.kind in ("libc", "stub", "proxy"):
        return [Fault(HOSTS_FILE, bad.kind, bad)]
    if layer.kind in ("network", "stub", "proxy", "libc", "cache") and _resolved_is_dead(cells):
        return [Fault(RESOLVED, "timeout", bad)]
    if layer.kind == "cache" or bad.kind == "stale" and layer.kind in ("stub", "libc"):
        return [] if _explained(layer, question, made, cells) else [Fault(CACHE, bad.kind, bad)]
    if _explained(layer, question, made, cells) or _passed_on(bad, made, cells):
        return []
    return [Fault(RESOLVED if layer.kind == "network" else layer.name, bad.kind, bad)]


def _resolved_is_dead(cells: dict[Ask, Judged]) -> bool:
    """Whether not even the cache answers, so that no server can be the reason."""
    cache = [each for each in cells.values() if each.ask.layer.kind == "cache"]
    return bool(cache) and all(each.cell["error"] == "timeout" for each in cache)


def _explained(layer: Layer, question: Question, made: Plan, cells: dict[Ask, Judged]) -> bool:
    lower = [_in_use(transports, question, made, cells) for transports in below(layer, question, made)]
    return any(each.state == "bad" or _explained(each.ask.layer, question, made, cells) for each in lower if each)


def _passed_on(bad: Judged, made: Plan, cells: dict[Ask, Judged]) -> bool:
    """Whether this is a refusal, not repeated at the second asking, of a server below that refused the probe itself something else.

    systemd-resolved passes it on where it has asked all its servers once, be it that another one's reply was lost; its NSS module and
    glibc make another error of it.
    """
    again = bad.cell["follow"].get("again")
    refusal = bad.kind == "refused" or (bad.ask.layer.kind == "libc" and bad.kind in ("servfail", "nxdomain_unexpected"))
    if not refusal or not again or again["rcode"] == bad.cell["rcode"]:
        return False
    lower = _all_below(*bad.ask, made)
    return any(each.kind == "refused" and each.ask.layer in lower for each in cells.values())


def _in_use(transports: Sequence[Layer], question: Question, made: Plan, cells: dict[Ask, Judged]) -> Judged | None:
    """The cell of the transport by which a server is asked: TLS where it is on (and, where it is opportunistic, spoken), else UDP, or TCP
    where that says so."""
    by = {layer.transport: cells[Ask(layer, question)] for layer in transports if Ask(layer, question) in cells}
    mode = made.modes.get(transports[0].scope, "no")
    if "udp" in by and "tcp" in by and "tc" in by["udp"].cell["flags"]:
        return by["tcp"]
    if mode == "no" or "tls" not in by or (mode == "opportunistic" and by["tls"].state == "skipped"):
        return by.get("udp") or next(iter(by.values()), None)
    return by["tls"]


def _everywhere(faults: list[Fault], cells: dict[Ask, Judged]) -> list[Fault]:
    """What all servers say alike is nobody's fault among them: the name or its zone is."""
    alike = set()
    for question in {fault.bad.ask.question for fault in faults}:
        heard = [each for each in cells.values() if each.ask.question == question and each.ask.layer.kind in ("upstream", "resolv.conf", "reference")]
        kinds = {each.kind for each in heard if each.state in ("ok", "bad")}
        servers = {server(each.ask.layer) for each in heard}
        if len(servers) > 1 and len(kinds) == 1 and kinds <= set(_SAID):
            alike.add(question)
    return [fault._replace(layer=EVERYWHERE) if fault.bad.ask.question in alike and fault.kind in _SAID else fault for fault in faults]


def _whole_servers(faults: list[Fault], cells: dict[Ask, Judged]) -> list[Fault]:
    """Where every transport of a server fails alike the server is to blame; where only TCP isn't reached, TCP is."""
    return [fault._replace(**_of_server(fault, cells)) for fault in faults]


def _of_server(fault: Fault, cells: dict[Ask, Judged]) -> dict[str, str]:
    layer, question = fault.bad.ask
    if fault.layer != layer.name or layer.transport not in ("udp", "tcp", "tls"):
        return {}
    beside = [each for each in cells.values() if each.ask.question == question and server(each.ask.layer) == server(layer)]
    plain = [each for each in beside if each.ask.layer.transport in ("udp", "tcp")]
    if fault.kind in _SILENT and all(each.kind in _SILENT for each in plain) and len(plain) > 1:
        return {"layer": server(layer), "kind": "unreachable" if all(each.kind == "unreachable" for each in plain) else "timeout"}
    if fault.kind in _SILENT and layer.transport == "tcp":
        truncated = any("tc" in each.cell["flags"] for each in plain)
        return {"kind": "truncated" if truncated else "tcp_unreachable"}
    alike = len(plain) > 1 and {each.kind for each in plain} == {fault.kind}
    return {"layer": server(layer)} if alike else {}


def _grouped(faults: list[Fault]) -> dict[tuple[str, str], list[Judged]]:
    groups: dict[tuple[str, str], list[Judged]] = {}
    for fault in faults:
        groups.setdefault((fault.layer, fault.kind), []).append(fault.bad)
    return groups


def _verdict(layer: str, kind: str, made: Plan, group: list[Judged], cells: dict[Ask, Judged]) -> dict[str, Any]:
    questions = list(dict.fromkeys(each.ask.question for each in group))
    asked = [each for each in cells.values() if each.ask.question in questions]
    layers = list(dict.fromkeys(each.ask.layer.name for each in asked if each.state == "bad"))
    still = [name for name in dict.fromkeys(each.ask.layer.name for each in asked) if _fine(name, asked)]
    return {
        "kind": kind,
        "layer": layer,
        **bounded("layers", layers, _LISTED),
        **bounded("questions", [question.key for question in questions], _LISTED),
        **bounded("names", list(dict.fromkeys(question.typed for question in questions if not question.absent)), _LISTED),
        **bounded("zones", list(dict.fromkeys(question.name.rstrip(".") for question in questions if question.absent)), _LISTED),
        # What the cache had before the probe is what programs got; the probe itself brings in the new answer.
        "effect": "broken" if layer == CACHE else _effect(questions, made, cells),
        **bounded("still", still, _LISTED),
        "rate_limited": kind == "refused" and _sometimes(group, cells),
        "text": _text(layer, kind, questions, group[0]),
    }


def _fine(layer: str, asked: Sequence[Judged]) -> bool:
    return all(each.state == "ok" for each in asked if each.ask.layer.name == layer)


def _effect(questions: Sequence[Question], made: Plan, cells: dict[Ask, Judged]) -> str:
    """What programs notice, by the layer that they meet first."""
    states = {entry.state for question in questions for entry in _entries(question, made, cells)}
    if "bad" in states:
        return "broken"
    return "degraded" if states == {"ok"} else "unknown"


def _entries(question: Question, made: Plan, cells: dict[Ask, Judged]) -> list[Judged]:
    """The C library's cell; for a type that it isn't asked for, that of the first nameserver which it reads."""
    column = {each.ask.layer: each for each in cells.values() if each.ask.question == question}
    libc = [each for layer, each in column.items() if layer.kind == "libc"]
    first = [each for layer, each in column.items() if layer.address in made.nameservers[:1] and layer.transport == "udp"]
    return libc or first[:1]


def _sometimes(group: Sequence[Judged], cells: dict[Ask, Judged]) -> bool:
    """Whether the layer refuses now and then: it answers the same question later, or another of its questions."""
    layers = {each.ask.layer for each in group}
    later = any(each.cell["follow"].get("again", {}).get("rcode") not in (None, "REFUSED") for each in group)
    return later or any(each.state == "ok" for each in cells.values() if each.ask.layer in layers)


def _text(layer: str, kind: str, questions: Sequence[Question], first: Judged) -> str:
    more = f" and {len(questions) - 1} more" if len(questions) > 1 else ""
    return f"{layer}: {_WORDS[kind]}: {questions[0].key}{more} ({first.why})"


def _slow(made: Plan, judged: Sequence[Judged], slow_ms: float, known: set[str]) -> list[dict[str, Any]]:
    """Servers whose fastest answer, over whichever transport, is slow; what leans on a slow or a broken one is explained."""
    answers: dict[str, list[Judged]] = {}
    for each in judged:
        if each.cell["rcode"] and each.cell["ms"] is not None and each.ask.layer.kind not in ("cache", "reference"):
            answers.setdefault(server(each.ask.layer), []).append(each)
    slow = {name: group for name, group in answers.items() if len(group) >= _ENOUGH_TO_BE_SLOW and min(map(_fastest, group)) > slow_ms}
    cells = {each.ask: each for each in judged}
    broken = known | {each.ask.layer.name for group in slow.values() for each in group}
    return [_slow_verdict(name, group, made, cells) for name, group in slow.items() if not _leans_on(group, broken, made)]


def _fastest(judged: Judged) -> float:
    """Milliseconds of a cell's answer, or of its repetition."""
    again = judged.cell["follow"].get("again", {})
    times = [each["ms"] for each in (judged.cell, again) if each.get("rcode") and each.get("ms") is not None]
    return float(min(times))


def _leans_on(group: Sequence[Judged], broken: set[str], made: Plan) -> bool:
    own = {each.ask.layer for each in group}
    lower = own.union(*(_all_below(each.ask.layer, each.ask.question, made) for each in group)) - own
    return any(layer.name in broken for layer in lower)


def _all_below(layer: Layer, question: Question, made: Plan) -> set[Layer]:
    direct = {each for transports in below(layer, question, made) for each in transports}
    return direct.union(*(_all_below(each, question, made) for each in direct))


def _slow_verdict(name: str, group: list[Judged], made: Plan, cells: dict[Ask, Judged]) -> dict[str, Any]:
    fastest = min(group, key=_fastest)
    told = fastest._replace(why=f"the fastest of {len(group)} answers took {_fastest(fastest):.0f} ms")
    layer = RESOLVED if fastest.ask.layer.kind == "network" else name
    return {**_verdict(layer, "slow", made, [told], cells), "layers": [fastest.ask.layer.name], "layers_cut": 0}
