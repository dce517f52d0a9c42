# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import struct

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _network
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._network import Saved
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import parse_address
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told import KINDS, Told

HOST0, OTHER = 2, 9
ADDRESS, NEXTHOP = ["-4", "address", "add", "10.0.0.1/24", "dev", "it's"], ["nexthop", "add", "id", "7"]
TOLD = Told("it's", KINDS[3], {"LLMNR": ["no"]}, {"LLMNR": ["no"]}, {"LLMNR": ["yes"]})
SOURCED = "-6 route add unicast fd99::/64 table 254 proto 12 src fd88::5 dev a".split()


def _addressed(count: int, ifindex: int, flags: int = 0x80) -> dict:
    """As many addresses on a link, as _Recorder keeps them."""
    bodies = [struct.pack("=BBBBI", socket.AF_INET, 32, flags, 0, ifindex) + struct.pack("=HHI", 8, 2, number + 1) for number in range(count)]
    bodies = [body + struct.pack("=HHI", 8, 1, number + 1) for number, body in enumerate(bodies)]
    return {body: parse_address(body) for body in bodies}


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_network, "_link_name", lambda index: f"link{index}")


@pytest.mark.parametrize(
    ("addressed", "count", "lost"),
    [
        ({**_addressed(2, HOST0), **_addressed(3, OTHER)}, 5, []),
        # What a server gave is asked for again.
        ({**_addressed(2, HOST0, flags=0), **_addressed(1, OTHER)}, 1, []),
        ({**_addressed(2, HOST0), **_addressed(999, OTHER)}, 2, ["addresses on links that networkd leaves alone: there are too many"]),
    ],
)
def test_with_addresses(addressed: dict, count: int, lost: list) -> None:
    leased = frozenset((one.ifindex, one.address) for one in addressed.values() if not one.permanent)
    saved = _network._with_addresses(Saved([], [], []), addressed, _network._Foreign(managed=frozenset({HOST0}), leased=leased))
    assert (len(saved.addresses), saved.lost) == (count, lost)


@pytest.mark.parametrize(
    "saved",
    [
        Saved([[]] * 501, [[]] * 500, []),
        Saved([], [], [], [[]] * 1001),
        Saved([], [], [], [], [[]] * 1001),
        Saved([], [], [], told=[TOLD] * 1001),
    ],
)
def test_too_much_is_refused(saved: Saved) -> None:
    with pytest.raises(Refused, match="at most 1000 can be put back"):
        _network._bounded(saved)


def test_ports_come_first_and_settings_last() -> None:
    port, setting = ["holds", "/x", "9", "link", "set", "dev", "p0", "master", "br0"], ["holds", "/proc/sys/net/x", "1"]
    assert Saved([], [], [], [ADDRESS], held=[port, setting]).in_order() == [port, ADDRESS, setting]


def test_commands_are_in_an_order_that_works() -> None:
    saved = Saved([["-4", "rule"]], [["-4", "route", "add"], SOURCED], [], [ADDRESS], [NEXTHOP], told=[TOLD])
    boot, *lines = _network.commands(saved, "b-1").decode().splitlines()
    assert boot.endswith("= 'b-1' ] || return 0")
    assert lines[0] == "put '-4' 'address' 'add' '10.0.0.1/24' 'dev' 'it'\\''s'"
    assert lines[1:3] == ["put 'nexthop' 'add' 'id' '7'", "put '-4' 'route' 'add'"]
    assert "grep -qF ' src fd88::5 ' || ip '-6' 'route' 'del' 'unicast' 'fd99::/64'" in lines[3] and lines[3].endswith("'src' 'fd88::5' 'dev' 'a'")
    assert lines[4:] == ["put '-4' 'rule'", "told 'it'\\''s' 'LLMNR' 'no' 'SetLinkLLMNR' 'is' 'no'"]
