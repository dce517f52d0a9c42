# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every kind of fault in the middle of a rollout, at its most dangerous places; `make faults` plays them at every step."""

from __future__ import annotations

import fcntl
import pickle
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from holdlab import campaign_results, campaign_table, faulty_rollout, fingerprint, rollout_faults
from holdlab.faulty_rollout import Result
from holdlab.lab import Lab
from holdlab.reference import Reference, measure
from holdlab.rollout_faults import EVERY, Case, Fault, FaultError, Place, Step

IMAGE = "debian13"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
FAULTS = rollout_faults.load()
MOMENTS = rollout_faults.moments()
ALWAYS = [case for fault in FAULTS for case in rollout_faults.cases(fault, IMAGE, [], MOMENTS, fault.always)]
CONFIRM = Place("enforce: Confirm, start", "enforce: Confirm", "start")
STEPS = [Step("look", 1.0, False), Step("change", 2.0, True)]


@pytest.fixture(scope="session")
def reference(lab: Lab, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Reference:
    """Measured once for all processes of this run."""
    folder = tmp_path_factory.getbasetemp()
    path = (folder if worker_id == "master" else folder.parent) / f"reference-{IMAGE}"
    with open(f"{path}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_bytes(pickle.dumps(measure(lab, IMAGE)))
        known: Reference = pickle.loads(path.read_bytes())
        return known


@pytest.mark.parametrize("case", ALWAYS, ids=lambda case: case.name)
def test_no_host_is_worse(case: Case, lab: Lab, reference: Reference) -> None:
    result = faulty_rollout.play(lab, case, reference)
    assert not result.problems, "\n".join([*result.problems, result.output])


def test_a_worse_host_is_seen(lab: Lab, reference: Reference) -> None:
    """What nobody looks after any more is lost just before the end; a campaign that calls that good would be worth nothing."""
    fault = Fault("saboteur", "a file is lost", deed="lines", lines="rm /etc/adduser.conf")
    result = faulty_rollout.play(lab, Case(fault, IMAGE, CONFIRM), reference)
    assert result.state == "worse" and any("adduser.conf" in problem for problem in result.problems)


@pytest.mark.parametrize(
    ("outcome", "status", "problem"),
    [
        pytest.param("confirmed", 0, "the host is as before, and reported as confirmed", id="went back"),
        pytest.param("rolled_back", 0, "reported as rolled_back, with the exit status 0", id="status"),
        pytest.param("rolled_back", 2, "", id="true"),
        pytest.param("lost", 2, "", id="lost"),
    ],
)
def test_an_untrue_report_is_seen(outcome: str, status: int, problem: str) -> None:
    played = faulty_rollout._Played(None, Case(Fault("x", "x"), IMAGE, Place()), None, None, 0)
    played._hold_against("as before", {"outcome": outcome}, status)
    assert played.problems == [problem] * bool(problem)


def test_the_places_of_a_fault() -> None:
    known = {"it is written": Place("it is written", "change", "test -e /x")}
    fault = Fault("x", "x", at=(EVERY,))
    names = [case.place.name for case in rollout_faults.cases(fault, IMAGE, STEPS, known)]
    assert names == ["look, start", "change, start", "change, middle", "it is written"]
    with pytest.raises(FaultError, match="nowhere"):
        list(rollout_faults.cases(replace(fault, at=("nowhere",)), IMAGE, STEPS, known))


@pytest.mark.parametrize(
    ("text", "why"),
    [("title: x\nwhere: y\n", "where is no key"), ("title: x\ndeed: pray\n", "pray is none of"), ("title: x\nhost: [better]\n", "is not of")],
)
def test_a_fault_that_cannot_be(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "x.yml").write_text(text, encoding="utf-8")
    with pytest.raises(FaultError, match=why):
        rollout_faults.load(tmp_path)


def test_a_change_is_told_and_applied() -> None:
    before = fingerprint.parse("== files\na 1\nb 1\n== dns\nx\n")
    after = fingerprint.parse("== files\na 2\nb 1\n== dns\nx\n")
    change = fingerprint.change(before, after)
    assert change.lines() == ["- files: a 1", "+ files: a 2"] and not fingerprint.change(after, after)
    assert fingerprint.apply({"files": Counter({"a 1": 1, "c 1": 1}), "dns": Counter()}, change)["files"] == Counter({"a 2": 1, "c 1": 1})


def test_the_table_tells_versions_apart() -> None:
    faults = [Fault("killed", "Killed", at=(EVERY,)), Fault("full", "Full", at=("",))]
    same = Result("", "killed", "look, start", "debian12", "as before", "by the deadline")
    bad = Result("", "full", "", "debian13", "worse", "not armed", "lost", ["lost"])
    results = [same, replace(same, image="debian13"), bad, replace(bad, image="debian12", state="as before", problems=[])]
    page = campaign_table.page(results, faults, ["look, start"])
    assert "| look, start | as before, by the deadline |" in page
    assert "252: as before, not armed; 257: **worse, not armed** | lost |" in page and "**1 hosts worse**" in page


def test_the_page_has_every_fault_and_moment() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "**0 hosts worse**." in text
    places = {place for fault in FAULTS for place in fault.at} - {EVERY, ""}
    assert not [words for words in (*(fault.title for fault in FAULTS), *MOMENTS, *places) if words not in text]


def test_good_results_are_kept_for_the_same_code(tmp_path: Path) -> None:
    path = tmp_path / "of" / "faults.json"
    good = Result("a", "killed", "look, start", "debian12", "as before")
    campaign_results.save(path, [good, replace(good, case="b", problems=["lost"])], "one")
    assert campaign_results.load_good(path, "one") == [good]
    assert campaign_results.load_good(path, "other") == [] == campaign_results.load_good(tmp_path / "none", "one")


def test_other_code_has_another_digest(tmp_path: Path) -> None:
    module = tmp_path / "plugins" / "modules" / "x.py"
    module.parent.mkdir(parents=True)
    module.write_text("one", encoding="utf-8")
    before = campaign_results.digest(tmp_path)
    (tmp_path / "README.md").write_text("not played", encoding="utf-8")
    assert campaign_results.digest(tmp_path) == before
    module.write_text("two", encoding="utf-8")
    assert campaign_results.digest(tmp_path) != before
