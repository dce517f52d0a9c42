# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._enforced import OUTCOMES, mended, minute, new
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import Policy, stats, verdict
from ansible_collections.holdfast.baseline.tests.unit.plugins.plugin_utils.fleet import (
    CHECKPOINT,
    ENFORCED,
    HOSTILE,
    became,
    finding,
    missed,
    reached,
    report,
    rollout,
)

GOOD, BAD, DEAD = reached(finding("pass")), reached(finding("fail", "critical")), missed("unreachable", "timed out")
NO_FACTS = missed("error", "no Python")


def host(result: Any, raw: Any, check_mode: bool = False, **policy: str) -> dict[str, Any]:
    found: dict[str, Any] = rollout({"a": (result, raw)}, check_mode=check_mode, **policy)["hosts"]["a"]
    return found


@pytest.mark.parametrize(
    ("result", "raw", "policy", "outcome", "fails"),
    [
        (GOOD, became("unchanged"), {}, "unchanged", False),
        (BAD, became("unchanged"), {}, "unchanged", False),
        (reached(finding("unknown")), became("unchanged"), {"unknown": "fail"}, "unchanged", False),
        (BAD, became("confirmed"), {}, "confirmed", False),
        (BAD, became("restored"), {}, "restored", False),
        (BAD, became("refused"), {}, "refused", True),
        (GOOD, became("rolled_back"), {"fail_on": "never"}, "rolled_back", True),
        (DEAD, became("lost"), {"unreachable": "ignore"}, "lost", True),
        (GOOD, became("lost"), {}, "lost", True),
        (GOOD, became("worse"), {}, "worse", True),
        (None, became("confirmed"), {}, "confirmed", True),
        (NO_FACTS, became("unchanged"), {}, "unchanged", True),
        (DEAD, became("confirmed"), {}, "confirmed", True),
        (DEAD, became("confirmed"), {"unreachable": "ignore"}, "confirmed", False),
        (GOOD, None, {}, "not_tried", True),
        (None, None, {}, "not_tried", True),
        (NO_FACTS, None, {"unreachable": "ignore"}, "not_tried", True),
        (DEAD, None, {}, "unreachable", True),
        (DEAD, None, {"unreachable": "ignore"}, "unreachable", False),
        (GOOD, became("planned"), {}, "not_tried", True),
        (GOOD, became("planned", checkpoint=CHECKPOINT), {}, "lost", True),
        (GOOD, became("not_tried"), {}, "worse", True),
        (GOOD, became("well"), {}, "worse", True),
        (GOOD, became(["confirmed"]), {}, "worse", True),
        (GOOD, {}, {}, "worse", True),
        (GOOD, "confirmed", {}, "worse", True),
    ],
)
def test_outcome_of_a_host(result: Any, raw: Any, policy: dict[str, str], outcome: str, fails: bool) -> None:
    found = rollout({"a": (result, raw)}, **policy)
    assert (found["hosts"]["a"]["enforced"]["outcome"], found["hosts"]["a"]["fails"]) == (outcome, fails)
    assert found["summary"]["outcomes"] == {name: int(name == outcome) for name in OUTCOMES}
    assert found["summary"]["failing_hosts"] == int(fails)
    assert bool(verdict(found["hosts"]["a"], Policy(**policy))) is fails


@pytest.mark.parametrize(("result", "fails"), [(BAD, False), (NO_FACTS, True)])
def test_a_plan(result: Any, fails: bool) -> None:
    found = host(result, became("planned", changes=["x"]), check_mode=True)
    assert (found["enforced"]["outcome"], found["fails"]) == ("planned", fails)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ([{"key": ". NS", "from": ""}, {"key": "deb.debian.org A", "from": "/etc/apt/sources.list"}],
         [". NS", "deb.debian.org A (/etc/apt/sources.list)"]),
        ([{"key": "a\nb A"}, "x", None], ["a b A"]),
        ([{"key": "a.b A", "from": "/etc/fstab", "answered": False}], ["a.b A (/etc/fstab; not answered)"]),
        ([{"key": "a.b A", "answered": False}, {"key": "c.d A", "answered": True}], ["a.b A (not answered)", "c.d A"]),
        ([], None),
        ("x", None),
        (None, None),
    ],
)
def test_what_was_asked(asked: Any, told: list[str] | None) -> None:
    assert host(GOOD, {**became("confirmed"), "asked": asked})["enforced"].get("asked") == told


def test_a_lost_host_is_not_what_it_was_before() -> None:
    found = host(GOOD, became("lost", ["Task failed: no answer"], before=reached(finding("fail"), finding("pass", rule="a/b"))))
    assert (found["status"], found["why"], found["findings"], found["systemd"]) == ("unreachable", "no answer", [], 257)
    assert [(each["rule"], each["now"]) for each in found["enforced"]["before"]["findings"]] == [("routes/lost", "unknown")]


@pytest.mark.parametrize(
    ("before", "after", "differing"),
    [
        ("fail", "fail", []),
        ("pass", "pass", []),
        ("fail", "pass", ["fail", "pass", "mended"]),
        ("fail", "not_applicable", ["fail", "not_applicable", "mended"]),
        ("fail", "unknown", ["fail", "unknown"]),
        ("fail", "waived", ["fail", "waived"]),
        ("unknown", "pass", ["unknown", "pass"]),
        ("pass", "fail", ["pass", "fail", "new"]),
        ("unknown", "fail", ["unknown", "fail", "new"]),
    ],
)
def test_before_and_now(before: str, after: str, differing: list[str]) -> None:
    found = host(reached(finding(after)), became("confirmed", before=reached(finding(before))))
    said = [word for each in found["enforced"]["before"]["findings"] for word in (each["status"], each["now"])]
    assert said + ["mended"] * len(mended(found)) + ["new"] * len(new(found)) == differing


@pytest.mark.parametrize(("before", "status"), [(BAD, "fail"), (DEAD, "unreachable"), ({"failed": True}, "error")])
def test_status_before(before: Any, status: str) -> None:
    assert host(GOOD, became("confirmed", before=before))["enforced"]["before"]["status"] == status


@pytest.mark.parametrize("ident", ["", None, 7, "x; rm -rf /", f"{CHECKPOINT}\n", f"../{CHECKPOINT}", CHECKPOINT.upper(), [CHECKPOINT]])
def test_nothing_but_an_id_is_a_checkpoint(ident: Any) -> None:
    assert "checkpoint" not in host(GOOD, became("worse", checkpoint=ident))["enforced"]


@pytest.mark.parametrize(
    "until", ["", None, 7, "soon", "2026-13-21T03:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-21T03:00:00Z\n"]
)
def test_nothing_but_a_time_is_a_deadline(until: Any) -> None:
    assert "until" not in host(DEAD, became("lost", until=until))["enforced"]


@pytest.mark.parametrize(
    ("until", "said"), [("2026-11-21T03:11:00Z", "03:11"), ("2026-11-21T03:11:01Z", "03:12"), ("2026-12-31T23:59:59Z", "00:00")]
)
def test_the_minute_by_which_a_host_is_back(until: str, said: str) -> None:
    assert minute(until) == said


@pytest.mark.parametrize("wild", [HOSTILE, [HOSTILE] * 9999, ["x" * 99999] * 30, {"a": HOSTILE}, [[HOSTILE]], 7, None, [None, "", {}]])
def test_texts_are_bounded_and_clean(wild: Any) -> None:
    tried = host(GOOD, became("refused") | {"why": wild, "changes": wild})["enforced"]
    assert len(json.dumps(tried)) < 25_000
    assert all(char.isprintable() for text in [*tried["why"], *tried["changes"]] for char in text)


def test_what_is_cut_is_counted() -> None:
    assert host(GOOD, became("refused", [str(number) for number in range(25)]))["enforced"]["why"][-2:] == ["19", "… and 5 more"]


@pytest.mark.parametrize(
    ("result", "raw", "said"),
    [
        (GOOD, became("rolled_back", ["a/b fails since the change."]), "rolled back: a/b fails since the change; see report.json"),
        (GOOD, became("refused", list("abcd")), "refused: a; b; c; …; see report.json"),
        (GOOD, became("worse"), "worse: no reason given; look at it now; see report.json"),
        (DEAD, became("lost", ["gone"], until="2026-11-21T03:11:20Z"), "lost: gone; it goes back by itself, its deadline is 03:12 UTC; see report.json"),
        (DEAD, became("lost", ["gone"]), "lost: gone; see report.json"),
        (NO_FACTS, became("confirmed"), "confirmed, but nobody could judge it since: no Python; see report.json"),
        (None, None, "not tried: the play ended for this host before it was assessed; see report.json"),
        (GOOD, None, "not tried: the play ended for this host before it was tried; see report.json"),
        (GOOD, became("planned"), "not tried: the play ended for this host before it was tried; see report.json"),
        (DEAD, None, "not reached: timed out; see report.json"),
        (BAD, became("confirmed"), ""),
    ],
)
def test_verdict(result: Any, raw: Any, said: str) -> None:
    assert verdict(host(result, raw), Policy(), "report.json") == said


def test_outcomes_of_a_fleet() -> None:
    found = rollout(ENFORCED, pending=20)
    counted = {"worse": 1, "lost": 1, "rolled_back": 1, "refused": 1, "not_tried": 2, "unreachable": 1}
    counted |= {"planned": 0, "confirmed": 10, "restored": 0, "unchanged": 2}
    assert found["summary"]["outcomes"] == stats(found, "")["holdfast_outcomes"] == counted
    assert (found["summary"]["failing_hosts"], found["summary"]["hosts"]["pending"]) == (7, 20)


def test_an_audit_has_no_outcomes() -> None:
    found = report({"a": GOOD, "b": None})
    assert "outcomes" not in found["summary"] and "holdfast_outcomes" not in stats(found, "")
    assert not any("enforced" in each for each in found["hosts"].values())
