# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Boot the host of a scenario, break it, and open a shell in it; `exit` takes everything away.

    shell.py SCENARIO [IMAGE]       such as routes/incident_004 debian12; by default the last image it is for
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from holdlab import images, machine
from holdlab.hosts import Host
from holdlab.lab import Lab
from holdlab.play import Broke, break_host, surroundings
from holdlab.scenario import OWN, Damage, Scenario, ScenarioError, load


def main(arguments: list[str]) -> int:
    """Return the exit status: 2 for a wrong command line or scenario, 1 where the lab can't run or the break fails."""
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        scenario = _scenario(arguments[0])
        image = (arguments[1:] or scenario.images[-1:])[0]
        if image not in images.names():
            raise ScenarioError(f"no image {image}; there are {', '.join(images.names())}")
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    if reason := machine.why_not():
        print(reason, file=sys.stderr)
        return 1
    with Lab() as lab, surroundings(lab, scenario), lab.servers.traffic.lossy(scenario.loss):
        return _visit(lab, lab.boot(image), scenario)


def _scenario(name: str) -> Scenario:
    folder = Path(os.environ.get("HOLDFAST_SCENARIOS") or OWN)
    path = folder / f"{name}.yml"
    if not path.is_file():
        raise ScenarioError(f"no scenario {path}")
    return load(path, images.names(), images.default_names())


def _visit(lab: Lab, host: Host, scenario: Scenario) -> int:
    status = 0
    try:
        break_host(lab, host, scenario)
    except Broke as broke:
        print(broke.step, *broke.details, sep="\n")
        status = 1
    print(f"{scenario.name}: {scenario.title}. This is {host.name} at {host.address}; exit takes it away.", flush=True)
    if scenario.damage:
        print(_how_to_see(scenario.damage), flush=True)
    subprocess.run([*host.argv(["env", f"TERM={os.environ.get('TERM', 'dumb')}", "bash", "-i"])], check=False)
    return status


def _how_to_see(damage: Damage) -> str:
    silent = [f"(the DNS servers {', '.join(damage.servers_down)} stop answering)\n"] if damage.servers_down else []
    reboot = ["systemctl reboot\n"] if damage.reboot else []
    return "".join(["What brings its damage:\n", *silent, damage.do, *reboot, "What fails then:\n", damage.check])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
