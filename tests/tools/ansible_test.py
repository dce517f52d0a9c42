# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs ansible-test without containers, in a copy of the collection, with interpreters and downloads from the cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

import environment
import machine
import tree

# ansible-test fetches get-pip from a server of its own; this does the same from PyPI.
_GET_PIP = """
import runpy, sys
sys.path.insert(0, {wheel!r})
wanted = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.argv[1:] = ["install", *wanted, "pip=={version}"]
runpy.run_module("pip", run_name="__main__")
"""
_PIP_OF_CORE = {"2.18": "24.2", "2.21": "25.2"}


def sanity(core: str) -> None:
    """Every sanity test that ansible-core `core` has, for every Python that is here."""
    home = _home(core)
    _stand_in_for_get_pip(core, home)
    _drop_damaged(home)
    try:
        _run(core, "sanity", machine.HOST_PYTHONS)
    finally:
        _seal(home)


def units(core: str, python: str) -> None:
    """The unit tests on `python`: the host's half, and the controller's where the core runs on that Python."""
    _run(core, "units", [python], "--python", python)


def integration(core: str) -> None:
    """The integration targets, on this machine."""
    _run(core, "integration", [])


def _run(core: str, command: str, pythons: Iterable[str], *options: str) -> None:
    python = machine.core_python(core)
    lint = environment.ensure("lint", python) if command == "sanity" else None
    others = [found for found in map(machine.find_python, pythons) if found and found != python]
    folder, *hosts = [environment.ensure("test", found) for found in (python, *others)]
    path = [str(each / "bin") for each in (folder, *hosts, lint) if each]
    subprocess.run(
        [folder / "bin/ansible-test", command, "--color", "no", *options],
        cwd=tree.export("-".join((command, core, *options[1:]))),
        env={**os.environ, "PATH": os.pathsep.join([*path, os.environ["PATH"]]), "HOME": str(_home(core)), "ANSIBLE_COLLECTIONS_PATH": ""},
        check=True,
    )


def _home(core: str) -> Path:
    """A home of ansible-test's own: it keeps the environments of its sanity tests there."""
    home = machine.cache() / f"ansible-test-{core}"
    home.mkdir(parents=True, exist_ok=True)
    return home


def _stand_in_for_get_pip(core: str, home: Path) -> None:
    version = _PIP_OF_CORE[core]
    cached = home / ".ansible/test/cache"
    wheel = cached / f"pip-{version}-py3-none-any.whl"
    if not zipfile.is_zipfile(wheel):
        wheel.unlink(missing_ok=True)
        python = environment.ensure("test", machine.core_python(core)) / "bin/python"
        download = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "download", "--no-deps", "--dest", cached]
        subprocess.run([*download, f"pip=={version}"], check=True)
    stand_in = cached / f"get_pip_{version.replace('.', '_')}.py"
    stand_in.write_text(_GET_PIP.format(wheel=str(wheel), version=version), encoding="utf-8")


def _sanity_environments(home: Path) -> list[Path]:
    """Those that are finished; the others ansible-test makes anew by itself."""
    return [marker.parent for marker in (home / ".ansible/test/venv").glob("*/*/*/marker.txt")]


def _drop_damaged(home: Path) -> None:
    """ansible-test trusts every finished environment that it finds, and makes those that are missing."""
    for folder in _sanity_environments(home):
        if not environment.is_whole(folder):
            print(f"making {folder} anew", flush=True)
            shutil.rmtree(folder)


def _seal(home: Path) -> None:
    for folder in _sanity_environments(home):
        if not environment.is_sealed(folder):
            environment.seal(folder)
