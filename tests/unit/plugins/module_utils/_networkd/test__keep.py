# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _keep
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._keep import Refused

NAME = "90-holdfast.conf"
PATH = f"/etc/systemd/network/10-lab.network.d/{NAME}"
KEEPS = "[Network]\nKeepConfiguration=yes\n"
LINKS = {2: "host0", 3: "host1", 4: "docker0"}


def fact(device: str = "host0", name: str = "link_routes", cut: int = 0) -> dict[str, Any]:
    return {"status": "ok", name: [{"device": device, "text": "x"}], f"{name}_cut": cut}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    """host0 and host1 are networkd's, docker0 isn't."""
    write(tmp_path, "/run/systemd/netif/links/2", "ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/10-lab.network\n")
    write(tmp_path, "/run/systemd/netif/links/3", "ADMIN_STATE=configured\nNETWORK_FILE=/run/systemd/network/10-netplan-host1.network\n")
    write(tmp_path, "/run/systemd/netif/links/4", "ADMIN_STATE=unmanaged\n")
    write(tmp_path, "/etc/systemd/network/10-lab.network", "[Match]\nName=host0\n")
    write(tmp_path, "/run/systemd/network/10-netplan-host1.network", "[Match]\nName=host1\n")
    monkeypatch.setattr("ansible_collections.holdfast.baseline.plugins.module_utils._netlink.Netlink.links", lambda _self: LINKS)
    return Host(str(tmp_path))


def write(root: Path | str, path: str, text: str) -> None:
    file = Path(root) / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def plan(host: Host, monkeypatch: pytest.MonkeyPatch, foreign: dict[str, Any], version: int = 252) -> _keep.Plan:
    facts = {"foreign": foreign, "networkd": {"status": "ok", "version": version}}
    monkeypatch.setattr(_keep.routes, "collect", lambda _host: facts)
    return _keep.plan(host, NAME)


@pytest.mark.parametrize(
    ("foreign", "version", "links"),
    [
        (fact(), 252, ["host0"]),
        # Since then networkd keeps addresses over its restart, and so the routes; but not addresses of others.
        (fact(), 257, []),
        (fact(name="addresses"), 257, ["host0"]),
        (fact(name="neighbours"), 252, ["host0"]),
        (fact(name="ports"), 262, ["host0"]),
        (fact(name="rules"), 252, []),
        (fact("docker0"), 252, []),
        (fact(cut=3), 252, ["host0", "host1"]),
        ({"status": "ok"}, 252, []),
    ],
)
def test_the_links_that_have_something_to_lose(host: Host, monkeypatch: pytest.MonkeyPatch, foreign: dict, version: int, links: list) -> None:
    made = plan(host, monkeypatch, foreign, version)
    assert made.links == links and len(made.files) == len(links)
    assert all(text.endswith(KEEPS) for text in made.files.values())


def test_the_file_of_a_link_is_found_wherever_it_is(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(host, monkeypatch, fact("host1"))
    assert list(made.files) == [f"/etc/systemd/network/10-netplan-host1.network.d/{NAME}"]


@pytest.mark.parametrize(
    ("path", "text", "links"),
    [
        (PATH, KEEPS, []),
        ("/etc/systemd/network/10-lab.network.d/50-admin.conf", KEEPS, []),
        (PATH, "# BEGIN ANSIBLE MANAGED BLOCK\n[Network]\nKeepConfiguration=no\n", ["host0"]),
        # The next boot takes that away.
        ("/run/systemd/network/10-lab.network.d/zzz-holdfast.conf", KEEPS, ["host0"]),
    ],
)
def test_what_is_kept_already(host: Host, monkeypatch: pytest.MonkeyPatch, path: str, text: str, links: list) -> None:
    write(host.root, path, text)
    made = plan(host, monkeypatch, fact())
    assert made.links == links and made.old == ({PATH: text} if links and path == PATH else {})


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        (PATH, "[Network]\nKeepConfiguration=no\nDNS=10.0.0.1\n", "90-holdfast.conf:3 .*DNS.* is somebody else's"),
        ("/etc/systemd/network/10-lab.network.d/95-admin.conf", "[Network]\nKeepConfiguration=no\n", "would still win for host0"),
    ],
)
def test_what_would_not_win_or_hide_others_is_refused(host: Host, monkeypatch: pytest.MonkeyPatch, path: str, text: str, why: str) -> None:
    write(host.root, path, text)
    with pytest.raises(Refused, match=why):
        plan(host, monkeypatch, fact())


@pytest.mark.parametrize("facts", [{"status": "unknown", "why": "no netlink"}, {"foreign": {"status": "unknown", "why": "no netlink"}}])
def test_what_can_not_be_seen_is_refused(host: Host, monkeypatch: pytest.MonkeyPatch, facts: dict) -> None:
    monkeypatch.setattr(_keep.routes, "collect", lambda _host: facts)
    with pytest.raises(Refused, match="can't be seen: no netlink"):
        _keep.plan(host, NAME)
