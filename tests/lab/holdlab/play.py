# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playing a scenario: break a host, audit it, see the damage come; mend a host, audit it, see the damage stay away."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .audit import Audit, audit
from .findings import differences
from .hosts import Host
from .lab import Lab
from .role import run_role
from .scenario import Damage, Expected, Scenario
from .verdicts import Verdict
from .verdicts import differences as verdict_differences

DAMAGE_SECONDS = 20  # how long to wait for damage to come
HOLDS_SECONDS = 1.5  # every damage that a restart brings about has come by then
CHECK_SECONDS = 30  # a check that takes longer has failed
PAUSE = 0.2


class Broke(Exception):
    """A scenario didn't go as it says. step: what was being tried; details: lines of text."""

    def __init__(self, step: str, details: list[str]) -> None:
        super().__init__(step, details)
        self.step = step
        self.details = details


@dataclass(frozen=True)
class Proof:
    """The audits of a scenario that went as it says: of the broken host, and of the mended one."""

    broken: Audit
    mended: Audit | None = None


@dataclass(frozen=True)
class Play:
    """A scenario on one image. `variables` go to the audit besides the scenario's own; without `keep_facts` it returns none.

    loss: percent of the DNS packets that are lost while a host is probed, instead of the scenario's own.
    repeat: how many times a host is probed once more, to say the same again.
    """

    lab: Lab
    scenario: Scenario
    image: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    keep_facts: bool = False
    loss: int = 0
    repeat: int = 0

    def run(self) -> Proof:
        """Play it to its end. Raises Broke at the first step that doesn't go as the scenario says."""
        try:
            return self._run()
        except RuntimeError as error:
            raise Broke("the lab itself", str(error).splitlines()) from error

    def _run(self) -> Proof:
        damage = self.scenario.damage
        with self._broken_host() as host:
            broken = self._look(host, self.scenario.expect, self.scenario.verdicts, "on the broken host")
            if not damage:
                return Proof(broken, self._mend(host))
            if not damage.comes:
                self._see_no_damage(host, damage, HOLDS_SECONDS)
                return Proof(broken)
            seconds = self._see_damage(host, damage)
        if not self.scenario.has_remedy:
            return Proof(broken)
        # The first host has its damage now; the remedy has to prevent it on one that only has the fault.
        with self._broken_host() as host:
            mended = self._mend(host)
            self._see_no_damage(host, damage, seconds)
        return Proof(broken, mended)

    @contextlib.contextmanager
    def _broken_host(self) -> Iterator[Host]:
        """A fresh host, among servers that are fresh too: the last host has left its traces in their caches."""
        with surroundings(self.lab, self.scenario):
            host = self.lab.boot(self.image)
            try:
                break_host(self.lab, host, self.scenario)
                yield host
            finally:
                self.lab.remove(host)

    def _mend(self, host: Host) -> Audit | None:
        if not self.scenario.has_remedy:
            return None
        _do(host, self.scenario.remedy, "remedy")
        if self.scenario.remedy_role:
            self._run_role(host)
        no_verdicts = None if self.scenario.verdicts is None else ()
        return self._look(host, self.scenario.after, no_verdicts, "after the remedy")

    def _run_role(self, host: Host) -> None:
        """The role, twice: the second time it must change nothing."""
        for changes in (True, False):
            done = run_role(self.lab.spaces, host, self.scenario.remedy_role, self.scenario.params)
            if done.failed or bool(done.changed) != changes:
                wanted = "mend the host" if changes else "change nothing when it runs again"
                raise Broke(f"remedy_role: it did not {wanted}", done.output.splitlines()[-40:])

    def _look(self, host: Host, expected: Mapping[str, Expected], verdicts: Sequence[Verdict] | None, where: str) -> Audit:
        seen = self._audit(host, "audit")
        wrong = differences(expected, seen.findings)
        if verdicts is not None:
            wrong += verdict_differences(verdicts, seen.facts["probe"])
        if wrong:
            raise Broke(f"findings {where}", wrong)
        for number in range(1, self.repeat * (verdicts is not None and self.scenario.repeatable) + 1):
            if wrong := verdict_differences(verdicts, self._audit(host, "probe").facts["probe"]):
                raise Broke(f"verdicts {where}, repeated for the {number}. time", wrong)
        return seen

    def _audit(self, host: Host, playbook: str) -> Audit:
        variables = {**self.variables, **self.scenario.params}
        probed = self.scenario.verdicts is not None
        with self.lab.servers.traffic.lossy((self.loss or self.scenario.loss) * probed):
            return audit(self.lab.spaces, host, variables, self.scenario.audit_as, self.keep_facts or probed, playbook)

    def _see_damage(self, host: Host, damage: Damage) -> float:
        """Wait for the damage; how many seconds after its trigger it came."""
        if damage.has_trigger and (failed := _check(host, damage)):
            raise Broke("damage.check before the trigger, where nothing is wrong yet", _output(failed))
        with self._triggered(host, damage):
            started = time.monotonic()
            while (seconds := time.monotonic() - started) < DAMAGE_SECONDS:
                if _check(host, damage):
                    return seconds
                time.sleep(PAUSE)
        raise Broke("damage", [f"it did not come: damage.check still succeeds after {DAMAGE_SECONDS} s"])

    def _see_no_damage(self, host: Host, damage: Damage, seconds: float) -> None:
        """Give the damage more than twice the `seconds` that it takes on a broken host."""
        with self._triggered(host, damage):
            time.sleep(2 * seconds + 1)
            if failed := _check(host, damage):
                raise Broke("damage: it came where it must not, damage.check fails", _output(failed))

    @contextlib.contextmanager
    def _triggered(self, host: Host, damage: Damage) -> Iterator[None]:
        with self.lab.servers.traffic.silenced(damage.servers_down):
            _do(host, damage.do, "damage.do")
            if damage.reboot:
                host.reboot()
            yield


@contextlib.contextmanager
def surroundings(lab: Lab, scenario: Scenario) -> Iterator[None]:
    """The scenario's servers, and its firewall before them all."""
    with lab.servers.running(scenario.servers), lab.servers.traffic.filtered(scenario.firewall):
        yield


def break_host(lab: Lab, host: Host, scenario: Scenario) -> None:
    """Run the lines of `break`, and let the servers change that do so later. Raises Broke."""
    _do(host, scenario.break_, "break")
    lab.servers.change(scenario.servers)


def _check(host: Host, damage: Damage) -> subprocess.CompletedProcess[str] | None:
    """The failed run of damage.check, or None where all is well. One that hangs has failed."""
    done = host.run(damage.check, timeout=CHECK_SECONDS)
    return done if done.returncode else None


def _do(host: Host, script: str, step: str) -> None:
    done = host.run(script)
    if done.returncode:
        raise Broke(f"{step} fails with status {done.returncode}", _output(done))


def _output(done: subprocess.CompletedProcess[str]) -> list[str]:
    return done.stdout.splitlines()[-30:]
