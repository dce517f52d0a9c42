# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""One probe of one host: look, plan, ask, judge. Needs dnspython on sys.path before it is imported."""

from __future__ import annotations

from typing import Any, Sequence

from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _resolv_conf, resolver
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._addresses import bounded
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _layers, _own_names
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._cells import Judged, judge
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._exchange import Result, run
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Limits, Target
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._plan import Plan, plan
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._routing import Scope, scopes, uplink
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._search import search
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._verdict import verdicts
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

UPLINK = "/run/systemd/resolve/resolv.conf"


def probe(host: Host, options: dict[str, Any]) -> dict[str, Any]:
    """The fact `probe` of docs/facts.md. options: as _options.read() gives them. Never raises for what a host or a server does."""
    facts = resolver.collect(host)
    known, gaps = _scopes(host, facts)
    own = _own_names.find(host, facts) if options["own_names"] and not options["names"] and not options["zones"] else []
    options = {**options, "own": own}
    made = plan(facts, options, known)
    targets = [Target(each["name"], each["port"], each["tls"]) for each in options["connect"]]
    result = run(made.asks, targets, Limits(options["deadline"], options["rate"]))
    return _fact(facts, options, made, result, gaps)


def _scopes(host: Host, facts: dict[str, Any]) -> tuple[list[Scope], list[str]]:
    """The scopes, and what of them could not be seen. A resolved that hangs has still written its servers to a file."""
    if not _layers.runs(facts):
        status = facts["resolved"]["status"]
        return [], [facts["resolved"]["why"]] if status == "unknown" else []
    try:
        return scopes(facts), []
    except NotSeen as missing:
        gap = f"which server belongs to which link isn't known: {missing.why}"
    try:
        nameservers = _resolv_conf.parse(host.read(UPLINK).text)["nameservers"]
    except NotSeen as missing:
        return [], [gap, missing.why]
    mode = str(facts["resolved"]["effective"].get("DNSOverTLS") or "no")
    return [uplink([each["address"] for each in nameservers], mode)], [gap]


def _fact(facts: dict[str, Any], options: dict[str, Any], made: Plan, result: Result, gaps: list[str]) -> dict[str, Any]:
    pinned = [each["name"].lower() for each in facts["hosts_file"].get("overrides", [])]
    judged = judge(made, result.cells, pinned)
    answered = {each.ask.question.key for each in judged if each.state == "ok"}
    sources = {f"{own.name} {own.rtype}": own.source for own in options["own"]}
    holes = [*gaps, *_unread(facts), *_holes(judged)]
    if made.cut:
        holes.append(f"{made.cut} questions or layers were too many")
    return {
        "status": "ok",
        "complete": not holes,
        **({"why": holes[0]} if holes else {}),
        "took_ms": round(result.took_ms),
        "layers": [_layer(layer) for layer in made.layers],
        "questions": [
            {**_question(question, expected), "from": sources.get(question.key, ""), "answered": question.key in answered}
            for question, expected in made.questions.items()
        ],
        "cells": [_cell(each) for each in judged],
        # Nobody said that the host needs its own names: they are there to be compared.
        **bounded("verdicts", verdicts(made, [each for each in judged if each.ask.question.key not in sources], options["slow_ms"], pinned)),
        "search": search(facts, [each["name"] for each in options["names"]]),
        "loss": _loss(judged),
        **bounded("connections", result.connections),
    }


def _unread(facts: dict[str, Any]) -> list[str]:
    """What was read in part or not at all of what says which layers there are: a layer that nobody knows of can't be found right."""
    nodes = [facts[name] for name in ("resolv_conf", "nsswitch", "hosts_file")]
    unread = [str(node["why"]) for node in nodes if node["status"] == "unknown" or node.get("complete") is False]
    running = facts["resolved"].get("running", {})
    cut = sum(scope.get(f"{name}_cut", 0) for scope in [running, *running.get("links", [])] for name in ("servers", "domains", "links"))
    return [*unread, *([f"{cut} servers, domains or links of systemd-resolved were too many to look at"] if cut else [])]


def _holes(judged: Sequence[Judged]) -> list[str]:
    """The cells that nobody could fill."""
    unseen = [each for each in judged if each.state == "unknown"]
    return [f"{unseen[0].ask.layer.name} was not asked ({len(unseen)} questions in all): {unseen[0].why}"] if unseen else []


def _layer(layer: Any) -> dict[str, Any]:
    shown = ("name", "kind", "transport", "address", "port", "device", "scope")
    return {name: getattr(layer, name) for name in shown}


def _question(question: Any, expected: Any) -> dict[str, Any]:
    expect = "same" if expected.same else expected.rcode or ", ".join(expected.answers) or "answer"
    return {"key": question.key, "rtype": question.rtype, "absent": question.absent, "expect": expect}


def _cell(judged: Judged) -> dict[str, Any]:
    return {**judged.cell, "state": judged.state, "kind": judged.kind, "why": judged.why}


def _loss(judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """For each layer over UDP that answered, how many of its questions had to be sent again: loss, where it isn't silence."""
    counts: dict[str, list[Judged]] = {}
    for each in judged:
        if each.ask.layer.transport == "udp" and each.cell["rcode"]:
            counts.setdefault(each.ask.layer.name, []).append(each)
    again = {name: sum(each.cell["tries"] > 1 for each in cells) for name, cells in counts.items()}
    return [{"layer": name, "answered": len(counts[name]), "sent_again": number} for name, number in again.items() if number]
