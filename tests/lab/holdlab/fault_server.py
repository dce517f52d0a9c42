# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A DNS server that misbehaves as it is told, over UDP, TCP and TLS.

    python -m holdlab.fault_server CONFIG.json

CONFIG: {address, port: 53, zones: {name: text of the zone file}, faults: [{when, do, seconds}] (see faults.py), delay_ms: 0,
tls: {port: 853, certificate: FILE, key: FILE} or null}
"""

from __future__ import annotations

import asyncio
import functools
import json
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import dns.exception
import dns.message
import dns.rcode
import dns.rdatatype

from . import faults, zone_answers

REMEMBERED = 10000  # messages, so that a benchmark's questions cost little when they come again
Send = Callable[[bytes, str], None]  # a message, and what the fault does to its sending
Understood = tuple[faults.Asked, dns.message.Message, dns.message.Message, bytes]  # and query, honest reply, that as sent


class FaultServer:
    """A server for one configuration; `start()` it in a running event loop."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._address = config["address"]
        self._port = config.get("port", 53)
        self._tls = config.get("tls")
        self._zones = zone_answers.parse(config.get("zones", {}))
        self._faults = faults.Faults(faults.read(config.get("faults", [])))
        self._delay = config.get("delay_ms", 0) / 1000
        self._understand = functools.lru_cache(REMEMBERED)(self._understand_anew)

    async def start(self) -> None:
        """Listen; UDP comes last, so who sees that may use them all."""
        await asyncio.start_server(self._serve("tcp"), self._address, self._port)
        if self._tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self._tls["certificate"], self._tls["key"])
            await asyncio.start_server(self._serve("tls"), self._address, self._tls.get("port", 853), ssl=context)
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: _Datagrams(self), local_addr=(self._address, self._port))

    def take(self, wire: bytes, transport: str, client: str, send: Send) -> None:
        """Answer one message by `send`, now or later; what is no query is dropped."""
        understood = self._understand(wire[2:], transport)
        if understood is None:
            return
        asked, query, reply, honest = understood
        fault = self._faults.pick(asked._replace(client=client), time.monotonic()) or faults.Fault("")
        if fault.do == "silent":
            return
        answer = faults.message(fault.do, query, reply, transport) if fault.do else honest
        number = wire[:2] if fault.do != "wrong_id" else bytes([wire[0] ^ 1, wire[1]])
        asyncio.get_running_loop().call_later(self._delay + fault.seconds, send, number + answer[2:], fault.do)

    def _understand_anew(self, body: bytes, transport: str) -> Understood | None:
        """`body`: a message without its id."""
        try:
            query = dns.message.from_wire(bytes(2) + body)
            name, rdtype = query.question[0].name, query.question[0].rdtype
        except (dns.exception.DNSException, IndexError):
            return None
        reply = zone_answers.answer(self._zones, query)
        asked = faults.Asked(name, dns.rdatatype.to_text(rdtype), dns.rcode.to_text(reply.rcode()), transport, query.edns >= 0)
        return asked, query, reply, faults.message("", query, reply, transport)

    def _serve(self, transport: str) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            client = writer.get_extra_info("peername")[0]
            try:
                while True:
                    length = int.from_bytes(await reader.readexactly(2), "big")
                    self.take(await reader.readexactly(length), transport, client, lambda *what: _send_framed(writer, *what))
            except (asyncio.IncompleteReadError, OSError):
                writer.close()

        return serve


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: FaultServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._server.take(data, "udp", addr[0], lambda *what: self._send(addr, *what))

    def _send(self, addr: tuple[Any, ...], wire: bytes, do: str) -> None:
        if do != "close":
            self._transport.sendto(wire[: len(wire) // 2] if do == "half" else wire, addr)


def _send_framed(writer: asyncio.StreamWriter, wire: bytes, do: str) -> None:
    """Send on a stream (RFC 1035, section 4.2.2), unless it is closed by now; after a half no other message makes sense."""
    if writer.is_closing():
        return
    if do == "close":
        writer.close()
        return
    frame = len(wire).to_bytes(2, "big") + wire
    writer.write(frame[: len(frame) // 2] if do == "half" else frame)


async def serve(config: Mapping[str, Any]) -> None:
    """Serve until cancelled."""
    await FaultServer(config).start()
    await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
