# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._resolver_operators import operator


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("1.1.1.1", "Cloudflare"),
        ("1.0.0.3", "Cloudflare"),
        ("2606:4700:4700::1111", "Cloudflare"),
        ("2606:4700:4701::1", "2606:4700:4701::1"),
        ("8.8.4.4", "Google"),
        ("2001:4860:4860::8888", "Google"),
        ("9.9.9.10", "Quad9"),
        ("2620:fe::fe", "Quad9"),
        ("208.67.222.222", "OpenDNS"),
        ("2620:119:53::53", "OpenDNS"),
        ("100.100.100.100", "Tailscale MagicDNS"),
        ("10.77.0.1", "10.77.0.1"),
        ("fe80::1%eth0", "fe80::1%eth0"),
    ],
)
def test_operator(address, expected):
    assert operator(address) == expected
