# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Ask every question of a plan at once, under one deadline."""

from __future__ import annotations

import asyncio
import functools
import time
from typing import Any, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _connect, _dial, _messages
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._follow import Follow, Follows
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._job import Desk, Job, Transport, blank, less
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._libc import Libc
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Cell, Limits, Target, empty_cell
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._stream import Streams
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._udp import Udp
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._varlink import Varlink

_UNLIMITED = 1 << 30


class Result(NamedTuple):
    """cells: one for each ask, in their order; connections: as of _connect.connections(); took_ms: from start to end."""

    cells: list[Cell]
    connections: list[dict[str, Any]]
    took_ms: float


def run(asks: list[Ask], targets: list[Target], limits: Limits) -> Result:
    """Ask, wait until all is answered or the deadline is over, and leave nothing open. Raises nothing that the network could cause."""
    started = time.monotonic()
    # Certificates are loaded before anything is sent, or every reply would look late.
    for verify in {ask.layer.verify for ask in asks if ask.layer.transport == "tls"} | {True for target in targets if target.tls}:
        _dial.tls_context(verify)
    cells, connections = asyncio.run(_run(asks, targets, limits))
    return Result(cells, connections, round((time.monotonic() - started) * 1000, 3))


async def _run(asks: list[Ask], targets: list[Target], limits: Limits) -> tuple[list[Cell], list[dict[str, Any]]]:
    desk = Desk(asyncio.get_running_loop(), limits)
    connecting = asyncio.ensure_future(_connect.connections(desk, targets))
    cells = await _Exchange(desk, asks).cells()
    return cells, await connecting


class _Exchange:
    """The questions of one run, and those that follow from them."""

    def __init__(self, desk: Desk, asks: list[Ask]) -> None:
        self._desk = desk
        self._asks = asks
        self._cells = [empty_cell(ask) for ask in asks]
        self._ask_of = {id(cell): ask for ask, cell in zip(asks, self._cells)}
        self._jobs: dict[Job, None] = {}
        self._waiting = 0
        self._over = desk.loop.create_future()
        self._follows = Follows()
        streams = Streams(desk)
        self._transports: dict[str, Transport] = {
            "udp": Udp(desk), "tcp": streams, "tls": streams, "libc": Libc(desk), "varlink": Varlink(desk)
        }

    async def cells(self) -> list[Cell]:
        """The cells when all have ended."""
        timer = self._desk.loop.call_at(self._desk.until, self._expire)
        try:
            # All are known before the first is sent, since some fail on the spot.
            for ask, cell in zip(self._asks, self._cells):
                self._jobs[Job(ask, cell, _messages.NORMAL, self._desk.until, _UNLIMITED, self._desk.now(), self._ended)] = None
            # What a cache holds is asked before the other questions fill it.
            for job in sorted(self._jobs, key=lambda job: job.layer.kind != "cache"):
                self._submit(job)
            self._settle()
            await self._over
        finally:
            timer.cancel()
            for transport in set(self._transports.values()):
                await transport.close()
        return self._cells

    def _submit(self, job: Job) -> None:
        self._jobs[job] = None
        self._transports[job.layer.transport].submit(job)

    def _ended(self, job: Job) -> None:
        self._jobs.pop(job, None)
        for cell, follow in self._follows.after(job.layer, job.cell):
            self._follow(cell, follow)
        self._settle()

    def _follow(self, cell: Cell, follow: Follow) -> None:
        at = self._desk.now() + follow.delay
        if at < self._desk.until:
            self._waiting += 1
            self._desk.loop.call_at(at, self._start, self._ask_of[id(cell)], cell, follow)

    def _start(self, ask: Ask, cell: Cell, follow: Follow) -> None:
        if self._over.done():
            return
        self._waiting -= 1
        now = self._desk.now()
        until = min(now + follow.seconds, self._desk.until)
        job = Job(ask, blank(), follow.form, until, follow.tries, now, functools.partial(self._followed, cell, follow.name))
        self._desk.loop.call_at(until, self._expire_one, job)
        self._submit(job)

    def _followed(self, cell: Cell, name: str, job: Job) -> None:
        self._jobs.pop(job, None)
        cell["follow"][name] = less(job.cell)
        self._settle()

    def _expire_one(self, job: Job) -> None:
        job.expire(self._desk.now())

    def _expire(self) -> None:
        self._waiting = 0
        for job in list(self._jobs):
            job.expire(self._desk.now())
        self._settle()

    def _settle(self) -> None:
        """Over when nothing is open or about to be asked."""
        if not self._jobs and not self._waiting and not self._over.done():
            self._over.set_result(None)
