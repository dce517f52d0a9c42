# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import socket

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_links import (
    Network,
    parse_network,
    parse_state,
    read_links,
)
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Address
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import parse_unit_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/10-lab.network\n", "/etc/systemd/network/10-lab.network"),
        ("ADMIN_STATE=configuring\nNETWORK_FILE=/run/systemd/network/x.network\n", "/run/systemd/network/x.network"),
        ("ADMIN_STATE=failed\nNETWORK_FILE=/run/systemd/network/x.network\n", "/run/systemd/network/x.network"),
        ("ADMIN_STATE=unmanaged\nNETWORK_FILE=/run/systemd/network/x.network\n", None),
        ("ADMIN_STATE=pending\n", None),
        ("", None),
    ],
)
def test_state_file(text, expected):
    assert parse_state(text) == expected


def network(text, version=257, default="no"):
    return parse_network(parse_unit_text(text, "x.network")[0], version, default)


@pytest.mark.parametrize(
    ("text", "version", "keep"),
    [
        ("[Match]\nName=eth0\n", 257, "no"),
        ("[Network]\nKeepConfiguration=yes\n", 252, "yes"),
        ("[Network]\nKeepConfiguration=On\n", 252, "yes"),
        ("[Network]\nKeepConfiguration=static\n", 252, "static"),
        ("[Network]\nKeepConfiguration=dhcp\n", 252, "dynamic"),
        ("[Network]\nKeepConfiguration=dhcp\n", 257, "dynamic"),
        ("[Network]\nKeepConfiguration=dhcp-on-stop\n", 257, "dynamic-on-stop"),
        ("[Network]\nKeepConfiguration=dynamic\n", 257, "dynamic"),
        ("[Network]\nKeepConfiguration=dynamic\n", 252, "no"),
        ("[Network]\nKeepConfiguration=yes\nKeepConfiguration=nonsense\n", 257, "yes"),
        ("[Network]\nKeepConfiguration=yes\nKeepConfiguration=\n", 257, "no"),
        ("[Network]\nKeepConfiguration=yes\nKeepConfiguration=no\n", 257, "no"),
        ("[Match]\nKeepConfiguration=yes\n", 257, "no"),
        ("[DHCPv4]\nCriticalConnection=yes\n", 257, "yes"),
        ("[DHCP]\nCriticalConnection=yes\n[Network]\nKeepConfiguration=static\n", 257, "static"),
    ],
)
def test_keep_configuration(text, version, keep):
    assert network(text, version).keep == keep


@pytest.mark.parametrize(("text", "keep"), [("", "yes"), ("[Network]\nKeepConfiguration=no\n", "no")])
def test_a_remote_root_keeps_by_default(text, keep):
    assert network(text, default="yes").keep == keep


FULL = """\
[Network]
DHCP=no
DHCP=ipv4
Address=10.77.0.21/24
Address=fd00::1/64
Address=nonsense
Gateway=10.77.0.1
[Address]
Address=192.0.2.1/30
Broadcast=192.0.2.3
[Route]
Destination=198.18.1.7/24
Table=52
[Route]
Destination=2001:db8::/32
Table=vpn
[RoutingPolicyRule]
Priority=700
"""


def test_network():
    assert network(FULL)._replace(writes=()) == Network(
        keep="no",
        dhcp=True,
        addresses=frozenset({"10.77.0.21/24", "fd00::1/64", "192.0.2.1/30"}),
        broadcasts=frozenset({"192.0.2.3"}),
        destinations=frozenset({"198.18.1.0/24", "2001:db8::/32", "0.0.0.0/0", "::/0"}),
        tables=frozenset({254, 52, -1}),
        priorities=frozenset({700}),
        has_rules=True,
    )


@pytest.mark.parametrize(
    ("text", "version", "fields"),
    [
        ("[Network]\nKeepMaster=yes\n[Link]\nActivationPolicy=manual\n", 252, {"keep_master": True, "activation": "manual"}),
        ("[Network]\nKeepMaster=yes\n[Link]\nActivationPolicy=manual\n", 247, {}),
        ("[Network]\nKeepMaster=yes\nKeepMaster=\n", 257, {}),
        ("[Network]\nBridge=br0\n", 257, {"joins": True}),
        ("[Neighbor]\nAddress=fd77:0::1\nLinkLayerAddress=02:00:00:00:00:01\n", 257, {"neighbours": frozenset({"fd77::1"})}),
        ("[Network]\nAddress=fd77::5/64\n", 257, {"addresses": frozenset({"fd77::5/64"})}),
    ],
)
def test_what_else_a_file_says_of_its_links(text, version, fields):
    assert network(text, version)._replace(writes=()) == Network(**fields)


@pytest.mark.parametrize(("value", "dhcp"), [("yes", True), ("ipv4", True), ("ipv6", False), ("no", False), ("", False)])
def test_dhcp(value, dhcp):
    assert network(f"[Network]\nDHCP={value}\n").dhcp is dhcp


def put(root, path, text):
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


STATES = "/run/systemd/netif/links"
NAMES = {1: "lo", 2: "host0", 3: "vpn0", 4: "br0"}


@pytest.fixture(name="host")
def _host(tmp_path):
    put(tmp_path, f"{STATES}/1", "ADMIN_STATE=unmanaged\n")
    put(tmp_path, f"{STATES}/2", "ADMIN_STATE=configured\nNETWORK_FILE=/usr/lib/systemd/network/10-a.network\n")
    put(tmp_path, f"{STATES}/4", "ADMIN_STATE=configuring\nNETWORK_FILE=/etc/systemd/network/20-b.network\n")
    put(tmp_path, f"{STATES}/9", "ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/gone.network\n")
    put(tmp_path, "/usr/lib/systemd/network/10-a.network", "[Network]\nAddress=10.77.0.21/24\n")
    put(tmp_path, "/etc/systemd/network/20-b.network", "[Network]\nKeepConfiguration=yes\n")
    return Host(str(tmp_path))


def test_links(host):
    managed = read_links(host, NAMES, [], 252)
    assert managed.links == [Link(2, "host0", "no"), Link(4, "br0", "yes")]
    assert managed.why is None


def test_a_drop_in_in_any_directory_counts(host, tmp_path):
    put(tmp_path, "/run/systemd/network/10-a.network.d/50-keep.conf", "[Network]\nKeepConfiguration=static\n")
    assert read_links(host, NAMES, [], 252).links[0].keep == "static"


@pytest.mark.parametrize(
    ("address", "broadcast", "permanent", "file", "kind"),
    [
        ("10.77.0.21", "10.77.0.255", True, "", "rebroadcast"),
        ("10.77.0.21", "", True, "", "requested"),
        ("10.77.0.21", "10.77.0.255", True, "[Address]\nBroadcast=10.77.0.255\n", "requested"),
        ("10.77.0.99", "10.77.0.255", False, "", "lifetime"),
        ("10.77.0.99", "10.77.0.255", False, "DHCP=yes\n", "dhcp"),
        ("10.77.0.99", "10.77.0.255", True, "", "foreign"),
        ("10.77.0.99", "10.77.0.255", True, "DHCP=yes\n", "foreign"),
        ("10.77.0.99", "10.77.0.255", True, "DHCP=yes\nKeepConfiguration=yes\n", "dhcp"),
    ],
)
def test_kinds_of_addresses(host, tmp_path, address, broadcast, permanent, file, kind):
    put(tmp_path, "/usr/lib/systemd/network/10-a.network", f"[Network]\nAddress=10.77.0.21/24\n{file}")
    packed = socket.inet_aton(broadcast) if broadcast else b""
    other = Address(4, socket.inet_aton("192.0.2.1"), 24)
    mine = Address(2, socket.inet_aton(address), 24, packed, permanent)
    assert read_links(host, NAMES, [mine, other], 252).links[0].addresses == {kind}


def test_a_file_that_is_gone_is_a_doubt(host, tmp_path):
    (tmp_path / "etc/systemd/network/20-b.network").unlink()
    assert read_links(host, NAMES, [], 257).why == "/etc/systemd/network/20-b.network is gone or hidden since networkd read it"


def test_a_fifo_is_a_doubt_not_a_hang(host, tmp_path):
    os.mkfifo(tmp_path / "etc/systemd/network/10-a.network")
    assert "not a regular file" in (read_links(host, NAMES, [], 257).why or "")


@pytest.mark.parametrize(
    ("mounts", "keep"),
    [
        ("/dev/vda1 / ext4 rw 0 0\nserver:/x /mnt nfs4 rw 0 0\n", "no"),
        ("server:/root / nfs4 rw 0 0\n", "yes"),
        ("garbage\n\n", "no"),
    ],
)
def test_root_on_a_network_file_system(host, tmp_path, mounts, keep):
    put(tmp_path, "/proc/self/mounts", mounts)
    assert read_links(host, NAMES, [], 257).links[0].keep == keep


def test_no_state_at_all(tmp_path):
    assert read_links(Host(str(tmp_path)), NAMES, [], 257).links == []


def test_state_that_can_not_be_read(monkeypatch):
    def refuse(_self, path):
        raise NotSeen(f"{path}: permission denied")

    monkeypatch.setattr(Host, "listdir", refuse)
    with pytest.raises(NotSeen, match="permission denied"):
        read_links(Host(), NAMES, [], 257)
