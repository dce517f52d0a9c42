# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What a probe was told to ask, checked before anything is sent. Pure; runs on the controller and on hosts alike."""

from __future__ import annotations

from typing import Any, Callable, Mapping, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _option_values as values
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._option_values import Mistake
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._questions import MOST as MOST_QUESTIONS

MOST_REFERENCES = 8
MOST_TARGETS = 16
MOST_ANSWERS = 16
TRANSPORTS = ("udp", "tcp", "tls")
# Smallest and largest value.
_BOUNDS = {"deadline": (1, 60), "rate": (0, 100_000), "slow_ms": (1, 60_000)}
_WORDS = ("answer", "same")
_NAME = ("name", "types", "expect")
_REFERENCE = ("address", "port", "transports", "server_name")
_TARGET = ("name", "port", "tls")


class Options(NamedTuple):
    """values: {names, zones, references, connect, tls, own_names, deadline, rate, slow_ms}; mistakes: one line each.

    names: [{name, types, expect}], expect being `answer`, `same`, an rcode or a list of answers; an entry with a list has one type.
    zones: [name]. references: [{address, port, transports, server_name}], port null for the transport's own, server_name empty for none.
    connect: [{name, port, tls}]. deadline: seconds. rate: questions a second to one server, 0 for no limit. slow_ms: milliseconds.
    Names are in small letters, without their final dot; the root is `.`.
    """

    values: dict[str, Any]
    mistakes: list[str]


def read(params: Mapping[str, Any]) -> Options:
    """The options of dns_probe, typed by their argument spec, in one form. Nothing is to be sent where there are mistakes."""
    mistakes: list[str] = []
    found = {
        "names": [each for entries in _each("names", params, _names, mistakes) for each in entries],
        "zones": list(dict.fromkeys(_each("zones", params, values.zone, mistakes))),
        "references": _each("references", params, _reference, mistakes),
        "connect": _each("connect", params, _target, mistakes),
        **{option: params[option] for option in ("tls", "own_names", *_BOUNDS)},
    }
    for option, (smallest, largest) in _BOUNDS.items():
        if not smallest <= params[option] <= largest:
            mistakes.append(f"{option}: {params[option]} is out of bounds; write a number from {smallest} to {largest}")
    return Options(found, mistakes or [*_asked_twice(found["names"]), *_too_much(found)])


def told(mistakes: list[str]) -> str:
    """All mistakes as one message."""
    count = len(mistakes)
    return "\n".join([f"{count} {'mistake' if count == 1 else 'mistakes'} in the options of the probe, nothing was sent", *mistakes])


def _each(option: str, params: Mapping[str, Any], check: Callable[[Any], Any], mistakes: list[str]) -> list[Any]:
    """The checked entries of a list; what is wrong with the others goes to the mistakes."""
    found = []
    for index, entry in enumerate(params[option]):
        try:
            found.append(check(entry))
        except Mistake as mistake:
            mistakes.append(f"{option}[{index}]: {mistake}")
    return found


def _fields(entry: Any, known: tuple[str, ...], example: str) -> dict[str, Any]:
    """An entry that is a mapping, with these keys only; what is null counts as left out."""
    if not isinstance(entry, Mapping):
        raise Mistake(f"{values.quoted(entry)} is no entry; write {example}")
    for key in entry:
        values.choice(str(key), known, "is no key of an entry")
    return {str(key): value for key, value in entry.items() if value is not None}


def _names(entry: Any) -> list[dict[str, Any]]:
    """A name to ask for; with a list of expected answers as one entry for each type."""
    given = {"name": entry} if isinstance(entry, str) else _fields(entry, _NAME, "www.example.com or {name: www.example.com, types: [A, AAAA]}")
    name = values.name(given.get("name"))
    types = list(dict.fromkeys(values.rtype(each) for each in _texts(given.get("types", ["A"]), "types")))
    expect = given.get("expect", "answer")
    if isinstance(expect, (list, tuple)):
        return [{"name": name, "types": [rtype], "expect": _answers(expect, rtype)} for rtype in types]
    if not isinstance(expect, str):
        raise Mistake(f"expect: {values.quoted(expect)} is neither a word nor a list; write answer, same, an rcode or a list of answers")
    return [{"name": name, "types": types, "expect": expect.lower() if expect.lower() in _WORDS else values.rcode(expect)}]


def _texts(given: Any, key: str) -> list[Any]:
    found = given.split(",") if isinstance(given, str) else given
    if not isinstance(found, (list, tuple)) or not found:
        raise Mistake(f"{key}: {values.quoted(given)} is no list; write one with at least one entry")
    return [each.strip() if isinstance(each, str) else each for each in found]


def _answers(expect: Any, rtype: str) -> list[str]:
    if len(expect) > MOST_ANSWERS:
        raise Mistake(f"expect: {len(expect)} answers; at most {MOST_ANSWERS}")
    found = [answer for answer in (values.answer(each, rtype) for each in expect) if answer is not None]
    if not found:
        raise Mistake(f"expect: no answer of type {rtype}; write one, or NOERROR where any answer or none will do")
    return sorted(set(found))


def _reference(entry: Any) -> dict[str, Any]:
    """A server to compare with. Over TLS, too, where its certificate's name is told."""
    given = _written(entry) if isinstance(entry, str) else _fields(entry, _REFERENCE, "192.0.2.53 or {address: 192.0.2.53, transports: [udp, tls]}")
    server_name = given.get("server_name", "")
    transports = _texts(given.get("transports", TRANSPORTS if server_name else TRANSPORTS[:2]), "transports")
    return {
        "address": values.address(given.get("address")),
        "port": values.port(given["port"]) if "port" in given else None,
        "transports": list(dict.fromkeys(values.choice(str(each).lower(), TRANSPORTS, "is no transport") for each in transports)),
        "server_name": values.name(server_name) if server_name else "",
    }


def _written(text: str) -> dict[str, Any]:
    """ADDRESS[#SERVER_NAME], as in resolved.conf(5)."""
    address, _mark, server_name = text.partition("#")
    return {"address": address, "server_name": server_name}


def _target(entry: Any) -> dict[str, Any]:
    """What to connect to. By address, too: it tells a dead server from a name that leads elsewhere."""
    given = _fields(entry, _TARGET, "{name: www.example.com, port: 443, tls: true}")
    name, tls = given.get("name"), given.get("tls", False)
    if not isinstance(tls, bool):
        raise Mistake(f"tls: {values.quoted(tls)} is neither true nor false")
    if "port" not in given:
        raise Mistake("has no port; write one, such as port: 443")
    named = name if isinstance(name, str) and values.is_address(name) else values.name(name)
    return {"name": named, "port": values.port(given["port"]), "tls": tls}


def _asked_twice(names: list[dict[str, Any]]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    twice = []
    for entry in names:
        for rtype in entry["types"]:
            if (entry["name"], rtype) in seen:
                twice.append(f"names: {entry['name']} {rtype} stands there twice; leave one of them out")
            seen.add((entry["name"], rtype))
    return twice


def _too_much(found: Mapping[str, Any]) -> list[str]:
    """What no probe could do, or should."""
    asked = sum(len(entry["types"]) for entry in found["names"]) + len(found["zones"])
    most = {"references": MOST_REFERENCES, "connect": MOST_TARGETS}
    lines = [f"{option}: {len(found[option])} entries; at most {limit}" for option, limit in most.items() if len(found[option]) > limit]
    if asked > MOST_QUESTIONS:
        lines.append(f"names, zones: {asked} questions; at most {MOST_QUESTIONS} in one probe")
    # Every server is asked over UDP, TCP and perhaps TLS.
    if found["rate"] and len(TRANSPORTS) * asked > found["rate"] * found["deadline"]:
        lines.append(f"rate: {asked} questions over {len(TRANSPORTS)} transports take longer than the deadline; raise rate or deadline, or ask less")
    return lines
