# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A DNS server on 127.0.0.1 for two zones: one in order, and one that never answers for names that don't exist."""

from __future__ import annotations

import socketserver
import sys
import threading
from pathlib import Path

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

RECORDS = {("www.good.test.", "A"): "192.0.2.1", ("www.hangs.test.", "A"): "192.0.2.2", (".", "NS"): "ns.test."}
HANGS = dns.name.from_text("hangs.test.")


def reply(wire: bytes) -> bytes | None:
    """The answer to a question, or None where there is to be none."""
    message = dns.message.make_response(dns.message.from_wire(wire), recursion_available=True)
    question = message.question[0]
    found = RECORDS.get((question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)))
    if found:
        message.answer.append(dns.rrset.from_text(question.name, 300, "IN", question.rdtype, found))
    elif question.name.is_subdomain(HANGS):
        return None
    else:
        message.set_rcode(dns.rcode.NXDOMAIN)
    return message.to_wire()


class Udp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        answer = reply(self.request[0])
        if answer:
            self.request[1].sendto(answer, self.client_address)


class Tcp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while len(length := self.rfile.read(2)) == 2:
            answer = reply(self.rfile.read(int.from_bytes(length)))
            if answer:
                self.wfile.write(len(answer).to_bytes(2) + answer)


def main() -> None:
    tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 53), Tcp)
    udp = socketserver.ThreadingUDPServer(("127.0.0.1", 53), Udp)
    threading.Thread(target=tcp.serve_forever, daemon=True).start()
    Path(sys.argv[1]).touch()
    udp.serve_forever()


if __name__ == "__main__":
    main()
