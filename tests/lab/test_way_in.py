# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rollouts that come in over an address that a restart of networkd takes: it is spared, or the host is refused and keeps it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from holdlab.hosts import Host
from holdlab.lab import Lab
from holdlab.namespaces import BRIDGE
from holdlab.rollout import rollout

WAY_IN = "10.77.5.14"
# Without the protecting keys, so that there is something to do.
PREPARE = f"""
rm /etc/systemd/networkd.conf.d/10-lab.conf
systemctl restart systemd-networkd
sleep 4
ip addr add {WAY_IN}/24 dev host0 valid_lft 86400 preferred_lft 86400
"""
USES_DHCP = "printf '[Network]\\nDHCP=ipv4\\n' >/etc/systemd/network/10-lab.network.d/dhcp.conf\n"
STARTED = "systemctl show -p InvocationID systemd-networkd"


@pytest.fixture(params=["debian12", "debian13"])
def host(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Host]:
    """A host to which there is a second way in."""
    host = lab.boot(request.param, "web1")
    lab.spaces.shell(f"ip addr replace 10.77.5.1/24 dev {BRIDGE}")
    try:
        yield host
    finally:
        lab.remove(host)


@pytest.mark.parametrize(("more", "status", "outcome"), [("", 0, "confirmed"), (USES_DHCP, 2, "refused")], ids=["spared", "refused"])
def test_an_address_with_a_lifetime(lab: Lab, host: Host, more: str, status: int, outcome: str) -> None:
    assert host.run(more + PREPARE).returncode == 0
    started, host.address = host.run(STARTED).stdout, WAY_IN
    done = rollout(lab.spaces, [host], {"holdfast_probe": False, "holdfast_checkpoint_timeout": 60})
    assert (done.status, done.outcome(host)) == (status, outcome), done.output
    assert (host.run(STARTED).stdout == started) == (outcome == "refused")
    assert host.run(f"ip -4 addr show host0 | grep '{WAY_IN}/24.*dynamic'").returncode == 0
    if outcome == "refused":
        assert f"ansible itself comes in over {WAY_IN}" in " ".join(done.hosts["web1"]["enforced"]["why"])
