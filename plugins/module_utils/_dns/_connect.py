# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Connections to what names resolve to: is it DNS at all?"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _dial
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._job import Desk
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._libc import look_up
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Target

_MAX_ADDRESSES = 8
_NO_HANDSHAKE = "connected, but the TLS handshake was not answered"


async def connections(desk: Desk, targets: list[Target]) -> list[dict[str, Any]]:
    """What came of connecting to each address (8 at most) that the C library finds for each target, in that order.

    Each has name, port, address, tls, ok, ms (connecting and shaking hands), error as of a cell or `unresolved`, detail, and
    not_after, the end of the certificate in seconds since the epoch, or null.
    """
    if not targets:
        return []
    found: dict[str, dict[str, Any]] = {}
    attempts = {target: _Attempts(desk, target) for target in targets}
    names = list({target.name: None for target in targets})

    def tell(place: int, result: dict[str, Any]) -> None:
        found[names[place]] = result
        for target, tries in attempts.items():
            if target.name == names[place]:
                tries.start(result.get("addresses", [])[:_MAX_ADDRESSES])

    looking = asyncio.ensure_future(look_up([(name, 0) for name in names], tell))
    await _until(desk, [looking])
    await _until(desk, [task for tries in attempts.values() for task in tries.tasks])
    entries = [entry for target in targets for entry in attempts[target].entries]
    resolved = {entry["name"] for entry in entries}
    lost = [target for target in attempts if target.name not in resolved]
    return entries + [_unresolved(target, found.get(target.name)) for target in lost]


async def _until(desk: Desk, tasks: list[Any]) -> None:
    """Wait for tasks; those that aren't done at the deadline are cancelled."""
    if not tasks:
        return
    await asyncio.wait(tasks, timeout=max(0.0, desk.until - desk.now()))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _entry(target: Target, address: str | None, error: str | None, detail: str) -> dict[str, Any]:
    return {
        "name": target.name,
        "port": target.port,
        "address": address,
        "tls": target.tls,
        "ok": False,
        "ms": None,
        "error": error,
        "detail": detail,
        "not_after": None,
    }


def _unresolved(target: Target, result: dict[str, Any] | None) -> dict[str, Any]:
    return _entry(target, None, "unresolved", result.get("text", "no address").lower() if result else "no answer in time")


class _Attempts:
    """The connections to one target."""

    def __init__(self, desk: Desk, target: Target) -> None:
        self._desk = desk
        self._target = target
        self.entries: list[dict[str, Any]] = []
        self.tasks: list[asyncio.Task[None]] = []

    def start(self, addresses: list[str]) -> None:
        """Connect to all of them at once."""
        for address in addresses:
            entry = _entry(self._target, address, "timeout", "no connection in time")
            self.entries.append(entry)
            self.tasks.append(self._desk.loop.create_task(self._try(entry)))

    async def _try(self, entry: dict[str, Any]) -> None:
        begun = self._desk.now()
        try:
            opened = await _dial.stream(self._desk.loop, entry["address"], entry["port"], "")
            try:
                if self._target.tls:
                    entry["detail"] = _NO_HANDSHAKE
                    entry["not_after"] = await self._shake_hands(opened)
            finally:
                opened.close()
        except (OSError, ValueError) as error:
            entry["error"], entry["detail"] = _dial.words(error, entry["detail"] == _NO_HANDSHAKE)
        else:
            entry.update(ok=True, error=None, detail="", ms=round((self._desk.now() - begun) * 1000, 3))

    async def _shake_hands(self, opened: Any) -> int | None:
        transport, _protocol = await self._desk.loop.create_connection(
            asyncio.Protocol, sock=opened, ssl=_dial.tls_context(True), server_hostname=self._target.name.rstrip(".")
        )
        certificate = transport.get_extra_info("peercert") or {}
        transport.abort()
        return ssl.cert_time_to_seconds(certificate["notAfter"]) if "notAfter" in certificate else None
