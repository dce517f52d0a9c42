# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""enforce.yml and rollback.yml on real hosts: mended and staying so, or as it was, and the report says which and why."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from holdlab.hosts import Host
from holdlab.lab import Lab
from holdlab.module import run_module
from holdlab.rollout import Rollout, rollout
from holdlab.software import Server

LIKE_TAILSCALE = "like-tailscale 10.77.0.0/24 172.30.5.0/24 fe80::/64"
INCIDENT_004 = f"""
rm /etc/systemd/networkd.conf.d/10-lab.conf
systemctl restart systemd-networkd
sleep 1
{LIKE_TAILSCALE}
"""
# MagicDNS takes every name and is dead; FallbackDNS is never asked.
DEAD_RESOLVER = """
mkdir -p /etc/systemd/resolved.conf.d
printf '[Resolve]\\nFallbackDNS=10.77.0.2\\n' >/etc/systemd/resolved.conf.d/10-fallback.conf
systemctl restart systemd-resolved
like-tailscale 10.77.0.0/24
resolvectl dns tailscale0 100.100.100.100
resolvectl domain tailscale0 '~.'
"""
RESOLVERS = {"holdfast_resolved_dns": ["10.77.0.1", "10.77.0.2"], "holdfast_resolved_providers": 1, "holdfast_resolved_override": True}
ROUTES = "[ \"$(ip -4 rule | grep -c '^52')\" = 4 ] && [ \"$(ip -6 rule | grep -c '^52')\" = 4 ] && " \
    "[ \"$(ip -4 route show table 52 type throw | wc -l)\" = 2 ]"
RESOLVES = "resolvectl flush-caches; timeout 25 getent ahosts a.example.lab >/dev/null"
UPGRADE = """
new-version systemd
systemctl unmask apt-daily-upgrade.timer
systemctl start apt-daily-upgrade.timer
systemctl start --no-block apt-daily-upgrade.service
"""
UPGRADED = "systemctl is-active apt-daily-upgrade.service | grep -q inactive && ! apt list --upgradable 2>/dev/null | grep -q '^systemd/'"
# All that a rollout that isn't to touch anything could have touched.
LOOK = """
systemctl show -p InvocationID systemd-networkd systemd-resolved
find /etc ! -type d -exec md5sum {} + 2>/dev/null | sort
find /etc /run/systemd/system /var/lib/holdfast 2>&1 | sort
systemctl list-units --all --no-legend 'holdfast*'
"""
# Once the change is there, and the module has gone that puts back what is missing: resolved says nothing for some seconds, or a rule is taken.
WHEN_CHANGED = """
mkdir -p /etc/systemd/system/systemd-networkd.service.d
printf '[Service]\\nExecStartPost=-+/bin/sh /root/changed\\n' >/etc/systemd/system/systemd-networkd.service.d/x.conf
systemctl daemon-reload
cat >/root/changed <<'END'
test -e /etc/systemd/networkd.conf.d/90-holdfast.conf || exit 0
systemd-run -q sh -c "sleep 1; while pgrep -x python3; do sleep 0.05; done; DEED"
END
"""
RESOLVED_HANGS = WHEN_CHANGED.replace("DEED", "pkill -STOP -x systemd-resolve; sleep 20; pkill -CONT -x systemd-resolve")
RULES_GO = "for number in $(seq 100 180); do ip rule add pref 10$number from 10.66.0.$number lookup 52; done\n" \
    + WHEN_CHANGED.replace("DEED", "ip rule del pref 10170")
SILENT = Server("10.77.0.5", "fault", faults=[{"do": "silent"}])
LATER = "printf '[Network]\\nManageForeignRoutes=yes\\n' >/etc/systemd/networkd.conf.d/95-admin.conf"


class Fleet:
    """Hosts and the playbooks on them."""

    def __init__(self, lab: Lab, hosts: list[Host]) -> None:
        self.lab, self.hosts, self.host = lab, hosts, hosts[0]

    def enforce(self, *arguments: str, **variables: Any) -> Rollout:
        """How enforce.yml ends."""
        return rollout(self.lab.spaces, self.hosts, variables, *arguments)

    def roll_back(self, *arguments: str, **variables: Any) -> Rollout:
        """How rollback.yml ends."""
        return rollout(self.lab.spaces, self.hosts, variables, *arguments, playbook="rollback")

    def do(self, script: str, host: Host | None = None) -> str:
        """What the lines print; they must succeed."""
        done = (host or self.host).run(script)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def wait_for(self, check: str, seconds: int = 60) -> None:
        """Until the lines succeed; AssertionError after some time."""
        until = time.monotonic() + seconds
        while (done := self.host.run(check)).returncode:
            assert time.monotonic() < until, f"{check}\n{done.stdout}"
            time.sleep(0.5)


@pytest.fixture
def fleet(request: pytest.FixtureRequest, lab: Lab) -> Iterator[Fleet]:
    """The hosts that a test names, by their images."""
    hosts = [lab.boot(image, f"web{number}") for number, image in enumerate(request.param, 1)]
    try:
        yield Fleet(lab, hosts)
    finally:
        for host in hosts:
            lab.remove(host)


both = pytest.mark.parametrize("fleet", [["debian12"], ["debian13"]], indirect=True, ids=["debian12", "debian13"])
newest = pytest.mark.parametrize("fleet", [["debian13"]], indirect=True, ids=["debian13"])
three = pytest.mark.parametrize("fleet", [["debian13"] * 3], indirect=True, ids=["three"])


@both
def test_incident_004_is_mended_and_stays_so(fleet: Fleet) -> None:
    fleet.do(INCIDENT_004)
    look = fleet.do(LOOK)
    planned = fleet.enforce("--check", "--diff")
    assert (planned.status, planned.outcome(fleet.host)) == (0, "planned"), planned.output
    assert "+ManageForeignRoutes=no" in planned.output and fleet.do(LOOK) == look
    done = fleet.enforce()
    assert (done.status, done.outcome(fleet.host)) == (0, "confirmed"), done.output
    _stays(fleet, ROUTES, after_boot=f"{LIKE_TAILSCALE}; systemctl restart systemd-networkd; sleep 2")


@both
def test_a_dead_resolver_is_mended_and_stays_so(fleet: Fleet) -> None:
    fleet.do(DEAD_RESOLVER)
    assert fleet.host.run(RESOLVES).returncode
    done = fleet.enforce(**RESOLVERS)
    assert (done.status, done.outcome(fleet.host)) == (0, "confirmed"), done.output
    _stays(fleet, RESOLVES, RESOLVERS, after_boot="true")


def _stays(fleet: Fleet, check: str, variables: dict[str, Any] | None = None, *, after_boot: str) -> None:
    """Over three restarts of networkd, an upgrade that restarts it, and a reboot; and a second rollout has nothing to do."""
    fleet.do(check)
    for _time in range(3):
        fleet.do("systemctl restart systemd-networkd; sleep 2")
        fleet.do(check)
    started = fleet.do("systemctl show -p InvocationID systemd-networkd")
    fleet.do(UPGRADE)
    fleet.wait_for(UPGRADED)
    assert fleet.do("systemctl show -p InvocationID systemd-networkd") != started
    fleet.do(check)
    fleet.host.reboot()
    fleet.do(after_boot)
    fleet.do(check)
    again = fleet.enforce(**(variables or {}))
    assert (again.status, again.outcome(fleet.host), again.changed(fleet.host)) == (0, "unchanged", 0), again.output


@three
def test_a_refusal_stops_the_rollout(fleet: Fleet) -> None:
    for host in fleet.hosts:
        fleet.do(INCIDENT_004, host)
    fleet.do(LATER, fleet.hosts[1])
    done = fleet.enforce(holdfast_serial=1)
    outcomes = [done.outcome(host) for host in fleet.hosts]
    assert (done.status, outcomes) == (2, ["confirmed", "refused", "None"]), done.output
    assert "95-admin.conf:2" in done.hosts["web2"]["enforced"]["why"][0]
    assert [host.run("ls /var/lib/holdfast").returncode for host in fleet.hosts] == [0, 2, 2]
    back = fleet.roll_back()
    assert (back.status, [back.outcome(host) for host in fleet.hosts]) == (0, ["restored", "unchanged", "unchanged"]), back.output
    fleet.do("test ! -e /etc/systemd/networkd.conf.d/90-holdfast.conf")


@newest
def test_tags_choose_the_role(fleet: Fleet) -> None:
    fleet.do(INCIDENT_004)
    look = fleet.do(LOOK)
    misspelt = fleet.enforce("--tags", "netwrokd")
    assert misspelt.status == 2 and "The tags netwrokd choose none of the roles networkd, resolved" in misspelt.output, misspelt.output
    other = fleet.enforce("--tags", "resolved")
    assert (other.status, other.outcome(fleet.host)) == (0, "unchanged") and fleet.do(LOOK) == look, other.output
    done = fleet.enforce("--tags", "networkd", **RESOLVERS)
    assert (done.status, done.outcome(fleet.host)) == (0, "confirmed"), done.output
    fleet.do(ROUTES + " && test ! -e /etc/systemd/resolved.conf.d/90-holdfast.conf")


@newest
def test_a_user_who_becomes_root(fleet: Fleet) -> None:
    fleet.do(INCIDENT_004)
    look = fleet.do(LOOK)
    without = rollout(fleet.lab.spaces, fleet.hosts, {}, user="plain")
    assert (without.status, without.outcome(fleet.host)) == (2, "refused") and "become" in without.output, without.output
    assert fleet.do(LOOK) == look
    done = rollout(fleet.lab.spaces, fleet.hosts, {}, "--become", user="plain")
    assert (done.status, done.outcome(fleet.host)) == (0, "confirmed"), done.output
    fleet.do(ROUTES)
    back = rollout(fleet.lab.spaces, fleet.hosts, {}, "--become", playbook="rollback", user="plain")
    assert (back.status, back.outcome(fleet.host)) == (0, "restored"), back.output


@newest
def test_what_is_worse_goes_back(fleet: Fleet) -> None:
    """The unit itself breaks here what nobody repairs, as soon as the new drop-in is there."""
    fleet.do(INCIDENT_004)
    fleet.do("mkdir -p /etc/systemd/system/systemd-networkd.service.d")
    fleet.do("printf '[Service]\\nExecStartPost=-/bin/sh -c \"test ! -e /etc/systemd/networkd.conf.d/90-holdfast.conf || resolvectl dns host0 10.77.0.99\"\\n'"
             " >/etc/systemd/system/systemd-networkd.service.d/x.conf; systemctl daemon-reload")
    files = fleet.do("find /etc ! -type d -exec md5sum {} + | sort")
    done = fleet.enforce()
    assert (done.status, done.outcome(fleet.host)) == (2, "rolled_back"), done.output
    assert "was answered before and isn't now" in " ".join(done.hosts["web1"]["enforced"]["why"])
    fleet.do(ROUTES)
    fleet.do(RESOLVES)
    assert fleet.do("find /etc ! -type d -exec md5sum {} + | sort") == files
    assert fleet.do("systemctl list-units --all --no-legend 'holdfast*'") == ""


@newest
def test_what_passes_by_itself_decides_nothing(fleet: Fleet) -> None:
    fleet.do(INCIDENT_004 + "echo 'deb http://a.example.lab/debian x main' >/etc/apt/sources.list\n" + RESOLVED_HANGS)
    done = fleet.enforce()
    assert (done.status, done.outcome(fleet.host)) == (0, "confirmed"), done.output
    assert "a.example.lab A (/etc/apt/sources.list)" in done.hosts["web1"]["enforced"]["asked"]
    assert done.output.count("Hold it against what was") > 1, done.output
    fleet.do(f"{ROUTES}; {RESOLVES}")


@both
def test_a_server_that_is_silent_before_and_after_decides_nothing(fleet: Fleet) -> None:
    with fleet.lab.servers.running([SILENT]):
        fleet.do(f"link-dns 10.77.0.5\n{INCIDENT_004}")
        done = fleet.enforce()
        assert (done.status, done.outcome(fleet.host)) == (0, "confirmed"), done.output
        fleet.do(ROUTES)


@newest
def test_a_rule_that_no_fact_lists_is_missed(fleet: Fleet) -> None:
    """One of more than the facts list, taken by somebody else after the restart: what goes back is no reason to call the host worse."""
    fleet.do(INCIDENT_004 + RULES_GO)
    rules = fleet.do("ip rule")
    done = fleet.enforce()
    assert (done.status, done.outcome(fleet.host)) == (2, "rolled_back"), done.output
    assert "from 10.66.0.170/32" in " ".join(done.hosts["web1"]["enforced"]["why"]) and fleet.do("ip rule") == rules


@newest
def test_only_what_was_done_is_called_changed(fleet: Fleet) -> None:
    """The first role fails, so that the second, which had planned something too, doesn't begin."""
    fleet.do(INCIDENT_004)
    fleet.do("mkdir -p /etc/systemd/system/systemd-networkd.service.d")
    fleet.do("printf '[Service]\\nExecStartPre=/bin/sh -c \"test ! -e /etc/systemd/networkd.conf.d/90-holdfast.conf\"\\n'"
             " >/etc/systemd/system/systemd-networkd.service.d/x.conf; systemctl daemon-reload")
    done = fleet.enforce(**RESOLVERS)
    changes = done.hosts["web1"]["enforced"]["changes"]
    assert (done.status, done.outcome(fleet.host)) == (2, "rolled_back"), done.output
    assert changes and not [change for change in changes if "resolved" in change], changes


@newest
def test_a_host_in_the_middle_of_another_change_is_left_alone(fleet: Fleet) -> None:
    fleet.do(INCIDENT_004)
    ident = run_module(fleet.lab.spaces, fleet.host, "checkpoint", {"state": "armed", "paths": ["/etc/systemd"], "owner": "anna"})["checkpoint"]["id"]
    look = fleet.do(LOOK)
    for arguments in (["--check"], []):
        done = fleet.enforce(*arguments)
        assert (done.status, done.outcome(fleet.host)) == (2, "refused"), done.output
        assert f"The checkpoint {ident} of anna is open, armed until" in done.hosts["web1"]["enforced"]["why"][0]
    assert fleet.do(LOOK) == look
    back = fleet.roll_back()
    assert (back.status, back.outcome(fleet.host)) == (0, "restored"), back.output
