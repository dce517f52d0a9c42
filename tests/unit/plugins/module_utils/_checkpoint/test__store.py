# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import stat
import time

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _end, _info, _record, _store
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import Store, parse_state

OLD, MID, NEW = "20260101T000000Z-aaaaaa", "20260102T000000Z-aaaaaa", "20260103T000000Z-aaaaaa"


@pytest.fixture
def store(tmp_path):
    store = Store(str(tmp_path / "store"))
    store.open_up()
    for ident in (OLD, MID, NEW):
        os.mkdir(store.path(ident))
        store.write_state(ident, "confirmed")
    return store


def _deadline(store, ident, left, boot):
    data = {"monotonic": time.monotonic() + left, "boot_id": boot, "until": 0, "timeout": 1}
    with open(store.path(ident, "deadline.json"), "w", encoding="ascii") as file:
        json.dump(data, file)
    store.write_state(ident, "armed")
    store.claim(ident)


def test_the_store_is_one_owners_alone(store):
    assert stat.S_IMODE(os.stat(store.root).st_mode) == 0o700
    os.chmod(store.root, 0o755)
    store.open_up()
    assert stat.S_IMODE(os.stat(store.root).st_mode) == 0o700


def test_a_store_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "store").symlink_to(tmp_path)
    with pytest.raises(Refused, match="not a directory of root's"):
        Store(str(tmp_path / "store")).open_up()


def test_one_is_open_at_a_time(store):
    assert [store.claim(OLD), store.claim(NEW), store.open_id()] == [True, False, OLD]
    store.release(NEW)
    assert store.open_id() == OLD
    store.release(OLD)
    assert [store.claim(NEW), store.open_id()] == [True, NEW]


@pytest.mark.parametrize("text", ["", "garbage", "../../etc", "\0"])
def test_an_open_file_that_names_nothing_holds_nobody_up(store, text):
    with open(os.path.join(store.root, "open"), "w", encoding="ascii") as file:
        file.write(text)
    assert store.open_id() == ""
    assert store.claim(OLD)


def test_pruning_spares_the_open_one(store):
    store.claim(OLD)
    assert store.prune(1) == [MID]
    assert store.ids() == [NEW, OLD]


def test_the_lock_is_waited_for_but_not_for_ever(store, monkeypatch):
    monkeypatch.setattr(_store, "_LOCK_SECONDS", 0.2)
    with store.locked(), pytest.raises(Refused, match="at work on this host"), store.locked():
        pass
    with store.locked():
        pass


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", {"state": "", "reason": "", "at": None, "failed": []}),
        ("state=armed\nreason=\nat=12\n", {"state": "armed", "reason": "", "at": 12, "failed": []}),
        ("state=x\nfailed=/etc/a=b\nfailed=c\nat=never\nother=1\n", {"state": "x", "reason": "", "at": None, "failed": ["/etc/a=b", "c"]}),
    ],
)
def test_parse_state(text, state):
    assert parse_state(text) == state


@pytest.mark.parametrize(
    ("left", "boot", "why"),
    [(0, None, "deadline of the checkpoint .* has passed"), (-5, None, "has passed"), (60, "another boot", "was rebooted since")],
)
def test_confirming_too_late_is_refused(store, left, boot, why):
    _deadline(store, NEW, left, boot or _record.boot_id())
    with pytest.raises(Refused, match=why):
        _end.confirm(None, store, NEW, False)
    assert store.state(NEW)["state"] == "armed"


@pytest.mark.parametrize("state", ["rolled_back", "rolling_back", "rollback_failed", "arming", ""])
def test_only_what_is_armed_can_be_confirmed(store, state):
    store.write_state(NEW, state, "deadline")
    with pytest.raises(Refused, match="is not in force"):
        _end.confirm(None, store, NEW, False)


@pytest.mark.parametrize(("ident", "opened", "chosen"), [("", "", NEW), ("", OLD, OLD), (MID, OLD, MID)])
def test_choose(store, ident, opened, chosen):
    if opened:
        store.claim(opened)
    assert _end.choose(store, ident) == chosen


@pytest.mark.parametrize("ident", ["20990101T000000Z-ffffff", "../" + NEW, "x"])
def test_choose_refuses(store, ident):
    with pytest.raises(Refused, match="id: "):
        _end.choose(store, ident)


def test_the_holder_is_named(store):
    _deadline(store, NEW, 60, _record.boot_id())
    with open(store.path(NEW, "manifest.json"), "w", encoding="ascii") as file:
        json.dump({"owner": "anna@bastion", "armed_at": 0}, file)
    said = _info.holder(store, NEW)
    assert said.startswith(f"anna@bastion holds the checkpoint {NEW} since 1970-01-01T00:00:00Z; it is rolled back at 1970-01-01T00:00:00Z")
