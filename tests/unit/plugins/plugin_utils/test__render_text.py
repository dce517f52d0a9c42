# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._render_text import headline, render
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import (
    FLEET,
    HOSTILE,
    WAIVER,
    finding,
    missed,
    probed,
    reached,
    report,
)
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.probes import cell, incident_cells, probe

OF_A_FLEET = """\

exit1 · Debian 13, systemd 257
  HIGH  title of routes/lost
        at risk: throw 10.77.0.0/24
        why: why of routes/lost.
        mend: mend routes/lost.
        rule: routes/lost (incident 004)
  LOW   title of resolver/pinned
        pinned: db = 10.0.0.1 (/etc/hosts:3)
        why: why of resolver/pinned.
        mend: mend resolver/pinned.
        rule: resolver/pinned (incident 004)

web2 · Debian 13, systemd 257
  ?     routes (4 rules): networkd not asked (needs become)

old1 · Debian 12, systemd 252
  LOW   title of resolver/pinned
        pinned: db = 10.0.0.2 (/etc/hosts:9)
        rule: resolver/pinned; why and mend: as for exit1 above

error: gone (the play ended for this host before it was assessed)
error: nopy (no Python on the host)
not reached: db3 (ssh: Connection timed out)
waived: routes/lost on waived1 until 2026-12-31
good: app[1:9], waived1
report: out/report.json, out/junit.xml"""


def test_a_fleet() -> None:
    assert render(report(FLEET), 80, ["out/report.json", "out/junit.xml"]) == OF_A_FLEET


@pytest.mark.parametrize(
    ("assessed", "pending", "line"),
    [
        ({"a": reached(finding("pass"))}, 0, "holdfast audit · 1 host: 1 good"),
        ({"a": reached(finding("fail"))}, 0, "holdfast audit · 1 host: 1 fails"),
        (
            FLEET,
            0,
            "holdfast audit · 16 hosts: 1 fails, 2 in error, 1 in part unknown, 1 not\n  reached, 1 warned, 10 good",
        ),
        ({"a": reached(finding("fail")), "b": reached(finding("fail"))}, 7, "holdfast audit · 2 hosts: 2 fail (7 more in later batches)"),
    ],
)
def test_headline(assessed: dict[str, Any], pending: int, line: str) -> None:
    assert headline(report(assessed, pending=pending)) == line


EXPIRED = finding("fail", waiver={**WAIVER, "expires": "2026-01-01"}, reason="the waiver expired on 2026-01-01 (x)")


@pytest.mark.parametrize(
    ("assessed", "lines"),
    [
        ({"a": reached(finding("pass"))}, ["good: a"]),
        ({"a": reached()}, ["a · Debian 13, systemd 257", "  ?     no rule was judged"]),
        ({"a": reached(finding("fail"), os="", systemd=None)}, ["a", "  HIGH  title of routes/lost"]),
        ({"a": reached(finding("fail", "critical"))}, ["  CRIT  title of routes/lost"]),
        ({"a": reached(finding("fail", "medium"))}, ["  MED   title of routes/lost"]),
        ({"a": reached(finding("fail", "info"))}, ["  INFO  title of routes/lost"]),
        ({"a": reached(finding("fail", reason="high because x"))}, ["        high because x"]),
        ({"a": reached(finding("unknown"))}, ["  ?     routes/lost: needs become"]),
        (
            {"a": reached(finding("unknown"), finding("unknown", rule="resolver/x"))},
            ["  ?     resolver, routes (2 rules): needs become"],
        ),
        (
            {"a": reached(EXPIRED)},
            ["EXPIRED WAIVERS: routes/lost on a until 2026-01-01", "        WAIVER EXPIRED 2026-01-01: rebuilt every night"],
        ),
        ({f"a{number}": reached(finding("fail")) for number in range(4)}, ["a[0:3] (4 hosts) · Debian 13, systemd 257"]),
        ({f"x{number}y": missed("unreachable", "timed out") for number in range(30)}, ["not reached: x[0:29]y (timed out)"]),
        (
            {f"x{number}y": missed("unreachable", f"Failed to connect to the host via ssh: ssh: connect to host 10.0.0.{number} port 22: No route")
             for number in range(3)},
            ["not reached: x[0:2]y (ssh: No route)"],
        ),
    ],
)
def test_says(assessed: dict[str, Any], lines: list[str]) -> None:
    text = render(report(assessed)).splitlines()
    assert [line for line in lines if line not in text] == []


def test_a_long_list_of_names_counts_hosts_and_not_ranges() -> None:
    names = [f"{letter}{number}" for letter in "abcdefghijklmnopqrstuvwxyz" for number in range(5)]
    text = " ".join(render(report({name: reached(finding("pass")) for name in names})).split())
    assert text.endswith("x[0:4] and 10 more")


def test_a_large_fleet_stays_readable() -> None:
    names = [f"{chr(97 + number % 26)}{number * 7}x" for number in range(3000)]
    alike = {name: reached(finding("fail", evidence={"own": name})) for name in names}
    differ = {f"d{number}": reached(finding("fail", rule=f"a/r{number}")) for number in range(60)}
    text = render(report({**alike, **differ}), 80, ["report.json"])
    assert len(text.splitlines()) < 400
    assert "evidence of a0x; that of the others differs: see the report" in text
    assert "… and 21 more hosts in 21 more groups: see the report" in text
    assert " and 2976 more (3000 hosts)" in text


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = finding("fail", evidence={"at_risk": [f"throw 10.{number}.0.0/24 (table 52)" for number in range(20)]}, why="word " * 80)
    found = report({**FLEET, **{f"{name}-host": reached(long) for name in "abcdefghijkl"}})
    lines = [*headline(found, width).splitlines(), *render(found, width).splitlines()]
    assert max(map(len, lines)) <= width


def test_paths_are_not_broken() -> None:
    path = "/etc/systemd/networkd.conf.d/" + "x" * 100
    assert path in render(report({"a": reached(finding("fail", evidence={"source": path}))}), 60)


def test_what_a_host_wrote_is_shown_harmless() -> None:
    hostile = reached(
        finding("fail", evidence={HOSTILE: [HOSTILE, {"text": HOSTILE}, {HOSTILE: HOSTILE}]}, title=HOSTILE),
        finding("unknown", rule="a/b", reason=HOSTILE),
        os=HOSTILE,
    )
    found = report({HOSTILE: hostile, "b": missed("unreachable", HOSTILE), "c" + HOSTILE: reached(finding("pass"))})
    text = headline(found) + render(found)
    assert all(char.isprintable() for char in text if char != "\n")
    assert "{{ 7*7 }}\\x1b[31m</testcase>]]>&\\u202e\\n" in text


FAILS, PASSES = reached(finding("fail", rule="probe/hangs")), reached(finding("pass", rule="probe/hangs"))
NOT_PROBED = {"status": "unknown", "why": "no dnspython"}
MATRIX = """\
        rule: probe/hangs (incident 004)
  asked from web1, 12003 ms:
                                   www.bad.test A  absent.bad.test A
    C library                      ok 3ms          ! timeout"""
OTHER = [cell("C library", "www.bad.test A")]
LATER = [{**each, "ms": 9.9} for each in incident_cells()]


def test_what_was_answered_follows_the_findings() -> None:
    assert MATRIX in render(report({"web1": probed(FAILS, probe())}))


@pytest.mark.parametrize(
    ("assessed", "all_matrices", "shown"),
    [
        ({"a": probed(FAILS, probe())}, False, ["asked from a"]),
        ({"a": probed(PASSES, probe())}, False, []),
        ({"a": probed(PASSES, probe())}, True, ["asked from a"]),
        ({"a": PASSES, "b": FAILS}, True, []),
        ({"a": probed(FAILS, NOT_PROBED), "b": probed(PASSES, NOT_PROBED)}, True, []),
        ({f"web{number}": probed(FAILS, probe()) for number in range(3)}, False, ["asked from web0"]),
        ({"a": probed(PASSES, probe()), "b": probed(PASSES, probe(cells=LATER))}, True, ["asked from a"]),
        ({"a": probed(PASSES, probe()), "b": probed(PASSES, probe(cells=OTHER))}, True, ["asked from a", "asked from b"]),
    ],
    ids=["fails", "good", "good, all", "no probe", "no dnspython", "three alike", "another time", "another answer"],
)
def test_whose_answers_are_shown(assessed: dict[str, Any], all_matrices: bool, shown: list[str]) -> None:
    lines = render(report(assessed), 80, [], all_matrices).splitlines()
    assert [line.strip().partition(",")[0] for line in lines if "asked from" in line] == shown
