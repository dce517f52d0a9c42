# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a question is repeated and when it is over; filters and packets are seen in the lab."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _ask


def lacks(answers: list[bytes]) -> list[str]:
    """Only "good" is, and nothing but it."""
    return [] if set(answers) == {b"good"} else [f"heard {sorted(answers)}"]


def question(link: str = "eth0") -> _ask.Question:
    return _ask.Question(link, _ask.IPV4, _ask.DHCP, b"", b"asked", lambda packet: None if packet == b"noise" else packet, lacks)


class Ends:
    """What stands for a packet socket: what is sent through it is answered with `answers`, one each time."""

    def __init__(self, answers: list[list[bytes]]) -> None:
        self.near, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.near.setblocking(False)
        self.answers = answers
        self.sent: list[tuple[bytes, object]] = []
        self.fileno, self.recv, self.close = self.near.fileno, self.near.recv, self.near.close

    def sendto(self, packet: bytes, where: object) -> None:
        self.sent.append((packet, where))
        for answer in self.answers.pop(0) if self.answers else []:
            self.far.send(answer)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(_ask, "_SENT_AT", (0.0, 0.1, 0.2))
    monkeypatch.setattr(_ask, "_ENOUGH", 0.3)
    monkeypatch.setattr(_ask, "_OTHERS", 0.05)
    yield


@pytest.mark.parametrize(
    ("answers", "times", "why"),
    [
        pytest.param([[b"good"]], 1, [], id="at once"),
        pytest.param([[b"noise"], [], [b"good"]], 3, [], id="at the third time"),
        pytest.param([], 3, ["heard []"], id="never"),
        pytest.param([[b"good", b"bad"]], 3, ["heard [b'bad', b'good']"], id="another answers otherwise"),
        pytest.param([[b"bad"] * 99], 3, ["heard [b'bad']"], id="the same again and again"),
        pytest.param([[bytes([one]) for one in range(99)]], 3, [f"heard {[bytes([one]) for one in range(16)]}"], id="a flood"),
    ],
)
def test_how_often(monkeypatch: pytest.MonkeyPatch, answers: list[list[bytes]], times: int, why: list[str]) -> None:
    ends = Ends(answers)
    monkeypatch.setattr(_ask, "_listener", lambda _question: ends)
    assert _ask.ask([question()]) == why
    assert ends.sent == [(b"asked", ("eth0", _ask.IPV4, 0, 0, b""))] * times and ends.near.fileno() == -1


def test_nobody_waits_longer_than_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_ask, "_ENOUGH", 60.0)
    monkeypatch.setattr(_ask, "_SENT_AT", (0.0, 20.0, 40.0))
    monkeypatch.setattr(_ask, "_listener", lambda _question: Ends([[b"good"]]))
    began = time.monotonic()
    assert _ask.ask([question(), question()]) == [] and time.monotonic() - began < 10


def test_a_link_that_is_gone() -> None:
    (told,) = _ask.ask([question("no such link 0")])
    assert told.startswith("no such link 0 can't be asked: ")
