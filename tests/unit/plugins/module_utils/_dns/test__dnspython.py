# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _dnspython
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._dnspython import number, runs_here

COLLECTIONS = str(Path(_dnspython.__file__).parents[6])
MODULES = tuple(f"dns/{name}" for name in "__init__ flags edns message rcode rdatatype rdtypes/__init__ rdtypes/ANY/__init__ rdtypes/ANY/NS".split())
# Without site-packages, so that the only dnspython is the test's own.
CHILD = """
import json, sys
sys.path[:0] = [{collections!r}, {own!r}]
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._dnspython import NoDnspython, bring
before = list(sys.path)
try:
    found = bring(sys.stdin.read())
    import dns.message, dns.rdtypes.ANY.NS
    print(json.dumps([found, dns.message.who, dns.rdtypes.ANY.NS.who]))
except NoDnspython as missing:
    left = [name for name in sys.modules if name.partition(".")[0] == "dns"]
    print(json.dumps([str(missing), left, sys.path == before]))
"""


def package(version: str, who: str) -> dict[str, str]:
    """A stand-in for dnspython: all that is looked for, each module saying whose it is."""
    return {**{f"{name}.py": f"who = {who!r}\n" for name in MODULES}, "dns/version.py": f"version = {version!r}\n"}


def sent(version: str = "2.7.0", requires: str = ">=3.8", broken: bool = False) -> str:
    files = package(version, "controller")
    files["dnspython-x.dist-info/METADATA"] = f"Metadata-Version: 2.1\nName: dnspython\nVersion: {version}\nRequires-Python: {requires}\n"
    if broken:
        files["dns/message.py"] = "this is no Python"
    return packed(files)


def packed(files: dict[str, str]) -> str:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return base64.b64encode(buffer.getvalue()).decode()


def brought(folder: Path, own: dict[str, str], zipped: str) -> list[Any]:
    for name, text in own.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    code = CHILD.format(collections=COLLECTIONS, own=str(folder))
    done = subprocess.run([sys.executable, "-S", "-B", "-c", code], input=zipped, capture_output=True, text=True, timeout=60, check=True)
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*")) == sorted(own)
    return json.loads(done.stdout)


OLD = package("2.3.0", "host")
NEW = package("2.6.1", "host")
BROKEN = {**NEW, "dns/rcode.py": "import nowhere\n"}
STRANGER = {"dns/__init__.py": "raise SystemError('not dnspython at all')\n"}


@pytest.mark.parametrize("zipped", [sent(), ""])
def test_the_hosts_own_comes_first(tmp_path: Path, zipped: str) -> None:
    assert brought(tmp_path, NEW, zipped) == [{"version": "2.6.1", "from": "host"}, "host", "host"]


@pytest.mark.parametrize("own", [{}, OLD, BROKEN, STRANGER], ids=["none", "old", "broken", "stranger"])
def test_else_the_controllers_is_used_and_nothing_mixed(tmp_path: Path, own: dict[str, str]) -> None:
    assert brought(tmp_path, own, sent()) == [{"version": "2.7.0", "from": "controller"}, "controller", "controller"]


@pytest.mark.parametrize(
    ("own", "zipped", "says"),
    [
        ({}, "", ["the host has no usable dnspython", "the controller sent none", "install dnspython 2.6.1 or newer on the controller"]),
        (OLD, "", ["the host has dnspython 2.3.0", "the controller sent none"]),
        (BROKEN, "", ["the host has no usable dnspython"]),
        (STRANGER, "", ["the host has no usable dnspython"]),
        (OLD, sent("3.0", ">=9.1"), ["the host has dnspython 2.3.0", "the controller's 3.0 needs Python >=9.1", "2.7.0 does"]),
        ({}, sent(broken=True), ["can't be imported", "SyntaxError"]),
        ({}, "%%%", ["no dnspython (Error)"]),
        ({}, base64.b64encode(b"no zip").decode(), ["no dnspython (BadZipFile)"]),
        ({}, packed({"dns/__init__.py": ""}), ["no dnspython"]),
    ],
)
def test_what_to_do_is_said_where_there_is_none(tmp_path: Path, own: dict[str, str], zipped: str, says: list[str]) -> None:
    why, left, path_is_clean = brought(tmp_path, own, zipped)
    assert [text for text in says if text not in why] == []
    assert (left, path_is_clean, "\n" in why) == ([], True, False)


@pytest.mark.parametrize(
    ("requires", "here", "fits"),
    [
        (">=3.9", (3, 9, 18), True),
        (">=3.9", (3, 8, 20), False),
        (">=3.10,<4.0", (3, 9, 18), False),
        (">=3.8,<4.0", (3, 13, 0), True),
        ("<3.13", (3, 13, 0), False),
        (">3.9", (3, 9, 18), False),
        ("<=3.13", (3, 13, 2), True),
        (">=3.8, !=3.9.*", (3, 9, 18), False),
        ("~=3.8", (3, 9, 18), True),
        ("", (3, 9, 18), True),
    ],
)
def test_requires_python(requires: str, here: tuple[int, ...], fits: bool) -> None:
    assert runs_here(requires, here) is fits


@pytest.mark.parametrize(("version", "numbers"), [("2.6.1", (2, 6, 1)), ("2.7.0rc1", (2, 7, 0)), ("2.10", (2, 10)), ("dev", ()), ("", ())])
def test_number(version: str, numbers: tuple[int, ...]) -> None:
    assert number(version) == numbers
