# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of `make test`: what each runs, what it needs of the machine, how long it may take.

    steps.py NAME     run one of them here, or one of the other commands behind make's targets
"""

from __future__ import annotations

import functools
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import ansible_test
import audit_check
import environment
import machine
import tree


@dataclass(frozen=True)
class Step:
    """One row of the final table. `run` raises where the step fails; `limit` is in seconds; `alone`: beside no other."""

    name: str
    run: Callable[[], None]
    needs: tuple[str, ...] = ()
    limit: int = 900
    alone: bool = False


def _tools(requirements: str, core: str | None = None) -> Path:
    """The bin folder of the environment for `requirements`, on the newest ansible-core that this machine can run."""
    return environment.ensure(requirements, machine.core_python(core or machine.newest_core())) / "bin"


def _run(*command: object, cwd: Path = machine.ROOT, **variables: str) -> None:
    print("+", *command, flush=True)
    subprocess.run([str(word) for word in command], cwd=cwd, env={**os.environ, **variables}, check=True)


def ansible_lint() -> None:
    folder, tools = tree.export("ansible-lint"), _tools("lint")
    _run(tools / "ansible-lint", "--nocolor", cwd=folder, PATH=f"{tools}:{os.environ['PATH']}", ANSIBLE_COLLECTIONS_PATH=str(folder.parents[2]))


def shellcheck() -> None:
    scripts = [path for path in tree.files(machine.ROOT) if path.endswith(".sh") or path == ".ci/run"]
    _run(_tools("lint") / "shellcheck", "--external-sources", *sorted(scripts))


def documentation() -> None:
    folder, tools = tree.export("documentation"), _tools("lint")
    _run(tools / "antsibull-docs", "lint-collection-docs", "--plugin-docs", ".", cwd=folder,
         PATH=f"{tools}:{os.environ['PATH']}", ANSIBLE_COLLECTIONS_PATH=str(folder.parents[2]))


def changelog() -> None:
    _run(_tools("lint") / "antsibull-changelog", "lint", cwd=tree.export("changelog"))


def generated_docs() -> None:
    folder = tree.export("generated-docs")
    _run(_tools("test") / "python", "docs/generate.py", "--check", cwd=folder, ANSIBLE_COLLECTIONS_PATH=str(folder.parents[2]))


def galaxy_importer() -> None:
    """Build the collection and import it as Galaxy does; a warning fails too."""
    folder, tools = tree.export("galaxy-importer"), _tools("importer")
    built = machine.ROOT / ".build" / "artifact"
    shutil.rmtree(built, ignore_errors=True)
    variables = {"PATH": f"{tools}:{os.environ['PATH']}", "ANSIBLE_COLLECTIONS_PATH": str(built), "GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true"}
    _run(tools / "ansible-galaxy", "collection", "build", "--output-path", built, cwd=folder, **variables)
    command = [tools / "python", "-m", "galaxy_importer.main", *built.glob("*.tar.gz")]
    done = subprocess.run(command, cwd=built, env={**os.environ, **variables}, text=True, stdout=subprocess.PIPE, check=False)
    print(done.stdout)
    complaints = [line for line in done.stdout.splitlines() if line.startswith(("WARNING", "ERROR", "CRITICAL"))]
    if done.returncode or complaints:
        sys.exit(f"galaxy-importer: status {done.returncode}, {len(complaints)} complaints")


def quick_units(python: str) -> None:
    """The unit tests by pytest itself, without ansible-test's process for every test.

    Every Python runs the host's half; the controller's is run by the one Python that comes first in the newest core.
    """
    folder, tools = tree.export(f"quick-{python}"), environment.ensure("test", machine.find_python(python)) / "bin"
    whole = machine.find_python(python) == machine.core_python(machine.newest_core())
    _run(tools / "python", "-m", "pytest", "-qra", "-p", "no:cacheprovider", "--import-mode=importlib",
         *(["--numprocesses=2", "tests/unit"] if whole else ["tests/unit/plugins/module_utils"]),
         cwd=folder, PYTHONPATH=str(folder.parents[2]), PATH=f"{tools}:{os.environ['PATH']}")


def lab(core: str | None = None, *selection: str) -> None:
    python = _tools("test", core) / "python"
    _run(machine.ROOT / "tests/lab/setup.sh")
    # Of its time a test waits a good half: for deadlines, for boots, for servers that don't answer.
    workers = 5 * (os.cpu_count() or 1) // 2
    _run(python, "-m", "pytest", "-ra", f"--numprocesses={workers}", "--dist=worksteal", "tests/lab", *selection)


def lab_by_hand() -> None:
    lab(None, *shlex.split(os.environ.get("ARGS", "")))


def lab_shell() -> None:
    _run(_tools("test") / "python", "tests/lab/shell.py", os.environ["SCENARIO"], *os.environ.get("IMAGE", "").split())


def faults() -> None:
    _run(machine.ROOT / "tests/lab/setup.sh")
    _run(_tools("test") / "python", "tests/lab/break_rollouts.py", *shlex.split(os.environ.get("ARGS", "")))


def random_hosts() -> None:
    _run(machine.ROOT / "tests/lab/setup.sh")
    _run(_tools("test") / "python", "tests/lab/play_random.py", *shlex.split(os.environ.get("ARGS", "")))


def bench() -> None:
    _run(machine.ROOT / "tests/lab/setup.sh", "bench")
    _run(_tools("test") / "python", "tests/bench/run.py", _tools("bench"), *shlex.split(os.environ.get("ARGS", "")))


def docs() -> None:
    _run(_tools("test") / "python", "docs/generate.py")


def _of_core(core: str, unit_pythons: tuple[str, ...]) -> list[Step]:
    bind, needs = functools.partial, (f"core {core}",)
    return [
        Step(f"sanity-core{core}", bind(ansible_test.sanity, core), needs),
        *(Step(f"unit-core{core}-py{python}", bind(ansible_test.units, core, python), (*needs, f"python {python}")) for python in unit_pythons),
        Step(f"integration-core{core}", bind(ansible_test.integration, core), (*needs, "command ssh")),
    ]


STEPS = [
    Step("ansible-lint", ansible_lint),
    Step("shellcheck", shellcheck),
    Step("changelog", changelog),
    Step("documentation", documentation),
    Step("generated-docs", generated_docs),
    *_of_core("2.21", machine.HOST_PYTHONS),
    *_of_core("2.18", ("3.11",)),
    Step("galaxy-importer", galaxy_importer),
    Step("audit", audit_check.run, ("command make",)),
    Step("lab", lab, ("root", "debian"), limit=3600, alone=True),
    Step("lab-smoke-core2.18", functools.partial(lab, "2.18", "-k", "healthy"), ("root", "debian", "core 2.18"), alone=True),
]
UNITS = [Step(f"unit-py{python}", functools.partial(quick_units, python), (f"python {python}",)) for python in reversed(machine.HOST_PYTHONS)]
COMMANDS = {
    "lab": Step("lab", lab_by_hand, ("root", "debian")),
    "lab-shell": Step("lab-shell", lab_shell, ("root", "debian")),
    "faults": Step("faults", faults, ("root", "debian")),
    "random": Step("random", random_hosts, ("root", "debian")),
    "bench": Step("bench", bench, ("root", "debian")),
    "docs": Step("docs", docs),
}


def main(name: str) -> None:
    """Run the step or command called `name` in the foreground."""
    step = COMMANDS.get(name) or next(step for step in STEPS + UNITS if step.name == name)
    lacking = [why for why in map(machine.missing, step.needs) if why]
    if lacking:
        sys.exit(f"{name}: {'; '.join(lacking)}")
    try:
        step.run()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{name}: status {error.returncode} from {' '.join(map(str, error.cmd))}")


if __name__ == "__main__":
    main(sys.argv[1])
