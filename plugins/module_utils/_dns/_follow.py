# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Which further questions an answer asks for."""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _messages
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._messages import Form
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Cell, Layer
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._pace import is_loopback

# The C library and systemd-resolved's interface know only one form of a question.
_TRANSPORTS = frozenset({"udp", "tcp", "tls"})
_REPEATING = _TRANSPORTS | {"varlink", "libc"}
_PATIENCE = 1.5
_LONG_MS = 300  # a lost packet looks as slow as a slow server: a second answer tells them apart


class Follow(NamedTuple):
    """The same question once more: under which name its reply is kept, in what form, when (seconds from now), how long and often."""

    name: str
    form: Form
    delay: float = 0.0
    seconds: float = 2.0
    tries: int = 3


_AGAIN = Follow("again", _messages.NORMAL)
# systemd-resolved passes refusals on, and waits 5 s for a lost packet.
_AGAIN_LATER = Follow("again", _messages.NORMAL, delay=_PATIENCE, seconds=5.0, tries=5)
_CD = Follow("cd", _messages.UNCHECKED, seconds=5.0, tries=5)
_LARGE = Follow("large", _messages.LARGE)
_NO_EDNS = Follow("no_edns", _messages.PLAIN)
_BY_RCODE = {"SERVFAIL": _CD, "FORMERR": _NO_EDNS, "NOTIMP": _NO_EDNS, "BADVERS": _NO_EDNS}


class Follows:
    """Decides cell by cell; some of it hangs on what the layer's other cells said."""

    def __init__(self) -> None:
        self._repeated: set[str] = set()
        self._speaking: set[str] = set()
        self._refused: dict[str, list[Cell]] = {}

    def after(self, layer: Layer, cell: Cell) -> list[tuple[Cell, Follow]]:
        """What to ask now that `cell` of `layer` has ended, with the cell that each belongs to."""
        rcode = cell["rcode"]
        if layer.transport not in _REPEATING or layer.kind == "cache" or not rcode:
            return []
        found = [(cell, follow) for follow in self._own(layer, cell) if follow.name not in cell["follow"]]
        if rcode == "REFUSED":
            self._refused.setdefault(layer.name, []).append(cell)
        else:
            self._speaking.add(layer.name)
        if layer.name in self._speaking:
            found += [(refused, _AGAIN_LATER) for refused in self._refused.pop(layer.name, [])]
        return found

    def _own(self, layer: Layer, cell: Cell) -> list[Follow]:
        follow = _BY_RCODE.get(cell["rcode"]) if layer.transport in _TRANSPORTS else None
        # systemd-resolved answers everybody from its cache with what it got unvalidated (seen on 252 and 257): leave the host's own caches alone.
        found = [follow] if follow and not (follow is _CD and layer.kind != "reference" and is_loopback(layer.address)) else []
        if layer.transport == "udp" and "tc" in cell["flags"]:
            found.append(_LARGE)
        # Another child for the C library is dear.
        first = layer.transport != "libc" and cell["rcode"] == "NOERROR" and bool(cell["answers"]) and layer.name not in self._repeated
        slow = (cell["waited_ms"] if layer.transport == "libc" else cell["ms"]) or 0
        if first or (slow > _LONG_MS and (cell["rcode"] in ("NOERROR", "NXDOMAIN") or layer.transport == "libc")):
            self._repeated.add(layer.name)
            found.append(_AGAIN)
        return found
