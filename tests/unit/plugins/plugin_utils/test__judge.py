# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._expressions import parse
from ansible_collections.holdfast.baseline.plugins.plugin_utils._judge import Judge
from ansible_collections.holdfast.baseline.plugins.plugin_utils._shapes import BOOLEAN, NUMBER, TEXT, group, list_of, maybe, node, table_of

SHAPE = group(
    seen=node(on=BOOLEAN, word=TEXT, count=NUMBER, perhaps=maybe(TEXT), entries=list_of(group(name=TEXT, up=BOOLEAN)), free=table_of(TEXT)),
    part=node(entries=list_of(group(name=TEXT))),
    cut=node(entries=list_of(group(name=TEXT)), inner=list_of(group(tags=list_of(TEXT)))),
    hidden=node(on=BOOLEAN, word=TEXT, entries=list_of(group(name=TEXT)), inner=node(on=BOOLEAN)),
    gone=node(absent=True, on=BOOLEAN, left=TEXT),
    holes=node(word=TEXT, entries=list_of(group(name=TEXT)), odd=list_of(group(name=TEXT)), count=NUMBER, rare=table_of(NUMBER, sparse=True)),
    outer=group(inner=node(word=TEXT)),
)
FACTS = {
    "seen": {
        "status": "ok",
        "on": True,
        "word": "no",
        "count": 0,
        "perhaps": None,
        "entries": [{"name": "a", "up": True}, {"name": "b", "up": False}],
        "free": {"k": "v"},
    },
    "part": {"status": "ok", "complete": False, "why": "50 MB", "entries": []},
    "cut": {"status": "ok", "entries": [{"name": "a"}], "entries_cut": 7, "inner": [{"tags": ["a"], "tags_cut": 1}]},
    "hidden": {"status": "unknown", "why": "needs become"},
    "gone": {"status": "absent", "left": "something"},
    "holes": {"status": "ok", "word": None, "entries": [{"name": "a"}, {}], "odd": ["text"], "count": "3", "rare": {}},
    "outer": {"inner": {"status": "odd", "word": "x"}},
}


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        # What was seen decides as in JMESPath.
        ("seen.on", True),
        ("seen.word != 'no'", False),
        ("seen.count == `0`", True),
        ("seen.perhaps", False),
        ("seen.entries[?up].name", True),
        ("seen.entries[?name == 'z']", False),
        ("seen.free.k == 'v'", True),
        ("in_common(seen.entries[].name, ['B.'])", True),
        ("!(seen.on)", False),
        # What wasn't seen decides nothing, however the question is put.
        ("hidden.on", None),
        ("!(hidden.on)", None),
        ("hidden.word != 'no'", None),
        ("hidden.word == 'no'", None),
        ("hidden.inner.on", None),
        ("hidden.status == 'ok'", None),
        ("hidden.entries[?name == 'a']", None),
        ("length(hidden.entries) == `0`", None),
        ("hidden.entries == `[]`", None),
        ("to_string(hidden) == ''", None),
        ("[hidden] | length(@) > `0`", None),
        ("length(to_string([hidden])) > `0`", None),
        ("outer.inner.word == 'x'", None),
        ("missing.word != 'no'", None),
        # Missing, null where nothing may be null, and of another kind: no evidence.
        ("holes.word != 'no'", None),
        ("holes.entries[?name != 'a']", None),
        ("holes.odd[?name != 'a']", None),
        ("holes.count < `5`", None),
        ("seen.free.other != 'no'", None),
        ("holes.rare.none", False),
        # The rest of an expression may still be enough.
        ("hidden.on || seen.on", True),
        ("seen.on || hidden.on", True),
        ("hidden.on || seen.word == 'yes'", None),
        ("hidden.on && seen.word == 'yes'", False),
        ("seen.word == 'yes' && hidden.on", False),
        ("hidden.on && seen.on", None),
        ("!(hidden.on && seen.word == 'yes')", True),
        ("holes.entries[?name == 'a']", True),
        # Absence is known: its status and what it holds can be asked for, nothing else.
        ("gone.status == 'absent'", True),
        ("gone.left", True),
        ("gone.on", None),
        ("gone.status == 'ok' && gone.on", False),
        # Seen in part: proves that something is there, never that nothing is.
        ("part.entries", None),
        ("!(part.entries)", None),
        ("part.entries && seen.word == 'yes'", False),
        ("part.entries || seen.on", True),
        ("cut.entries[?name == 'a']", True),
        ("cut.entries[?name == 'z']", None),
        ("!(cut.entries[?name == 'a'])", None),
        ("cut.entries || hidden.on", True),
        ("cut.inner[?contains(tags, 'z')]", None),
        ("cut.inner[?contains(tags, 'a')]", True),
        # What can't be evaluated decides nothing either.
        ("length(seen.count) > `1`", None),
        ("contains(seen.perhaps, 'x')", None),
        ("seen.word < `5`", None),
        ("abs(seen.word) == `1` || seen.on", True),
    ],
)
def test_truth(text: str, truth: bool | None) -> None:
    assert Judge(FACTS, SHAPE).ask(parse(text)).truth is truth


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hidden.on", "hidden: needs become"),
        ("part.entries", "part was read only in part: 50 MB"),
        ("cut.entries[?name == 'z']", "cut.entries was cut: 7 more"),
        ("gone.on", "gone is absent"),
        ("holes.word", "holes.word is null, so it proves nothing"),
        ("holes.entries[].name | [?@ == 'z']", "holes.entries[1].name was not gathered"),
        ("outer.inner.word", "outer.inner: says no status"),
    ],
)
def test_reason_names_what_was_not_seen(text: str, why: str) -> None:
    assert Judge(FACTS, SHAPE).ask(parse(text)).why == why


def test_value_is_what_the_expression_yields() -> None:
    assert Judge(FACTS, SHAPE).ask(parse("hidden.on || seen.entries[?up]")).value == [{"name": "a", "up": True}]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("seen", "ok"),
        ("part", "partial"),
        ("hidden", "unknown"),
        ("hidden.inner", "unknown"),
        ("gone", "absent"),
        ("seen.inner", "unknown"),
        ("outer.inner", "unknown"),
        ("nowhere", "unknown"),
    ],
)
def test_need(path: str, status: str) -> None:
    assert Judge(FACTS, SHAPE).need(path)[0] == status
