# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio
import time

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _job, _messages
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._job import Desk, Job
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Layer, Limits, Question, empty_cell

NAMED = Question("www A", "www.example.com.", "A")
ABSENT = Question("absent A", "example.com.", "A", absent=True)


def job(question=NAMED, kind="upstream"):
    ask = Ask(Layer("x", kind, "udp", "192.0.2.1"), question)
    return Job(ask, empty_cell(ask), _messages.NORMAL, 110.0, 9, 100.0, lambda _job: None)


@pytest.mark.parametrize(
    ("begun", "held", "error"),
    [
        (100.0, False, "timeout"),
        (109.5, False, "timeout"),
        (100.0, True, "timeout"),
        (109.5, True, "failed"),
        (None, True, "failed"),
        (None, False, "timeout"),
    ],
)
def test_silence_is_a_timeout_only_where_there_was_time_to_answer(begun, held, error):
    tried = job()
    tried.held = held
    if begun:
        tried.sent(begun)
    tried.expire(110.0)
    assert (tried.cell["error"], tried.open) == (error, False)
    assert tried.cell["waited_ms"] == (110.0 - (begun or 100.0)) * 1000


def test_the_first_end_counts():
    tried = job()
    tried.sent(100.0)
    tried.answered({"rcode": "NOERROR"}, 100.0, 100.25)
    tried.failed("timeout", "late", 105.0)
    tried.answered({"rcode": "NXDOMAIN"}, 100.0, 106.0)
    assert (tried.cell["rcode"], tried.cell["error"], tried.cell["ms"], tried.cell["waited_ms"]) == ("NOERROR", None, 250.0, 250.0)


@pytest.mark.parametrize(
    ("question", "kind", "same"),
    [(NAMED, "stub", True), (NAMED, "upstream", True), (ABSENT, "stub", False), (ABSENT, "libc", False), (ABSENT, "upstream", True)],
)
def test_the_next_datagram(question, kind, same):
    tried = job(question, kind)
    first = tried.query()
    assert (tried.query(first) == first) is same


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", [{"garbled": 1}, {}]),
        (b"\0\0" + _messages.query("b.test.", "A")[2:], [{}, {"wrong_id": 1}]),
        (b"\0\0" + _messages.query("c.test.", "A")[2:], [{"wrong_id": 1}, {}]),
    ],
)
def test_junk_is_blamed_on_the_question_that_it_is_about(data, expected):
    done, first, second = job(), job(), job()
    done.open = False
    sent = [_messages.query(name, "A") for name in ("b.test.", "a.test.", "b.test.")]
    _job.blame(data, list(zip([done, first, second], sent)))
    assert [one.cell["junk"] for one in (first, second)] == expected and not done.cell["junk"]


def desk(work):
    """What `work` returns, given a Desk inside a loop."""

    async def main():
        return await work(Desk(asyncio.get_running_loop(), Limits()))

    return asyncio.run(main())


@pytest.mark.parametrize(("slow", "read"), [(0.4, 3), (0.0, 5)])
def test_a_server_cannot_waste_time(monkeypatch, slow, read):
    clock, calls = [100.0], []

    def reading(reply, sent, rtype):
        calls.append(reply)
        clock[0] += slow
        return {"rcode": "NOERROR"}

    async def work(made):
        monkeypatch.setattr(made, "now", lambda: clock[0])
        return [made.read(job(), b"reply", b"sent") for _turn in range(5)]

    monkeypatch.setattr(_messages, "read", reading)
    seen = desk(work)
    assert len(calls) == read and seen.count("garbled") == 5 - read


def test_garbled_replies_are_not_read_for_ever(monkeypatch):
    calls = []
    monkeypatch.setattr(_messages, "read", lambda *arguments: calls.append(arguments) or "garbled")
    tried = job()

    async def work(made):
        for _turn in range(10):
            tried.junk(made.read(tried, b"reply", b"sent"))

    desk(work)
    assert (len(calls), tried.cell["junk"]) == (3, {"garbled": 10})


def test_the_pile_is_handled_in_order_and_others_get_their_turn(monkeypatch):
    monkeypatch.setattr(_job, "_SLICE", 0.01)
    seen = []

    def handle(number):
        seen.append(number)
        time.sleep(0.02)

    async def work(made):
        for number in range(3):
            made.pile(handle, number)
        made.loop.call_soon(seen.append, "others")
        while len(seen) < 4:
            await asyncio.sleep(0)

    desk(lambda made: asyncio.wait_for(work(made), 5))
    assert seen == [0, "others", 1, 2]
