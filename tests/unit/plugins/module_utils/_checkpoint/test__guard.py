# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._guard import VARIABLE, refuse_if_closed, while_open
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import Store

IDENT = "20261121T072400Z-3fa9c1"
OTHER = "20261121T072401Z-3fa9c1"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """With one armed checkpoint."""
    store = Store(str(tmp_path / "holdfast"))
    store.open_up()
    os.makedirs(store.path(IDENT))
    store.write_state(IDENT, "armed")
    assert store.claim(IDENT)
    return store


def held(store: Store) -> bool:
    """Whether somebody has the lock, which the script that rolls back waits for."""
    with open(os.path.join(store.root, "lock"), "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_nobody_asks_without_a_checkpoint(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    store.write_state(IDENT, "rolled_back")
    refuse_if_closed(store)


def test_a_rollback_waits_while_something_is_changed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, IDENT)
    with while_open(store):
        assert held(store)
    assert not held(store)


@pytest.mark.parametrize("state", ["rolling_back", "rolled_back", "rollback_failed", "confirmed", "arming", ""])
def test_refused_once_it_is_not_armed(store: Store, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    monkeypatch.setenv(VARIABLE, IDENT)
    store.write_state(IDENT, state)
    with pytest.raises(Refused, match="not armed any more, so nothing is changed"):
        refuse_if_closed(store)


@pytest.mark.parametrize(("ident", "why"), [(OTHER, "no checkpoint"), ("../x", "no checkpoint's id"), ("{{ 1 }}", "no checkpoint's id")])
def test_refused_for_another(store: Store, monkeypatch: pytest.MonkeyPatch, ident: str, why: str) -> None:
    monkeypatch.setenv(VARIABLE, ident)
    with pytest.raises(Refused, match=why):
        refuse_if_closed(store)


def test_refused_where_another_is_open(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, IDENT)
    store.release(IDENT)
    assert store.claim(OTHER)
    with pytest.raises(Refused, match="not armed any more"):
        refuse_if_closed(store)
