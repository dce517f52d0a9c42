# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""The questions of a probe, and what a right answer is. Pure: options and scopes in, questions out."""

from __future__ import annotations

from typing import Any, Iterator, Sequence

from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Expected, Question
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._routing import Scope

MOST = 64
_DOMAINS_OF_A_SCOPE = 4
_REVERSE = ("in-addr.arpa", "ip6.arpa")
# Harmless questions for a probe that was given nothing to ask: every resolver knows the root, and example.com is reserved (RFC 2606).
_ROOT = ".", "NS"
_RESERVED_ZONE = "example.com"
_LONGEST_ZONE = 237  # leaves room for a label


def questions(options: dict[str, Any], scopes: Sequence[Scope]) -> dict[Question, Expected]:
    """All questions, each once, with what a right answer to it is.

    options: as _options.read() gives them, with `own`, the host's own names. Without names and zones there are two harmless questions.
    The routing domains of links are asked for a label that can't exist, so that every server in use is asked something.
    """
    asked = dict(_of_names(options["names"]))
    zones = options["zones"] or list(dict.fromkeys(zone for each in options["names"] for zone in [parent(each["name"])] if zone))
    if not asked and not zones:
        asked[_present(*_ROOT)] = Expected()
        zones = [_RESERVED_ZONE]
    asked.update({absent(zone): Expected(rcode="NXDOMAIN") for zone in [*zones, *_routing_domains(scopes)]})
    for own in options.get("own", ()):
        asked.setdefault(_present(own.name, own.rtype), Expected())
    return asked


def absent(zone: str) -> Question:
    """The question for a label that can't exist in a zone."""
    return Question(f"absent.{zone} A", f"{zone}.", "A", True, f"{zone}.")


def parent(name: str) -> str:
    """The zone that a name is taken to be in: what follows its first label, or the name itself where that would be a top-level domain."""
    rest = name.partition(".")[2]
    zone = rest if "." in rest else name if "." in name.strip(".") else ""
    return zone if len(zone) <= _LONGEST_ZONE else ""


def _of_names(names: list[dict[str, Any]]) -> Iterator[tuple[Question, Expected]]:
    for each in names:
        for rtype in each["types"]:
            yield _present(each["name"], rtype), expected(each["expect"])


def _present(name: str, rtype: str) -> Question:
    whole = "." if name == "." else f"{name}."
    return Question(f"{name} {rtype}", whole, rtype, False, name)


def expected(expect: Any) -> Expected:
    """`answer`, `same`, an rcode, or a list of answers, as the options have it."""
    if isinstance(expect, list):
        return Expected(answers=tuple(sorted(str(answer).lower() for answer in expect)))
    return {"answer": Expected(), "same": Expected(same=True)}.get(expect) or Expected(rcode=expect)


def _routing_domains(scopes: Sequence[Scope]) -> list[str]:
    """The first few domains of each scope, so that none goes unasked."""
    names = [[domain.strip(".").lower() for domain in scope.domains] for scope in scopes]
    asked = [[name for name in each if name and not name.endswith(_REVERSE)][:_DOMAINS_OF_A_SCOPE] for each in names]
    return list(dict.fromkeys(name for each in asked for name in each))
