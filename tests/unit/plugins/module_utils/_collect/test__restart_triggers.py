# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import calendar
import os
import time
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_commands import find_commands
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_cron import next_run, parse_crontab
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_needrestart import read_configuration
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_packages import blocked, parse_config, parse_policy
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_patterns import matches
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_triggers import look
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Absent, Host, NotSeen
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _fact_paths

NOW = calendar.timegm((2026, 11, 21, 8, 30, 0))  # a Saturday
N, R = "systemd-networkd", "systemd-resolved"
TIMER = "Unit={unit}\nNextElapseUSecRealtime=Sun 2026-11-22 06:47:03 UTC\nId={name}\nLoadState=loaded\nActiveState={state}\n"
CRON = "Id=cron.service\nLoadState=loaded\nActiveState={state}\n"
POSTINST = "set -e\nif true; then\n    _systemctl try-restart systemd-networkd.service || true\nfi\n"
RESOLVED_POSTINST = "_dh_action=restart\ndeb-systemd-invoke $_dh_action 'systemd-resolved.service' >/dev/null || true\n"
PERIODIC = 'APT::Periodic::Unattended-Upgrade "1";\n'
POLICY = "systemd:\n  Installed: {}\n  Candidate: {}\n  Version table:\n     1 500\n"
HOOK = 'DPkg::Post-Invoke {"test -x /usr/lib/needrestart/apt-pinvoke && /usr/lib/needrestart/apt-pinvoke || true"; };\n'


class Replay(Host):
    """A host of files below a directory, whose commands answer from a table."""

    def __init__(self, root, answers=None, files=None):
        super().__init__(str(root))
        self.ran = []
        self.answers = {
            "systemctl show -p Id,Load": "",
            "systemctl show -p Id,Frag": "",
            "apt-config dump": PERIODIC,
            "dpkg-query": "systemd install\n",
            "apt-cache": POLICY.format("257-1", "257-1"),
            **(answers or {}),
        }
        for path, text in {"/run/systemd/system/x": "", **(files or {})}.items():
            file = Path(f"{root}{path}")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            file.chmod(0o755)

    def run(self, argv, limit=0):
        self.ran.append(" ".join(argv))
        answer = next(answer for start, answer in self.answers.items() if self.ran[-1].startswith(start))
        if isinstance(answer, Exception):
            raise answer
        return answer


def unattended(root, answers=None, files=None, state="active"):
    """A Debian host with unattended-upgrades armed."""
    timer = TIMER.format(name="apt-daily-upgrade.timer", unit="apt-daily-upgrade.service", state=state)
    apt = {
        "/usr/bin/unattended-upgrade": "",
        "/etc/apt/apt.conf.d/20auto-upgrades": 'APT::Periodic::Update-Package-Lists "1";\n' + PERIODIC,
        "/var/lib/dpkg/info/systemd.postinst": POSTINST,
        "/var/lib/dpkg/info/systemd-resolved.postinst": RESOLVED_POSTINST,
        "/var/lib/apt/lists/deb_InRelease": "",
    }
    return Replay(root, {"systemctl show -p Id,Load": timer, **(answers or {})}, {**apt, **(files or {})})


def seen(host):
    """The node at NOW, which has to fit docs/facts.md."""
    node = look(host, NOW)
    assert _fact_paths.strangers(node, _fact_paths.lookup("routes.triggers")) == []
    return node


def brief(node):
    return [(entry["name"], entry["restarts"], entry["evidence"]) for entry in node["automatic"]]


@pytest.mark.parametrize(
    ("line", "daemons"),
    [
        ("systemctl restart systemd-networkd", [N]),
        ("/bin/systemctl --no-block try-restart systemd-resolved.service || true", [R]),
        ("sh -c 'systemctl reload-or-restart nginx systemd-networkd systemd-resolved'", [N, R]),
        ("service systemd-networkd restart", [N]),
        ("netplan --debug apply", [N]),
        ("/usr/bin/networkctl reconfigure eth0", [N]),
        ("/usr/lib/systemd/systemd-update-helper mark-restart-system-units systemd-networkd.service", [N]),
        ("systemctl stop systemd-networkd; systemctl start systemd-networkd", [N]),
        ("# systemctl restart systemd-networkd", []),
        ("systemctl restart nginx # not systemd-networkd", []),
        ("systemctl status systemd-networkd", []),
        ("systemctl is-active systemd-networkd && systemctl restart nginx", []),
        ("systemctl restart systemd-networkd-wait-online", []),
        ("deb-systemd-invoke $_dh_action systemd-networkd", []),
        ("networkctl status; netplan get", []),
    ],
)
def test_find_commands(line, daemons):
    assert [list(command.daemons) for command in find_commands(f"\n{line}\n")] == ([daemons] if daemons else [])
    assert all(command.line == 2 for command in find_commands(f"\n{line}\n"))


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("30 4 * * *", (2026, 11, 22, 4, 30)),
        ("30 8 * * *", (2026, 11, 22, 8, 30)),
        ("*/15 * * * *", (2026, 11, 21, 8, 45)),
        ("5-10/5,50 8 * * *", (2026, 11, 21, 8, 50)),
        ("0 12 * * sun", (2026, 11, 22, 12, 0)),
        ("5 4 * * 7", (2026, 11, 22, 4, 5)),
        ("0 0 1 * 1", (2026, 11, 23, 0, 0)),
        ("0 0 1 jan *", (2027, 1, 1, 0, 0)),
        ("@daily", (2026, 11, 22, 0, 0)),
        ("0 0 31 2 *", None),
        ("61 * * * *", None),
        ("*/0 * * * *", None),
        ("x * * * *", None),
    ],
)
def test_next_run(monkeypatch, schedule, due):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert next_run(schedule, NOW) == (due and calendar.timegm((*due, 0)))


@pytest.mark.parametrize(
    ("text", "with_user", "jobs"),
    [
        ("17 *\t* * *\troot\tcd / && x\n", True, [(1, "17 * * * *", "cd / && x")]),
        ("# c\nPATH=/bin\n\n@daily a b\n", False, [(4, "@daily", "a b")]),
        ("@reboot root x\n* * * * *\n1 2 3 4 5 root\n", True, []),
    ],
)
def test_parse_crontab(text, with_user, jobs):
    assert [tuple(job) for job in parse_crontab(text, with_user)] == jobs


@pytest.mark.parametrize(
    ("text", "mode", "spared", "doubts"),
    [
        ("", "i", False, 0),
        ("$nrconf{restart} = 'a';", "a", False, 0),
        ("  $nrconf{'restart'} = \"a\"; # why", "a", False, 0),
        ("#$nrconf{restart} = 'a';", "i", False, 0),
        ("$nrconf{restart} = 'a';\n$nrconf{restart} = q(l);", "l", False, 0),
        ("$nrconf{restart} = 'a';\n$nrconf{ui_mode} = 'e';", "l", False, 0),
        ("$nrconf{restart} = $ENV{X} ? 'a' : 'l';", "?", False, 1),
        ("$nrconf{override_rc}{qr(^systemd-networkd)} = 0;", "i", True, 0),
        ("$nrconf{override_rc}->{q(systemd-networkd.service)} = 0;", "i", True, 0),
        ("$nrconf{override_rc} = {\n  qr(^dbus) => 0,\n  qr(^systemd-networkd\\.service$) => 0,\n};", "i", True, 0),
        ("$nrconf{override_rc} = {\n  qr(^network) => 0,\n};", "i", False, 0),
        ("$nrconf{override_rc} = { qr(networkd) => 0 };\n$nrconf{override_rc} = { qr(^x) => 0 };", "i", False, 0),
        ("$nrconf{override_rc} = {\n  qr(^systemd) => 0,\n  qr(networkd) => 1,\n};", "i", False, 1),
        ("$nrconf{blacklist_rc} = [\n  qr(^systemd-networkd),\n];", "i", True, 0),
        ("push(@{$nrconf{blacklist_rc}}, qr(^systemd-networkd));", "i", False, 1),
        ("$nrconf{override_rc}{qr((a+)+networkd)} = 0;", "i", False, 1),
        ("$nrconf{override_cont} = {\n};\n$nrconf{kernelhints} = -1;", "i", False, 0),
    ],
)
def test_needrestart(text, mode, spared, doubts):
    said = read_configuration([("/etc/n.conf", text)], [f"{N}.service"])
    assert (said.mode, bool(said.spared), len(said.doubts)) == (mode, spared, doubts)
    assert all(place.startswith("/etc/n.conf:") for place in said.spared.values())


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("^systemd", True), ("^networkd", False), ("(", None), ("(a+)+b", None), ("(.|.)*x", None), (".*" * 90 + "x", None), ("a?" * 99, None)],
)
def test_patterns_are_bounded(pattern, expected):
    assert matches(pattern, "systemd-networkd.service") is expected


@pytest.mark.parametrize(
    ("text", "enabled"),
    [
        (PERIODIC, True),
        ('APT::Periodic::Unattended-Upgrade "always";\n', True),
        ('APT::Periodic::Unattended-Upgrade "1";\nAPT::Periodic::Enable "0";\n', False),
        ('APT::Periodic::Unattended-Upgrade "1";\nAPT::Periodic::Unattended-Upgrade "0";\n', False),
        ("", False),
    ],
)
def test_apt_config(text, enabled):
    assert parse_config(text).enabled is enabled


def test_apt_lists():
    settings = parse_config('Unattended-Upgrade::Package-Blacklist "";\nUnattended-Upgrade::Package-Blacklist:: "systemd$";\n')
    assert [blocked(name, settings.blacklist) for name in ("systemd", "systemd-resolved", "xsystemd")] == [True, False, False]
    assert blocked("systemd", ["(a+)+"]) is None
    both = POLICY.format("1", "2") + "absent:\n  Installed: (none)\n  Candidate: 3\n"
    assert [(*package, package.pending) for package in parse_policy(both)] == [("systemd", "1", "2", True)]


def test_unattended_upgrades(tmp_path):
    node = seen(unattended(tmp_path, {"apt-cache": POLICY.format("257-1", "257-2")}))
    place = "/etc/apt/apt.conf.d/20auto-upgrades:2, /var/lib/dpkg/info"
    assert brief(node) == [
        ("unattended-upgrades", [N], f"{place}/systemd.postinst:3"),
        ("unattended-upgrades", [R], f"{place}/systemd-resolved.postinst:2"),
    ]
    first = node["automatic"][0]
    assert (first["next"], first["when"], first["soon"]) == (1795330023, "2026-11-22 06:47 UTC", True)
    update = {"status": "ok", "pending": True, "installed": "257-1", "candidate": "257-2", "packages": ["systemd 257-1 → 257-2"]}
    assert (node["systemd_update"], node["complete"]) == (update, True)


@pytest.mark.parametrize(
    ("answers", "files", "state"),
    [
        ({}, {}, "inactive"),
        ({"apt-config dump": 'APT::Periodic::Enable "0";\n' + PERIODIC}, {}, "active"),
        ({"apt-config dump": PERIODIC + 'Unattended-Upgrade::Package-Blacklist:: "systemd";\n'}, {}, "active"),
        ({"dpkg-query": "systemd hold\nsystemd-resolved hold\n"}, {}, "active"),
        ({}, {"/var/lib/dpkg/info/systemd.postinst": "", "/var/lib/dpkg/info/systemd-resolved.postinst": ""}, "active"),
    ],
)
def test_upgrades_that_restart_nothing(tmp_path, answers, files, state):
    node = seen(unattended(tmp_path, answers, files, state))
    assert (node["automatic"], node["complete"]) == ([], True)


def test_an_upgrade_of_libc_restarts_networkd_since_257(tmp_path):
    node = seen(unattended(tmp_path, {}, {"/var/lib/dpkg/info/systemd.triggers": "interest-noawait libc-upgrade\n"}))
    assert "libc6" in node["automatic"][0]["does"] and len(node["automatic"]) == 3


@pytest.mark.parametrize(
    ("config", "automatic", "complete"),
    [
        ("$nrconf{restart} = 'a';", [[N, R]], True),
        ("$nrconf{restart} = 'a';\n$nrconf{override_rc}{qr(^systemd-networkd)} = 0;", [[R]], True),
        ("$nrconf{restart} = 'i';\n$nrconf{override_rc}{$networkd} = 0;", [], True),
        ("$nrconf{restart} = 'a';\n$nrconf{override_rc}{$networkd} = 0;", [], False),
        ("$nrconf{restart} = f();", [], False),
    ],
)
def test_needrestart_on_a_host(tmp_path, config, automatic, complete):
    files = {"/usr/sbin/needrestart": "", "/etc/needrestart/conf.d/x.conf": config, "/etc/apt/apt.conf.d/99needrestart": HOOK}
    node = seen(Replay(tmp_path, {}, files))
    assert [entry["restarts"] for entry in node["automatic"]] == automatic
    assert node["complete"] is complete and complete != bool(node.get("why"))
    assert [(entry["next"], entry["soon"]) for entry in node["automatic"]] == [(None, False)] * len(automatic)


def test_needrestart_that_apt_does_not_call(tmp_path):
    files = {"/usr/sbin/needrestart": "", "/etc/needrestart/conf.d/x.conf": "$nrconf{restart} = 'a';"}
    assert seen(Replay(tmp_path, {}, files))["automatic"] == []


@pytest.mark.parametrize(
    ("path", "text", "evidence"),
    [
        ("/etc/crontab", "1 2 * * * root netplan apply\n", "/etc/crontab:1"),
        ("/etc/cron.d/net", "#\n1 2 * * * root /opt/mend.sh now\n", "/etc/cron.d/net:2 /opt/mend.sh:2"),
        ("/etc/cron.d/net.off", "1 2 * * * root netplan apply\n", None),
        ("/var/spool/cron/crontabs/root", "1 2 * * * netplan apply\n", "/var/spool/cron/crontabs/root:1"),
        ("/etc/cron.daily/net", "#!/bin/sh\nnetworkctl reload\n", "/etc/cron.daily/net:2"),
    ],
)
@pytest.mark.parametrize("state", ["active", "inactive"])
def test_cron(tmp_path, state, path, text, evidence):
    files = {"/opt/mend.sh": "#!/bin/sh\nsystemctl restart systemd-networkd\n", path: text}
    node = seen(Replay(tmp_path, {"systemctl show -p Id,Load": CRON.format(state=state)}, files))
    assert [entry[2] for entry in brief(node)] == ([evidence] if evidence and state == "active" else [])


@pytest.mark.parametrize("state", ["active", "inactive"])
def test_timer(tmp_path, state):
    service = "[Service]\nExecStart=/usr/bin/systemctl restart systemd-networkd\n"
    shown = "ExecStart={ path=/usr/bin/systemctl ; argv[]=/usr/bin/systemctl restart systemd-networkd ; ignore_errors=no }\n"
    shown += "Id=a.service\nFragmentPath=/etc/systemd/system/a.service\nDropInPaths=\n"
    answers = {"systemctl show -p Id,Load": TIMER.format(name="a.timer", unit="a.service", state=state), "systemctl show -p Id,Frag": shown}
    node = seen(Replay(tmp_path, answers, {"/etc/systemd/system/a.service": service}))
    assert brief(node) == ([("a.timer", [N], "/etc/systemd/system/a.service:2")] if state == "active" else [])


@pytest.mark.parametrize(("applies", "armed"), [("yes", True), ("no", False)])
def test_dnf_automatic(tmp_path, applies, armed):
    timer = TIMER.format(name="dnf-automatic.timer", unit="dnf-automatic.service", state="active")
    scripts = "/usr/lib/systemd/systemd-update-helper mark-restart-system-units systemd-networkd.service || :\n"
    files = {"/etc/dnf/automatic.conf": f"[commands]\napply_updates = {applies}\n"}
    node = seen(Replay(tmp_path, {"systemctl show -p Id,Load": timer, "rpm -qa": scripts}, files))
    assert [entry["name"] for entry in node["automatic"]] == ["dnf-automatic"] * armed
    assert node["systemd_update"]["status"] == ("unknown" if armed else "absent")


@pytest.mark.parametrize(("failure", "status"), [(NotSeen("systemctl did not answer in time"), "unknown"), (Absent("none"), "absent")])
def test_no_answer(tmp_path, failure, status):
    assert seen(Replay(tmp_path, {"systemctl show": failure, "systemctl show -p Id,Load": failure})) == {"status": status, "why": failure.why}


@pytest.mark.parametrize(("command", "complete"), [("apt-config dump", False), ("dpkg-query", False), ("systemctl show -p Id,Frag", False)])
def test_what_is_not_seen_is_said(tmp_path, command, complete):
    node = seen(unattended(tmp_path, {command: NotSeen("it did not answer in time")}))
    assert (node["complete"], node["why"]) == (complete, "it did not answer in time")


@pytest.mark.parametrize(("answer", "lists"), [(NotSeen("no"), True), ("", True), (POLICY.format("1", "1"), False)])
def test_a_pending_update_may_be_unknown(tmp_path, answer, lists):
    host = unattended(tmp_path, {"apt-cache": answer})
    if not lists:
        os.remove(tmp_path / "var/lib/apt/lists/deb_InRelease")
    assert seen(host)["systemd_update"]["status"] == "unknown"


def test_no_pending_update(tmp_path):
    update = seen(unattended(tmp_path))["systemd_update"]
    assert (update["pending"], update["packages"]) == (False, [])


def test_nothing_is_asked_of_apt_where_nothing_upgrades(tmp_path):
    host = Replay(tmp_path)
    assert seen(host)["systemd_update"]["status"] == "absent"
    assert len(host.ran) == 1


def test_facts_stay_small(tmp_path):
    jobs = "1 2 * * * root systemctl restart systemd-networkd " + "x" * 3000 + "\n"
    node = seen(Replay(tmp_path, {"systemctl show -p Id,Load": CRON.format(state="active")}, {"/etc/crontab": jobs * 400}))
    assert len(node["automatic"]) == 16 and node["automatic_cut"] > 0 and node["complete"] is False
    assert len(str(node)) < 16_000


def test_a_fifo_as_a_crontab(tmp_path):
    host = Replay(tmp_path, {"systemctl show -p Id,Load": CRON.format(state="active")})
    (tmp_path / "etc").mkdir()
    os.mkfifo(tmp_path / "etc/crontab")
    assert seen(host)["complete"] is False
