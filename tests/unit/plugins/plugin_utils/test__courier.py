# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import io
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _courier

COLLECTIONS = str(Path(_courier.__file__).parents[5])
HOST = """
import sys
sys.path.insert(0, {collections!r})
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._dnspython import bring
print(bring(sys.stdin.read())["from"])
import dns.message, dns.rrset
answer = dns.rrset.from_text("a.test.", 60, "IN", "SRV", "1 2 53 b.test.")
asked = dns.message.make_query("a.test.", "SRV", use_edns=0)
reply = dns.message.make_response(asked)
reply.answer.append(answer)
print(dns.message.from_wire(reply.to_wire()).answer[0] == answer, dns.message.__file__.startswith("/proc/self/fd/"))
"""


class Installed:
    """What importlib.metadata says of a dnspython in a folder."""

    def __init__(self, folder: Path, version: str) -> None:
        self.version = version
        self.metadata = {"Requires-Python": ">=3.8"}
        self.locate_file = lambda name: folder / name


def opened(text: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(base64.b64decode(text)))


def test_all_of_it_is_sent_and_always_the_same() -> None:
    text = _courier.packed()
    version = distribution("dnspython").version
    with opened(text) as archive:
        names = archive.namelist()
        times = {entry.date_time for entry in archive.infolist()}
        metadata = archive.read(f"dnspython-{version}.dist-info/METADATA").decode()
    package = Path(str(distribution("dnspython").locate_file("dns")))
    assert sorted(names[:-1]) == sorted(str(path.relative_to(package.parent)) for path in package.rglob("*.py"))
    assert f"Version: {version}\n" in metadata and "Requires-Python: >=" in metadata
    assert (text, times) == (_courier.packed(), {(1980, 1, 1, 0, 0, 0)})


def test_a_host_without_one_can_use_it() -> None:
    code = HOST.format(collections=COLLECTIONS)
    done = subprocess.run([sys.executable, "-S", "-c", code], input=_courier.packed(), capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["controller", "True True"]


@pytest.mark.parametrize(("version", "is_sent"), [("2.6.1", True), ("2.10.0", True), ("2.6.0", False), ("2.3.0", False)])
def test_what_is_too_old_stays_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, is_sent: bool) -> None:
    (tmp_path / "dns").mkdir()
    (tmp_path / "dns" / "__init__.py").touch()
    monkeypatch.setattr(_courier, "distribution", lambda name: Installed(tmp_path, version))
    assert bool(_courier.packed()) is is_sent


def _missing(name: str) -> Any:
    raise PackageNotFoundError(name)


def test_nothing_is_sent_where_the_controller_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_courier, "distribution", lambda name: Installed(tmp_path / "gone", "2.7.0"))
    assert _courier.packed() == ""
    monkeypatch.setattr(_courier, "distribution", _missing)
    assert _courier.packed() == ""
