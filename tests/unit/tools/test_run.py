# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import machine
import pytest
import run
from steps import Step


def fine() -> None:
    """A step that does nothing."""


PASSED = run.Result("one", "passed", 1.0)
FAILED = run.Result("two", "failed", 1.0, "status 1", ("FAILED test_x.py::test_y - assert 1 == 2",))
SKIPPED = run.Result("three", "skipped", 0.0, "needs root")
PASSED_IN_PART = run.Result("four", "passed", 1.0, tests=("SKIPPED [1] test_x.py: needs a bus",))


@pytest.mark.parametrize(
    ("results", "skips_fail", "status", "last_line"),
    [
        ([PASSED], True, 0, "1 passed, 0 failed, 0 skipped"),
        ([PASSED, FAILED], False, 1, "1 passed, 1 failed, 0 skipped"),
        ([PASSED, SKIPPED], False, 0, "1 passed, 0 failed, 1 skipped"),
        ([PASSED, SKIPPED], True, 1, "1 passed, 0 failed, 1 skipped"),
        ([PASSED_IN_PART], False, 0, "1 passed, 0 failed, 0 skipped"),
        ([PASSED_IN_PART], True, 1, "1 passed, 0 failed, 0 skipped"),
        ([SKIPPED], False, 1, "0 passed, 0 failed, 1 skipped"),
    ],
)
def test_summary(results: list[run.Result], skips_fail: bool, status: int, last_line: str) -> None:
    text, returned = run.summary(results, skips_fail)
    assert (returned, text.splitlines()[-1]) == (status, last_line)
    assert all(text.count(result.why) and all(test in text for test in result.tests) for result in results)


@pytest.mark.parametrize(
    ("name", "running", "may_start"),
    [
        ("plain", [], True),
        ("plain", ["plain"], True),
        ("plain", ["plain", "plain"], False),
        ("plain", ["alone"], False),
        ("alone", ["plain"], False),
        ("alone", [], True),
    ],
)
def test_a_step_that_is_alone_has_no_company(name: str, running: list[str], may_start: bool) -> None:
    class Stub:
        def __init__(self, name: str) -> None:
            self.step = Step(name, fine, alone=name == "alone")

    assert run.may_start(Step(name, fine, alone=name == "alone"), [Stub(each) for each in running], jobs=2) is may_start


@pytest.fixture(name="script")
def fixture_script(tmp_path, monkeypatch):
    """Makes the body of every step a script that the test writes."""
    root = tmp_path / "root"
    (root / "tests/tools").mkdir(parents=True)
    monkeypatch.setattr(machine, "ROOT", root)
    monkeypatch.setattr(run, "LOGS", root / "logs")
    return root / "tests/tools/steps.py"


@pytest.mark.parametrize(
    ("body", "needs", "outcome", "why"),
    [
        ("print('fine')", (), "passed", ""),
        ("raise SystemExit(3)", (), "failed", "status 3"),
        ("print('SKIPPED [1] test_x.py: needs a bus')", (), "passed", "tests in it were skipped"),
        ("import time; time.sleep(60)", (), "failed", "not done after 1 s"),
        ("print('fine')", ("command no-such-command",), "skipped", "needs no-such-command"),
        ("print('fine')", ("python 2.7",), "skipped", "needs Python 2.7"),
    ],
)
def test_how_steps_end(script, body: str, needs: tuple[str, ...], outcome: str, why: str) -> None:
    script.write_text(body)
    (result,) = run.run([Step("one", fine, needs, limit=1)], jobs=1)
    assert (result.outcome, result.why) == (outcome, why)


def test_tests_that_failed_are_told(script) -> None:
    script.write_text("print('FAILED test_x.py::test_y - ' + 400 * 'x' + '\\nSKIPPED [1] test_x.py: needs a bus')\nraise SystemExit(1)")
    (result,) = run.run([Step("one", fine)], jobs=1)
    assert [test[:25] for test in result.tests] == ["FAILED test_x.py::test_y "] and len(result.tests[0]) == run.LINE
