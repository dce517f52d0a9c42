# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._search import search


def facts(domains=(), options=(), by="dns", **conf):
    return {
        "nsswitch": {"by": by},
        "resolv_conf": {"status": "ok", "search": list(domains), "search_cut": 0, "options": list(options), "options_cut": 0, **conf},
    }


@pytest.mark.parametrize(
    ("domains", "options", "name", "questions"),
    [
        pytest.param([], [], "www.example.com", 2, id="no list"),
        pytest.param(["a.lab", "b.lab"], [], "www.example.com", 2, id="a dot is enough by default"),
        pytest.param(["a.lab", "b.lab"], [], "www", 6, id="a single label"),
        pytest.param(["a.lab", "b.lab", "c.lab"], ["ndots:5"], "www.example.com", 8, id="as in a cluster"),
        pytest.param(["a.lab"], ["ndots:2", "ndots:0"], "www", 2, id="the last option counts"),
        pytest.param(["."], ["ndots:5"], "www.example.com", 2, id="the root is no domain to search"),
        pytest.param(["a.lab"], ["ndots:99"], ".".join("x" * 16), 2, id="glibc's cap"),
    ],
)
def test_questions(domains, options, name, questions):
    assert search(facts(domains, options), [name])["questions"] == questions


def test_the_name_that_costs_most_is_shown():
    found = search(facts(["a.lab"], ["ndots:2"]), ["one.two.three", "short"])
    assert found["tried"] == ["short.a.lab", "short"]


def test_what_is_tried_is_bounded():
    found = search(facts([f"d{number}.lab" for number in range(40)], ["ndots:9"]), ["www"])
    assert (len(found["tried"]), found["tried_cut"], found["questions"]) == (8, 33, 82)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param(facts(by="resolve"), "absent", id="resolved searches"),
        pytest.param(facts(status="unknown", why="no permission"), "unknown", id="not readable"),
        pytest.param(facts(search_cut=3), "unknown", id="cut"),
    ],
)
def test_where_it_does_not_apply_or_is_not_seen(given, status):
    assert search(given, [])["status"] == status
