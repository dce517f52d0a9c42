# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os

import pytest
from ansible.module_utils import basic
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.modules import systemd_dropin

DIRECTORY = "etc/systemd/journald.conf.d"
PATH = f"{DIRECTORY}/90-holdfast.conf"
LATER = "[Journal]\nStorage=none\n"


class FakeHost(Host):
    """The files below a root, and a systemctl that knows one running unit."""

    def run(self, argv, limit=0):
        if argv == ["systemctl", "--version"]:
            return "systemd 257 (257.13-1~deb13u1)\n"
        assert argv[:2] == ["systemctl", "show"], argv
        return f"Id={argv[-1]}\nLoadState=loaded\nActiveState=active\nExecMainStartTimestamp=Sat 2026-11-21 03:43:31 UTC\n"


class Ended(Exception):
    pass


def _end(_module, **result):
    raise Ended({"failed": False, **result})


def _fail(_module, msg, **result):
    raise Ended({"failed": True, "changed": False, "msg": msg, **result})


@pytest.fixture
def task(tmp_path, monkeypatch):
    """Run the module on a root of its own; returns what it returned."""
    (tmp_path / "etc/systemd").mkdir(parents=True)
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    monkeypatch.setattr(systemd_dropin, "Host", lambda: FakeHost(str(tmp_path)))
    monkeypatch.setattr("ansible_collections.holdfast.baseline.plugins.module_utils._dropin_planned.Planned.run", FakeHost.run)
    monkeypatch.setattr(basic.AnsibleModule, "exit_json", _end)
    monkeypatch.setattr(basic.AnsibleModule, "fail_json", _fail)

    def run(check=False, **options):
        arguments = {"config": "journald.conf", "settings": {"Storage": "volatile"}, "_ansible_check_mode": check, **options}
        arguments["_ansible_remote_tmp"] = str(tmp_path)
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(Ended) as ended:
            systemd_dropin.main()
        return ended.value.args[0]

    return run


def tree(root):
    """Every path below /etc/systemd with its content."""
    return {str(path.relative_to(root)): path.read_text() if path.is_file() else None for path in (root / "etc/systemd").rglob("*")}


def test_check_mode_tells_what_a_run_then_does(task, tmp_path):
    would = task(check=True)
    assert tree(tmp_path) == {}
    did = task()
    assert would == did and did["changed"] and did["restart_needed"] is True
    assert (tmp_path / PATH).stat().st_mode & 0o7777 == 0o644
    assert (tmp_path / DIRECTORY).stat().st_mode & 0o7777 == 0o755
    assert did["source"] == {"Storage": f"/{PATH}:4"} and did["before"]["effective"] == {"Storage": None}
    again = task()
    assert not again["changed"] and again["effective"] == {"Storage": "volatile"} and again["restart_needed"] is True


@pytest.mark.parametrize("check", [True, False])
def test_a_wrong_mode_is_a_change(task, tmp_path, check):
    task()
    (tmp_path / PATH).chmod(0o600)
    assert task(check=check)["changed"]
    assert (tmp_path / PATH).stat().st_mode & 0o777 == (0o600 if check else 0o644)


def test_the_diff_shows_the_file_and_the_effective_values(task):
    file, values = task()["diff"]
    assert (file["before"], file["after"].splitlines()[-1]) == ("", "Storage=volatile")
    assert (values["before"], values["after"]) == ("Storage: not set\n", f"Storage: volatile (/{PATH}:4)\n")


@pytest.mark.parametrize(("made", "left"), [(True, {}), (False, {DIRECTORY: None})])
def test_absent_removes_the_directory_only_if_it_was_made(task, tmp_path, made, left):
    if not made:
        (tmp_path / DIRECTORY).mkdir()
    task()
    before = tree(tmp_path)
    assert task(check=True, state="absent")["changed"] and tree(tmp_path) == before
    gone = task(state="absent", settings={})
    assert gone["changed"] and gone["path"] is None and gone["effective"] == {"Storage": None}
    assert tree(tmp_path) == left and not task(state="absent")["changed"]


def test_override_moves_the_file_and_keeps_a_backup(task, tmp_path):
    task()
    (tmp_path / DIRECTORY / "95-x.conf").write_text(LATER)
    before = tree(tmp_path)
    refused = task(settings={"Storage": "auto"})
    assert refused["failed"] and f"/{DIRECTORY}/95-x.conf:2" in refused["msg"] and tree(tmp_path) == before
    moved = task(override=True, backup=True)
    assert moved["path"] == f"/{DIRECTORY}/99-holdfast.conf" and len(moved["backup_files"]) == 1
    assert sorted(path for path in tree(tmp_path) if path.endswith(".conf")) == [f"{DIRECTORY}/95-x.conf", f"{DIRECTORY}/99-holdfast.conf"]
    assert not task(override=True)["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"config": "a/b.conf", "name": "x"}, "name: 'x'"),
        ({"config": "networkd.conf", "settings": {"NoSuchKey": 1}}, "unknown_keys: skip"),
        ({"settings": {"Storage": "a\nb"}}, "one line"),
    ],
)
def test_refusals_write_nothing(task, tmp_path, options, message):
    refused = task(**options)
    assert refused["failed"] and message in refused["msg"] and tree(tmp_path) == {}


def test_skipped_keys_are_returned(task, tmp_path):
    settings = {"NoSuchKey": 1}
    skipped = task(config="networkd.conf", settings=settings, unknown_keys="skip", check=True)
    assert list(skipped["unknown_keys"]) == ["NoSuchKey"] and not skipped["changed"] and skipped["path"] is None


@pytest.mark.parametrize(("state", "some", "all_keys"), [("present", {"DNSSEC"}, False), ("absent", {"DNSSEC", "Cache"}, True)])
def test_after_a_removal_all_keys_are_looked_at(task, monkeypatch, state, some, all_keys):
    asked = []
    restart = systemd_dropin._dropin_restart.Restart(True, "", [])
    monkeypatch.setattr(systemd_dropin._dropin_restart, "look", lambda _host, _name, _config, keys: asked.append(set(keys)) or restart)
    settings = {"DNSSEC": False} if state == "present" else {}
    assert not task(config="resolved.conf", settings=settings, state=state).get("failed")
    assert some <= asked[0] and ("Cache" in asked[0]) == all_keys


@pytest.mark.parametrize("there", [True, False])
def test_what_loses_to_a_file_that_came_meanwhile_is_taken_back(task, tmp_path, monkeypatch, there):
    if there:
        task(settings={"Storage": "auto"})
    before = tree(tmp_path)
    carry_out = systemd_dropin.Writer.carry_out

    def carry_out_in_a_race(self, plan, backup):
        carry_out(self, plan, backup)
        assert tree(tmp_path) != before
        (tmp_path / "run/systemd/journald.conf.d").mkdir(parents=True)
        (tmp_path / "run/systemd/journald.conf.d/95-x.conf").write_text(LATER)

    monkeypatch.setattr(systemd_dropin.Writer, "carry_out", carry_out_in_a_race)
    failed = task()
    assert failed["failed"] and "/run/systemd/journald.conf.d/95-x.conf:2" in failed["msg"]
    assert tree(tmp_path) == before


def test_a_failed_move_leaves_no_directory_behind(task, tmp_path, monkeypatch):
    def fail(_self, _source, _target):
        raise SystemExit(1)

    monkeypatch.setattr(basic.AnsibleModule, "atomic_move", fail)
    with pytest.raises(SystemExit):
        task()
    assert tree(tmp_path) == {}


def test_a_removal_that_fails_is_taken_back_whatever_the_umask(task, tmp_path, monkeypatch):
    task()
    before = tree(tmp_path)
    monkeypatch.setattr(systemd_dropin.Writer, "_remove_empty", lambda *_args: (tmp_path / "none").rmdir())
    umask = os.umask(0o077)
    try:
        failed = task(state="absent")
    finally:
        os.umask(umask)
    assert failed["failed"] and tree(tmp_path) == before
    assert (tmp_path / PATH).stat().st_mode & 0o777 == 0o644


def test_a_directory_that_takes_no_file_is_told(task, tmp_path, monkeypatch):
    monkeypatch.setattr(systemd_dropin.Writer, "_write", lambda *_args: (tmp_path / "none/x").write_text(""))
    failed = task()
    assert failed["failed"] and "no such file or directory" in failed["msg"] and tree(tmp_path) == {}
