# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Questions to the C library, getaddrinfo(3), which can't be interrupted: in a child process, which can.

So nsswitch.conf, /etc/hosts, the search list and whatever modules there are take part, as they do for programs.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from typing import Any, Callable, cast

from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _dial, _messages
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._job import Desk, Job

_FAMILIES = {"A": int(socket.AF_INET), "AAAA": int(socket.AF_INET6)}
# Asked again so many seconds after the first: systemd-resolved waits 5 s for a lost packet, and another way in may have got the answer meanwhile.
_AGAIN = (2.5, 5.0, 7.5)
# Then nss-resolve(8) passes on a flag that means nothing for DNS, but keeps systemd-resolved from merging it with what still waits.
_APART = {"SYSTEMD_NSS_RESOLVE_ZONE": "0"}
_CODE = """
import json, socket, sys, threading, time

lock = threading.Lock()

def look_up(line):
    place, name, family = json.loads(line)
    begun = time.monotonic()
    try:
        found = socket.getaddrinfo(name.encode("ascii"), None, family, socket.SOCK_STREAM)
        result = {"addresses": sorted({entry[4][0] for entry in found})[:256]}
    except socket.gaierror as error:
        result = {"eai": error.errno, "text": str(error.strerror)[:200]}
    except (OSError, ValueError) as error:
        result = {"eai": 0, "text": str(error)[:200]}
    result["seconds"] = time.monotonic() - begun
    with lock:
        sys.stdout.write(json.dumps([place, result]) + "\\n")
        sys.stdout.flush()

threading.stack_size(1 << 19)
threads = [threading.Thread(target=look_up, args=(line,), daemon=True) for line in sys.stdin]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
# They change what the C library does, for this login and not for the host.
_PERSONAL = frozenset({"RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES"})


async def look_up(wanted: list[tuple[str, int]], tell: Callable[[int, dict[str, Any]], None], apart: bool = False) -> None:
    """Ask getaddrinfo(3) for names and families (0: both) all at once, and tell each result by its place as it comes.

    apart: don't let systemd-resolved merge it with what was asked before. A result has `seconds`, and `addresses` or else `eai`, the
    error's number, with its `text`. OSError where there can be no child. It ends with the child; cancelled, it kills it.
    """
    own = {name: value for name, value in os.environ.items() if name not in _PERSONAL and not name.startswith("SYSTEMD_NSS_")}
    environment = {**own, **(_APART if apart else {})}
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", "-c", _CODE, stdin=pipe, stdout=pipe, stderr=nothing, env=environment
    )
    try:
        stdin, stdout = cast(asyncio.StreamWriter, child.stdin), cast(asyncio.StreamReader, child.stdout)
        stdin.writelines(json.dumps([place, *one]).encode() + b"\n" for place, one in enumerate(wanted))
        stdin.close()
        async for line in stdout:
            tell(*json.loads(line))
    except BaseException:
        # Not child.kill(), which in Python 3.9 takes the exit status away from asyncio.
        os.kill(child.pid, signal.SIGKILL)
        raise
    finally:
        await _reap(child)


async def _reap(child: asyncio.subprocess.Process) -> None:
    """Wait for the end of a child that has nothing left to do; one that can't even die is left behind after a second."""
    try:
        await asyncio.wait_for(child.wait(), 1)
    except asyncio.TimeoutError:
        pass


def outcome(result: dict[str, Any]) -> dict[str, Any] | tuple[str, str]:
    """The fields of a cell, or error and detail.

    A name that isn't there and one without addresses look the same to it: both are NXDOMAIN with the flag `noname`.
    """
    if "addresses" in result:
        return {"rcode": "NOERROR", **_messages.addresses(result["addresses"])}
    number, text = result["eai"], result["text"]
    nothing = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5), getattr(socket, "EAI_ADDRFAMILY", -9))
    if number in nothing:
        return {"rcode": "NXDOMAIN", "flags": ["noname"]}
    if number == socket.EAI_AGAIN:
        return {"rcode": "SERVFAIL", "detail": "EAI_AGAIN: temporary failure"}
    if number == socket.EAI_FAIL:
        return {"rcode": "SERVFAIL", "detail": "EAI_FAIL: failure that would last"}
    return "failed", text.lower()


class Libc:
    """Every question to the C library of an exchange."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._batch: list[Job] = []
        self._tasks: list[asyncio.Task[None]] = []

    def submit(self, job: Job) -> None:
        """Ask until the job ends; all questions of one turn of the loop go to one child."""
        if job.question.rtype not in _FAMILIES:
            job.failed("unsupported", "the C library is asked for addresses only", self._desk.now())
            return
        if not self._batch:
            self._desk.loop.call_soon(self._start)
        self._batch.append(job)

    async def close(self) -> None:
        """Let go of everything at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self) -> None:
        jobs, self._batch = self._batch, []
        self._ask(jobs)
        for seconds in _AGAIN:
            self._desk.loop.call_later(seconds, self._ask, jobs, True)

    def _ask(self, jobs: list[Job], apart: bool = False) -> None:
        jobs = [job for job in jobs if job.open]
        if jobs:
            self._tasks.append(self._desk.loop.create_task(self._look_up(jobs, apart)))

    async def _look_up(self, jobs: list[Job], apart: bool) -> None:
        def tell(place: int, result: dict[str, Any]) -> None:
            self._told(jobs[place], result)

        now = self._desk.now()
        for job in jobs:
            job.sent(now)
        try:
            await look_up([(self._name(job), _FAMILIES[job.question.rtype]) for job in jobs], tell, apart)
            ending = "failed", "the C library's process ended without an answer"
        except (OSError, LookupError, TypeError, ValueError) as error:
            ending = _dial.words(error)
        for job in jobs:
            job.failed(*ending, self._desk.now())

    @staticmethod
    def _name(job: Job) -> str:
        return job.name() if job.question.absent else job.question.typed or job.question.name

    def _told(self, job: Job, result: dict[str, Any]) -> None:
        now = self._desk.now()
        begun = now - result["seconds"]
        if job.cell["tries"] == 1:
            # The child's own start is none of the library's time.
            job.begun = begun
        seen = outcome(result)
        if isinstance(seen, dict):
            job.answered(seen, begun, now)
        else:
            job.failed(*seen, now)
