# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import INET, INET6, Address, Dump, Path as Way, Route, Unanswered
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _given


def address(text: str, permanent: bool = False) -> Address:
    one = ipaddress.IPv6Interface(text)
    return Address(2, one.ip.packed, one.network.prefixlen, permanent=permanent)


def route(text: str, oif: int = 2) -> Route:
    """From a router; "" is the default route."""
    network = ipaddress.IPv6Network(text or "::/0")
    return Route(INET6, 254, 1, 9, network.network_address.packed if text else b"", network.prefixlen, paths=(Way(oif, b""),))


def link(addresses: list[Address], routes: list[Route]) -> _given.Link:
    return _given.Link("eth0", "", "", addresses, routes)


def test_what_a_server_gave() -> None:
    given = link([address("fd77:1::110/128"), address("fd77:1::5/64"), address("fd77:9::1/128", permanent=True)], [])
    assert given.dhcp6_addresses() == {"fd77:1::110"}


@pytest.mark.parametrize(
    ("addresses", "routes", "prefixes"),
    [
        ([address("fd77:1::5/64")], [route("fd77:1::/64"), route("")], {"fd77:1::/64"}),
        ([address("fd77:1::5/64")], [route("")], set()),  # somebody else's
        ([address("fd77:1::5/64", permanent=True)], [route("fd77:1::/64")], set()),
        ([address("fd77:1::110/128")], [route("fd77:1::/64")], set()),
        ([], [route("fd77:1::/64")], set()),
    ],
)
def test_of_which_prefixes_addresses_were_made(addresses: list[Address], routes: list[Route], prefixes: set[str]) -> None:
    assert link(addresses, routes).prefixes() == prefixes


def test_the_address_for_neighbours() -> None:
    assert link([address("fd77::1/64"), address("fe80::1/64", permanent=True)], []).link_local() == address("fe80::1/64").address
    with pytest.raises(ValueError, match="eth0 has no link-local address"):
        link([address("fd77::1/64")], []).link_local()


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """Links 2 to 4: managed, unmanaged, unknown to networkd."""
    monkeypatch.setattr(_given.socket, "if_nameindex", lambda: [(2, "eth0"), (3, "tun0"), (4, "new0")])
    for name, text in (("links/2", "ADMIN_STATE=configured\n"), ("links/3", "ADMIN_STATE=unmanaged\n"), ("leases/2", "ADDRESS=10.0.0.2\n")):
        file = tmp_path / "run/systemd/netif" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="ascii")
    host = Host(root=str(tmp_path))
    addresses, routes = [address("fe80::1/64")], {9: [route("", 2), route("", 3)], 16: [Route(INET, 254, 1, 16, b"", 0, paths=(Way(2, b""),))]}
    host.netlink = SimpleNamespace(addresses=lambda _family: Dump(addresses, True), routes=lambda *_what, protocol: Dump(routes[protocol], True))
    return host


def test_the_links_of_networkd(host: Host) -> None:
    found = list(_given.links(host))
    assert found == [_given.Link("eth0", "ADMIN_STATE=configured\n", "ADDRESS=10.0.0.2\n", [address("fe80::1/64")], [route("", 2)], True)]


@pytest.mark.parametrize(("metric", "permanent", "leased"), [(1024, False, True), (0, False, False), (1024, True, False)])
def test_a_lease_without_a_router(host: Host, metric: int, permanent: bool, leased: bool) -> None:
    """The route of its prefix is the kernel's there."""
    lease = Address(2, b"\x0a\x5d\0\x32", 24, b"", permanent, permanent, metric)
    host.netlink = SimpleNamespace(addresses=lambda _family: Dump([lease], True), routes=lambda *_what, protocol: Dump([], True))
    assert [link.leased for link in _given.links(host)] == [leased]


def test_what_the_kernel_does_not_tell(host: Host) -> None:
    host.netlink.addresses = lambda _family: Dump([], False)
    with pytest.raises(NotSeen, match="too many addresses"):
        list(_given.links(host))

    def silent(_family: int) -> Dump:
        raise Unanswered("no netlink socket: x")

    host.netlink.addresses = silent
    with pytest.raises(NotSeen, match="no netlink socket: x"):
        list(_given.links(host))


@pytest.mark.parametrize(("kind", "text", "right"), [("1", "02:00:00:00:00:01", True), ("519", "02:00:00:00:00:01", False), ("1", "02:00", False)])
def test_only_ethernet_is_asked(tmp_path: Path, kind: str, text: str, right: bool) -> None:
    folder = tmp_path / "sys/class/net/eth0"
    folder.mkdir(parents=True)
    (folder / "type").write_text(f"{kind}\n", encoding="ascii")
    (folder / "address").write_text(f"{text}\n", encoding="ascii")
    host = Host(root=str(tmp_path))
    if right:
        assert _given.hardware(host, "eth0") == b"\x02\0\0\0\0\x01"
    else:
        with pytest.raises(ValueError, match="no Ethernet link"):
            _given.hardware(host, "eth0")
