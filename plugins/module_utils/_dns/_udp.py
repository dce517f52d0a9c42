# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Questions over UDP: one socket a server, and callbacks instead of a task for each of hundreds of questions.

Sends at 0, 0.4, 0.8, 1.4, 2.2, 3.2, 4.4 … seconds: with 5 % loss each way, all of the first seven are lost once in ten million.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import sys
from typing import Any, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _dial, _messages
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._job import Desk, Job, blame

_PAUSES = (0.4, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8)
_LAST_PAUSE = 2.0
# The try from which a question also goes without EDNS, and how long EDNS may then still be waited for, seconds.
_PLAIN_FROM = 3
_PLAIN_WAIT = 2.0
# The try from which systemd-resolved is asked with DO: it merges equal questions, but not these.
_OTHER_FORM_FROM = 5
# ICMP errors that end a question.
_FAILURES = 2
_JUNK_LIMIT = 1000
_BATCH = 64
_PILE_LIMIT = 1024
# Nothing longer was asked for; a longer one is cut here and will be garbled.
_MAX_REPLY = 4097
_BUSY = 0.05
_MSG_ERRQUEUE = 0x2000


class Udp:
    """Every question over UDP of an exchange."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._servers: dict[tuple[str, int, str], _Server] = {}

    def submit(self, job: Job) -> None:
        """Ask until the job ends."""
        key = (job.layer.address, job.layer.port, job.layer.device)
        try:
            if key not in self._servers:
                self._servers[key] = _Server(self._desk, job.layer.address, _dial.datagram(*key))
        except (OSError, ValueError) as error:
            job.failed(*_dial.words(error), self._desk.now())
        else:
            self._servers[key].ask(job)

    async def close(self) -> None:
        """Let go of everything at once."""
        for server in self._servers.values():
            server.close()


class _Flight:
    """A question on a socket."""

    __slots__ = ("job", "wire", "sends", "failures", "timer", "plain_seen")

    def __init__(self, job: Job) -> None:
        self.job = job
        self.wire = b""
        self.sends = 0
        self.failures = 0
        self.timer: asyncio.TimerHandle | None = None
        self.plain_seen = False

    def stop(self) -> None:
        """No more sends."""
        if self.timer:
            self.timer.cancel()


class _Sending(NamedTuple):
    """A datagram that left."""

    flight: _Flight
    wire: bytes
    at: float
    plain: bool


class _Server:
    """One server's socket and the questions on it."""

    def __init__(self, desk: Desk, address: str, opened: socket.socket) -> None:
        self._desk = desk
        self._address = address
        self._socket = opened
        self._sendings: dict[int, _Sending] = {}
        self._flights: dict[_Flight, None] = {}
        self._junk = 0
        self._waiting = 0
        desk.loop.add_reader(opened, self._readable)

    def close(self) -> None:
        """Let go of everything at once."""
        self._desk.loop.remove_reader(self._socket)
        for flight in self._flights:
            flight.stop()
        self._socket.close()

    def ask(self, job: Job) -> None:
        """Ask until the job ends."""
        flight = _Flight(job)
        self._flights[flight] = None
        self._plan(flight)

    def _plan(self, flight: _Flight) -> None:
        """Send as soon as the server's pace allows it."""
        job = flight.job
        if not job.open:
            self._flights.pop(flight, None)
            return
        if flight.sends >= job.most:
            return
        # Its reply may be among those that weren't read yet: on a busy host all would be asked again.
        if flight.sends and self._desk.behind:
            flight.timer = self._desk.loop.call_later(_BUSY, self._plan, flight)
            return
        now = self._desk.now()
        at = self._desk.pace.next(self._address, now, job.until)
        if at is None:
            job.held = True
        elif at > now:
            job.held = True
            flight.timer = self._desk.loop.call_at(at, self._transmit, flight)
        else:
            self._transmit(flight)

    def _transmit(self, flight: _Flight) -> None:
        job = flight.job
        if not job.open:
            return
        flight.wire = job.query(flight.wire, self._form(flight))
        now = self._desk.now()
        if not self._send(flight, flight.wire, now, False):
            flight.timer = self._desk.loop.call_later(_BUSY, self._transmit, flight)
            return
        job.sent(now)
        flight.sends += 1
        if flight.sends >= _PLAIN_FROM and job.form == _messages.NORMAL and not flight.plain_seen:
            self._transmit_plain(flight)
        if job.open:
            pause = _PAUSES[flight.sends - 1] if flight.sends <= len(_PAUSES) else _LAST_PAUSE
            flight.timer = self._desk.loop.call_at(now + pause, self._plan, flight)

    def _form(self, flight: _Flight) -> _messages.Form:
        job = flight.job
        other = flight.sends + 1 >= _OTHER_FORM_FROM and job.merges and job.form == _messages.NORMAL
        return _messages.DNSSEC_OK if other else job.form

    def _transmit_plain(self, flight: _Flight) -> None:
        now = self._desk.now()
        if self._desk.pace.next(self._address, now, now) is not None:
            self._send(flight, flight.job.query(flight.wire, _messages.PLAIN), now, True)

    def _send(self, flight: _Flight, template: bytes, now: float, plain: bool) -> bool:
        """Whether it could be tried; false where the socket or the ids are full."""
        number = self._free_id()
        if number is None:
            return False
        wire = number.to_bytes(2, "big") + template[2:]
        self._sendings[number] = _Sending(flight, wire, now, plain)
        try:
            self._put(wire)
        except BlockingIOError:
            del self._sendings[number]
            return False
        except OSError as error:
            self._failure(flight, error)
        return True

    def _put(self, wire: bytes) -> None:
        try:
            self._socket.send(wire)
        except BlockingIOError:
            raise
        except OSError:
            # It may be an earlier datagram's error that is told here, and then this one was not sent.
            self._read_errors()
            self._socket.send(wire)

    def _free_id(self) -> int | None:
        for _try in range(64):
            number = secrets.randbelow(65536)
            if number not in self._sendings:
                return number
        return None

    def _readable(self) -> None:
        """Stamp what came and pile it up."""
        for turn in range(_BATCH):
            if self._waiting >= _PILE_LIMIT:
                return
            try:
                data = self._socket.recv(65535)
            except BlockingIOError:
                if not turn:
                    self._read_errors()
                return
            except OSError:
                self._read_errors()
                continue
            self._waiting += 1
            self._desk.pile(self._received, data[:_MAX_REPLY], self._desk.now())

    def _read_errors(self) -> None:
        """ICMP errors, each with the datagram that it is about (IP_RECVERR of ip(7))."""
        for _turn in range(_BATCH):
            try:
                data, ancillary, _flags, _from = self._socket.recvmsg(512, 512, _MSG_ERRQUEUE)
            except OSError:
                return
            # struct sock_extended_err of linux/errqueue.h begins with the number.
            number = int.from_bytes(ancillary[0][2][:4], sys.byteorder) if ancillary else 0
            self._icmp(data, OSError(number, os.strerror(number)))

    def _icmp(self, data: bytes, error: OSError) -> None:
        sending = self._sendings.get(int.from_bytes(data[:2], "big")) if len(data) >= 2 else None
        if sending and not sending.plain:
            self._failure(sending.flight, error)

    def _failure(self, flight: _Flight, error: OSError) -> None:
        kind, detail = _dial.words(error)
        flight.failures += 1
        flight.job.note = detail
        if flight.failures >= _FAILURES:
            self._end(flight)
            flight.job.failed(kind, detail, self._desk.now())

    def _received(self, data: bytes, now: float) -> None:
        self._waiting -= 1
        if self._junk >= _JUNK_LIMIT:
            return
        sending = self._sendings.get(int.from_bytes(data[:2], "big")) if len(data) >= 12 else None
        if sending is None:
            self._stray(data)
        elif sending.flight.job.open and not (sending.plain and sending.flight.plain_seen):
            seen = self._desk.read(sending.flight.job, data, sending.wire)
            if isinstance(seen, str):
                sending.flight.job.junk(seen)
                self._count_junk()
            else:
                self._believed(sending, seen, now)

    def _believed(self, sending: _Sending, seen: dict[str, Any], now: float) -> None:
        flight = sending.flight
        if not sending.plain:
            self._end(flight)
            flight.job.answered(seen, sending.at, now)
            return
        flight.plain_seen = True
        flight.job.without_edns(seen, sending.at, now)
        self._desk.loop.call_later(_PLAIN_WAIT, self._give_up_edns, flight)

    def _give_up_edns(self, flight: _Flight) -> None:
        if flight.job.open:
            self._end(flight)
            flight.job.failed("timeout", "no reply to a question with EDNS, but to the same without it", self._desk.now())

    def _end(self, flight: _Flight) -> None:
        flight.stop()
        self._flights.pop(flight, None)

    def _stray(self, data: bytes) -> None:
        blame(data, [(flight.job, flight.wire) for flight in self._flights])
        self._count_junk()

    def _count_junk(self) -> None:
        self._junk += 1
        if self._junk >= _JUNK_LIMIT:
            self._desk.loop.remove_reader(self._socket)
