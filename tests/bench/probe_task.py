# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole task of dns_probe on a host of the lab, dnspython brought along or not, beside a task that does nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import median

import dns
from fleet import Fleet, Run
from holdlab.hosts import Host
from holdlab.namespaces import ROOM, Namespaces
from page import Section, say

PLAYBOOKS = Path(__file__).parent / "playbooks"
NO_OP, PROBE = str(PLAYBOOKS / "no_op.yml"), str(PLAYBOOKS / "probe.yml")
ROUNDS = 3
BEFORE = f"""\
A playbook whose one task is `dns_probe` on a healthy host of the lab, beside one whose one task is `ansible.builtin.ping`: a new ssh connection
each, pipelining, no facts gathered. Medians of {ROUNDS} runs by turns.
"""


def measure(spaces: Namespaces, host: Host, collections: Path) -> Section:
    """Without a dnspython on the host, then with the controller's put there."""
    fleet = Fleet(spaces, host, collections)
    brought = _runs(fleet)
    _install(spaces, host)
    own = _runs(fleet)
    rows = [_row("the controller's, brought along", brought), _row("the host's own", own)]
    columns = ("dnspython", "no-op", "probe", "difference", "probe / no-op", "controller's CPU")
    return Section("Probe: the whole task", columns, rows, BEFORE, ["\"Controller's CPU\" is the ratio of the CPU seconds of ansible and ssh."])


def _runs(fleet: Fleet) -> dict[str, list[Run]]:
    fleet.play(PROBE, 1)  # fills the caches of files and of compiled Python
    runs: dict[str, list[Run]] = {NO_OP: [], PROBE: []}
    for _round in range(ROUNDS):
        for playbook, those in runs.items():
            those.append(fleet.play(playbook, 1))
            say(f"{Path(playbook).stem}: {those[-1].seconds:.2f} s")
    return runs


def _install(spaces: Namespaces, host: Host) -> None:
    target = spaces.path(f"{ROOM}/{host.name}/root/usr/lib/python3/dist-packages/dns")
    shutil.copytree(Path(str(dns.__file__)).parent, target, ignore=shutil.ignore_patterns("__pycache__"))
    done = host.run("python3 -m compileall -q /usr/lib/python3/dist-packages/dns")
    if done.returncode:
        raise RuntimeError(f"dnspython can't be compiled on the host:\n{done.stdout}")


def _row(name: str, runs: dict[str, list[Run]]) -> tuple[str, ...]:
    no_op, probe = (Run(*map(median, zip(*runs[playbook]))) for playbook in (NO_OP, PROBE))
    return (
        name,
        f"{no_op.seconds:.2f} s",
        f"{probe.seconds:.2f} s",
        f"{probe.seconds - no_op.seconds:.2f} s",
        f"{probe.seconds / no_op.seconds:.2f}",
        f"{probe.cpu / no_op.cpu:.2f}",
    )
