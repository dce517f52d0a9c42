# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The links whose DHCP lease a restart of networkd would cost, since no server answers: asked of the servers themselves."""

from __future__ import annotations

import ctypes
import os
import select
import socket
import struct
import time
from typing import NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _dhcp

_LEASES = "/run/systemd/netif/leases"
_MOST = 64
_IPV4 = 0x0800  # ETH_P_IP
_TO_ALL = b"\xff" * 6
_MOST_BYTES = 4096
# When it is sent, in seconds since the first time, and when nobody is waited for any more: some servers look first whether an address is free.
_SENT_AT = (0.0, 2.0, 5.0)
_ENOUGH = 8.0
_ATTACH_FILTER = 26  # SO_ATTACH_FILTER
# Of all packets of the link only UDP to port 68 (linux/filter.h): a busy link would bury the offer.
_FILTER = b"".join(
    struct.pack("=HBBI", *step)
    for step in ((0x30, 0, 0, 9), (0x15, 0, 4, 17), (0xB1, 0, 0, 0), (0x48, 0, 0, 2), (0x15, 0, 1, 68), (6, 0, 0, _MOST_BYTES), (6, 0, 0, 0))
)


class _Question(NamedTuple):
    """One on its way: `packet` was sent by `socket`, and an offer carries `xid`."""

    link: str
    socket: socket.socket
    packet: bytes
    xid: bytes


def unrenewable(host: Host) -> list[str]:
    """The links with a lease that no server would give again, each with the reason; takes 8 s at most. NotSeen where there are too many."""
    questions, found = [], []
    for index, link in _leased(host):
        try:
            questions.append(_question(host, index, link))
        except (NotSeen, OSError, ValueError) as error:
            found.append(f"whether {link} would get its lease again can't be asked: {error}")
    try:
        return found + [f"no DHCP server answers {link}" for link in _silent(questions)]
    finally:
        for question in questions:
            question.socket.close()


def _leased(host: Host) -> list[tuple[int, str]]:
    """Index and name of each link with a lease; one that is gone has none to lose."""
    try:
        leases = host.listdir(_LEASES)
    except Absent:
        return []
    leased = [(index, link) for index, link in socket.if_nameindex() if str(index) in leases]
    if len(leased) > _MOST:
        raise NotSeen(f"more than {_MOST} links have one")
    return leased


def _question(host: Host, index: int, link: str) -> _Question:
    lease = _dhcp.parse_lease(host.read(f"{_LEASES}/{index}").text)
    hardware = bytes.fromhex(host.read(f"/sys/class/net/{link}/address").text.strip().replace(":", ""))
    if host.read(f"/sys/class/net/{link}/type").text.strip() != "1" or len(hardware) != 6:
        raise ValueError(f"{link} is no Ethernet link")
    xid = os.urandom(4)
    return _Question(link, _listener(link), _dhcp.discover(lease, hardware, xid), xid)


def _listener(link: str) -> socket.socket:
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    steps = ctypes.create_string_buffer(_FILTER)
    # struct sock_fprog: how many steps, and where they are.
    listener.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("@HP", len(_FILTER) // 8, ctypes.addressof(steps)))
    listener.setblocking(False)
    listener.bind((link, _IPV4))
    return listener


def _silent(questions: list[_Question]) -> list[str]:
    """The links that get no offer, of all that are asked at the same time."""
    open_ones = {question.socket: question for question in questions}
    began = time.monotonic()
    for until in (*_SENT_AT[1:], _ENOUGH):
        for question in open_ones.values():
            _send(question)
        while open_ones and (left := began + until - time.monotonic()) > 0:
            for ready in select.select(list(open_ones), [], [], left)[0]:
                if _offered(open_ones[ready]):
                    del open_ones[ready]
    return [question.link for question in open_ones.values()]


def _offered(question: _Question) -> bool:
    try:
        return _dhcp.is_offer(question.socket.recv(_MOST_BYTES), question.xid)
    except OSError:
        return False  # its link went down


def _send(question: _Question) -> None:
    try:
        question.socket.sendto(question.packet, (question.link, _IPV4, 0, 0, _TO_ALL))
    except OSError:
        return  # a link that is down is silent as well
