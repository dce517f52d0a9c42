# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Questions to whoever is on a link, all at once, in packets past the host's own addresses (packet(7))."""

from __future__ import annotations

import ctypes
import select
import socket
import struct
import time
from typing import Any, Callable, NamedTuple

IPV4, IPV6 = 0x0800, 0x86DD  # ETH_P_IP, ETH_P_IPV6
_MOST_BYTES = 4096
_MOST_ANSWERS = 16
# When it is sent, in seconds since the first time, and when nobody is waited for any more: some servers look first whether an address is free.
_SENT_AT = (0.0, 2.0, 5.0)
_ENOUGH = 8.0
# How long another server may still answer otherwise, once one has answered well.
_OTHERS = 1.0
_ATTACH_FILTER = 26  # SO_ATTACH_FILTER
# Steps of a filter (linux/filter.h), each with how many to skip where equal and where not: load a byte or two, or behind the IPv4 header; compare; end.
_BYTE, _HALF, _HEADER, _BEHIND, _EQUAL, _END = 0x30, 0x28, 0xB1, 0x48, 0x15, 0x06
_TAKE, _DROP = (_END, 0, 0, _MOST_BYTES), (_END, 0, 0, 0)
# Only these packets of all of a link: on a busy one the others would bury the answer.
DHCP = ((_BYTE, 0, 0, 9), (_EQUAL, 0, 4, 17), (_HEADER, 0, 0, 0), (_BEHIND, 0, 0, 2), (_EQUAL, 0, 1, 68), _TAKE, _DROP)
DHCP6 = ((_BYTE, 0, 0, 6), (_EQUAL, 0, 3, 17), (_HALF, 0, 0, 42), (_EQUAL, 0, 1, 546), _TAKE, _DROP)
ROUTERS = ((_BYTE, 0, 0, 6), (_EQUAL, 0, 3, 58), (_BYTE, 0, 0, 40), (_EQUAL, 0, 1, 134), _TAKE, _DROP)


class Question(NamedTuple):
    """`packet` goes to the Ethernet address `to`; `read` makes an answer of a packet, or None, and `lacks` tells why the answers aren't good yet."""

    link: str
    protocol: int
    filter: tuple[tuple[int, int, int, int], ...]
    to: bytes
    packet: bytes
    read: Callable[[bytes], Any]
    lacks: Callable[[list[Any]], list[str]]


class _Asked:
    """One on its way, with its answers so far; it is waited for until `until`."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.answers: list[Any] = []
        self.until = float("inf")
        self.socket = _listener(question)

    def fileno(self) -> int:
        """For select()."""
        return self.socket.fileno()

    def send(self) -> None:
        """Once more; a link that is down is silent as well."""
        try:
            self.socket.sendto(self.question.packet, (self.question.link, self.question.protocol, 0, 0, self.question.to))
        except OSError:
            return

    def hear(self, now: float) -> None:
        """Read what came."""
        try:
            answer = self.question.read(self.socket.recv(_MOST_BYTES))
        except OSError:
            return  # its link went down
        if answer is None or answer in self.answers or len(self.answers) >= _MOST_ANSWERS:
            return
        self.answers.append(answer)
        self.until = float("inf") if self.question.lacks(self.answers) else now + _OTHERS


def ask(questions: list[Question]) -> list[str]:
    """What the answers lack, of all that are asked at the same time; takes 8 s at most."""
    asked: list[_Asked] = []
    found: list[str] = []
    try:
        for question in questions:
            try:
                asked.append(_Asked(question))
            except OSError as error:
                found.append(f"{question.link} can't be asked: {error}")
        _wait(asked)
        return found + [why for one in asked for why in one.question.lacks(one.answers)]
    finally:
        for one in asked:
            one.socket.close()


def _wait(asked: list[_Asked]) -> None:
    began = time.monotonic()
    for until in (*_SENT_AT[1:], _ENOUGH):
        for one in asked:
            if one.question.lacks(one.answers):
                one.send()
        _listen(asked, began + until)


def _listen(asked: list[_Asked], until: float) -> None:
    """Until then, or until nobody is waited for any more."""
    while waiting := [one for one in asked if one.until > time.monotonic()]:
        left = min(until, max(one.until for one in waiting)) - time.monotonic()
        if left <= 0:
            return
        for ready in select.select(waiting, [], [], left)[0]:
            ready.hear(time.monotonic())


def _listener(question: Question) -> socket.socket:
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    program = b"".join(struct.pack("=HBBI", *step) for step in question.filter)
    steps = ctypes.create_string_buffer(program)
    # struct sock_fprog: how many steps, and where they are.
    listener.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("@HP", len(question.filter), ctypes.addressof(steps)))
    listener.setblocking(False)
    listener.bind((question.link, question.protocol))
    return listener
