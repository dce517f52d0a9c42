# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What resolvectl told a link of networkd stays told on real hosts, whatever of ours restarts networkd, with and without systemd-resolved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from holdlab.hosts import Host
from holdlab.lab import Lab
from holdlab.module import run_module

TELL = """
resolvectl dns host0 10.77.0.1 10.77.0.2#dns.lab '[fd77::44]:5353' fe80::9
resolvectl domain host0 '~corp.lab' here.lab '~.' -- -x.lab
resolvectl default-route host0 true
resolvectl llmnr host0 no
resolvectl mdns host0 yes
resolvectl dnssec host0 allow-downgrade
resolvectl dnsovertls host0 opportunistic
resolvectl nta host0 bad.lab other.lab third.lab
timedatectl ntp-servers host0 10.77.0.9
"""
KEYS = "DNS|NTP|DOMAINS|ROUTE_DOMAINS|LLMNR|MDNS|DNS_DEFAULT_ROUTE|DNS_OVER_TLS|DNSSEC"
LOOK = f"""
cd /run/systemd/netif/links
grep -E '^({KEYS})=' "$(cat /sys/class/net/host0/ifindex)"
sed -n 's/^DNSSEC_NTA=//p' "$(cat /sys/class/net/host0/ifindex)" | tr ' ' '\\n' | sort
"""
BY_RESOLVED = "for verb in dns domain default-route llmnr dnssec dnsovertls nta; do resolvectl $verb host0; done"
ARMED = {"state": "armed", "paths": ["/etc/systemd/networkd.conf.d"], "rules": True, "routes": True, "timeout": 600}
CHANGE = "printf '[Network]\\nSpeedMeter=yes\\n' >/etc/systemd/networkd.conf.d/90-new.conf; systemctl restart systemd-networkd; sleep 1"


class Told:
    """A host whose link was told all that can be told."""

    def __init__(self, lab: Lab, host: Host) -> None:
        self.lab, self.host = lab, host

    def do(self, script: str) -> str:
        """What the lines print; they must succeed."""
        done = self.host.run(script)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def module(self, name: str, **options: object) -> dict:
        """What a module of ours returns."""
        return run_module(self.lab.spaces, self.host, name, options)


@pytest.fixture(params=["debian12", "debian13"])
def told(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Told]:
    """A host whose link was told all that can be told."""
    host = lab.boot(request.param)
    try:
        told = Told(lab, host)
        told.do(TELL)
        yield told
    finally:
        lab.remove(host)


def test_a_restart_by_the_module(told: Told) -> None:
    before, resolved = told.do(LOOK), told.do(BY_RESOLVED)
    done = told.module("networkd_restart")
    assert not done.get("failed") and len([text for text in done["put_back"] if text.startswith("host0 ")]) == 9, done
    assert told.do(LOOK) == before
    told.do("systemctl restart systemd-resolved; sleep 1")
    assert told.do(BY_RESOLVED) == resolved
    # Where it does not run nobody starts it, and resolvectl could not do it.
    told.do("systemctl stop systemd-resolved; mv /usr/bin/resolvectl /usr/bin/x")
    assert not told.module("networkd_restart").get("failed") and told.do(LOOK) == before
    assert told.host.run("systemctl is-active systemd-resolved").stdout == "inactive\n"


def test_a_rollback(told: Told) -> None:
    before = told.do(LOOK)
    ident = told.module("checkpoint", **ARMED)["checkpoint"]["id"]
    told.do(CHANGE)
    assert told.do(LOOK) != before
    told.do("resolvectl dns host0 10.77.0.1; resolvectl nta host0 bad.lab third.lab")
    back = told.module("checkpoint", state="rolled_back", id=ident)
    assert back["checkpoint"]["state"] == "rolled_back", back
    assert told.do(LOOK) == before


def test_refused_where_networkd_could_not_be_told(told: Told) -> None:
    invocation = told.do("systemctl show -p InvocationID systemd-networkd; mv /usr/bin/busctl /usr/bin/x")
    refused = told.module("networkd_restart")
    assert refused["failed"] and "host0: what resolvectl told them could not be told again: busctl is not installed" in refused["msg"], refused
    assert told.do("systemctl show -p InvocationID systemd-networkd") == invocation
