# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _fact_paths
from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import Problems
from ansible_collections.holdfast.baseline.plugins.plugin_utils._rules import CATALOGUE, load

GOOD = """\
title: names are pinned
severity: low
needs: [resolver.hosts_file]
fails: resolver.hosts_file.overrides
why: They stay when the service moves.
remedy: {text: Remove the line.}
"""


def mistakes(directory: Path, content: str | bytes, name: str = "mine/pinned.yml") -> list[str]:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Problems) as caught:
        load([directory])
    return caught.value.lines


def test_the_catalogue_holds_no_mistake() -> None:
    assert load([CATALOGUE])


def test_a_rule_is_its_path(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "pinned.yml").write_text(GOOD + "params: {names: [a]}\nreferences: [hosts(5)]\n")
    rule = load([tmp_path])["mine/pinned"]
    assert (rule.id, rule.needs, rule.params, rule.references) == ("mine/pinned", ("resolver.hosts_file",), {"names": ["a"]}, ("hosts(5)",))


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("severity: low", "severty: low", 2, "unknown field 'severty'; did you mean 'severity'?"),
        ("severity: low", "severity: grave", 2, "severity is 'grave'; write one of: info, low, medium, high, critical"),
        ("severity: low\n", "", 1, "the field 'severity' is missing"),
        ("why: They stay when the service moves.", "why: 7", 5, "why must be text; put it into quotes"),
        ("title: names are pinned", "title: ''", 1, "title is empty"),
        ("title: names are pinned", 'title: "two\\nlines"', 1, "title must be one line"),
        ("[resolver.hosts_file]", "resolver.hosts_file", 3, "needs must be a list of text, for example [routes.networkd]"),
        ("[resolver.hosts_file]", "[resolver.host_file]", 3, "'resolver.host_file' is no node with a status; did you mean 'resolver.hosts_file'?"),
        ("[resolver.hosts_file]", "[resolver.hosts_file.count]", 3, "is no node with a status"),
        ("overrides\n", "override\n", 4, "fails: no fact is called resolver.hosts_file.override; did you mean overrides?"),
        ("overrides\n", "overrides[\n", 4, "fails: the expression ends too early"),
        ("resolver.hosts_file.overrides\n", '"size(resolver.hosts_file.overrides)"\n', 4, "there is no function size()"),
        ("{text: Remove", "{txt: Remove", 6, "unknown field 'remedy.txt'; did you mean 'text'?"),
        ("{text: Remove the line.}", "Remove the line.", 6, "remedy must be a mapping with role, tags, text"),
        ("why:", "evidence: resolver.hosts_file.count\nwhy:", 5, "evidence: must be labels with values"),
        ("why:", "evidence: '{n: offending[].nam}'\nwhy:", 5, "no fact is called offending[].nam; did you mean name?"),
        ("why:", "escalates: {severity: high}\nwhy:", 5, "the field 'escalates.when' is missing"),
        ("why:", "escalates: {severity: info, when: resolver.nsswitch.asks_dns}\nwhy:", 5, "must be graver than severity (low)"),
        ("why:", "applies: resolver.resolved.active\nwhy:", 5, "resolver.resolved may be absent from a host: add it to needs"),
        ("why:", "params: [names]\nwhy:", 5, "params must map each parameter to its default"),
        ("why:", "applies: params.names\nwhy:", 5, "no fact is called params.names"),
        ("why:", "title: again\nwhy:", 5, "says 'title' twice"),
        ("why:", "params: &a {x: 1}\nreferences: *a\nwhy:", 5, "uses a YAML anchor: write the value out"),
        ("why: They", "why: !!python/object/apply:os.system [id] #", 5, "write the value without a tag"),
        ("why:", "\twhy:", 5, "indent with spaces, not with tabs"),
        ("why: They", "why: note: they", 5, "put text that holds ': ' into quotes"),
        ("fails: resolver", "fails: `1` == resolver", 4, "put the expression into double quotes"),
        ("why: They stay", "why: 2026-13-45 #", 1, "a value that can't be read"),
    ],
)
def test_each_mistake_is_told_once_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD
    found = mistakes(tmp_path, GOOD.replace(old, new, 1))
    assert len(found) == 1
    assert found[0].startswith(f"{tmp_path}/mine/pinned.yml:{line}: mine/pinned: ")
    assert said in found[0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the file is empty"),
        ("# a comment\n", "the file is empty"),
        ("- a\n- b\n", "is not a mapping"),
        ("just text", "is not a mapping"),
        (b"title: \xff\xfe\n", "is not UTF-8"),
        (b"title: a\x00b\n", "not readable as YAML"),
        ("title: a\n---\ntitle: b\n", "not readable as YAML"),
        ("a: " + "[" * 15000, "not readable as YAML"),
        ("#" * 20000, "larger than 16 KiB"),
    ],
)
def test_what_is_no_rule_at_all(tmp_path: Path, content: str | bytes, said: str) -> None:
    found = mistakes(tmp_path, content)
    assert len(found) == 1
    assert "mine/pinned" in found[0] and said in found[0]


@pytest.mark.parametrize("name", ["top.yml", "a/b/deep.yml", "mine/rule.yaml", "mine/Big.yml", "my-own/rule.yml"])
def test_files_in_the_wrong_place(tmp_path: Path, name: str) -> None:
    assert mistakes(tmp_path, GOOD, name) == [
        f"{tmp_path}/{name}:1: a rule file is called <subject>/<rule>.yml right below {tmp_path}, in small letters, digits and _",
    ]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    for name, text in (("mine/pinned.yml", GOOD), ("README.md", "x"), ("mine/.pinned.yml", "x"), ("mine/pinned.yml~", "x")):
        (tmp_path / name).write_text(text)
    assert list(load([tmp_path])) == ["mine/pinned"]


def test_all_mistakes_of_all_files_are_told_together(tmp_path: Path) -> None:
    for directory in ("one", "two"):
        (tmp_path / directory / "mine").mkdir(parents=True)
        (tmp_path / directory / "mine" / "pinned.yml").write_text(GOOD)
    (tmp_path / "two" / "mine" / "other.yml").write_text("title: 1\nseverity: x\n")
    with pytest.raises(Problems) as caught:
        load([tmp_path / "one", tmp_path / "nowhere", tmp_path / "two"])
    told = [line.removeprefix(f"{tmp_path}/") for line in caught.value.lines]
    assert told[0] == "nowhere: there is no such directory (rule_paths)"
    assert told[1].startswith("two/mine/other.yml:1: mine/other: title must be text")
    assert told[2].startswith("two/mine/other.yml:2: mine/other: severity is 'x'")
    assert [line.split(": ")[-1] for line in told[3:6]] == [f"the field '{name}' is missing" for name in ("fails", "why", "remedy")]
    assert told[6].startswith("two/mine/pinned.yml:1: mine/pinned: there is such a rule already, in ")
    assert len(told) == 7


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (os.mkfifo, "is not a regular file"),
        (lambda path: path.symlink_to("nowhere"), "can't be read: No such file or directory"),
        (Path.mkdir, "is not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "is not a regular file"),
    ],
)
def test_strange_files(tmp_path: Path, make, said: str) -> None:
    (tmp_path / "mine").mkdir()
    make(tmp_path / "mine" / "pinned.yml")
    with pytest.raises(Problems) as caught:
        load([tmp_path])
    assert said in str(caught.value)


def test_a_directory_without_rules(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="holds no rule"):
        load([tmp_path])


def test_every_node_has_a_path() -> None:
    found = list(_fact_paths.nodes())
    assert "routes.networkd.running" in found
    assert all(_fact_paths.lookup(path).node for path in found)
