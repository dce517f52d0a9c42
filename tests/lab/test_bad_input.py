# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes of the operator, on a real host that there is much to change on: refused before anything is touched, with what to write instead."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from holdlab.controller import Controller
from holdlab.hosts import Host
from holdlab.lab import Lab
from holdlab.module import run_module
from holdlab.role import run_role
from holdlab.rollout import rollout

INCIDENT_004 = """
rm /etc/systemd/networkd.conf.d/10-lab.conf
systemctl restart systemd-networkd
sleep 1
like-tailscale 10.77.0.0/24
"""
# All that a run that isn't to touch anything could have touched.
LOOK = """
systemctl show -p InvocationID systemd-networkd systemd-resolved
find /etc ! -type d -exec md5sum {} + 2>/dev/null | sort
find /etc /run/systemd/system /var/lib/holdfast 2>&1 | sort
systemctl list-units --all --no-legend 'holdfast*'
ls /tmp
"""
# Filled in once, it is a text that would be another template.
TWICE = "{% raw %}{{ lookup('pipe', 'touch /tmp/was-executed') }}{% endraw %}"
SERVERS = ["10.77.0.1", "10.77.0.2"]
# All in one run: every one is told. What each says by itself is a unit test's to see.
MISTAKES = {
    "holdfast_resolved_dns": (["10.77.0.300", "10.77.0.1; reboot"], "'10.77.0.300' is no server; write ADDRESS"),
    "holdfast_resolved_dsn": (SERVERS, "did you mean 'holdfast_resolved_dns'?"),
    "holdfast_resolved_domains": (["b\u00fccher.example"], "other letters as xn--"),
    "holdfast_resolved_fallback_dns": (["10.77.0.1\nDNS=6.6.6.6"], "'10.77.0.1\\nDNS=6.6.6.6' holds a line break"),
    "holdfast_resolved_settings": ({"[Network]": "x", "LLMNR": TWICE}, "'[Network]' is no key; write letters"),
    "holdfast_resolved_drop_in": ("../../passwd", "is no name like 90-holdfast.conf"),
    "holdfast_resolved_cache": (TWICE, "write yes, no, no-negative"),
    "holdfast_resolved_unreachable": ("ignor", "write refuse or ignore"),
    "holdfast_networkd_drop_in": ("x" * 100_000, "is 100000 characters long; write at most 2048"),
    "holdfast_networkd_timeout": ("1m", "'1m' is no whole number; write one, without a unit"),
    "holdfast_checkpoint_timeout": ("5", "'5' is out of bounds; write a number from 10 to 3600"),
    "holdfast_checkpoint_keep": (0, "write a number from 1 to 100"),
    "holdfast_owner": ("anna\nrolled back", "'anna\\nrolled back' holds a line break"),
    "holdfast_serial": (0, "'100%' for all at once"),
    "holdfast_waivers": (["x"], "entry 1: 'x' is no mapping"),
}


class Operator:
    """Who runs playbooks and modules on one host, and sees whether anything came of it."""

    def __init__(self, lab: Lab, host: Host) -> None:
        self.lab, self.host = lab, host

    def look(self) -> str:
        """All that could have been touched."""
        return self.host.run(LOOK).stdout

    def play(self, playbook: str, variables: dict[str, Any], *arguments: str, user: str = "root") -> tuple[int, str, str]:
        """ansible's exit status, what it said, and why the report says that the host was left alone."""
        controller = Controller(self.lab.spaces, [self.host], user)
        own = {"holdfast_report_dir": controller.folder, "holdfast_report_formats": ["json"], **variables}
        done = controller.run("ansible-playbook", f"holdfast.baseline.{playbook}", *arguments, variables=own)
        report = controller.inside / "report.json"
        enforced = json.loads(report.read_text(encoding="utf-8"))["hosts"][self.host.name].get("enforced", {}) if report.exists() else {}
        return done.returncode, done.stdout + done.stderr, f"{enforced.get('outcome')}: {'; '.join(enforced.get('why', []))}"


@pytest.fixture(scope="module")
def operator(lab: Lab) -> Iterator[Operator]:
    """One host for all tests, since none may change it."""
    host = lab.boot("debian13", "web1")
    try:
        done = host.run(INCIDENT_004)
        assert done.returncode == 0, done.stdout
        yield Operator(lab, host)
    finally:
        lab.remove(host)


def test_all_mistakes_are_told_at_once(operator: Operator) -> None:
    look = operator.look()
    status, output, _why = operator.play("enforce", {name: value for name, (value, _says) in MISTAKES.items()})
    told = output.splitlines()
    unsaid = [name for name, (_value, says) in MISTAKES.items() if not any(line.startswith(f"{name}: ") and says in line for line in told)]
    assert (status, unsaid) == (2, []), output
    assert "x" * 200 not in output and operator.look() == look
    assert not operator.lab.spaces.path("/tmp/was-executed").exists()


@pytest.mark.parametrize(
    ("playbook", "variables", "says"),
    [
        ("enforce", {"holdfast_checkpoint_timeout": "3m"}, "holdfast_checkpoint_timeout: '3m' is no whole number; write one, without a unit"),
        ("enforce", {"holdfast_resolved_dns": "{{ no_such_thing }}"}, "holdfast_resolved_dns: can't be worked out: 'no_such_thing' is undefined"),
        ("rollback", {"holdfast_checkpoint": "../../etc"}, "holdfast_checkpoint: '../../etc' is no checkpoint's id; one looks like"),
        ("enforce", {"holdfast_planning": True}, "holdfast_planning: only the role enforce may set it; leave it out"),
        ("audit", {"holdfast_fail_onn": "low"}, "did you mean 'holdfast_fail_on'?"),
    ],
)
def test_a_mistake_is_seen_before_the_host_is_asked(operator: Operator, playbook: str, variables: dict[str, Any], says: str) -> None:
    look = operator.look()
    status, output, _why = operator.play(playbook, variables)
    assert status == 2 and says in output and "PLAY RECAP" in output, output
    assert operator.look() == look


@pytest.mark.parametrize("playbook", ["audit", "enforce", "probe", "rollback"])
@pytest.mark.parametrize(
    ("hosts", "says"),
    [
        ("wbe1", "holdfast_hosts: no host of the inventory matches wbe1; write a host or a group of it"),
        ("{{ no_such_thing }}", "'no_such_thing' is undefined"),
    ],
)
def test_nobody_is_no_host_and_not_all(operator: Operator, playbook: str, hosts: str, says: str) -> None:
    status, output, _why = operator.play(playbook, {"holdfast_hosts": hosts})
    assert status == 4 and says in output and "PLAY" not in output, output


@pytest.mark.parametrize(
    ("playbook", "arguments", "says"),
    [
        ("audit", ["--skip-tags", "audit"], "--skip-tags audit would leave out the whole play, so nobody would be looked at; run it without"),
        ("audit", ["--tags", "adit"], "--tags adit would leave out the whole play"),
        ("audit", ["--start-at-task", "Show the report"], "--start-at-task leaves out what comes before it"),
        ("audit", ["--start-at-task", "No such task"], "--start-at-task leaves out what comes before it"),
        ("probe", ["--skip-tags", "tagged"], "--skip-tags tagged would leave out the whole play"),
        ("rollback", ["--tags", "networkd"], "--tags networkd would leave out the whole play"),
        ("rollback", ["--skip-tags", "untagged"], "--skip-tags untagged would leave out the whole play"),
        ("enforce", ["--skip-tags", "always"], "--skip-tags always would leave out the whole play"),
        ("enforce", ["--start-at-task", "Change it"], "--start-at-task leaves out what comes before it"),
        ("enforce", ["--step"], "--step may leave out what a good end stands for"),
        (
            "audit",
            ["--inventory", "db1,", "--limit", "db1", "-e", "holdfast_hosts=web1"],
            "--limit db1 leaves none of holdfast_hosts (web1), so nobody would be looked at; name one of these, or leave it out",
        ),
    ],
)
def test_nothing_ends_well_where_nobody_is_looked_at(operator: Operator, playbook: str, arguments: list[str], says: str) -> None:
    status, output, why = operator.play(playbook, {}, *arguments)
    assert status == 4 and says in output and "PLAY" not in output and why == "None: ", output


@pytest.mark.parametrize("tags", ["networkd,resolved", "all"])
def test_a_rollout_without_any_role_is_none(operator: Operator, tags: str) -> None:
    status, output, why = operator.play("enforce", {}, "--skip-tags", tags)
    without = ", ".join(tags.split(","))
    assert status == 2 and f"The tags all without {without} choose none of the roles networkd, resolved" in output and why == "None: ", output


def test_an_inventory_without_hosts_is_audited_by_nobody(lab: Lab) -> None:
    done = rollout(lab.spaces, [], {}, playbook="audit")
    assert done.status == 4 and "the inventory has no host, so nobody would be looked at" in done.output, done.output


def test_a_playbook_of_the_operator_may_choose_among_its_plays(operator: Operator) -> None:
    controller = Controller(operator.lab.spaces, [operator.host])
    site = controller.write("site.yml", [{"import_playbook": "holdfast.baseline.audit", "tags": ["nightly"]}])
    own = {"holdfast_report_dir": controller.folder, "holdfast_fail_on": "never"}
    for tags, looked in (("weekly", False), ("nightly", True)):
        done = controller.run("ansible-playbook", site, "--tags", tags, variables=own)
        assert (done.returncode, (controller.inside / "report.json").exists()) == (0, looked), done.stdout + done.stderr


def test_who_cannot_see_the_checkpoints_does_not_say_that_there_is_none(operator: Operator) -> None:
    look = operator.look()
    status, output, why = operator.play("rollback", {}, user="plain")
    assert status == 2 and why.startswith("refused: ") and "needs root; set become: true" in why, output
    assert operator.look() == look


def test_a_server_that_the_host_cannot_reach_is_refused(operator: Operator) -> None:
    look = operator.look()
    servers = {"holdfast_resolved_dns": [*SERVERS, "10.77.0.99"], "holdfast_resolved_providers": 1, "holdfast_probe": False}
    status, output, why = operator.play("enforce", servers, "--tags", "resolved")
    assert status == 2 and why.startswith("refused: holdfast_resolved_dns: no answer from 10.77.0.99 "), output
    assert operator.look() == look


@pytest.mark.parametrize(
    ("module", "options", "says"),
    [
        ("checkpoint", {"state": "rolled_back", "id": "20260101T000000Z-abcdef"}, "there is no checkpoint 20260101T000000Z-abcdef on this host"),
        ("checkpoint", {"state": "armed", "paths": ["/etc/a", "/root/.ssh"]}, "paths: '/root/.ssh' is not below /etc or /run/systemd; name a file"),
        ("systemd_dropin", {"config": "resolved.conf", "section": "[Resolve]", "settings": {"LLMNR": False}}, "write it without brackets"),
        ("systemd_dropin", {"config": "resolved.conf", "settings": {"LLMNRR": False}}, "LLMNRR: [Resolve] of resolved.conf has no such key"),
    ],
)
def test_a_module_refuses_as_well(operator: Operator, module: str, options: dict[str, Any], says: str) -> None:
    look = operator.look()
    result = run_module(operator.lab.spaces, operator.host, module, options)
    assert result["failed"] and says in result["msg"], result
    assert operator.look() == look


def test_texts_of_a_survey_are_no_mistake(operator: Operator) -> None:
    """It gives nothing but texts, and an empty one where nothing was entered."""
    given = {"dns": ",".join(SERVERS), "domains": "~.,corp.example", "fallback_dns": "", "providers": "1", "link": "no", "names": "a.example.lab"}
    look = operator.look()
    done = run_role(operator.lab.spaces, operator.host, "resolved", {f"holdfast_resolved_{name}": text for name, text in given.items()}, check=True)
    assert not done.failed and "+DNS=10.77.0.1 10.77.0.2\n" in done.output and "+Domains=~. corp.example\n" in done.output, done.output
    assert operator.look() == look
