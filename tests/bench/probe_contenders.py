# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who asks the servers of the benchmark, how, and how many questions; pure.

A contender that waits for one reply before it asks on would need minutes for all questions: it gets fewer where a server is dead
or packets are lost, and what all of them would take is reckoned from that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

SERVERS = tuple(f"127.0.1.{number}" for number in range(1, 7))
DEAD = SERVERS[-1]
QUESTIONS = 600
SECONDS = 5

HEALTHY, ONE_DEAD, LOSS = "all healthy", "one dead", "1 % loss"
CASES = (HEALTHY, ONE_DEAD, LOSS)

# Where a server is dead, no contender waits longer than the deadline of ours; where packets are lost, each does as it does by default.
DIG = "dig +noall +comments +nocookie {options}"
KDIG = "kdig +noall +header {options}"
ONCE = {ONE_DEAD: f"+time={SECONDS} +tries=1"}
KDIG_ONCE = {ONE_DEAD: f"+timeout={SECONDS} +retry=0"}


class Contender(NamedTuple):
    """way: the arguments of probe_ask.py, in which {options} becomes what `options` has for the case, {each} the number of questions
    to each server, {dnsdiag} the folder of dnseval. questions: how many it asks in each case of CASES. rounds: how often.
    """

    name: str
    way: tuple[str, ...]
    questions: tuple[int, int, int]
    options: Mapping[str, str] = {}
    rounds: int = 1


def each_server(command: str) -> str:
    """The lines of a shell that run a command for each $server at the same time."""
    return f"for server in $(cat servers); do {command} & done; wait"


ALL, PARALLEL, SLOW = (QUESTIONS, QUESTIONS, QUESTIONS), (QUESTIONS, 6, 120), (60, 6, 60)
OURS = Contender("dns_probe's exchange", ("ours",), ALL, rounds=3)
MESSAGES = Contender("dnspython's messages alone", ("messages",), ALL, rounds=3)
DNSEVAL = f"{{dnsdiag}}/dnseval -e -w {SECONDS} -c {{each}} -f servers -j - q.bench."
CONTENDERS = (
    OURS,
    Contender("dnspython, 60 threads", ("threads", "60"), ALL),
    Contender("dnspython, 6 threads", ("threads", "6"), (QUESTIONS, 36, 120)),
    Contender("dnspython, one by one", ("one_by_one",), SLOW),
    Contender("dnseval (dnsdiag)", ("program", DNSEVAL), ALL),
    Contender("`dig -f`, one a server", ("program", each_server(f"{DIG} -f batch.$server")), PARALLEL, ONCE),
    Contender("`dig -f`, one for all", ("program", f"{DIG} -f batch"), SLOW, ONCE),
    Contender("`dig` in a loop", ("program", f"while read -r line; do {DIG} $line; done <batch"), SLOW, ONCE),
    Contender("kdig, one a server", ("program", each_server(f"{KDIG} $(cat batch.$server)")), PARALLEL, KDIG_ONCE),
    Contender("kdig over TCP, kept open", ("program", each_server(f"{KDIG} +tcp +keepopen $(cat batch.$server)")), PARALLEL, KDIG_ONCE),
)


def asked(count: int) -> list[tuple[str, str]]:
    """Server and name of so many questions, each server's turn in turn."""
    return [(SERVERS[number % len(SERVERS)], f"q{number}.bench.") for number in range(count)]


def files(questions: list[tuple[str, str]]) -> dict[str, str]:
    """What the programs read: by name, text."""
    batches = {"batch": questions, **{f"batch.{server}": [each for each in questions if each[0] == server] for server in SERVERS}}
    lines = {name: "".join(f"@{server} {question} A\n" for server, question in those) for name, those in batches.items()}
    return {**lines, "servers": "".join(f"{server}\n" for server in SERVERS)}


def arguments(contender: Contender, case: str, dnsdiag: str) -> list[str]:
    """The arguments of probe_ask.py."""
    each = contender.questions[CASES.index(case)] // len(SERVERS)
    values = {"options": contender.options.get(case, ""), "dnsdiag": dnsdiag, "each": str(each)}
    return [word.format(**values) for word in contender.way]


def count(output: str, each: int) -> int:
    """How many replies dig and kdig show, or dnseval: a line of JSON for each server, which it asks `each` times, but no more after a timeout."""
    lost = [json.loads(line)["data"]["r_lost_percent"] for line in output.splitlines() if line.startswith("{")]
    return len(re.findall(r"status: NOERROR\b", output)) + sum(round(100 / percent) - 1 if percent else each for percent in lost)
