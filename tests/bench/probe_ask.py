# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the lab's network: asks questions in one way, and prints as JSON what that took.

    probe_ask.py ours|one_by_one|threads|messages|program [ARGUMENT] <questions.json

Questions: [[server, name]]. JSON: {seconds, cpu, answered}. Of the ways in Python, starting Python and importing are left out;
of a program nothing is.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import dns.exception
import dns.message
import dns.query
import dns.rrset
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _exchange
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import Ask, Layer, Limits, Question
from probe_contenders import SECONDS, count

Asked = Sequence[tuple[str, str]]
Way = Callable[[], int]  # how many questions were answered


def ours(asked: Asked) -> Way:
    layers = {server: Layer(f"reference {server} udp", "reference", "udp", server) for server, _name in asked}
    asks = [Ask(layers[server], Question(f"{name} A", name, "A")) for server, name in asked]
    return lambda: sum(bool(cell["answers"]) for cell in _exchange.run(asks, [], Limits(deadline=SECONDS, rate=0)).cells)


def one_by_one(asked: Asked) -> Way:
    return lambda: sum(map(_answered, asked))


def threads(asked: Asked, workers: str) -> Way:
    def ask() -> int:
        with ThreadPoolExecutor(int(workers)) as pool:
            return sum(pool.map(_answered, asked))

    return ask


def messages(asked: Asked) -> Way:
    """What dnspython's messages alone cost, without a network: each query made and written, each reply read."""
    replies = [_reply(name) for _server, name in asked]

    def make_and_read() -> int:
        for (_server, name), reply in zip(asked, replies):
            dns.message.make_query(name, "A", use_edns=0).to_wire()
            dns.message.from_wire(reply)
        return len(asked)

    return make_and_read


def program(asked: Asked, script: str) -> Way:
    """Lines of a shell that run dig, kdig or dnseval."""
    each = len(asked) // len({server for server, _name in asked})
    return lambda: count(subprocess.run(["sh", "-c", script], stdout=subprocess.PIPE, text=True, check=False).stdout, each)


def _answered(question: tuple[str, str]) -> bool:
    server, name = question
    try:
        reply = dns.query.udp(dns.message.make_query(name, "A", use_edns=0), server, timeout=SECONDS)
    except (dns.exception.DNSException, OSError):
        return False
    return bool(reply.answer)


def _reply(name: str) -> bytes:
    """As the servers of the benchmark send it."""
    reply = dns.message.make_response(dns.message.make_query(name, "A", use_edns=0), recursion_available=True)
    reply.answer.append(dns.rrset.from_text(name, 300, "IN", "A", "192.0.2.1"))
    return reply.to_wire()


def _cpu() -> float:
    """CPU seconds of this process and of those that it ran."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


WAYS: dict[str, Callable[..., Way]] = {each.__name__: each for each in (ours, one_by_one, threads, messages, program)}


def main(way: str, *arguments: str) -> None:
    ask = WAYS[way](json.load(sys.stdin), *arguments)
    cpu, started = _cpu(), time.monotonic()
    answered = ask()
    print(json.dumps({"seconds": time.monotonic() - started, "cpu": _cpu() - cpu, "answered": answered}))


if __name__ == "__main__":
    main(*sys.argv[1:])
