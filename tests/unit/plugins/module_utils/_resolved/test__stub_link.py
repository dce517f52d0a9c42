# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved import _stub_link
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved._stub_link import LINK, Refused

OTHER = "../run/systemd/resolve/resolv.conf"


@pytest.fixture
def etc(tmp_path: Path) -> Path:
    for folder in ("etc", "run/systemd/resolve"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "run/systemd/resolve/stub-resolv.conf").write_text("nameserver 127.0.0.53\n")
    return tmp_path / "etc"


def make(etc: Path, what: str) -> None:
    """`what` is the text of a link, or `file`, `directory` or nothing."""
    conf = etc / "resolv.conf"
    if what == "file":
        conf.write_text("nameserver 10.77.0.1\n")
        conf.chmod(0o640)
    elif what == "directory":
        conf.mkdir()
    elif what:
        conf.symlink_to(what)


@pytest.mark.parametrize(
    ("what", "kind", "text"),
    [
        ("", "missing", "missing"),
        ("file", "file", "file"),
        (OTHER, "link", f"link to {OTHER}"),
        ("nowhere", "link", "link to nowhere"),
        ("odd\nname", "link", "link to odd\\nname"),
        (LINK, "right", f"link to {LINK}"),
        ("/run/systemd/resolve/stub-resolv.conf", "right", "link to /run/systemd/resolve/stub-resolv.conf"),
    ],
)
def test_what_is_there(etc: Path, what: str, kind: str, text: str) -> None:
    make(etc, what)
    assert _stub_link.look(Host(str(etc.parent))) == (kind, text)


def test_what_can_not_be_kept_is_refused(etc: Path) -> None:
    make(etc, "directory")
    with pytest.raises(Refused, match="move it away by hand"):
        _stub_link.look(Host(str(etc.parent)))


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("what", ["", "file", OTHER])
def test_what_was_there_is_kept(etc: Path, what: str, earlier: bool) -> None:
    make(etc, what)
    kept = etc / "resolv.conf.holdfast"
    if earlier:
        kept.write_text("of an earlier run\n")
    host = Host(str(etc.parent))
    _stub_link.put_right(host.root, _stub_link.look(host))
    assert os.readlink(etc / "resolv.conf") == LINK and _stub_link.look(host).kind == "right"
    if what == "file":
        assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("nameserver 10.77.0.1\n", 0o640)
    elif what:
        assert os.readlink(kept) == OTHER
    assert sorted(os.listdir(etc)) == ["resolv.conf", *(["resolv.conf.holdfast"] if what or earlier else [])]


@pytest.mark.parametrize("what", ["file", OTHER])
def test_where_it_can_not_be_replaced_nothing_changes(etc: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make(etc, what)
    rename = os.rename

    def busy(source, target):
        """As over a file that is mounted there."""
        if str(target).endswith("/resolv.conf"):
            raise OSError(16, "Device or resource busy", source, None, target)
        rename(source, target)

    monkeypatch.setattr(os, "rename", busy)
    host = Host(str(etc.parent))
    with pytest.raises(OSError, match="busy"):
        _stub_link.put_right(host.root, _stub_link.look(host))
    assert os.listdir(etc) == ["resolv.conf"] and _stub_link.look(host).kind == ("file" if what == "file" else "link")
