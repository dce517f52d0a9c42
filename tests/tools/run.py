# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs steps, each into a log of its own, and ends with a table and a count.

    run.py [--jobs N] [--quick-units] [PATTERN...]     the steps whose name matches a shell pattern; all by default
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import machine
from steps import STEPS, UNITS, Step

LOGS = machine.ROOT / ".build" / "logs"
TAIL = 60
LINE = 300
# The lab has hosts to end when it is interrupted.
PATIENCE = 30


@dataclass(frozen=True)
class Result:
    """How a step ended: "passed", "failed" or "skipped", after how many seconds, and why.

    tests: what pytest said of single tests that failed, or that it skipped where the step passed.
    """

    name: str
    outcome: str
    seconds: float
    why: str = ""
    tests: tuple[str, ...] = ()

    def show(self, width: int) -> str:
        return f"{self.outcome:7}  {self.name:{width}}  {self.seconds:6.1f} s  {self.why}".rstrip()


@dataclass
class Running:
    """A step in a process and process group of its own, writing its log."""

    step: Step
    log: Path = field(init=False)
    process: subprocess.Popen[bytes] = field(init=False)
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = LOGS / f"{self.step.name}.log"
        command = [sys.executable, machine.ROOT / "tests/tools/steps.py", self.step.name]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, cwd=machine.ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def poll(self) -> Result | None:
        """The result, once there is one; a step over its limit is ended."""
        seconds = time.monotonic() - self.started
        status = self.process.poll()
        if status is None and seconds < self.step.limit:
            return None
        if status is None:
            self.stop()
            return Result(self.step.name, "failed", seconds, f"not done after {self.step.limit} s")
        if status:
            return Result(self.step.name, "failed", seconds, f"status {status}", self._told("FAILED ", "ERROR "))
        skips = self._told("SKIPPED [")
        return Result(self.step.name, "passed", seconds, "tests in it were skipped" if skips else "", skips)

    def _told(self, *words: str) -> tuple[str, ...]:
        """The lines of pytest's short summary that begin so."""
        return tuple(line[:LINE] for line in _lines(self.log) if line.startswith(words))

    def stop(self) -> None:
        for number, patience in ((signal.SIGINT, PATIENCE), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(patience)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


def run(steps: list[Step], jobs: int) -> list[Result]:
    """Run all steps, up to `jobs` at once, and tell of each as it ends. The results are in the order of `steps`."""
    width = max(len(step.name) for step in steps)
    waiting, running, results = list(steps), [], {}
    try:
        while waiting or running:
            while waiting and may_start(waiting[0], running, jobs):
                _start(waiting.pop(0), running, results, width)
            for each in list(running):
                result = each.poll()
                if result:
                    running.remove(each)
                    results[result.name] = result
                    _tell(result, width)
            time.sleep(0.05)
    finally:
        for each in running:
            each.stop()
    return [results[step.name] for step in steps]


def may_start(step: Step, running: list[Running], jobs: int) -> bool:
    if step.alone or any(each.step.alone for each in running):
        return not running
    return len(running) < jobs


def _start(step: Step, running: list[Running], results: dict[str, Result], width: int) -> None:
    lacking = [why for why in map(machine.missing, step.needs) if why]
    if lacking:
        results[step.name] = Result(step.name, "skipped", 0, "; ".join(lacking))
        _tell(results[step.name], width)
    else:
        print(f"started  {step.name}", flush=True)
        running.append(Running(step))


def _tell(result: Result, width: int) -> None:
    print(result.show(width), flush=True)
    if result.outcome == "failed":
        log = LOGS / f"{result.name}.log"
        print(f"----- the end of {log.relative_to(machine.ROOT)}", *_lines(log)[-TAIL:], "-----", sep="\n", flush=True)


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


def summary(results: list[Result], skips_fail: bool) -> tuple[str, int]:
    """The table, the tests that were not passed, and the count as its last line; and the exit status."""
    counts = {outcome: sum(result.outcome == outcome for result in results) for outcome in ("passed", "failed", "skipped")}
    width = max(len(result.name) for result in results)
    lines = ["", *(result.show(width) for result in results), ""]
    lines += [f"{result.name}: {test}" for result in results for test in result.tests]
    skipped = counts["skipped"] > 0 or any(result.tests for result in results if result.outcome == "passed")
    if skipped and skips_fail:
        lines.append("CI=true: what was skipped is a failure")
    lines.append(", ".join(f"{number} {outcome}" for outcome, number in counts.items()))
    bad = counts["failed"] > 0 or (skipped and skips_fail) or counts["passed"] == 0
    return "\n".join(lines), int(bad)


def main() -> int:
    """Return the exit status: 1 where a step failed, none passed, or something was skipped and CI=true."""
    parser = argparse.ArgumentParser(description="Run the project's tests.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many steps to run at once (%(default)s)")
    parser.add_argument("--quick-units", action="store_true", help="the unit tests alone, and without ansible-test")
    parser.add_argument("pattern", nargs="*", default=["*"], help="run only the steps with such a name")
    options = parser.parse_args()
    steps = UNITS if options.quick_units else STEPS
    chosen = [step for step in steps if any(fnmatch.fnmatch(step.name, pattern) for pattern in options.pattern)]
    if machine.missing("command git"):
        parser.error("git is missing: it tells which files belong to the project (apt install git)")
    if not chosen:
        parser.error(f"no such step; there are: {', '.join(step.name for step in steps)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    text, status = summary(run(chosen, options.jobs), os.environ.get("CI") == "true")
    print(text)
    return status


if __name__ == "__main__":
    sys.exit(main())
