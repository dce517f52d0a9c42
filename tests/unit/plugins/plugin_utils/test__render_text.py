# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._render_text import headline, render
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import (
    CHECKPOINT,
    ENFORCED,
    FLEET,
    HOSTILE,
    RESTARTED,
    SETTING,
    WAIVER,
    became,
    finding,
    missed,
    probed,
    reached,
    report,
    rollout,
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


OF_A_ROLLOUT = """\

edge1 · Debian 13, systemd 257
  WORSE: the rollback failed: /etc/resolv.conf: read-only file system
    no question was answered at 02:59:40 UTC
    now, on the host: see what happened, then put back by hand:
      journalctl -t holdfast
      sh /var/lib/holdfast/checkpoints/20261121T025800Z-3fa9c1/restore.sh asked
    changed: /etc/systemd/networkd.conf.d/90-holdfast.conf:
      ManageForeignRoutes=no
  CRIT  title of resolver/no_server
        NEW: it passed before the change
        at risk: throw 10.77.0.0/24
        why: why of resolver/no_server.
        mend: mend resolver/no_server.
        rule: resolver/no_server (incident 004)
  HIGH  title of routes/lost
        at risk: throw 10.77.0.0/24
        why: why of routes/lost.
        mend: mend routes/lost.
        rule: routes/lost (incident 004)

edge2 · Debian 13, systemd 257
  LOST: no answer since systemd-networkd was restarted
    it goes back by itself by 03:02 UTC; look then with:
      ansible-playbook holdfast.baseline.audit --limit edge2
    tried: /etc/systemd/networkd.conf.d/90-holdfast.conf: ManageForeignRoutes=no

dns1 · Debian 13, systemd 257
  ROLLED BACK: resolver/no_server failed after the change; put back at once
    it is as it was: nothing has to be done now; mend the reason before the next
      try
    changed and put back: /etc/systemd/resolved.conf.d/90-holdfast.conf:
      DNS=198.51.100.1
    changed and put back: systemd-resolved restarted
  MED   title of resolver/single
        provider: 192.0.2.53
        why: why of resolver/single.
        mend: mend resolver/single.
        rule: resolver/single (incident 004)

bgp1 · Debian 13, systemd 257
  REFUSED, nothing was touched: a restart of systemd-networkd took 95 s last
    time (412,000 routes)
    wanted: /etc/systemd/networkd.conf.d/90-holdfast.conf:
      ManageForeignRoutes=no
  HIGH  title of routes/lost
        at risk: throw 10.77.0.0/24
        rule: routes/lost; why and mend: as for edge1 above

mail1 · Debian 13, systemd 257
  confirmed
    changed: /etc/systemd/networkd.conf.d/90-holdfast.conf:
      ManageForeignRoutes=no
    changed: systemd-networkd restarted: 3 rules and 2 routes still there
    mended: HIGH title of routes/lost
  MED   title of resolver/single
        provider: 192.0.2.53
        rule: resolver/single; why and mend: as for dns1 above

web[1:9] (9 hosts) · Debian 13, systemd 257
  confirmed, good now
    changed: /etc/systemd/networkd.conf.d/90-holdfast.conf:
      ManageForeignRoutes=no
    changed: systemd-networkd restarted: 3 rules and 2 routes still there
    mended: HIGH title of routes/lost

old1 · Debian 12, systemd 252
  unchanged
  MED   title of resolver/single
        provider: 192.0.2.53
        rule: resolver/single; why and mend: as for dns1 above

not tried: late1 (the play ended for this host before it was tried)
not tried: nopy (no Python on the host)
not reached: db3 (ssh: Connection timed out)
unchanged, good: app1
to go back, also days later:
  ansible-playbook holdfast.baseline.rollback --limit HOST
report: holdfast-report/report.json"""


def test_a_rollout() -> None:
    assert render(rollout(ENFORCED, pending=20), 80, ["holdfast-report/report.json"]) == OF_A_ROLLOUT


GOOD, BAD = reached(finding("pass")), reached(finding("fail"))
LOST_UNTIL = became("lost", ["gone"], until="2026-11-21T03:11:20Z")
AUDIT = "      ansible-playbook holdfast.baseline.audit"


@pytest.mark.parametrize(
    ("hosts", "pending", "check_mode", "line"),
    [
        ({"a": (GOOD, became("confirmed"))}, 0, False, "holdfast enforce · 1 host: 1 confirmed"),
        ({"a": (GOOD, became("confirmed")), "b": (GOOD, became("unchanged"))}, 7, False,
         "holdfast enforce · 2 hosts: 1 confirmed, 1 unchanged (7 more in later batches)"),
        ({"a": (GOOD, became("rolled_back"))}, 7, False, "holdfast enforce · 1 host: 1 rolled back (7 more not tried so far)"),
        ({"a": (BAD, became("planned"))}, 0, True, "holdfast enforce --check · 1 host: 1 would change"),
        ({"a": (BAD, None), "b": (missed("unreachable", "x"), None)}, 0, False, "holdfast enforce · 2 hosts: 1 not tried, 1 not reached"),
    ],
)
def test_headline_of_a_rollout(hosts: dict[str, Any], pending: int, check_mode: bool, line: str) -> None:
    assert headline(rollout(hosts, pending=pending, check_mode=check_mode)) == line


@pytest.mark.parametrize(
    ("host", "lines"),
    [
        ((GOOD, became("unchanged")), ["unchanged, good: a"]),
        ((BAD, became("unchanged")), ["  unchanged", "  HIGH  title of routes/lost"]),
        ((GOOD, became("confirmed", before=BAD)), ["  confirmed, good now", "    mended: HIGH title of routes/lost"]),
        ((BAD, became("confirmed", [], ["x"])), ["  confirmed", "    changed: x"]),
        ((GOOD, became("confirmed", [], ["x"], asked=[{"key": ". NS", "from": ""}])), ["    changed: x", "    asked before and after, and nothing else: . NS"]),
        ((GOOD, became("refused", ["too big", "too slow"], ["x"])), ["  REFUSED, nothing was touched: too big", "    too slow", "    wanted: x"]),
        ((GOOD, became("rolled_back", ["x"], ["y"])), ["  ROLLED BACK: x", "    changed and put back: y"]),
        ((GOOD, became("rolled_back")), ["  ROLLED BACK: no reason given"]),
        ((missed("error", "no Python"), became("rolled_back", ["x"])),
         ["    look with:", f"{AUDIT} --limit a", "    nobody could judge it since: no Python"]),
        ((None, LOST_UNTIL), ["  LOST: gone", "    it goes back by itself by 03:12 UTC; look then with:", f"{AUDIT} --limit a"]),
        ((None, became("lost", until="2026-11-21T03:00:07Z")), ["    it should have gone back by itself by 03:01 UTC; look now with:"]),
        ((None, became("lost", changes=["x"])), ["  LOST: no reason given", "    tried: x", f"{AUDIT} --limit a"]),
        (
            (BAD, became("worse", ["x"], checkpoint=CHECKPOINT)),
            ["  WORSE: x", "      journalctl -t holdfast", f"      sh /var/lib/holdfast/checkpoints/{CHECKPOINT}/restore.sh asked"],
        ),
        ((BAD, became("worse", ["x"], checkpoint="x; reboot")), ["      sh /var/lib/holdfast/checkpoints/ID/restore.sh asked"]),
        ((BAD, became("worse", before=GOOD)), ["        NEW: it passed before the change"]),
        ((BAD, became("worse", before=reached(finding("unknown")))), ["        NEW: nobody could tell before the change"]),
        ((reached(finding("unknown")), became("confirmed", before=GOOD)), ["  confirmed", "  ?     routes/lost: needs become"]),
        ((BAD, None), ["  NOT TRIED: the play ended for this host before it was tried"]),
        ((GOOD, None), ["not tried: a (the play ended for this host before it was tried)"]),
        ((missed("error", "no Python"), None), ["not tried: a (no Python)"]),
        ((missed("unreachable", "timed out"), None), ["not reached: a (timed out)"]),
        ((reached(finding("waived"), finding("pass", rule="a/b")), became("unchanged")), ["waived: routes/lost on a until 2026-12-31"]),
        ((GOOD, became("confirmed", [], [f"{number}" for number in range(25)])), ["    changed: 11", "    changed: … and 13 more: see the report"]),
    ],
)
def test_says_of_a_rollout(host: tuple[Any, Any], lines: list[str]) -> None:
    text = render(rollout({"a": host})).splitlines()
    assert [line for line in lines if line not in text] == []


@pytest.mark.parametrize(
    ("host", "word"),
    [
        ((GOOD, became("rolled_back", ["x"])), "good:"),
        ((GOOD, None), "good:"),
        ((BAD, None), "not tried:"),
        ((probed(PASSES, probe()), became("confirmed")), "asked from"),
        ((GOOD, LOST_UNTIL), "good"),
        ((missed("error", "x"), became("rolled_back")), "it is as it was"),
        ((BAD, became("confirmed", before=BAD)), "mended"),
        ((reached(finding("unknown")), became("confirmed", before=BAD)), "mended"),
        ((BAD, became("confirmed", before=BAD)), "NEW"),
        *(((GOOD, became(outcome, before=BAD)), "mended") for outcome in ("worse", "lost", "rolled_back", "refused")),
    ],
)
def test_never_says_of_a_rollout(host: tuple[Any, Any], word: str) -> None:
    assert word not in render(rollout({"a": host}))


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_plan_never_reads_as_done(check_mode: bool) -> None:
    text = render(rollout({"a": (BAD, became("planned", [], [SETTING, RESTARTED]))}, check_mode=check_mode))
    assert "changed" not in text and ("would change" in text) is check_mode


def test_hosts_of_a_rollout_that_differ_are_told_apart_or_said_to() -> None:
    lost = {f"a{number}": (None, became("lost", ["gone"], [f"{number}"], until=f"2026-11-21T03:{number % 60:02}:00Z")) for number in range(50)}
    worse = {f"b{number}": (BAD, became("worse", ["x"], checkpoint=f"20261121T025800Z-3fa9{number:02}")) for number in range(50)}
    lines = render(rollout(lost | worse)).splitlines()
    assert len(lines) < 60 and "a[0:49] (50 hosts)" in lines
    assert "    it goes back by itself when its deadline has passed (until, in the report);" in lines
    assert "        details of b0; those of the others differ: see the report" in lines
    assert "      sh /var/lib/holdfast/checkpoints/ID/restore.sh asked" in lines
    assert AUDIT in lines


@pytest.mark.parametrize("names", [["a", "b*"], [f"a{number}" for number in range(9)], [HOSTILE]])
def test_a_limit_holds_plain_names_only(names: list[str]) -> None:
    lines = render(rollout({name: (None, LOST_UNTIL) for name in names})).splitlines()
    assert AUDIT in lines


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_of_a_rollout_is_wider_than_the_terminal(width: int) -> None:
    found = rollout(ENFORCED, pending=20)
    lines = [*headline(found, width).splitlines(), *render(found, width).splitlines()]
    assert max(len(line) for line in lines if "/checkpoints/" not in line and "ansible-playbook" not in line) <= width
    assert max(map(len, lines)) <= max(width, 80)


def test_what_a_host_wrote_about_its_change_is_shown_harmless() -> None:
    found = rollout({HOSTILE: (GOOD, became("worse", [HOSTILE] * 30, [HOSTILE] * 30, checkpoint=HOSTILE)), "b": (None, became("lost", [HOSTILE]))})
    text = headline(found) + render(found)
    assert all(char.isprintable() for char in text if char != "\n")
    assert "{{ 7*7 }}\\x1b[31m</testcase>]]>&\\u202e \\x00\\ufffe\\ud800end" in " ".join(text.split())
