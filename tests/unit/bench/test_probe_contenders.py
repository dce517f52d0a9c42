# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections import Counter

import probe_contenders as contenders
import pytest

DIG = ";; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {}, id: 1\n"
KDIG = ";; ->>HEADER<<- opcode: QUERY; status: {}; id: 1\n"


def dnseval(*lost: float) -> str:
    return "".join(json.dumps({"hostname": "q.bench.", "data": {"r_lost_percent": percent}}) + "\n" for percent in lost)


@pytest.mark.parametrize(
    ("output", "answered"),
    [
        ("", 0),
        (DIG.format("NOERROR") * 3, 3),
        (DIG.format("NOERROR") + DIG.format("SERVFAIL") + DIG.format("NXDOMAIN"), 1),
        (KDIG.format("NOERROR") * 2 + ";; WARNING: response timeout for 127.0.1.6@53(UDP)\n", 2),
        (dnseval(0, 0, 0), 300),
        (dnseval(0, 100), 100),
        (dnseval(0, 100 / 3, 100 / 60), 100 + 2 + 59),
    ],
)
def test_answers_are_counted(output: str, answered: int) -> None:
    assert contenders.count(output, 100) == answered


@pytest.mark.parametrize("count", sorted({count for contender in contenders.CONTENDERS for count in contender.questions}))
def test_each_server_gets_as_many_questions_of_its_own(count: int) -> None:
    asked = contenders.asked(count)
    assert Counter(server for server, _name in asked) == {server: count // 6 for server in contenders.SERVERS}
    assert len({name for _server, name in asked}) == count


@pytest.mark.parametrize("case", contenders.CASES)
@pytest.mark.parametrize("contender", contenders.CONTENDERS, ids=lambda contender: contender.name)
def test_arguments_are_filled_in(contender: contenders.Contender, case: str) -> None:
    words = contenders.arguments(contender, case, "/tools")
    assert not [word for word in words if "{" in word or "}" in word]
    once = "+tries=1" in words[-1] or "+retry=0" in words[-1]
    assert once == ("dig " in words[-1] and case == contenders.ONE_DEAD)


def test_programs_read_what_is_asked() -> None:
    files = contenders.files(contenders.asked(12))
    assert files["batch"].splitlines()[:2] == ["@127.0.1.1 q0.bench. A", "@127.0.1.2 q1.bench. A"]
    assert files["batch.127.0.1.6"] == "@127.0.1.6 q5.bench. A\n@127.0.1.6 q11.bench. A\n"
    assert files["servers"].split() == list(contenders.SERVERS)
