# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time of an audit beside a playbook that does nothing and one that reads the same by hand."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from fleet import FORKS, Fleet, Run
from holdlab.hosts import Host
from holdlab.namespaces import Namespaces
from page import Section, say

PLAYBOOKS = Path(__file__).parent / "playbooks"
NO_OP, AUDIT, BY_HAND = str(PLAYBOOKS / "no_op.yml"), "holdfast.baseline.audit", str(PLAYBOOKS / "by_hand.yml")
# Playbook: hosts: how often.
ROUNDS = {
    NO_OP: {1: 3, 20: 3, 100: 1},
    AUDIT: {1: 3, 20: 3, 100: 1},
    BY_HAND: {1: 3, 20: 1},
}

BEFORE = f"""\
One host of the lab under many names, each with an ssh connection of its own that is new in each run, pipelining, {FORKS} forks.
"No-op" is a playbook whose one task is `ansible.builtin.ping`, "by hand" one of 30 tasks (`command`, `slurp`, `assert`) that reads
about what the audit reads; both gather no facts.
"""
AFTER = [
    f"Medians of {ROUNDS[AUDIT][1]} runs; against 100 hosts and, by hand, against 20 it is one run.",
    "The hosts' own work is in the seconds and happens on the same cores as ansible's, as in no real fleet.",
    "\"Controller's CPU\" is the same ratio of the CPU seconds of ansible and ssh alone, without the host's.",
]


def measure(spaces: Namespaces, host: Host, collections: Path) -> Section:
    """Run the playbooks in turn against 1, 20 and 100 names of a healthy host."""
    fleet = Fleet(spaces, host, collections)
    _play(fleet, AUDIT, 1)  # fills the caches of files and of compiled Python
    rows = [_row(hosts, _runs(fleet, hosts)) for hosts in ROUNDS[AUDIT]]
    columns = ("hosts", "no-op", "audit", "by hand", "audit / no-op (aim: ≤ 1.6)", "controller's CPU", "by hand / audit")
    return Section("Audit", columns, rows, BEFORE, AFTER)


def _runs(fleet: Fleet, hosts: int) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {playbook: [] for playbook in ROUNDS}
    for number in range(max(rounds.get(hosts, 0) for rounds in ROUNDS.values())):
        for playbook, rounds in ROUNDS.items():
            if number < rounds.get(hosts, 0):
                runs[playbook].append(_play(fleet, playbook, hosts))
    return runs


def _play(fleet: Fleet, playbook: str, hosts: int) -> Run:
    run = fleet.play(playbook, hosts)
    say(f"{playbook.rpartition('/')[2]} on {hosts}: {run.seconds:.1f} s, {run.cpu:.1f} s CPU")
    if playbook == AUDIT and (summary := fleet.report()["summary"]["hosts"])["good"] != hosts:
        raise RuntimeError(f"a healthy host was not found good: {summary}")
    return run


def _row(hosts: int, runs: dict[str, list[Run]]) -> tuple[str, ...]:
    seconds = {playbook: median(run.seconds for run in those) for playbook, those in runs.items() if those}
    cpu = {playbook: median(run.cpu for run in those) for playbook, those in runs.items() if those}
    by_hand = seconds.get(BY_HAND)
    return (
        str(hosts),
        f"{seconds[NO_OP]:.1f} s",
        f"{seconds[AUDIT]:.1f} s",
        f"{by_hand:.1f} s" if by_hand else "not run",
        f"{seconds[AUDIT] / seconds[NO_OP]:.2f}",
        f"{cpu[AUDIT] / cpu[NO_OP]:.2f}",
        f"{by_hand / seconds[AUDIT]:.1f}" if by_hand else "",
    )
