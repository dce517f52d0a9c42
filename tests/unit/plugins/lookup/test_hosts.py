# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible import context
from ansible.errors import AnsibleLookupError
from ansible.module_utils.common.collections import ImmutableDict
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.holdfast.baseline.plugins.lookup.hosts import LookupModule

GROUPS = {"all": ["web1", "db1"], "web": ["web1"]}
BY_NAME = {"args": ("holdfast.baseline.audit",)}


def patterns(monkeypatch: pytest.MonkeyPatch, line: dict[str, Any], groups: dict[str, list[str]] | None = None, **variables: Any) -> list[str]:
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(line))
    monkeypatch.setattr(LookupModule, "set_options", lambda self, **_options: None)
    monkeypatch.setattr(LookupModule, "get_option", lambda self, _name: ["audit"])
    known = {"groups": GROUPS if groups is None else groups, **variables}
    return LookupModule(loader=DataLoader(), templar=Templar(DataLoader(), variables=known)).run(["audit"], known)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ["all"]),
        ({"holdfast_hosts": "web"}, ["web"]),
        ({"holdfast_hosts": "web,db1"}, ["web,db1"]),
        ({"holdfast_hosts": ["web", "!db1"]}, ["web", "!db1"]),
    ],
)
def test_the_patterns(monkeypatch: pytest.MonkeyPatch, variables: dict[str, Any], expected: list[str]) -> None:
    assert patterns(monkeypatch, {}, **variables) == expected


@pytest.mark.parametrize(
    ("line", "groups", "wanted", "says"),
    [
        ({}, {"all": []}, "all", "the inventory has no host"),
        ({}, None, "wbe", "holdfast_hosts: no host of the inventory matches wbe;"),
        ({**BY_NAME, "subset": "db1"}, None, "web", "--limit db1 leaves none of holdfast_hosts"),
        ({**BY_NAME, "tags": ["x"]}, None, "all", "--tags x would leave out"),
    ],
)
def test_nobody(monkeypatch: pytest.MonkeyPatch, line: dict[str, Any], groups: Any, wanted: str, says: str) -> None:
    with pytest.raises(AnsibleLookupError, match=says):
        patterns(monkeypatch, line, groups, holdfast_hosts=wanted)


@pytest.mark.parametrize("line", [{"syntax": True}, {"listtasks": True, "tags": ["x"], **BY_NAME}])
def test_who_only_lists_may_have_no_inventory(monkeypatch: pytest.MonkeyPatch, line: dict[str, Any]) -> None:
    assert patterns(monkeypatch, line, {"all": []}) == ["all"]
