# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""restore.sh as a real shell runs it, on files of the test's own; systemctl and ip are stand-ins that write down what they are told."""

from __future__ import annotations

import asyncio
import os

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._durable import copy
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._entries import find
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._script import Places, render
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import Store
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._units import Unit

IDENT = "20261121T072400Z-3fa9c1"
ODD = "it's $(touch owned); *"
SYSTEMCTL = """#!/bin/sh
echo "systemctl $*" >>"$0.log"
[ "$1" != "$KILL" ] || kill -9 "$(cat "$0.pid")"
[ "$*" != 'show -p UnitFileState --value -- a.service' ] || echo enabled
"""
NOTHING = '#!/bin/sh\necho "$(basename "$0") $*" >>"$0.log"\n'
IP = NOTHING + "echo 'RTNETLINK answers: File exists' >&2\nexit 2\n"


class Place:
    """A checkpoint of `etc` below a folder of the test's own."""

    def __init__(self, tmp_path, state="armed"):
        self.tmp, self.etc, self.store = tmp_path, tmp_path / "etc", Store(str(tmp_path / "store"))
        self.store.open_up()
        folder = tmp_path / "store/checkpoints" / IDENT
        (folder / "files").mkdir(parents=True)
        entries = find([str(self.etc / "net.d"), str(self.etc / "absent.d/x.conf")], [str(self.etc)])
        for number, entry in enumerate(entries):
            if entry.kind in ("file", "link", "directory"):
                copy(entry, str(folder / "files" / str(number)))
        (tmp_path / "bin").mkdir()
        for name, text in (("systemctl", SYSTEMCTL), ("ip", IP), ("logger", NOTHING)):
            (tmp_path / "bin" / name).write_text(text)
            (tmp_path / "bin" / name).chmod(0o755)
        places = Places(self.store.root, str(tmp_path / "boot/unit"), str(tmp_path / "boot/wants/unit"), True, f"{tmp_path}/bin:/usr/bin:/bin")
        (folder / "restore.sh").write_bytes(render(IDENT, places, entries, [Unit("a.service", "loaded", True, "enabled")]))
        self.store.claim(IDENT)
        self.store.write_state(IDENT, state)

    def run(self, reason="deadline", **variables):
        """The exit status and what it printed."""
        return asyncio.run(self._run(reason, {**os.environ, "KILL": "", **variables}))

    async def _run(self, reason, environment):
        shell = await asyncio.create_subprocess_exec(
            "sh", "-c", 'echo $$ >"$1/systemctl.pid"; exec sh "$2" "$3"', "sh", self.tmp / "bin", self.store.script(IDENT), reason,
            cwd=self.tmp, env=environment,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _err = await asyncio.wait_for(shell.communicate(), 60)
        return shell.returncode, out.decode()

    def told(self, name="systemctl"):
        log = self.tmp / "bin" / f"{name}.log"
        return log.read_text().splitlines() if log.exists() else []

    def state(self):
        return self.store.state(IDENT)["state"]


@pytest.fixture
def etc(tmp_path):
    etc = tmp_path / "etc"
    (etc / "net.d/deep").mkdir(parents=True)
    (etc / "net.d" / ODD).write_text("odd")
    (etc / "net.d/a.conf").write_bytes(b"a\xff\0")
    (etc / "net.d/a.conf").chmod(0o4640)
    (etc / "net.d/link").symlink_to(ODD)
    (etc / "net.d/deep/b.conf").write_text("b")
    return etc


@pytest.fixture
def place(etc, tmp_path):
    return Place(tmp_path)


def _seen(folder):
    """Everything below a folder but times."""
    seen = {}
    for path in sorted(folder.rglob("*")):
        content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        attributes = () if path.is_symlink() else [(name, os.getxattr(path, name)) for name in os.listxattr(path)]
        seen[str(path)] = (path.lstat().st_mode, path.lstat().st_uid, content, attributes)
    return seen


def _new_file(etc):
    (etc / "net.d/new.conf").write_text("new")


def _new_tree(etc):
    (etc / "absent.d").mkdir()
    (etc / "absent.d/x.conf").write_text("new")


def _gone(etc):
    (etc / "net.d/deep/b.conf").unlink()
    (etc / "net.d/deep").rmdir()


def _other_kinds(etc):
    (etc / "net.d/a.conf").unlink()
    (etc / "net.d/a.conf").mkdir()
    (etc / "net.d/link").unlink()
    (etc / "net.d/link").write_text("no link")


def _hidden_and_odd(etc):
    for name in ("..x", ".y", "-rf", "a\nb"):
        (etc / "net.d" / name).write_text("x")


CHANGES = [
    pytest.param(_new_file, id="new file"),
    pytest.param(_new_tree, id="new tree"),
    pytest.param(_gone, id="directory gone"),
    pytest.param(_other_kinds, id="other kinds"),
    pytest.param(_hidden_and_odd, id="odd names"),
    pytest.param(lambda etc: (etc / "net.d" / ODD).write_text("other"), id="content"),
    pytest.param(lambda etc: (etc / "net.d/a.conf").chmod(0o600), id="mode"),
    pytest.param(lambda etc: (etc / "net.d").chmod(0o700), id="directory's mode"),
    pytest.param(lambda etc: (etc / "net.d").rename(etc / "moved"), id="moved away"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_everything_is_put_back(place, etc, change):
    before = _seen(etc)
    change(etc)
    assert "differs" in place.run("check")[1]
    assert _seen(etc) != before
    assert place.run() == (0, "")
    (etc / "moved").exists() and [path.unlink() for path in sorted((etc / "moved").rglob("*"), reverse=True) if not path.is_dir()]
    assert {path: seen for path, seen in _seen(etc).items() if "/moved" not in path} == before
    assert place.state() == "rolled_back"
    assert "systemctl restart -- a.service" in place.told()
    assert not (place.tmp / "owned").exists() and not (place.tmp / "store/open").exists()


def test_an_attribute_alone_is_put_back(place, etc):
    try:
        os.setxattr(etc / "net.d/a.conf", "user.holdfast", b"1")
    except OSError:
        pytest.skip("no extended attributes here")
    before = {path: seen for path, seen in _seen(etc).items() if "a.conf" not in path}
    place.run()
    assert os.listxattr(etc / "net.d/a.conf") == []
    assert {path: seen for path, seen in _seen(etc).items() if "a.conf" not in path} == before


def test_where_nothing_changed_nothing_is_touched_nor_restarted(place, etc):
    stamps = {path: path.lstat().st_ctime_ns for path in etc.rglob("*")}
    assert place.run() == (0, "")
    assert {path: path.lstat().st_ctime_ns for path in etc.rglob("*")} == stamps
    assert place.state() == "rolled_back"
    assert not [line for line in place.told() if " restart " in line or " start " in line]


@pytest.mark.parametrize("where", ["daemon-reload", "show", "restart", "is-active", "stop"])
def test_killed_anywhere_the_next_run_ends_it(place, etc, where):
    before = _seen(etc)
    _new_file(etc)
    assert place.run(KILL=where)[0] == -9
    assert place.run("boot" if where == "show" else "deadline") == (0, "")
    assert _seen(etc) == before
    assert place.state() == "rolled_back"
    if where not in ("show", "is-active", "stop"):
        assert place.told().count("systemctl restart -- a.service") == (2 if where == "restart" else 1)
    assert not (place.tmp / "store/open").exists()


@pytest.mark.parametrize(
    ("state", "reason", "after", "put_back"),
    [
        ("armed", "deadline", "rolled_back", True),
        ("armed", "boot", "rolled_back", True),
        ("rolling_back", "boot", "rolled_back", True),
        ("rollback_failed", "boot", "rolled_back", True),
        ("confirmed", "asked", "rolled_back", True),
        ("confirmed", "deadline", "confirmed", False),
        ("confirmed", "boot", "confirmed", False),
        ("rolled_back", "deadline", "rolled_back", False),
        ("arming", "deadline", "abandoned", False),
        ("", "asked", "", False),
    ],
)
def test_who_may_roll_back_what(etc, tmp_path, state, reason, after, put_back):
    place = Place(tmp_path, state)
    _new_file(etc)
    assert place.run(reason)[0] == 0
    assert (place.state(), (etc / "net.d/new.conf").exists()) == (after, not put_back)
    assert not (tmp_path / "store/open").exists()


@pytest.mark.parametrize(
    ("state", "word", "status", "after"),
    [
        ("armed", "keep", 0, "confirmed"),
        ("confirmed", "keep", 3, "confirmed"),
        ("rolled_back", "keep", 3, "rolled_back"),
        ("rolling_back", "keep", 3, "rolling_back"),
        ("rollback_failed", "keep", 3, "rollback_failed"),
        ("arming", "keep", 3, "arming"),
        ("", "keep", 3, ""),
        ("armed", "kepe", 2, "armed"),
    ],
)
def test_only_an_armed_one_is_kept_by_hand(etc, tmp_path, state, word, status, after):
    place = Place(tmp_path, state)
    reserve = tmp_path / "store/checkpoints" / IDENT / "reserve"
    reserve.write_text("x")
    _new_file(etc)
    assert place.run(word)[0] == status
    kept = status == 0
    assert (place.state(), reserve.exists(), (tmp_path / "store/open").exists()) == (after, not kept, not kept)
    assert (f"systemctl stop holdfast-rollback-{IDENT}.timer" in place.told()) == kept
    assert place.run("deadline" if kept else "check")[0] == 0
    assert place.state() == after and (etc / "net.d/new.conf").exists()


def test_keeping_that_can_not_be_written_leaves_it_armed(place):
    (place.tmp / "bin/sync").write_text("#!/bin/sh\nexit 1\n")
    (place.tmp / "bin/sync").chmod(0o755)
    assert place.run("keep")[0] == 1
    assert place.state() == "armed" and (place.tmp / "store/open").exists()
    assert not [line for line in place.told() if " stop " in line]


def test_another_open_checkpoint_is_not_undercut(etc, tmp_path):
    place = Place(tmp_path, "confirmed")
    (tmp_path / "store/open").write_text("20261121T080000Z-aaaaaa\n")
    _new_file(etc)
    assert place.run("asked")[0] == 3
    assert place.run("deadline")[0] == 0
    assert (etc / "net.d/new.conf").exists() and (tmp_path / "store/open").exists()


def test_at_boot_units_are_only_queued(place, etc):
    _new_file(etc)
    place.run("boot")
    assert "systemctl --no-block start -- a.service" in place.told()
    assert not [line for line in place.told() if line.startswith("systemctl restart")]


def test_what_can_not_be_put_back_is_said_and_stays_open(place, etc):
    (place.tmp / "bin/mv").write_text('#!/bin/sh\ncase $* in *a.conf) echo no mv >&2; exit 1;; esac\nexec /bin/mv "$@"\n')
    (place.tmp / "bin/mv").chmod(0o755)
    (etc / "net.d/a.conf").write_text("other")
    _new_file(etc)
    assert place.run()[0] == 1
    state = place.store.state(IDENT)
    assert state["state"] == "rollback_failed" and f"{etc}/net.d/a.conf: no mv" in state["failed"]
    assert (place.tmp / "store/open").exists() and not (etc / "net.d/new.conf").exists()
    (place.tmp / "bin/mv").unlink()
    assert place.run("asked")[0] == 0
    assert place.store.state(IDENT) == {**state, "state": "rolled_back", "reason": "asked", "at": place.store.state(IDENT)["at"], "failed": []}


def test_rules_and_routes_of_this_boot_are_put_back_until_they_stay(place):
    (place.tmp / "store/checkpoints" / IDENT / "network").write_text("put '-4' 'rule' 'add' 'iif' 'a b;c'\n")
    assert place.run() == (0, "")
    assert place.told("ip") == ["ip -4 rule add iif a b;c"] * 5
