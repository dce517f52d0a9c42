# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""What is asked where, and which layer leans on which. Pure: the facts of `resolver` and the options in, a plan out."""

from __future__ import annotations

from typing import Any, NamedTuple, Sequence

from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _layers, _questions
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Expected, Layer, Question
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._routing import Scope, is_split, of_name

ADDRESSES = ("A", "AAAA")
_ANY_TYPE_SINCE = 256  # io.systemd.Resolve.ResolveRecord


class Plan(NamedTuple):
    """asks: the cells of the matrix; questions: with what a right answer is; modes: whether a scope uses DNS over TLS;
    by: how the C library looks names up (`resolve`, `dns` or null); nameservers: those that it reads; cut: how many questions had no room.
    """

    layers: list[Layer]
    questions: dict[Question, Expected]
    asks: list[Ask]
    modes: dict[str, str]
    by: str | None
    nameservers: list[str]
    cut: int = 0


def plan(resolver: dict[str, Any], options: dict[str, Any], scopes: Sequence[Scope]) -> Plan:
    """The plan of a probe. options: as _options.read() gives them."""
    layers = _layers.layers(resolver, options, scopes)
    questions = _questions.questions(options, scopes)
    shown = dict(list(questions.items())[: _questions.MOST])
    version = resolver["resolved"].get("version") or 0
    asks = [Ask(layer, question) for layer in layers[: _layers.MOST] for question in shown if is_asked(layer, question, scopes, version)]
    return Plan(
        layers[: _layers.MOST],
        shown,
        asks,
        {scope.name: scope.dns_over_tls for scope in scopes},
        resolver["nsswitch"].get("by"),
        _layers.asked_by_libc(resolver),
        len(questions) - len(shown) + max(0, len(layers) - _layers.MOST),
    )


def is_asked(layer: Layer, question: Question, scopes: Sequence[Scope], version: int) -> bool:
    """Whether a question goes to a layer: to upstreams only as systemd-resolved routes it, and elsewhere what that layer can be asked."""
    if layer.kind == "libc":
        return question.rtype in ADDRESSES
    if layer.kind in ("cache", "network"):
        asked = question.rtype in ADDRESSES or version >= _ANY_TYPE_SINCE
        return asked and not (layer.kind == "cache" and question.absent)
    if layer.kind == "upstream":
        return layer.scope in {scope.name for scope in of_name(question.name, scopes)}
    return layer.kind != "reference" or not is_split(question.name, scopes)


def below(layer: Layer, question: Question, made: Plan) -> list[list[Layer]]:
    """The servers that a layer passes a question on to, each with the layers of its transports; the innermost have none."""
    asked = [ask.layer for ask in made.asks if ask.question == question]
    if layer.kind == "libc":
        return _below_libc(asked, made)
    if layer.kind in ("stub", "proxy"):
        return _of_kind("network", asked) or _upstreams(asked)
    return _upstreams(asked) if layer.kind in ("network", "cache") else []


def _below_libc(asked: list[Layer], made: Plan) -> list[list[Layer]]:
    if made.by == "resolve":
        return _of_kind("network", asked) or _servers([layer for layer in asked if layer.kind == "stub"]) or _upstreams(asked)
    if made.by == "dns":
        return _servers([layer for layer in asked if layer.address in made.nameservers and layer.kind in ("stub", "proxy", "resolv.conf", "upstream")])
    return []


def _of_kind(kind: str, asked: list[Layer]) -> list[list[Layer]]:
    return [[layer] for layer in asked if layer.kind == kind]


def _upstreams(asked: list[Layer]) -> list[list[Layer]]:
    return _servers([layer for layer in asked if layer.kind == "upstream"])


def _servers(layers: list[Layer]) -> list[list[Layer]]:
    """The layers by server."""
    found: dict[str, list[Layer]] = {}
    for layer in layers:
        found.setdefault(server(layer), []).append(layer)
    return list(found.values())


def server(layer: Layer) -> str:
    """The name of a layer without its transport: that of the server."""
    return layer.name.replace(f" {layer.transport}", "", 1) if layer.transport in ("udp", "tcp", "tls") else layer.name
