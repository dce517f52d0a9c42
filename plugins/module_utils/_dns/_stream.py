# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Questions over TCP and TLS (RFC 7766, RFC 7858): one connection a layer, all questions at once, replies in any order.

What a connection may bring is bounded by what was asked on it; what it leaves unanswered is asked again on another: of a server once, as
TCP itself repeats what was lost, of systemd-resolved more often, as it asks its servers over UDP.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from typing import Any, NamedTuple, cast

from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _dial, _messages
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._job import Desk, Job, blame
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Layer

# An attempt to connect, TLS included; and the pause before the next one where the last failed at once, seconds.
_ATTEMPT = 3.0
_PAUSE = 0.4
# Attempts that must fail before it is said so; connections that may close without an answer.
_FAILURES = 2
_FRUITLESS = 4
_SHORT_PAUSE = 0.05
# systemd-resolved is asked again so many seconds after the start: it waits 5 s for a lost packet, and merges no question that it passes on as it came.
_AGAIN = (2.5, 5.0, 7.5)
_RESOLVED = ("stub", "proxy")
# Messages that a connection may bring for each that was sent, of 64 KiB at most.
_EXCESS = 4
_NO_HANDSHAKE = "connected, but the TLS handshake was not answered"


class Streams:
    """Every question over TCP or TLS of an exchange."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._layers: dict[Layer, _Stream] = {}

    def submit(self, job: Job) -> None:
        """Ask until the job ends."""
        if job.layer not in self._layers:
            self._layers[job.layer] = _Stream(self._desk, job.layer)
        self._layers[job.layer].submit(job)

    async def close(self) -> None:
        """Let go of everything at once."""
        tasks = [task for stream in self._layers.values() for task in stream.close()]
        await asyncio.gather(*tasks, return_exceptions=True)
        # Transports close their sockets a turn or two of the loop later.
        for _turn in range(3):
            await asyncio.sleep(0)


class _Stream:
    """One layer: its connections and the questions that are open."""

    def __init__(self, desk: Desk, layer: Layer) -> None:
        self._desk = desk
        self._layer = layer
        self._jobs: dict[Job, bytes] = {}
        self._connections: list[_Connection] = []
        self._dialling: asyncio.Task[None] | None = None
        self._step = ""
        self._failures = 0
        self._fruitless = 0
        self._turn = 0
        self._closed = False
        half = (desk.until - desk.started) / 2
        again = (half, *_AGAIN) if layer.kind in _RESOLVED else (half,)
        self._timers = [desk.loop.call_at(desk.started + seconds, self._repeat) for seconds in again]

    def submit(self, job: Job) -> None:
        self._jobs[job] = b""
        job.note = self._step
        if self._connections:
            self._connections[-1].ask(job)
        else:
            self._dial()

    def close(self) -> list[asyncio.Task[None]]:
        """The tasks that still have to end."""
        self._closed = True
        for timer in self._timers:
            timer.cancel()
        for connection in self._connections:
            connection.abort()
        if not self._dialling:
            return []
        self._dialling.cancel()
        return [self._dialling]

    def open_jobs(self) -> dict[Job, bytes]:
        """The open questions, each with what was sent last for it."""
        self._jobs = {job: sent for job, sent in self._jobs.items() if job.open}
        return self._jobs

    def next_query(self, job: Job) -> bytes:
        """What to send for a question now; systemd-resolved doesn't merge a repeated one that has DO set."""
        before = self._jobs.get(job, b"")
        other = before and job.merges and job.form == _messages.NORMAL
        self._jobs[job] = job.query(before, _messages.DNSSEC_OK if other else None)
        return self._jobs[job]

    def lost(self, connection: _Connection, error: Exception | None) -> None:
        """A connection ended; what is open is asked again while there is hope."""
        self._connections = [other for other in self._connections if other is not connection]
        if self._closed or not self.open_jobs() or self._connections:
            return
        fruitful = connection.answered and not connection.flooded
        self._fruitless = 0 if fruitful else self._fruitless + 1
        kind, detail = _dial.words(error) if error else ("reset", connection.why_closed())
        self._note(detail)
        if self._fruitless >= _FRUITLESS:
            self._fail(kind if kind == "tls" else "reset", detail)
            return
        # Another question comes first, lest one that the server can't bear hides the others.
        self._turn += 1
        self._dial(0 if fruitful else _SHORT_PAUSE * 2**self._fruitless)

    def _repeat(self) -> None:
        """Once more, on a connection of its own."""
        if self.open_jobs() and self._connections:
            self._dial()

    def _dial(self, pause: float = 0.0) -> None:
        if not self._dialling or self._dialling.done():
            self._dialling = self._desk.loop.create_task(self._connect(pause))

    async def _connect(self, pause: float) -> None:
        await asyncio.sleep(pause)
        while self.open_jobs():
            try:
                connection = await asyncio.wait_for(self._attempt(), _ATTEMPT)
            except (OSError, ValueError, asyncio.TimeoutError) as error:
                await self._refused(error)
            else:
                self._failures = 0
                self._ask_all(connection)
                return

    async def _attempt(self) -> _Connection:
        layer = self._layer
        self._reach("no TCP connection")
        opened = await _dial.stream(self._desk.loop, layer.address, layer.port, layer.device)
        connection = _Connection(self._desk, self)
        tls: dict[str, Any] = {}
        if layer.transport == "tls":
            self._reach(_NO_HANDSHAKE)
            name = layer.server_name or layer.address.partition("%")[0]
            tls = {"ssl": _dial.tls_context(layer.verify), "server_hostname": name}
        try:
            await self._desk.loop.create_connection(lambda: connection, sock=opened, **tls)
        except BaseException:
            opened.close()
            raise
        self._reach("connected, but no reply")
        return connection

    async def _refused(self, error: Exception) -> None:
        kind, detail = _dial.words(error, self._step == _NO_HANDSHAKE)
        if kind == "timeout":
            return
        self._note(detail)
        self._failures += 1
        if self._failures >= _FAILURES or isinstance(error, (ssl.SSLCertVerificationError, ValueError)):
            self._fail(kind, detail)
            return
        await asyncio.sleep(_PAUSE)

    def _ask_all(self, connection: _Connection) -> None:
        if connection.closed:
            return
        self._connections.append(connection)
        jobs = list(self.open_jobs())
        first = self._turn % len(jobs) if jobs else 0
        for job in jobs[first:] + jobs[:first]:
            connection.ask(job)

    def _reach(self, step: str) -> None:
        self._step = step
        self._note(step)

    def _note(self, note: str) -> None:
        for job in self.open_jobs():
            job.note = note

    def _fail(self, kind: str, detail: str) -> None:
        for job in list(self.open_jobs()):
            job.failed(kind, detail, self._desk.now())


class _Sending(NamedTuple):
    """A message that left."""

    job: Job
    wire: bytes
    at: float


class _Connection(asyncio.Protocol):
    """One connection: sends, splits what comes into messages, and counts."""

    def __init__(self, desk: Desk, stream: _Stream) -> None:
        self._desk = desk
        self._stream = stream
        self._transport: asyncio.Transport | None = None
        self._sendings: dict[int, _Sending] = {}
        self._outgoing = bytearray()
        self._incoming = bytearray()
        self._messages = 0
        self.answered = 0
        self.flooded = False
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        # TLS of Python 3.9 doesn't see by itself that it is closed.
        self.abort()
        # Replies that came before the end are read first.
        self._desk.pile(self._stream.lost, self, exc)

    def why_closed(self) -> str:
        """The line about an end without an error."""
        return "the server sent more than was asked for" if self.flooded else "the server closed the connection without a reply"

    def abort(self) -> None:
        """Close at once."""
        if self._transport:
            self._transport.abort()

    def ask(self, job: Job) -> None:
        """Send a question as soon as the server's pace allows it."""
        now = self._desk.now()
        at = self._desk.pace.next(job.layer.address, now, job.until)
        job.held = job.held or at != now
        if at == now:
            self._put(job)
        elif at is not None:
            self._desk.loop.call_at(at, self._put, job)

    def _put(self, job: Job) -> None:
        if self.closed or not job.open or len(self._sendings) >= 32768:
            return
        number = secrets.randbelow(65536)
        while number in self._sendings:
            number = secrets.randbelow(65536)
        wire = number.to_bytes(2, "big") + self._stream.next_query(job)[2:]
        if not self._outgoing:
            self._desk.loop.call_soon(self._flush)
        self._outgoing += len(wire).to_bytes(2, "big") + wire
        now = self._desk.now()
        self._sendings[number] = _Sending(job, wire, now)
        job.sent(now)

    def _flush(self) -> None:
        if self._transport and not self.closed:
            self._transport.write(bytes(self._outgoing))
        self._outgoing.clear()

    def data_received(self, data: bytes) -> None:
        now = self._desk.now()
        self._incoming += data
        allowed = _EXCESS * len(self._sendings)
        while len(self._incoming) >= 2 and not self.flooded:
            end = 2 + int.from_bytes(self._incoming[:2], "big")
            if len(self._incoming) < end:
                break
            self._messages += 1
            self._desk.pile(self._received, bytes(self._incoming[2:end]), now)
            del self._incoming[:end]
            self.flooded = self._messages > allowed
        if self.flooded:
            self.abort()

    def _received(self, data: bytes, now: float) -> None:
        sending = self._sendings.get(int.from_bytes(data[:2], "big")) if len(data) >= 12 else None
        if sending is None:
            blame(data, list(self._stream.open_jobs().items()))
        elif sending.job.open:
            seen = self._desk.read(sending.job, data, sending.wire)
            if isinstance(seen, str):
                sending.job.junk(seen)
            else:
                self.answered += 1
                sending.job.answered(seen, sending.at, now)
