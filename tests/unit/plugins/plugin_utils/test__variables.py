# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _variables
from ansible_collections.holdfast.baseline.plugins.plugin_utils._variables import Unreadable, known, of_fleet, problems, settable

ROOT = Path(_variables.__file__).parents[2]
LONG = "x" * 100_000


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("resolved_dsn", ["192.0.2.1"], "did you mean 'holdfast_resolved_dns'?"),
        ("zzz", 1, "begin names of your own with something else"),
        ("resolved_dns", ["192.0.2.300"], "'192.0.2.300' is no server; write ADDRESS"),
        ("resolved_dns", "192.0.2.1,192.0.2.300", "'192.0.2.300' is no server"),
        ("resolved_dns", ["192.0.2.1:53:53"], "is no server"),
        ("resolved_dns", ["2001:db8::1:port"], "IPv6 address before a port in []"),
        ("resolved_dns", ["dns.example"], "is no server"),
        ("resolved_dns", ["192.0.2.1; reboot"], "is not one word"),
        ("resolved_dns", ["{{ 7 * 7 }}"], "'{{ 7 * 7 }}'"),
        ("resolved_dns", ["192.0.2.1\nDNS=192.0.2.2"], "entry 1: '192.0.2.1\\nDNS=192.0.2.2' holds a line break"),
        ("resolved_dns", [None], "entry 1: is null"),
        ("resolved_dns", [LONG], "is 100000 characters long; write at most 2048"),
        ("resolved_dns", ["192.0.2.1"] * 1001, "has 1001 entries; write at most 1000"),
        ("resolved_dns", None, "is null; leave it out"),
        ("resolved_dns", {"a": 1}, "is no list; write each entry on a line"),
        ("resolved_dns", 5, "'5' is no server"),
        ("resolved_domains", ["bücher.example"], "other letters as xn--"),
        ("resolved_domains", ["[Resolve]"], "is no domain"),
        ("resolved_fallback_dns", ["x"], "'x' is no server"),
        ("resolved_dnssec", "perhaps", "write yes, no, allow-downgrade"),
        ("resolved_dns_over_tls", "perhaps", "opportunistic"),
        ("resolved_cache", "perhaps", "no-negative"),
        ("resolved_settings", {"[Network]": "x"}, "'[Network]' is no key"),
        ("resolved_settings", {"LLMNR": "no\nDNS=192.0.2.2"}, "LLMNR: 'no\\nDNS=192.0.2.2' holds a line break"),
        ("resolved_settings", "LLMNR=no", "is a text; write a mapping"),
        ("resolved_settings", ["a"], "is no mapping"),
        ("resolved_drop_in", "../../passwd", "without a path"),
        ("networkd_drop_in", "a.conf\n", "holds a line break"),
        ("networkd_drop_in", "a b.conf", "is no name like 90-holdfast.conf"),
        ("networkd_slow_start", "nan", "from 1 to 600"),
        ("resolved_providers", "two", "is no whole number"),
        ("resolved_unreachable", "ignor", "write refuse or ignore"),
        ("checkpoint", "../../etc", "one looks like 20261121T072400Z-3fa9c1"),
        ("checkpoint", ["a"], "is no text"),
        ("checkpoint_timeout", 5, "from 10 to 3600"),
        ("checkpoint_timeout", 100_000, "from 10 to 3600"),
        ("checkpoint_timeout", "3m", "without a unit"),
        ("checkpoint_timeout", True, "is no whole number"),
        ("checkpoint_timeout", "", "is no whole number"),
        ("checkpoint_timeout", Unreadable("'x' is undefined"), "can't be worked out: 'x' is undefined"),
        ("checkpoint_keep", 0, "from 1 to 100"),
        ("planning", True, "only the role enforce may set it; leave it out"),
        ("owner", "a\nb", "holds a line break"),
        ("owner", LONG, "100000 characters"),
        ("serial", 0, "'100%' for all at once"),
        ("serial", [1, "ten"], "'ten' is no size of a batch"),
        ("serial", "10x", "'10x' is no size of a batch"),
        ("serial", [], "an empty list"),
        ("probe", "maybe", "write true or false"),
        ("report_formats", ["html"], "write json or junit"),
        ("waivers", ["x"], "entry 1: 'x' is no mapping"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_variable(name: str, value: Any, says: str) -> None:
    (line,) = problems({f"holdfast_{name}": value})
    assert line.startswith(f"holdfast_{name}: ") and says in line
    assert line.isprintable() and len(line) < 300


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("resolved_dns", "192.0.2.1, 192.0.2.2#a.example"),
        ("resolved_dns", ["fe80::1%eth0", "[2001:db8::1]:853#a.example"]),
        ("resolved_dns", []),
        ("resolved_dns", ""),
        ("resolved_dnssec", False),
        ("resolved_settings", {"LLMNR": False, "Unknown": "seen on the host"}),
        ("checkpoint", ""),
        ("checkpoint_timeout", "180"),
        ("probe", "yes"),
        ("networkd_slow_start", "1.5"),
        ("serial", [1, "10%", "100%"]),
        ("serial", "3"),
        ("owner", "anna's {{ 7 * 7 }} $(id) é"),
        ("hosts", "web:&prod"),
        ("report_formats", "json,junit"),
        ("probe_names", ["a.example", {"name": "b.example"}]),
    ],
)
def test_what_a_role_takes_is_no_mistake(name: str, value: Any) -> None:
    assert problems({f"holdfast_{name}": value}) == []


def test_what_a_role_has_by_default_is_no_mistake() -> None:
    assert problems({name: spec["default"] for name, spec in known().items() if "default" in spec}) == []


def test_all_mistakes_are_told_together_and_no_host_repeats_them() -> None:
    one = {"holdfast_owner": "a\nb", "holdfast_resolved_dns": ["x", "y"]}
    lines = of_fleet([("a", one), ("b", one), ("c", {**one, "holdfast_zzz": 1})])
    assert [line.partition(": ")[0] for line in lines] == ["holdfast_owner", "holdfast_resolved_dns", "holdfast_resolved_dns", "c"]
    many = of_fleet([("a", {f"holdfast_{'z' * number}": 1 for number in range(30, 130)})])
    assert len(many) == 41 and many[-1] == "and 60 more" and max(map(len, many)) <= 400


def test_what_the_roles_leave_behind_is_not_the_operators() -> None:
    ours = {"holdfast": 1, "holdfast_findings": 1, "holdfast_host": 1}
    assert settable({**ours, "holdfast_owner": "a", "holdfast_planning": 1, "b": 1}) == {"holdfast_owner": "a", "holdfast_planning": 1}


@pytest.mark.parametrize("folder", ["playbooks", "roles"])
def test_every_variable_that_is_read_is_known(folder: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / folder).rglob("*.yml")]
    read = {name for text in texts for name in re.findall(r"{{[^}]*?\b(holdfast_[a-z_]+[a-z])\b", text)}
    assert read and read - set(known()) <= {"holdfast_planning", "holdfast_host"}


def test_the_bounds_are_of_numbers() -> None:
    specs = yaml.safe_load((ROOT / "roles/enforce/meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    assert "holdfast_checkpoint" in specs["rollback"]["options"]
    assert {known()[name]["type"] for name in _variables._BOUNDS} == {"int", "float"}
