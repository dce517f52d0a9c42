# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked, and what can't be; that servers and routers answer is seen in the lab."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET6, Address, Path, Route
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _ask, _given, _leases

LEASE = "ADDRESS=10.0.0.2\nCLIENTID=ff01\n"
CLIENT = "DHCP6_CLIENT_IAID=0x1\nDHCP6_CLIENT_DUID=DUID-EN/Vendor:0000ab1129e1220b366c3fce\n"
NOTHING = _given.Link("eth0", "", "", [Address(2, ipaddress.IPv6Address("fe80::1").packed, 64)], [])
WHOLE = Address(2, ipaddress.IPv6Address("fd77:1::110").packed, 128, permanent=False)
MADE = Address(2, ipaddress.IPv6Address("fd77:1::5").packed, 64, permanent=False)
ROUTE = Route(INET6, 254, 1, 9, ipaddress.IPv6Address("fd77:1::").packed, 64, paths=(Path(2, b""),))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The links of a host and its systemd; `asked` is what was asked then."""
    seen: dict[str, Any] = {"links": [], "version": 252, "asked": []}
    monkeypatch.setattr(_leases._given, "links", lambda _host: iter(seen["links"]))
    monkeypatch.setattr(_leases._given, "hardware", lambda _host, _link: b"\x02\0\0\0\0\x01")
    monkeypatch.setattr(_leases, "version", lambda _host: {"major": seen["version"]})

    def ask(questions: list[_ask.Question]) -> list[str]:
        seen["asked"].extend(questions)
        return [why for one in questions for why in one.lacks([])]

    monkeypatch.setattr(_leases._ask, "ask", ask)
    return seen


@pytest.mark.parametrize(
    ("link", "why"),
    [
        (NOTHING, []),
        (NOTHING._replace(state=CLIENT), []),
        (NOTHING._replace(addresses=[*NOTHING.addresses, WHOLE]), []),  # somebody else's: networkd asks nobody here
        (NOTHING._replace(lease=LEASE), ["no DHCP server answers eth0"]),
        (NOTHING._replace(state=CLIENT, addresses=[*NOTHING.addresses, WHOLE]), ["no DHCPv6 server answers eth0"]),
        (NOTHING._replace(routes=[ROUTE]), ["no IPv6 router answers eth0"]),
    ],
)
def test_who_is_asked(seen: dict[str, Any], link: _given.Link, why: list[str]) -> None:
    seen["links"] = [link]
    assert _leases.unrenewable(Host()) == why


@pytest.mark.parametrize(
    ("link", "protocol", "to"),
    [
        (NOTHING._replace(lease=LEASE), _ask.IPV4, "ffffffffffff"),
        (NOTHING._replace(state=CLIENT, addresses=[*NOTHING.addresses, WHOLE]), _ask.IPV6, "333300010002"),
        (NOTHING._replace(routes=[ROUTE]), _ask.IPV6, "333300000002"),
    ],
)
def test_where_questions_go(seen: dict[str, Any], link: _given.Link, protocol: int, to: str) -> None:
    seen["links"] = [link]
    _leases.unrenewable(Host())
    assert [(one.link, one.protocol, one.to.hex()) for one in seen["asked"]] == [("eth0", protocol, to)]


@pytest.mark.parametrize(("version", "lacks"), [(252, ["no IPv6 router gives eth0 the prefix fd77:1::/64 any more"]), (257, [])])
def test_which_versions_lose_an_address_whose_prefix_is_not_given(seen: dict[str, Any], version: int, lacks: list[str]) -> None:
    seen.update(links=[NOTHING._replace(addresses=[*NOTHING.addresses, MADE], routes=[ROUTE])], version=version)
    _leases.unrenewable(Host())
    assert seen["asked"][0].lacks([frozenset()]) == lacks


@pytest.mark.parametrize(
    ("link", "why"),
    [
        (NOTHING._replace(lease="ADDRESS=nonsense\n"), "whether eth0 would get its DHCP lease again can't be asked: "),
        (NOTHING._replace(addresses=[], routes=[ROUTE]), "its configuration from routers again can't be asked: eth0 has no link-local address"),
        (NOTHING._replace(addresses=[WHOLE], state=CLIENT.replace("EN/Vendor", "x")), "DHCPv6 lease again can't be asked: its DUID is of another type"),
    ],
)
def test_what_cannot_be_asked_is_told(seen: dict[str, Any], link: _given.Link, why: str) -> None:
    seen["links"] = [link]
    (told,) = _leases.unrenewable(Host())
    assert why in told and not seen["asked"]


def test_too_many_links(seen: dict[str, Any]) -> None:
    seen["links"] = [NOTHING._replace(lease=LEASE)] * 65
    with pytest.raises(NotSeen):
        _leases.unrenewable(Host())


@pytest.mark.parametrize(("version", "leased", "told"), [(257, True, 0), (258, True, 1), (262, True, 1), (262, False, 0)])
def test_a_lease_of_which_nothing_is_written(seen: dict, version: int, leased: bool, told: int) -> None:
    seen.update(version=version, links=[NOTHING._replace(leased=leased)])
    assert [why for why in _leases.unrenewable(Host()) if "doesn't write down what a lease gave" in why] == [
        "whether eth0 would get its DHCP lease again can't be asked: this systemd doesn't write down what a lease gave"
    ][:told]
