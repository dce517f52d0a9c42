# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that a rollout is to change, and what it is like before and after one that nothing disturbs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import fingerprint
from .controller import Controller
from .fingerprint import Change, Look
from .gate import Gate
from .hosts import Host
from .lab import Lab
from .rollout_faults import Step

NAME = "web1"
ARM = "checkpoint"
SECONDS = 60  # of the deadline: a rollout takes 10 s from arming on, and longer where many run at once
# What is on its way to a host that is lost holds the controller for two minutes by default.
VARIABLES: dict[str, Any] = {
    "enforce_step_seconds": 20,
    "holdfast_checkpoint_timeout": SECONDS,
    "holdfast_probe_deadline": 4,
    "holdfast_resolved_dns": ["10.77.0.1", "10.77.0.2"],
    "holdfast_resolved_names": [fingerprint.NAME],
    "holdfast_resolved_providers": 1,
    "holdfast_watch_names": [fingerprint.NAME],
}
# The state of incident 004, which comes back after a reboot as tailscaled does.
PREPARE = """
cat >/etc/systemd/system/lab-tailscale.service <<'END'
[Unit]
After=systemd-networkd.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=/lib/systemd/systemd-networkd-wait-online --interface=host0 --timeout=20
ExecStart=/usr/local/sbin/like-tailscale 10.77.0.0/24 172.30.5.0/24 fe80::/64
[Install]
WantedBy=multi-user.target
END
rm /etc/systemd/networkd.conf.d/10-lab.conf
systemctl daemon-reload
systemctl restart systemd-networkd
systemctl enable --now lab-tailscale
"""


@dataclass(frozen=True)
class Reference:
    """Of one image: the steps of a rollout, and what becomes of a host by a reboot, by a rollout, and by both, one after the other."""

    steps: list[Step]
    rebooted: Change
    changed: Change
    changed_rebooted: Change

    def seconds(self, name: str) -> float:
        """How long that step takes."""
        return next(step.seconds for step in self.steps if step.name == name)

    def states(self, before: Look, reboots: bool) -> dict[str, Look]:
        """What a host that was `before` may be like: by the names of these states."""
        changes = {"as before": self.rebooted, "changed": self.changed_rebooted} if reboots else {"changed": self.changed}
        return {"as before": before, **{name: fingerprint.apply(before, change) for name, change in changes.items()}}


@contextlib.contextmanager
def prepared(lab: Lab, image: str, more: str = "") -> Iterator[Host]:
    """A fresh host that a rollout is to change."""
    host = lab.boot(image, NAME)
    try:
        for lines in (PREPARE, more):
            done = host.run(lines)
            if done.returncode:
                raise RuntimeError(f"the host could not be prepared:\n{done.stdout}")
        yield host
    finally:
        lab.remove(host)


def enforce(lab: Lab, host: Host, **variables: Any) -> tuple[Controller, Gate]:
    """A controller whose rollout waits at each of its steps."""
    controller = Controller(lab.spaces, [host])
    own = {"holdfast_report_dir": controller.folder, "holdfast_report_formats": ["json"]}
    return controller, Gate(lab.spaces, controller, "holdfast.baseline.enforce", variables={**own, **VARIABLES, **variables})


def measure(lab: Lab, image: str) -> Reference:
    """Roll out undisturbed, and look. Raises RuntimeError where that alone goes wrong."""
    with prepared(lab, image) as host:
        before = fingerprint.look(host)
        host.reboot()
        rebooted = fingerprint.look(host)
    with prepared(lab, image) as host:
        if odd := fingerprint.change(before, fingerprint.look(host)):
            raise RuntimeError("two fresh hosts differ, so nothing can be told by what they are like:\n" + "\n".join(odd.lines()))
        steps = _steps(lab, host)
        changed = fingerprint.look(host)
        host.reboot()
        both = fingerprint.look(host)
    return Reference(steps, *(fingerprint.change(before, after) for after in (rebooted, changed, both)))


def _steps(lab: Lab, host: Host) -> list[Step]:
    """The steps that really run on the host, and the one behind them all."""
    # On a slow machine it must come to its end, too.
    _controller, gate = enforce(lab, host, holdfast_checkpoint_timeout=300)
    steps: list[Step] = []
    armed, begun, seconds = False, None, 0.0
    for event in gate.events():
        if event.status:
            if begun and event.status in ("ok", "changed"):
                armed = armed or begun.action == ARM
                steps.append(Step(begun.step, round(time.monotonic() - seconds, 2), armed and event.status == "changed"))
            continue
        begun, seconds = (event if event.on_host else None), time.monotonic()
        if event.action == "report":
            steps.append(Step(event.step, 0, False))
        gate.go()
    if gate.end() or not armed:
        raise RuntimeError(f"the undisturbed rollout failed:\n{gate.output()[-4000:]}")
    return steps
