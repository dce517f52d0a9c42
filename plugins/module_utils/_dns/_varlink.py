# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Questions to systemd-resolved by varlink: its cache and its network apart.

io.systemd.Resolve.ResolveHostname (systemd 247) and ResolveRecord (256), of resolved-varlink.c. One connection a question,
since a connection answers one after the other; the server takes 1024 of one user.
"""

from __future__ import annotations

import base64
import collections
import json
import os
import socket
from typing import Any

from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _dial, _messages
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._job import Desk, Job

_INTERFACE = "io.systemd.Resolve."
# resolved-def.h
_NO_SEARCH = 1 << 8
_AUTHENTICATED = 1 << 9
_FROM_CACHE = 1 << 20
_FROM_NETWORK = 1 << 23
_FAMILIES = {"A": int(socket.AF_INET), "AAAA": int(socket.AF_INET6)}
_AT_ONCE = 256
# Once more, seconds after the first time, and with which flags: it waits 5 s for a lost packet, and merges equal questions, but
# none that differ in these (seen on 252). No flag here is NO_ZONE alone, by which _libc.py asks apart from these.
_AGAIN = (2.5, 5.0)
_NO_ZONE, _NO_TRUST_ANCHOR = 1 << 13, 1 << 14
_VARIANTS = (0, _NO_TRUST_ANCHOR, _NO_ZONE | _NO_TRUST_ANCHOR)
_BUSY = 0.05
_MAX_REPLY = 1 << 20

_ERRORS = {
    "NoSource": ("miss", "not in the cache"),
    "QueryTimedOut": ("timeout", "systemd-resolved gave up: no reply from its servers"),
    "MaxAttemptsReached": ("timeout", "systemd-resolved gave up after its last try"),
    "NetworkDown": ("unreachable", "systemd-resolved has no network"),
    "NoNameServers": ("failed", "systemd-resolved has no server for this name"),
    "StubLoop": ("failed", "systemd-resolved's server is itself"),
    "ResourceRecordTypeUnsupported": ("unsupported", "systemd-resolved's server does not know this type"),
    "ResourceRecordTypeInvalidForQuery": ("unsupported", "not a type to ask for"),
    "ResourceRecordTypeObsolete": ("unsupported", "an obsolete type"),
    "InvalidParameter": ("unsupported", "this systemd-resolved does not know the parameter"),
    "MethodNotFound": ("unsupported", "this systemd-resolved answers for addresses only"),
    "MethodNotImplemented": ("unsupported", "this systemd-resolved answers for addresses only"),
    "PermissionDenied": ("denied", "permission denied"),
}


def request(name: str, rtype: str, flags: int) -> bytes:
    """The call for a question; the search list is never used, CNAMEs are followed."""
    parameters: dict[str, Any] = {"name": name, "flags": flags | _NO_SEARCH}
    if rtype in _FAMILIES:
        method, parameters["family"] = "ResolveHostname", _FAMILIES[rtype]
    else:
        method, parameters["type"] = "ResolveRecord", _messages.type_number(rtype)
    return json.dumps({"method": _INTERFACE + method, "parameters": parameters}).encode() + b"\0"


def outcome(reply: bytes, rtype: str) -> dict[str, Any] | tuple[str, str]:
    """The fields of a cell, or error and detail; reply: without its final NUL."""
    try:
        message = json.loads(reply)
        parameters = message.get("parameters") or {}
        if message.get("error"):
            return _error(str(message["error"]), parameters)
        return _answer(parameters, rtype)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return "failed", "systemd-resolved's reply could not be read"


def _error(name: str, parameters: dict[str, Any]) -> dict[str, Any] | tuple[str, str]:
    short = name.rpartition(".")[2]
    nothing: dict[str, Any] = {"answers": [], "ede": _ede(parameters)}
    if short == "DNSError":
        return {"rcode": _messages.rcode_name(int(parameters["rcode"])), **nothing}
    if short == "NoSuchResourceRecord":
        return {"rcode": "NOERROR", **nothing}
    if short == "DNSSECValidationFailed":
        return {"rcode": "SERVFAIL", "detail": f"DNSSEC validation failed: {parameters.get('result', 'unknown')}"[:200], **nothing}
    if short == "System":
        return "failed", f"systemd-resolved: {os.strerror(int(parameters['errno'])).lower()}"
    return _ERRORS.get(short, ("failed", f"systemd-resolved: {name}"[:200]))


def _ede(parameters: dict[str, Any]) -> list[dict[str, Any]]:
    if "extendedDNSErrorCode" not in parameters:
        return []
    return [{"code": int(parameters["extendedDNSErrorCode"]), "text": str(parameters.get("extendedDNSErrorMessage", ""))[:255]}]


def _answer(parameters: dict[str, Any], rtype: str) -> dict[str, Any] | tuple[str, str]:
    flags = int(parameters["flags"])
    seen: dict[str, Any] | str
    if rtype in _FAMILIES:
        found = [entry for entry in parameters["addresses"] if entry["family"] == _FAMILIES[rtype]]
        seen = _messages.addresses(socket.inet_ntop(entry["family"], bytes(entry["address"])) for entry in found)
    else:
        seen = _messages.records([base64.b64decode(entry["raw"]) for entry in parameters["rrs"]], rtype)
    if isinstance(seen, str):
        return "failed", "systemd-resolved's reply could not be read"
    source = "network" if flags & _FROM_NETWORK else "cache" if flags & _FROM_CACHE else None
    return {"rcode": "NOERROR", **seen, "flags": ["ad"] if flags & _AUTHENTICATED else [], "source": source}


class Varlink:
    """Every question by varlink of an exchange."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._calls: dict[_Call, None] = {}
        self._queue: collections.deque[Job] = collections.deque()

    def submit(self, job: Job) -> None:
        """Ask until the job ends."""
        job.note = "systemd-resolved was not asked: too many questions wait for it"
        self._ask(job)
        for seconds in _AGAIN:
            self._desk.loop.call_later(seconds, self._ask, job)

    async def close(self) -> None:
        """Let go of everything at once."""
        self._queue.clear()
        for call in list(self._calls):
            call.close()

    def ended(self, call: _Call) -> None:
        """A call is over: the next one may start."""
        self._calls.pop(call, None)
        while self._queue and len(self._calls) < _AT_ONCE:
            self._ask(self._queue.popleft())

    def _ask(self, job: Job) -> None:
        if not job.open:
            return
        if len(self._calls) >= _AT_ONCE:
            self._queue.append(job)
            return
        try:
            call = _Call(self._desk, self, job)
        except BlockingIOError:
            self._desk.loop.call_later(_BUSY, self._ask, job)
        except FileNotFoundError:
            job.failed("refused", f"there is no {job.layer.address}", self._desk.now())
        except (OSError, ValueError) as error:
            job.failed(*_dial.words(error), self._desk.now())
        else:
            self._calls[call] = None


class _Call:
    """One connection with one question."""

    def __init__(self, desk: Desk, varlink: Varlink, job: Job) -> None:
        self._desk = desk
        self._varlink = varlink
        self._job = job
        self._incoming = bytearray()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        try:
            self._socket.connect(job.layer.address)
            self._at = desk.now()
            variant = _VARIANTS[job.cell["tries"] % len(_VARIANTS)]
            self._anchored = not variant & _NO_TRUST_ANCHOR
            self._socket.send(request(job.name(), job.question.rtype, job.layer.flags | variant))
        except BaseException:
            self._socket.close()
            raise
        job.sent(self._at)
        job.note = "no reply from systemd-resolved"
        desk.loop.add_reader(self._socket, self._readable)

    def close(self) -> None:
        """Hang up."""
        self._desk.loop.remove_reader(self._socket)
        self._socket.close()
        self._varlink.ended(self)

    def _readable(self) -> None:
        now = self._desk.now()
        try:
            data = self._socket.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._incoming += data
        if b"\0" in data:
            self._told(outcome(bytes(self._incoming.partition(b"\0")[0]), self._job.question.rtype), now)
        elif not data or len(self._incoming) > _MAX_REPLY:
            self._told(("reset", "systemd-resolved closed the connection without a reply"), now)

    def _told(self, seen: dict[str, Any] | tuple[str, str], now: float) -> None:
        self.close()
        if isinstance(seen, dict):
            # Where it validates it can't without its trust anchor: that says nothing of the name.
            if self._anchored or seen["rcode"] != "SERVFAIL":
                self._job.answered(seen, self._at, now)
        else:
            self._job.failed(*seen, now)
