# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers on loopback that behave as they are told, each in a thread of its own."""

from __future__ import annotations

import contextlib
import os
import pathlib
import socket
import ssl
import struct
import threading
import time
from typing import Any, Callable, Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Layer, Limits, Question

_HERE = pathlib.Path(__file__).parent


def reply(query: bytes, *records: str, rcode: str = "NOERROR", name: str = "") -> bytes:
    """A reply with records such as `60 IN A 192.0.2.1`, of the name asked for or of another one."""
    message = dns.message.make_response(dns.message.from_wire(query))
    message.set_rcode(dns.rcode.from_text(rcode))
    owner = name or message.question[0].name.to_text()
    for record in records:
        ttl, _class, rtype, data = record.split(" ", 3)
        message.answer.append(dns.rrset.from_text(owner, int(ttl), "IN", rtype, data))
    return message.to_wire()


def label(query: bytes) -> str:
    """The first label of the name asked for."""
    return dns.message.from_wire(query).question[0].name.labels[0].decode()


def honest(query: bytes) -> list[bytes]:
    """An address for every name but those that can't exist."""
    if label(query).startswith("hf-"):
        return [reply(query, rcode="NXDOMAIN")]
    return [reply(query, "60 IN A 192.0.2.1")]


@contextlib.contextmanager
def udp(behave: Callable[[bytes], list[bytes]]) -> Iterator[tuple[int, list[bytes]]]:
    """Its port, and the queries as they come."""
    seen: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                data, peer = server.recvfrom(65535)
                if not data:
                    return
                seen.append(data)
                for datagram in behave(data):
                    server.sendto(datagram, peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], seen
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", server.getsockname())
            thread.join(5)


class Peer:
    """One connection, seen by the server."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection

    def query(self) -> bytes:
        """The next question; EOFError at the end."""
        return self._exactly(struct.unpack("!H", self._exactly(2))[0])

    def send(self, message: bytes) -> None:
        self.connection.sendall(struct.pack("!H", len(message)) + message)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self.connection.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data


@contextlib.contextmanager
def stream(behave: Callable[[Peer], None], tls: Any = None, path: str = "") -> Iterator[tuple[int, list[int]]]:
    """Its port (TCP, with a server's TLS context if there is one; or at a path), and a list with an entry for each connection."""
    count: list[int] = []
    stop = threading.Event()
    with socket.socket(socket.AF_UNIX if path else socket.AF_INET) as server:
        server.bind(path or ("127.0.0.1", 0))
        server.listen(64)
        server.settimeout(0.02)
        threads = [threading.Thread(target=_accept, args=(server, behave, tls, count, stop), daemon=True)]
        threads[0].start()
        try:
            yield 0 if path else server.getsockname()[1], count
        finally:
            stop.set()
            threads[0].join(5)


def _accept(server: socket.socket, behave: Callable[[Peer], None], tls: Any, count: list[int], stop: threading.Event) -> None:
    peers = []
    while not stop.is_set():
        with contextlib.suppress(socket.timeout):
            connection, _peer = server.accept()
            connection.settimeout(5)
            count.append(len(count))
            peers.append(threading.Thread(target=_serve, args=(connection, behave, tls), daemon=True))
            peers[-1].start()
    for peer in peers:
        peer.join(6)


def _serve(connection: socket.socket, behave: Callable[[Peer], None], tls: Any) -> None:
    with connection, contextlib.suppress(OSError, EOFError):
        if not tls:
            behave(Peer(connection))
            return
        with tls.wrap_socket(connection, server_side=True) as secured:
            behave(Peer(secured))


def honestly(peer: Peer) -> None:
    """Answer what comes until the end."""
    while True:
        for message in honest(peer.query()):
            peer.send(message)


def asks(layer: Layer, *names: str, absent: str = "") -> list[Ask]:
    """Questions for addresses, and one for a label that can't exist in the zone `absent`."""
    questions = [Question(f"{name} A", f"{name}.", "A", typed=name) for name in names]
    if absent:
        questions.append(Question(f"absent.{absent} A", f"{absent}.", "A", absent=True))
    return [Ask(layer, question) for question in questions]


def limits(deadline: float) -> Limits:
    return Limits(deadline=deadline)


def secured(certificate: str = "tls.pem") -> ssl.SSLContext:
    """A server's context; the certificates are self-signed, for dot.test, localhost and 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_HERE / certificate)
    return context


def trusting(verify: bool) -> ssl.SSLContext:
    """A client's context that trusts tls.pem and tls_expired.pem, in place of _dial.tls_context()."""
    context = ssl.create_default_context()
    context.check_hostname = verify
    context.verify_mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
    for certificate in ("tls.pem", "tls_expired.pem"):
        context.load_verify_locations(_HERE / certificate)
    return context


def descriptors() -> int:
    """How many files this process has open."""
    return len(os.listdir("/proc/self/fd"))


def settled(before: int) -> bool:
    """Whether no more files are open than before; a server's side of a connection may take a moment."""
    until = time.monotonic() + 5
    while descriptors() > before and time.monotonic() < until:
        time.sleep(0.02)
    return descriptors() <= before
