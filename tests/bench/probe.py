# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exchange of dns_probe beside other ways to ask many questions: of healthy servers, with one of them dead, with packets lost."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from holdlab.lab import Lab
from holdlab.namespaces import ROOM
from page import Section, say
from probe_contenders import CASES, CONTENDERS, DEAD, HEALTHY, LOSS, MESSAGES, ONE_DEAD, OURS, QUESTIONS, SECONDS, SERVERS
from probe_contenders import Contender, arguments, asked, files

HERE = Path(__file__).parent
LIMIT = 120
FOLDER = f"{ROOM}/probe"
LISTEN = f'until [ "$(ss -Hlun src 127.0.1.0/24 | wc -l)" = {len(SERVERS)} ]; do sleep 0.05; done'
LOSE = """
table inet bench {
    chain input {
        type filter hook input priority 0
        iifname lo meta l4proto { tcp, udp } th dport 53 numgen random mod 100 < 1 drop
        iifname lo meta l4proto { tcp, udp } th sport 53 numgen random mod 100 < 1 drop
    }
}
"""
COLUMNS = ("contender", "questions", "answered", "false failures", "seconds", f"{QUESTIONS} take", "× ours", "CPU a question")

BEFORE = {
    HEALTHY: f"""\
{QUESTIONS} questions for different names, {QUESTIONS // len(SERVERS)} to each of {len(SERVERS)} servers on loopback addresses.
Their replies come 30 ms late. It is the asking alone: no ansible, no layers of a host. Contenders take turns; those that wait for
each reply get fewer questions, and what all would take is reckoned (≈).
""",
    ONE_DEAD: f"""\
The same while one of the servers is silent. Each contender gives a question up after {SECONDS} s (dig by `+tries=1`, kdig by `+retry=0`;
by default each waits {3 * SECONDS} s); ours has {SECONDS} s for all of them, retries included. Its aim: ≤ {SECONDS + 0.25} s.
Where only a few questions are asked, the CPU is mostly that of starting programs.
""",
    LOSS: """\
The same while 1 % of the packets are lost in each direction, by chance; dig and kdig with their own timeouts and retries.
One lost packet costs those 5 s, so what is reckoned for them from few questions is rough.
A false failure is a question that was not answered though its server lives, in this table and in the others.
""",
}


class Run(NamedTuple):
    """What probe_ask.py prints, and of how many questions."""

    questions: int
    seconds: float
    cpu: float
    answered: int


class Bench:
    """The servers, and contenders that ask them."""

    def __init__(self, lab: Lab, collections: Path, dnsdiag: Path) -> None:
        self._lab = lab
        self._dnsdiag = str(dnsdiag)
        self._environment = {**os.environ, "PYTHONPATH": str(collections)}

    @contextlib.contextmanager
    def servers(self) -> Iterator[None]:
        """They run for as long as the context lasts."""
        spaces = self._lab.spaces
        spaces.path(FOLDER).mkdir()
        process = spaces.spawn([sys.executable, str(HERE / "probe_servers.py"), *SERVERS], "probe-servers.log")
        try:
            spaces.run(["sh", "-c", LISTEN], timeout=20)
            yield
        finally:
            spaces.kill(process)

    @contextlib.contextmanager
    def case(self, case: str) -> Iterator[None]:
        """The servers and the network are like that for as long as the context lasts."""
        if case == LOSS:
            self._nft(LOSE)
        with self._lab.servers.traffic.silenced([DEAD] if case == ONE_DEAD else []):
            yield
        if case == LOSS:
            self._nft("delete table inet bench\n")

    def run(self, contender: Contender, case: str) -> Run:
        """One contender's turn. Raises RuntimeError where it fails or takes too long."""
        questions = asked(contender.questions[CASES.index(case)])
        for name, text in files(questions).items():
            (self._lab.spaces.path(FOLDER) / name).write_text(text, encoding="ascii")
        command = [sys.executable, str(HERE / "probe_ask.py"), *arguments(contender, case, self._dnsdiag)]
        done = self._lab.spaces.run(
            ["env", f"--chdir={FOLDER}", *command], text=json.dumps(questions), timeout=LIMIT, env=self._environment
        )
        run = Run(len(questions), **json.loads(done.stdout))
        if not run.answered:
            raise RuntimeError(f"{contender.name} got no answer at all:\n{done.stderr[-2000:]}")
        say(f"{case}: {contender.name}: {run.answered} of {run.questions} in {run.seconds:.2f} s, {run.cpu:.2f} s CPU")
        return run

    def _nft(self, script: str) -> None:
        self._lab.spaces.run(["chroot", f"{ROOM}/servers/root", "nft", "-f", "-"], text=script)


def measure(lab: Lab, collections: Path, dnsdiag: Path) -> list[Section]:
    """A table for each case; `dnsdiag`: the folder of dnseval."""
    bench = Bench(lab, collections, dnsdiag)
    with bench.servers():
        bench.run(OURS, HEALTHY)  # the servers keep their replies, and Python what it compiled
        return [_measure(bench, case) for case in CASES]


def _measure(bench: Bench, case: str) -> Section:
    contenders = [*CONTENDERS, *[MESSAGES] * (case == HEALTHY)]
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    with bench.case(case):
        for turn in range(max(contender.rounds for contender in contenders)):
            for contender in contenders:
                if turn < contender.rounds:
                    runs[contender.name].append(bench.run(contender, case))
    figures = {name: Run(*map(median, zip(*those))) for name, those in runs.items()}
    messages = figures.pop(MESSAGES.name, None)
    rows = [_row(name, run, figures[OURS.name], case) for name, run in figures.items()]
    return Section(f"Probe: {case}", COLUMNS, rows, BEFORE[case], _notes(figures[OURS.name], messages))


def _row(name: str, run: Run, ours: Run, case: str) -> tuple[str, ...]:
    living = run.questions - (run.questions // len(SERVERS) if case == ONE_DEAD else 0)
    whole = run.seconds * QUESTIONS / run.questions
    return (
        name,
        f"{run.questions:.0f}",
        f"{run.answered:.0f}",
        f"{living - run.answered:.0f}",
        f"{run.seconds:.2f} s",
        f"{'' if run.questions == QUESTIONS else '≈ '}{whole:.{2 if whole < 10 else 0}f} s",
        f"{whole / ours.seconds:.1f}",
        f"{run.cpu * 1000 / run.questions:.2f} ms",
    )


def _notes(ours: Run, messages: Run | None) -> list[str]:
    if not messages:
        return []
    each = messages.cpu * 1000 / messages.questions
    return [
        f"Ours: {ours.seconds:.3f} s (aim: ≤ 0.25 s). The medians of {OURS.rounds} runs; the others had one.",
        "CPU is that of the contender, user and system. To make, write and read the same messages with dnspython costs"
        f" {each:.2f} ms a question without any network; ours / that: {ours.cpu / messages.cpu:.2f} (aim: ≤ 1.3).",
        "Starting Python and importing are left out of the figures of the contenders written for it here; of programs nothing is.",
        "The servers, one Python process, share the machine's cores with the contenders.",
        "dnseval asks each server the same name again and again, one thread a server, and asks it no more after its first silence."
        " dnsping is left out: it asks one server one question.",
    ]
