# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _whole_dns
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

NETWORKD = """# This is private data. Do not parse.
ADMIN_STATE=configured
NETWORK_FILE=/etc/systemd/network/10-lab.network
DNS=10.77.0.1 10.77.0.2
NTP=
DOMAINS=example.lab
ROUTE_DOMAINS=corp.lab
LLMNR=no
"""
RESOLVED = "# This is private data. Do not parse.\nLLMNR=yes\nSERVERS=100.100.100.100\nDOMAINS=~.\n"


def test_what_the_files_say(tmp_path: Path) -> None:
    for path, text in (("netif/links/2", NETWORKD), ("resolve/netif/5", RESOLVED), ("resolve/netif/9", RESOLVED)):
        file = tmp_path / "run/systemd" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    found = _whole_dns.look(Host(str(tmp_path)), {2: "host0", 5: "tailscale0", 7: "wg0"})
    assert [" ".join(words[2:]) for words in found] == [
        "host0 DNS 10.77.0.1", "host0 DNS 10.77.0.2", "host0 DOMAINS example.lab", "host0 ROUTE_DOMAINS corp.lab", "host0 LLMNR no",
        "tailscale0 LLMNR yes", "tailscale0 SERVERS 100.100.100.100", "tailscale0 DOMAINS ~.",
    ]  # fmt: skip
    assert {words[:2] for words in found} == {("dns", "dev")}


def test_a_host_without_either(tmp_path: Path) -> None:
    assert _whole_dns.look(Host(str(tmp_path)), {2: "host0"}) == []
