# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The operators of well-known resolver addresses, so that two addresses of one operator count as one."""

from __future__ import annotations

import ipaddress
from typing import Union

_Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

# As the operators publish them; a whole network where it serves nothing but their resolvers.
_PUBLISHED = {
    "AdGuard": "94.140.14.0/24 94.140.15.0/24 2a10:50c0::/64",
    "AliDNS": "223.5.5.5 223.6.6.6 2400:3200::1 2400:3200:baba::1",
    "Amazon VPC": "169.254.169.253 fd00:ec2::253",
    "Azure": "168.63.129.16",
    "CleanBrowsing": "185.228.168.0/24 185.228.169.0/24 2a0d:2a00:1::/48 2a0d:2a00:2::/48",
    "Cloudflare": "1.1.1.0/24 1.0.0.0/24 2606:4700:4700::/48",
    "Control D": "76.76.2.0/24 76.76.10.0/24 2606:1a40::/48 2606:1a40:1::/48",
    "DNS.SB": "185.222.222.222 45.11.45.11 2a09:: 2a11::",
    "DNS.WATCH": "84.200.69.80 84.200.70.40 2001:1608:10:25::1c04:b12f 2001:1608:10:25::9249:d69b",
    "DNS4EU": "86.54.11.0/24 2a13:1001::86:54:11:0/112",
    "DNSPod": "119.29.29.29 2402:4e00::",
    "Google": "8.8.8.0/24 8.8.4.0/24 2001:4860:4860::/48",
    "Google Cloud": "169.254.169.254",
    "Hetzner": "185.12.64.1 185.12.64.2 2a01:4ff:ff00::add:1 2a01:4ff:ff00::add:2",
    "Hurricane Electric": "74.82.42.42 2001:470:20::2",
    "Lumen": "4.2.2.0/29 209.244.0.3 209.244.0.4",
    "Mullvad": "194.242.2.0/24 2a07:e340::/64",
    "NextDNS": "45.90.28.0/24 45.90.30.0/24 2a07:a8c0::/32 2a07:a8c1::/32",
    "OpenDNS": "208.67.222.0/24 208.67.220.0/24 2620:119:35::/48 2620:119:53::/48 2620:0:ccc::2 2620:0:ccd::2",
    "Quad9": "9.9.9.0/24 149.112.112.0/24 2620:fe::/48",
    "Tailscale MagicDNS": "100.100.100.100 fd7a:115c:a1e0::53",
    "UltraDNS": "64.6.64.6 64.6.65.6 156.154.70.0/24 156.154.71.0/24 2620:74:1b::1:1 2620:74:1c::2:2 2610:a1:1018::/48 2610:a1:1019::/48",
    "Yandex": "77.88.8.0/24 2a02:6b8::feed:ff 2a02:6b8:0:1::feed:ff",
}


def operator(address: str, name: str = "") -> str:
    """Who runs the resolver at `address`; else the `name` that DNS over TLS checks there, else the address itself."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    for known, networks in _NETWORKS.items():
        if any(ip.version == network.version and ip in network for network in networks):
            return known
    return name or address


def _networks(published: str) -> list[_Network]:
    return [ipaddress.ip_network(word) for word in published.split()]


_NETWORKS = {name: _networks(published) for name, published in _PUBLISHED.items()}
