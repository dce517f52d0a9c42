# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._concerns import concerned, readers

NETWORKD, RESOLVED, OTHER = "systemd-networkd.service", "systemd-resolved.service", "tailscaled.service"


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("/etc/systemd/networkd.conf", [NETWORKD]),
        ("/etc/systemd/networkd.conf.d", [NETWORKD]),
        ("/run/systemd/networkd.conf.d/x.conf", [NETWORKD]),
        ("/etc/systemd/network/10-lan.network", [NETWORKD]),
        ("/etc/netplan/50-cloud.yaml", [NETWORKD]),
        ("/etc/systemd/resolved.conf.d/x.conf", [RESOLVED]),
        ("/etc/systemd/system/tailscaled.service.d/x.conf", [OTHER]),
        ("/etc/systemd/system/tailscaled.service", [OTHER]),
        ("/etc/systemd/system/multi-user.target.wants/tailscaled.service", []),
        ("/etc/systemd/networkd.config", [NETWORKD, RESOLVED, OTHER]),
        ("/etc/default/tailscaled", [NETWORKD, RESOLVED, OTHER]),
        ("/etc/systemd", [NETWORKD, RESOLVED, OTHER]),
        ("/etc/resolv.conf", []),
        ("/etc/hosts", []),
    ],
)
def test_concerned(path, units):
    assert concerned(path, [NETWORKD, RESOLVED, OTHER]) == units


def test_readers_are_recorded_unasked():
    assert readers(["/etc/hosts", "/etc/systemd/resolved.conf", "/etc/systemd/resolved.conf.d"]) == [RESOLVED]
