# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A few random hosts in each run of the tests, and the pure parts of how they are made and judged; `make random` plays many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from holdlab import random_case, random_foretold, random_look, random_results
from holdlab.lab import Lab
from holdlab.random_case import AUDIT, ENFORCE, Result
from holdlab.random_host import FILES, STATE, Part, RandomHost
from holdlab.random_make import make
from holdlab.random_shrink import shrink

# Small ones, which have something to lose all the same; 42 is entered by an address with a lifetime.
ALWAYS = [(AUDIT, "debian12", 7), (AUDIT, "debian13", 10), (ENFORCE, "debian12", 42), (ENFORCE, "debian13", 43)]
LINK = Part("link1", FILES, "ip link add v0 type veth peer name w0")
ADDRESS = Part("address2", STATE, "ip addr add 10.100.0.5/24 dev v0", ("link1",))
ROUTE = Part("route3", STATE, "ip route add 172.16.1.0/24 via 10.100.0.1", ("address2",))
RULE = Part("rule4", STATE, "ip rule add priority 100 fwmark 1 lookup 52")
HOST = RandomHost(1, "debian13", (LINK, ADDRESS, ROUTE, RULE), "10.100.0.5", "address2")
ADDRESS_THING = ("address", "v0", "10.100.0.5/24")
CONNECTED = ("route", "ipv4", "unicast", "10.100.0.0/24", "main", "kernel", "v0")
VIA = ("route", "ipv4", "unicast", "172.16.1.0/24", "main", "boot", "v0")
SAID_ADDRESS = {"addresses": [{"device": "v0", "address": "10.100.0.5/24", "text": "…"}]}
SAID_ROUTE = {"family": "ipv4", "type": "unicast", "destination": "172.16.1.0/24", "table": 254, "protocol": "boot", "device": "v0", "text": "…"}


@pytest.mark.parametrize(("twin", "image", "seed"), ALWAYS)
def test_a_random_host_is_foretold_and_never_worse(lab: Lab, twin: str, image: str, seed: int) -> None:
    result = random_case.play(lab, make(seed, image), twin)
    assert not result.problems, "\n".join([result.said, *result.problems])


def test_a_loss_that_nobody_foretold_is_seen(lab: Lab) -> None:
    """An audit can't know what a unit does after the restart; were it called foretold, no count would be worth anything."""
    lines = "printf '[Service]\\nExecStartPost=-+/sbin/ip route del 172.16.9.0/24\\n' >/run/systemd/system/systemd-networkd.service.d/x.conf"
    parts = (
        Part("route1", STATE, "ip link add v0 type veth peer name w0; ip link set v0 up; ip route add 172.16.9.0/24 dev v0"),
        Part("thief2", STATE, f"mkdir -p /run/systemd/system/systemd-networkd.service.d; {lines}; systemctl daemon-reload"),
    )
    result = random_case.play(lab, RandomHost(0, "debian13", parts), AUDIT)
    assert any("172.16.9.0/24" in problem for problem in result.problems), result


def test_a_seed_makes_the_same_host_again() -> None:
    assert make(7, "debian13") == make(7, "debian13") != make(8, "debian13")
    assert make(7, "debian12").script() == make(7, "debian13").script()


def test_random_hosts_have_every_kind() -> None:
    made = [part for seed in range(300) for part in make(seed, "debian13").parts]
    kinds = {part.name.rstrip("0123456789") for part in made}
    assert kinds >= {"address", "route", "nexthop", "rule", "rules", "neighbour", "port", "setting", "attribute", "dns", "down", "keys", "lease", "way"}
    assert not [part.lines for part in made if "{" in part.lines]


def test_every_need_is_a_part_before() -> None:
    for seed in range(300):
        names: list[str] = []
        for part in make(seed, "debian13").parts:
            assert set(part.needs) <= set(names)
            names.append(part.name)


def test_without_a_part_goes_what_leans_on_it() -> None:
    smaller = HOST.without(["link1"])
    assert smaller.parts == (RULE,) and smaller.way_in == ""
    assert HOST.without(["rule4"]).way_in == "10.100.0.5"


def test_a_failing_host_is_made_small() -> None:
    assert shrink(HOST, lambda host: ROUTE in host.parts, 20).parts == (LINK, ADDRESS, ROUTE)
    assert shrink(HOST, lambda host: ROUTE in host.parts, 0) == HOST


LOSSES: list[Any] = [
    pytest.param(SAID_ADDRESS, [ADDRESS_THING, CONNECTED], 1, [], [], id="foretold, the kernel's route goes along"),
    pytest.param({}, [ADDRESS_THING], 1, ["address v0 10.100.0.5/24: x"], [], id="not foretold"),
    pytest.param(SAID_ADDRESS, [], 0, [], ["address v0 10.100.0.5/24"], id="false alarm"),
    pytest.param(SAID_ADDRESS, [ADDRESS_THING, VIA], 2, [f"{' '.join(VIA)}: x"], [], id="a route of others doesn't go along"),
    pytest.param({"routes": [SAID_ROUTE]}, [VIA], 1, [], [], id="a route is found"),
    pytest.param({"routes": [SAID_ROUTE], "routes_cut": 1, "routes_count": 2}, [VIA, (*VIA, "(2)")], 1, [], [], id="counted where it is cut"),
    pytest.param(
        {"routes": [SAID_ROUTE], "routes_cut": 2, "routes_count": 3}, [VIA, (*VIA, "(2)")], 1, ["2 routes went, and 3 were foretold"], [], id="miscounted"
    ),
    pytest.param({}, [("mac", "br0")], 1, ["mac br0: x"], [], id="a bridge's MAC by itself"),
]


@pytest.mark.parametrize(("at_risk", "lost", "losses", "unforetold", "false"), LOSSES)
def test_words_are_held_against_losses(
    at_risk: Mapping[str, Any], lost: list[random_look.Thing], losses: int, unforetold: list[str], false: list[str]
) -> None:
    held = random_foretold.hold(at_risk, dict.fromkeys(lost, "x"))
    assert (held.losses, held.unforetold, held.false) == (losses, unforetold, false)


def test_a_port_takes_along_what_is_its_bridges() -> None:
    at_risk = {"ports": [{"device": "v0", "master": "br0", "text": "…"}]}
    lost = {("master", "v0"): "br0 is gone", ("mac", "br0"): "a -> b", ("vlan", "v0", "42"): "is gone", ("vlan", "v1", "42"): "is gone"}
    assert random_foretold.hold(at_risk, lost).unforetold == ["vlan v1 42: is gone"]


LOOKED = """\
== link
[{"ifname": "v0", "flags": ["UP", "BROADCAST"], "link_type": "ether", "mtu": 1500, "address": "02:00:00:00:00:01", "addr_info": [
  {"local": "10.100.0.5", "prefixlen": 24, "scope": "global", "label": "v0", "valid_life_time": 4294967295, "preferred_life_time": 9}]}]
== route6
[{"type": "unicast", "dst": "fd00::/64", "dev": "v0", "protocol": "ra", "expires": 9, "metric": 256}]
== neighbour4
[{"dst": "10.0.0.1", "dev": "v0", "lladdr": "02::", "state": ["PERMANENT"]}, {"dst": "10.0.0.2", "dev": "v0", "state": ["STALE"]}]
== setting
ipv4/conf/v0/rp_filter:2
== dns dns
Global: 10.0.0.3
Link 2 (v0): 10.0.0.2 10.0.0.1
== left
== end
"""


@pytest.mark.parametrize(
    ("thing", "value"),
    [
        (("address", "v0", "10.100.0.5/24"), "global v0 forever limited"),
        (("state", "v0"), "up"),
        (("route", "ipv6", "unicast", "fd00::/64", "main", "ra", "v0"), "dev v0 metric 256"),
        (("neighbour", "v0", "10.0.0.1"), "02:: PERMANENT"),
        (("setting", "v0", "ipv4.rp_filter"), "2"),
        (("dns", "v0", "servers"), "10.0.0.2 10.0.0.1"),
    ],
)
def test_a_look_has_it(thing: random_look.Thing, value: str) -> None:
    seen = random_look.parse(LOOKED)
    assert seen[thing] == value
    assert ("neighbour", "v0", "10.0.0.2") not in seen


def test_a_loss_and_a_change_are_told() -> None:
    before, after = {("a",): "1", ("b",): "1", ("c",): "1"}, {("a",): "2", ("c",): "1", ("d",): "1"}
    assert random_look.lost(before, after) == {("a",): "1 -> 2", ("b",): "1 is gone"}
    assert random_look.new(before, after) == {("d",): "1"}


def test_the_count_tells_versions_apart() -> None:
    audited = Result("debian12-1", "debian12", 1, AUDIT, "not foretold", problems=["unforetold x y"], losses=3, foretold=2)
    enforced = Result("debian13-1", "debian13", 1, ENFORCE, "worse", problems=["- x"])
    lines = random_results.count([audited, enforced]).splitlines()
    assert "losses foretold 2 of 3" in lines[0] and "1 worse" in lines[1] and "2 with problems" in lines[2]


def test_results_are_kept_for_the_same_code(tmp_path: Path) -> None:
    result = Result("debian12-1", "debian12", 1, AUDIT, "foretold")
    random_results.save(tmp_path / "of" / "random.json", [result], "one")
    assert random_results.load(tmp_path / "of" / "random.json", "one") == [result]
    assert random_results.load(tmp_path / "of" / "random.json", "other") == [] == random_results.load(tmp_path / "none", "one")


def test_plays_that_end_otherwise_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    good = Result("debian12-1", "debian12", 1, ENFORCE, "changed")
    ends = iter([good, replace(good, state="refused")])
    monkeypatch.setattr(random_case, "_play", lambda *_arguments: next(ends))
    assert "ended in 2 ways" in random_case.play(Lab(), HOST, ENFORCE, times=2).problems[0]
