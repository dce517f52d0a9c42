# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_writes import writes
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import parse_unit_text


def written(text, version):
    """The settings of a [Network] section, shortened to family.key."""
    found = writes(parse_unit_text(f"[Network]\n{text}", "x")[0], version)
    return {path.replace("/conf/LINK/", "."): value for path, value in found}


# Seen on hosts: what a bare restart made of a link on which all of these had other values.
LINK_LOCAL = {"ipv6.disable_ipv6": "0", "ipv6.addr_gen_mode": "0"}
BY_DEFAULT = {
    247: {"ipv6.accept_ra": "0", "ipv6.use_tempaddr": "0", "ipv6.proxy_ndp": "0"},
    252: {"ipv6.accept_ra": "0", "ipv6.use_tempaddr": "0", "ipv6.proxy_ndp": "0", "ipv4.promote_secondaries": "1"},
    257: {"ipv6.accept_ra": "0", "ipv6.use_tempaddr": "0", "ipv6.proxy_ndp": "0", "ipv4.promote_secondaries": "1"},
    262: {"ipv6.accept_ra": "0", "ipv6.use_tempaddr": "0", "ipv4.promote_secondaries": "1"},
}


@pytest.mark.parametrize("version", BY_DEFAULT)
def test_without_a_word(version):
    assert written("", version) == {**BY_DEFAULT[version], **LINK_LOCAL}


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("LinkLocalAddressing=no\n", {}),
        ("Bridge=br0\n", {}),
        ("KeepMaster=yes\n", {}),
        ("KeepMaster=yes\nLinkLocalAddressing=ipv6\n", LINK_LOCAL),
        ("IPv6LinkLocalAddressGenerationMode=none\n", {}),
        ("Bridge=br0\nLinkLocalAddressing=ipv6\n", LINK_LOCAL),
        ("IPv6PrivacyExtensions=yes\n", {**LINK_LOCAL, "ipv6.use_tempaddr": "2"}),
        ("IPv6PrivacyExtensions=prefer-public\n", {**LINK_LOCAL, "ipv6.use_tempaddr": "1"}),
        ("IPv6ProxyNDPAddress=fd77::1\n", {**LINK_LOCAL, "ipv6.proxy_ndp": "1"}),
        ("IPv4ReversePathFilter=loose\nIPv4ProxyARP=on\n", {**LINK_LOCAL, "ipv4.rp_filter": "2", "ipv4.proxy_arp": "1"}),
        ("IPv6HopLimit=77\nIPv4AcceptLocal=nonsense\n", {**LINK_LOCAL, "ipv6.hop_limit": "77"}),
    ],
)
def test_by_the_keys_of_the_file(text, more):
    assert written(text, 257) == {**BY_DEFAULT[257], **more}


def test_what_is_left_to_the_kernel():
    assert "ipv6.use_tempaddr" not in written("IPv6PrivacyExtensions=kernel\n", 257)
