# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""A question under way, and what all transports share while it is."""

from __future__ import annotations

import asyncio
import collections
from typing import Any, Callable, Protocol

from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _messages
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._messages import Form
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Cell, Layer, Limits, Question, empty_cell
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._pace import Pace

# systemd-resolved and the C library merge equal questions; a label of its own makes each try count.
_MERGING = frozenset({"libc", "resolv.conf", "stub", "proxy", "cache", "network"})
# Time that a server must have had before its silence is called a timeout, seconds.
_FAIR = 1.0
# How long replies are handled before the sockets are looked at again, seconds.
_SLICE = 0.005
# Garbled replies to a question that are read at all; seconds that slow ones of a server may take, and which are slow.
_READ_LIMIT = 3
_WASTE_LIMIT = 1.0
_SLOW = 0.02
_FOLLOW_KEYS = ("rcode", "answers", "flags", "ede", "ttl", "bytes", "ms", "error", "tries")


class Job:
    """A question under way: the cell that it fills, the form it is put in, until when and how often it may be sent.

    begun: when it was sent first; note: what is known of it should nothing come. Monotonic seconds.
    """

    __slots__ = ("layer", "question", "cell", "form", "until", "most", "begun", "submitted", "open", "note", "held", "on_end")

    def __init__(self, ask: Ask, cell: Cell, form: Form, until: float, most: int, now: float, on_end: Callable[[Job], None]) -> None:
        self.layer, self.question = ask
        self.cell = cell
        self.form = form
        self.until = until
        self.most = most
        self.submitted = now
        self.begun: float | None = None
        self.open = True
        self.note = ""
        self.held = False
        self.on_end = on_end

    @property
    def merges(self) -> bool:
        """Whether a try with the same label might be merged with the one before it."""
        return self.layer.kind in _MERGING

    def name(self) -> str:
        """The absolute name to ask for; of an absent one a new label each time."""
        if not self.question.absent:
            return self.question.name
        return _messages.below(_messages.fresh_label(), self.question.name)

    def query(self, before: bytes = b"", form: Form | None = None) -> bytes:
        """The datagram for the next sending, with the id 0; before: that of the last one, whose name it keeps unless tries merge."""
        form = form or self.form
        if not self.question.absent:
            return _messages.query(self.question.name, self.question.rtype, form)
        again = before and not self.merges
        label = before[13:26].decode("ascii") if again else _messages.fresh_label()
        return _messages.absent_query(self.question.name, self.question.rtype, form, label)

    def sent(self, now: float) -> None:
        """Count a sending."""
        self.cell["tries"] += 1
        if self.begun is None:
            self.begun = now

    def junk(self, reason: str) -> None:
        """Count a reply that isn't believed."""
        self.cell["junk"][reason] = self.cell["junk"].get(reason, 0) + 1

    def answered(self, seen: dict[str, Any], sent: float, now: float) -> None:
        """It came; seen: fields of a cell; sent: when that was asked for which this is the reply."""
        if self.open:
            self.cell.update(seen, ms=_ms(now - sent))
            self._end(now)

    def without_edns(self, seen: dict[str, Any], sent: float, now: float) -> None:
        """The same question without EDNS was answered."""
        self.cell["follow"]["no_edns"] = less({**blank(), **seen, "ms": _ms(now - sent), "tries": 1})

    def failed(self, error: str, detail: str, now: float) -> None:
        """It won't come."""
        if self.open:
            self.cell.update(error=error, detail=detail)
            self._end(now)

    def expire(self, now: float) -> None:
        """Its time is over."""
        if self.held and (self.begun is None or now - self.begun < _FAIR):
            self.failed("failed", "not asked in time: the limit of questions a second left no time for it", now)
        else:
            self.failed("timeout", self.note, now)

    def _end(self, now: float) -> None:
        self.open = False
        self.cell["waited_ms"] = _ms(now - (self.submitted if self.begun is None else self.begun))
        self.on_end(self)


def blame(data: bytes, suspects: list[tuple[Job, bytes]]) -> None:
    """Count junk whose id isn't ours for the open question that it is about, else for the oldest; suspects: with what was sent."""
    opened = [(job, sent) for job, sent in suspects if job.open]
    about = [(job, sent) for job, sent in opened if len(data) >= 12 and sent and _messages.same_question(data, sent)]
    for job, _sent in (about or opened)[:1]:
        job.junk("wrong_id" if len(data) >= 12 else "garbled")


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def blank() -> Cell:
    """A cell that belongs to no layer."""
    return empty_cell(Ask(Layer("", "", ""), Question("", "", "")))


def less(cell: Cell) -> Cell:
    """What is kept of a cell under `follow`."""
    return {key: cell[key] for key in _FOLLOW_KEYS}


class Desk:
    """What the transports share: the loop, the deadline, the pace, and the replies that wait to be read.

    Replies are stamped and put on a pile before the first is read, so that reading one doesn't make the next look late.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, limits: Limits) -> None:
        self.loop = loop
        self.started = loop.time()
        self.until = self.started + limits.deadline
        self.pace = Pace(limits.rate)
        self._wasted: dict[str, float] = {}
        self._pile: collections.deque[tuple[Callable[..., None], tuple[Any, ...]]] = collections.deque()

    def now(self) -> float:
        """Monotonic seconds, as the loop counts them."""
        return self.loop.time()

    def read(self, job: Job, reply: bytes, sent: bytes) -> dict[str, Any] | str:
        """_messages.read(), as long as the server doesn't abuse it: a message made to be slow takes 0.2 s."""
        address = job.layer.address
        if job.cell["junk"].get("garbled", 0) >= _READ_LIMIT or self._wasted.get(address, 0.0) > _WASTE_LIMIT:
            return "garbled"
        begun = self.now()
        seen = _messages.read(reply, sent, job.question.rtype)
        took = self.now() - begun
        if took > _SLOW:
            self._wasted[address] = self._wasted.get(address, 0.0) + took
        return seen

    @property
    def behind(self) -> bool:
        """Whether replies came that were not read yet."""
        return bool(self._pile)

    def pile(self, handle: Callable[..., None], *arguments: Any) -> None:
        """Call `handle` when the sockets have been looked at."""
        if not self._pile:
            self.loop.call_soon(self._work)
        self._pile.append((handle, arguments))

    def _work(self) -> None:
        enough = self.now() + _SLICE
        while self._pile and self.now() < enough:
            handle, arguments = self._pile.popleft()
            handle(*arguments)
        if self._pile:
            self.loop.call_soon(self._work)


class Transport(Protocol):
    """A way to ask."""

    def submit(self, job: Job) -> None:
        """Ask until the job ends."""

    async def close(self) -> None:
        """Let go of everything at once."""
