# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One case of the campaign: a rollout on a fresh host, a fault in the middle of it, and what became of the host."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import fingerprint
from .controller import Controller
from .fingerprint import Look
from .gate import Gate
from .hosts import Host
from .lab import Lab
from .reference import SECONDS, VARIABLES, Reference, enforce, prepared
from .rollout import Rollout, rollout
from .rollout_faults import Case, Place

CUT_SECONDS = 5  # more than the deadline
QUIET_SECONDS = 45  # more than the deadline, for the rollback
PATIENCE = 3
SETTLE_SECONDS = 15
# For the lines of moments.yml.
STEP_BEGINS = "touch /run/step-began; systemctl show -p InvocationID systemd-resolved >/run/resolved-was"
MODULE_RUNS = "pgrep -x python3 >/dev/null"
# Until no module runs, no checkpoint waits, and systemd has nothing to do.
QUIET = """
open() { [ -e /var/lib/holdfast/open ] && ! grep -q '^state=rollback_failed' "/var/lib/holdfast/checkpoints/$(cat /var/lib/holdfast/open)/state"; }
while pgrep -x python3 >/dev/null || open || [ -n "$(systemctl list-jobs --no-legend)" ]; do sleep 0.2; done
"""
GONE_BACK = "while [ -e /var/lib/holdfast/open ]; do sleep 0.1; done"
LAST_CHECKPOINT = "cat $(ls -d /var/lib/holdfast/checkpoints/*/state 2>/dev/null | tail -1) /dev/null"
ONLINE = "/lib/systemd/systemd-networkd-wait-online --interface=host0 --timeout=20 || true"
BY = {"asked": "by the controller", "deadline": "by the deadline", "boot": "by the boot"}
# What a report may call a host, and what it is then.
TRUE = {"confirmed": "changed", "rolled_back": "as before", "refused": "as before", "unchanged": "as before"}


@dataclass(frozen=True)
class Result:
    """What became of a host: `state` is as before, changed or worse; by: who saw to it; report: the outcome that the controller reported.

    problems: what must not be, a line each; none where all is well. output: the end of what ansible said.
    """

    case: str
    fault: str
    place: str
    image: str
    state: str
    by: str = ""
    report: str = ""
    problems: list[str] = field(default_factory=list)
    seconds: float = 0
    output: str = ""


def play(lab: Lab, case: Case, reference: Reference) -> Result:
    """Play a case to its end; once more with a longer deadline where a slow machine never came to the fault."""
    began = time.monotonic()
    for seconds in (SECONDS, PATIENCE * SECONDS):
        with prepared(lab, case.image, case.fault.prepare) as host:
            played = _Played(lab, case, reference, host, seconds)
            result = played.run()
        if not played.missed or len(result.problems) > 1:
            break
    return replace(result, seconds=round(time.monotonic() - began, 1))


class _Played:
    """A case on its host."""

    def __init__(self, lab: Lab, case: Case, reference: Reference, host: Host, seconds: int) -> None:
        self.lab, self.case, self.reference, self.host = lab, case, reference, host
        self.fault, self.seconds = case.fault, seconds
        self.variables = {**VARIABLES, "holdfast_checkpoint_timeout": seconds}
        self.missed = bool(case.place.step)
        self.strikes: list[tuple[Place, Callable[[Gate], None]]] = [(case.place, self._do)] * bool(case.place.step)
        if case.killed:
            self.strikes.append((case.killed, self._kill))
        self.killed = False
        self.other: Rollout | None = None
        self.mending: threading.Timer | None = None
        self.problems: list[str] = []

    def run(self) -> Result:
        before = fingerprint.look(self.host)
        controller, gate = enforce(self.lab, self.host, **{**self.variables, **self.fault.variables})
        try:
            status = self._roll_out(gate)
        finally:
            gate.kill()
        self.problems += [f"the rollout never came to {self.case.place.name}"] * self.missed
        self._calm()
        state, by = self._state(before), self._by()
        if state == "changed" and by != "confirmed" and not self.other:
            self.problems.append("the host is changed, and nobody has confirmed that")
        enforced = _enforced(controller, self.host)
        if not self.killed:
            self._hold_against(state, enforced, status)
        case, report = self.case, "" if self.killed else str(enforced["outcome"])
        return Result(case.name, case.fault.name, case.place.name, case.image, state, by, report, self.problems, 0, gate.output()[-8000:])

    def _roll_out(self, gate: Gate) -> int:
        """Ansible's exit status; where it was killed, one that tells nothing."""
        for event in gate.events():
            if event.status:
                continue
            if self.strikes and event.step == self.strikes[0][0].step:
                self._strike(gate, *self.strikes.pop(0))
            else:
                gate.go()
            if self.killed:
                return 0
        return gate.end()

    def _strike(self, gate: Gate, place: Place, strike: Callable[[Gate], None]) -> None:
        """Let the step begin, and bring the fault about."""
        if place.when == "start":
            strike(gate)
            gate.go()
            return
        self.host.run(STEP_BEGINS)
        gate.go()
        middle = place.when == "middle"
        if self.host.run(f"until {MODULE_RUNS if middle else place.when}; do sleep 0.005; done 2>/dev/null", timeout=30).returncode:
            return
        # Its first part is the way to the host.
        time.sleep(self.reference.seconds(place.step) / 3 * middle)
        strike(gate)

    def _do(self, gate: Gate) -> None:
        self.missed = False
        if self.fault.lines:
            self.host.run(self.fault.lines)
        deeds: Mapping[str, Callable[[], Any]] = {
            "kill the controller": lambda: self._kill(gate),
            "cut the link": self._cut,
            "reboot": self.host.reboot,
            "kill the module": self._kill_module,
            "hold the controller until the deadline has passed": lambda: self.host.run(GONE_BACK, timeout=self.seconds + QUIET_SECONDS),
            "another controller": self._roll_out_another,
        }
        deeds.get(self.fault.deed, lambda: None)()

    def _kill(self, gate: Gate) -> None:
        gate.kill()
        self.killed = True

    def _kill_module(self) -> None:
        if self.host.run("pkill -KILL -x python3").returncode:
            self.problems.append("no module ran that could be killed")

    def _cut(self) -> None:
        self._set_link("down")
        self.mending = threading.Timer(self.seconds + CUT_SECONDS, self._set_link, ["up"])
        self.mending.start()

    def _set_link(self, state: str) -> None:
        self.lab.spaces.run(["ip", "link", "set", f"vb-{self.host.name}", state])

    def _roll_out_another(self) -> None:
        self.other = rollout(self.lab.spaces, [self.host], self.variables)

    def _calm(self) -> None:
        """Wait until the host has done all that it does by itself, and take the fault's cause away."""
        if self.mending:
            self.mending.join()
        if self.host.run(QUIET, timeout=self.seconds + QUIET_SECONDS).returncode:
            self.problems.append(f"{QUIET_SECONDS} s after the deadline the host is still at work, or a checkpoint is still open")
        done = self.host.run("" if self.missed else self.fault.afterwards)
        if done.returncode:
            self.problems.append(f"afterwards: {done.stdout.strip()}")
        self.host.run(ONLINE)

    def _state(self, before: Look) -> str:
        """The host's state in one word; where it is worse, the problems tell how it differs from the state that it is closest to."""
        allowed = self.reference.states(before, self.fault.deed == "reboot")
        until = time.monotonic() + SETTLE_SECONDS
        while True:
            seen = fingerprint.look(self.host)
            changes = {name: fingerprint.change(state, seen) for name, state in allowed.items()}
            found = next((name for name, change in changes.items() if not change), "")
            if found or time.monotonic() > until:
                break
            time.sleep(1)
        if not found:
            closest = min(changes, key=lambda name: len(changes[name].lines()))
            self.problems += [f"against {closest}: {line}" for line in changes[closest].lines()]
        elif found not in self.fault.host:
            self.problems.append(f"the host is {found}, which must not be")
        return found or "worse"

    def _hold_against(self, state: str, enforced: Mapping[str, Any], status: int) -> None:
        """Hold what the controller reported against the host."""
        outcome = str(enforced["outcome"])
        if self.other:
            self._two(enforced)
        elif TRUE.get(outcome, state) != state:
            self.problems.append(f"the host is {state}, and reported as {outcome}")
        if self.fault.report and outcome not in self.fault.report:
            self.problems.append(f"reported as {outcome}, and not as {' or '.join(self.fault.report)}")
        if (status == 0) != (outcome in ("confirmed", "unchanged")):
            self.problems.append(f"reported as {outcome}, with the exit status {status}")

    def _two(self, enforced: Mapping[str, Any]) -> None:
        """Of two controllers exactly one may say that it changed the host."""
        other = self.other.hosts.get(self.host.name, {}).get("enforced") or {}
        both = [enforced, other]
        if len([each for each in both if each.get("outcome") == "confirmed" and each.get("changes")]) != 1:
            said = " and ".join(f"{each.get('outcome')} with {len(each.get('changes') or [])} changes" for each in both)
            self.problems.append(f"the two controllers report {said}")

    def _by(self) -> str:
        """Who saw to it, as the last checkpoint tells."""
        seen = dict(line.partition("=")[::2] for line in self.host.run(LAST_CHECKPOINT).stdout.splitlines())
        if not seen:
            return "not armed"
        return "confirmed" if seen["state"] == "confirmed" else BY.get(seen["reason"], seen["state"])


def _enforced(controller: Controller, host: Host) -> dict[str, Any]:
    """What the report says of the host's change; without a report, or a word in it, an outcome that says so."""
    about: dict[str, Any] = {}
    with contextlib.suppress(OSError):
        about = json.loads((controller.inside / "report.json").read_text(encoding="utf-8"))["hosts"].get(host.name, {})
    return about.get("enforced") or {"outcome": about.get("status", "no report")}
