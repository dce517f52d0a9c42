# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Which settings of a link networkd writes when it configures the link, and with what values. Pure.

Source: link_set_sysctl() of networkd-sysctl.c of 247, 252, 257 and 262; keys of systemd.network(5).
"""

from __future__ import annotations

from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import Assignment, boolean

_PROMOTES = 249  # 252 does and 247 doesn't
_LEAVES_PROXY_NDP = 258
_PRIVACY = {"no": "0", "prefer-public": "1", "yes": "2", "kernel": ""}
_FILTER = {"no": "0", "strict": "1", "loose": "2"}
# Keys that write one setting; booleans as 0 or 1.
_WRITTEN = {
    "IPv4ProxyARP": "ipv4/conf/LINK/proxy_arp",
    "IPv4AcceptLocal": "ipv4/conf/LINK/accept_local",
    "IPv4RouteLocalnet": "ipv4/conf/LINK/route_localnet",
    "IPv4Forwarding": "ipv4/conf/LINK/forwarding",
    "IPv6Forwarding": "ipv6/conf/LINK/forwarding",
    "IPv6DuplicateAddressDetection": "ipv6/conf/LINK/dad_transmits",
    "IPv6HopLimit": "ipv6/conf/LINK/hop_limit",
}


def writes(assignments: list[Assignment], version: int) -> tuple[tuple[str, str], ...]:
    """(key, value) of each setting below /proc/sys/net, with LINK in the link's place, by the assignments of a .network file."""
    said = {one.key: one.value for one in assignments if one.section == "Network"}
    found = {"ipv6/conf/LINK/accept_ra": "0", "ipv6/conf/LINK/use_tempaddr": _privacy(said.get("IPv6PrivacyExtensions", ""))}
    if version >= _PROMOTES:
        found["ipv4/conf/LINK/promote_secondaries"] = "1"
    if version < _LEAVES_PROXY_NDP or "IPv6ProxyNDP" in said:
        found["ipv6/conf/LINK/proxy_ndp"] = _proxy_ndp(said)
    if _has_ipv6(said):
        found.update({"ipv6/conf/LINK/disable_ipv6": "0", "ipv6/conf/LINK/addr_gen_mode": "0"})
    found.update((path, _number(said[key])) for key, path in _WRITTEN.items() if key in said)
    found["ipv4/conf/LINK/rp_filter"] = _FILTER.get(said.get("IPv4ReversePathFilter", ""), "")
    return tuple((path, value) for path, value in found.items() if value)


def _privacy(word: str) -> str:
    """Since 254 networkd.conf may say otherwise for all links; what it says is not looked at here."""
    known = boolean(word)
    return _PRIVACY.get(word, "0") if known is None else "2" if known else "0"


def _proxy_ndp(said: dict[str, str]) -> str:
    known = boolean(said.get("IPv6ProxyNDP"))
    return str(int("IPv6ProxyNDPAddress" in said if known is None else known))


def _has_ipv6(said: dict[str, str]) -> bool:
    """Whether the link has IPv6 link-local addresses of the kernel, as it has by default."""
    word = said.get("LinkLocalAddressing", "")
    named = "IPv6LinkLocalAddressGenerationMode" in said or "IPv6StableSecretAddress" in said
    # network_verify() makes it `no` for ports of bridges, and for links whose master is left alone.
    port = "Bridge" in said or "Bond" in said or boolean(said.get("KeepMaster")) is True
    return not named and (word == "ipv6" or boolean(word) is True or (not word and not port))


def _number(word: str) -> str:
    known = boolean(word)
    return word if word.isdigit() else "" if known is None else str(int(known))
