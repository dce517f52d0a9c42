# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checkpoints on real hosts: whatever happens, all is as it was, or as it was confirmed, and nothing is left behind."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from holdlab.hosts import Host
from holdlab.lab import Lab
from holdlab.module import run_module

SECONDS = 20  # of the deadline that is waited for: time enough to break the host before it
ROLLBACK_SECONDS = 45

PREPARE = """
rm -f /etc/systemd/networkd.conf.d/10-lab.conf
systemctl restart systemd-networkd
like-tailscale 10.77.0.0/24 172.30.5.0/24 fd00:5::/32
mkdir -p /etc/odd
printf 'a\\000b' >"/etc/odd/it's \\$(touch x); *"
printf plain >/etc/odd/plain
chmod 4640 /etc/odd/plain
chown nobody:nogroup /etc/odd/plain
python3 -c 'import os; os.setxattr("/etc/odd/plain", "user.mark", b"1")'
ln -s "/no where" /etc/odd/link
"""
BREAK = """
printf '[Network]\\nManageForeignRoutes=yes\\n' >/etc/systemd/networkd.conf.d/90-new.conf
mkdir -p /etc/systemd/resolved.conf.d
printf '[Resolve]\\nCache=no\\n' >/etc/systemd/resolved.conf.d/90-new.conf
for name in /etc/odd/*; do rm "$name"; done
echo other >/etc/odd/plain
mkdir /etc/odd/link
systemctl restart systemd-networkd systemd-resolved
sleep 2
"""
# Everything of the files but their times and inodes, and the network's rules and throw routes.
LOOK = r"""
cd /etc
find odd systemd/networkd.conf.d systemd/resolved.conf.d systemd/system ! -type d -printf '%p %y %m %U:%G %l\n' 2>&1 | sort
find odd systemd -type d -printf '%p %m\n' | sort
find odd -type f -exec md5sum {} + | sort
python3 -c 'import os; print(os.path.isfile("odd/plain") and os.listxattr("odd/plain"))'
for family in -4 -6; do ip $family rule; ip $family route show table 52 2>&1 || true; done
systemctl is-active systemd-networkd systemd-resolved
"""
ADDRESSES = """
ip addr add 10.77.0.200/24 dev host0
ip addr add 10.77.5.5/32 dev host0 label host0:vip
ip addr add 10.78.0.1 peer 10.78.0.2/32 dev host0
ip addr add fd88::5/64 dev host0 nodad
ip route add 203.0.113.0/24 dev tailscale0 src 10.77.5.5
ip -6 route add fd99::/64 dev host0 src fd88::5
ip nexthop add id 77 via 10.77.0.1 dev host0
ip nexthop add id 6 group 77,3
ip route add 198.51.100.0/24 nhid 6
"""
NO_ADDRESSES = """
ip nexthop flush
for address in 10.77.0.200/24 10.77.5.5/32 fd88::5/64; do ip addr del $address dev host0; done
ip addr del 10.78.0.1 peer 10.78.0.2/32 dev host0
ip -6 route flush fd99::/64
"""
# More than the facts list.
MANY_RULES = "for number in $(seq 100 180); do ip rule add pref 10$number from 10.66.0.$number lookup 52; done"
NO_RULES = "for number in $(seq 100 180); do ip rule del pref 10$number 2>/dev/null || true; done; " \
    "ip addr del 10.99.0.1/24 dev host0; ip link del odd0 2>&1 || true"
ALL = "ip -o addr | grep -v fe80; ip nexthop; ip route; ip -6 route"
# What spares others over a restart stays until the next boot.
LEFT = "find /etc /run/systemd -name '*holdfast*' ! -name zzz-holdfast.conf; systemctl list-units --all --no-legend 'holdfast*'; ls /var/lib/holdfast"
NOTHING = "checkpoints\nlock\n"
OPTIONS = {
    "paths": ["/etc/systemd/networkd.conf.d", "/etc/systemd/resolved.conf.d", "/etc/odd", "/etc/absent/deep/file"],
    "units": ["systemd-networkd.service"],
    "timeout": SECONDS,
}


class Checked:
    """A host and the module on it."""

    def __init__(self, lab: Lab, host: Host) -> None:
        self.lab, self.host = lab, host

    def ask(self, check: bool = False, **options: Any) -> dict[str, Any]:
        """What the module returns."""
        return run_module(self.lab.spaces, self.host, "checkpoint", options, check=check)

    def arm(self, **options: Any) -> dict[str, Any]:
        """Arm; the checkpoint."""
        result = self.ask(state="armed", **{**OPTIONS, **options})
        assert result.get("changed"), result
        return result["checkpoint"]

    def do(self, script: str) -> str:
        """What the lines print; they must succeed."""
        done = self.host.run(script)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def missing(self, ident: str) -> tuple[list[str], int]:
        """What of the network is missing, and how much else came or went."""
        network = run_module(self.lab.spaces, self.host, "checkpoint_info", {"id": ident, "compare": True})["network"]
        assert (network["status"], network["missing_count"]) == ("ok", len(network["missing"])), network
        return network["missing"], network["moved_count"]

    def state(self, ident: str) -> str:
        """The lines of its state file."""
        return self.do(f"cat /var/lib/holdfast/checkpoints/{ident}/state")

    def rolled_back(self, ident: str) -> str:
        """The state file once the host has gone back by itself. It writes that first, and takes its units and timer away then."""
        until = time.monotonic() + SECONDS + ROLLBACK_SECONDS
        while "state=rolled_back\n" not in (seen := self.state(ident)):
            assert time.monotonic() < until, seen + self.do("journalctl -t holdfast --no-pager")
            time.sleep(0.2)
        assert self.left() == NOTHING
        return seen

    def left(self) -> str:
        """What is there of an open checkpoint: timer, units, files; given time to go."""
        until = time.monotonic() + ROLLBACK_SECONDS
        while (left := self.do(LEFT)) != NOTHING and time.monotonic() < until:
            time.sleep(0.2)
        return left


# What no version of systemd has a part in is seen on one.
newest = pytest.mark.parametrize("image", ["debian13"], indirect=True, scope="module")


@pytest.fixture(scope="module", params=["debian11", "debian12", "debian13"])
def image(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def checked(image: str, lab: Lab) -> Iterator[Checked]:
    """One host for all tests of an image; each test leaves it as it was."""
    host = lab.boot(image)
    try:
        checked = Checked(lab, host)
        checked.do(PREPARE)
        yield checked
    finally:
        lab.remove(host)


def test_the_deadline_puts_everything_back(checked: Checked) -> None:
    """Nobody is asked any more: what is between arming and the rollback is on the host alone."""
    before = checked.do(LOOK)
    armed = checked.arm()
    due = float(checked.do(f"sed 's/.*monotonic\": \\([0-9.]*\\).*/\\1/' /var/lib/holdfast/checkpoints/{armed['id']}/deadline.json"))
    checked.do(BREAK)
    assert checked.do(LOOK) != before
    checked.do("systemctl daemon-reload; systemctl daemon-reexec; systemctl daemon-reload")
    assert "reason=deadline\n" in checked.rolled_back(armed["id"])
    # Both by the kernel's monotonic clock: a count that daemon-reload begins anew would be seconds late.
    began = json.loads(checked.do(f"journalctl -t holdfast -o json --no-pager | grep '{armed['id']}: is being rolled back'"))
    assert 0 <= int(began["__MONOTONIC_TIMESTAMP"]) / 1e6 - due < 3
    assert checked.do(LOOK) == before
    late = checked.ask(state="confirmed", id=armed["id"])
    assert late["failed"] and "was rolled back at" in late["msg"]


def test_addresses_and_nexthops_come_back(checked: Checked) -> None:
    checked.do(ADDRESSES)
    try:
        before = checked.do(ALL)
        armed = checked.arm(timeout=60)
        ident, recorded = armed["id"], armed["recorded"]
        # The link's own addresses are kept as well.
        # 247 deletes no nexthops.
        assert recorded["addresses"] >= 4 and recorded["nexthops"] == (0 if checked.host.name == "debian11" else 2)
        checked.do(BREAK)
        assert "10.77.5.5" not in checked.do(ALL)
        checked.do(f"sh /var/lib/holdfast/checkpoints/{ident}/restore.sh asked")
        assert checked.do(ALL) == before
    finally:
        checked.do(NO_ADDRESSES)
    assert checked.left() == NOTHING


def test_the_whole_network_is_compared(checked: Checked) -> None:
    checked.do(f"{MANY_RULES}; ip addr add 10.99.0.1/24 dev host0; ip link add odd0 type bridge; ip addr add 10.98.0.1/24 dev odd0")
    try:
        ident = checked.arm(timeout=120)["id"]
        assert checked.missing(ident) == ([], 0)
        checked.do("ip rule del pref 10170; ip addr del 10.99.0.1/24 dev host0; ip link del odd0")
        missing, moved = checked.missing(ident)
        assert [text for text in missing if "pref 10170" in text] and "ipv4 address 10.99.0.1/24 dev host0" in missing, missing
        # The address takes its routes along: its own and, where the kernel makes one, that of its network.
        assert moved and not [text for text in missing if "10.66.0.170" not in text and "10.99.0." not in text], missing
        checked.do(f"ip addr add 10.99.0.1/24 dev host0; ip rule add pref 10170 from 10.66.0.170 lookup 52; "
                   f"sh /var/lib/holdfast/checkpoints/{ident}/restore.sh asked")  # fmt: skip
        assert checked.missing(ident)[0] == []
    finally:
        checked.do(NO_RULES)
    assert checked.left() == NOTHING


def test_confirmed_stays_and_can_be_undone_later(checked: Checked) -> None:
    before = checked.do(LOOK)
    ident = checked.arm(owner="anna@bastion", timeout=60)["id"]
    refused = checked.ask(state="armed", **OPTIONS)
    assert refused["failed"] and "anna@bastion holds the checkpoint " + ident in refused["msg"]
    checked.do(BREAK)
    # 247 has deleted the throw routes alone, so nobody would reach the host any more.
    checked.do("ip route replace throw 10.77.0.0/24 table 52")
    changed = checked.do(LOOK)
    assert checked.ask(state="confirmed", check=True, id=ident)["changed"]
    assert [checked.ask(state="confirmed", id=ident)["changed"] for _time in range(2)] == [True, False]
    # The timer that was lost, and the unit for the next boot, were all that could still roll back.
    assert checked.left() == NOTHING and "state=confirmed" in checked.state(ident)
    assert [line for line in checked.do(LOOK).splitlines() if "odd" in line] == [line for line in changed.splitlines() if "odd" in line]
    planned = checked.ask(state="rolled_back", check=True, id=ident)
    assert "/etc/systemd/networkd.conf.d/90-new.conf" in planned["would_change"]
    assert checked.ask(state="rolled_back", id=ident)["checkpoint"]["state"] == "rolled_back"
    files = [line for line in before.splitlines() if "odd" in line or "systemd" in line]
    assert set(files) <= set(checked.do(LOOK).splitlines())
    assert not checked.ask(state="rolled_back", id=ident)["changed"]
    assert checked.left() == NOTHING


def test_a_reboot_rolls_back(checked: Checked) -> None:
    files = "cd /etc; find odd systemd/networkd.conf.d systemd/system -type f -exec md5sum {} + | sort; ls systemd; test ! -e absent"
    before = checked.do(files)
    ident = checked.arm(timeout=3600)["id"]
    checked.do(BREAK)
    checked.do("systemctl mask systemd-resolved")
    checked.host.reboot()
    assert "reason=boot\n" in checked.rolled_back(ident)
    assert checked.do(files) == before
    assert checked.do("systemctl is-enabled systemd-resolved; systemctl is-active systemd-networkd systemd-resolved") == "enabled\nactive\nactive\n"
    assert checked.do("busctl call org.freedesktop.resolve1 /org/freedesktop/resolve1 org.freedesktop.DBus.Peer Ping") == ""
    assert len(run_module(checked.lab.spaces, checked.host, "checkpoint_info", {})["checkpoints"]) <= 5


@newest
def test_by_hand_after_it_was_confirmed(checked: Checked) -> None:
    """The script restarts networkd, which takes the rules and throw routes along where nothing protects them."""
    before = checked.do(LOOK)
    ident = checked.arm(timeout=60)["id"]
    checked.do("printf '[Network]\nManageForeignRoutingPolicyRules=no\nManageForeignRoutes=no\n' >/etc/systemd/networkd.conf.d/90-new.conf")
    checked.do("systemctl restart systemd-networkd")
    assert checked.ask(state="confirmed", id=ident)["changed"]
    checked.do(f"sh /var/lib/holdfast/checkpoints/{ident}/restore.sh asked")
    assert checked.do(LOOK) == before and checked.left() == NOTHING


@newest
def test_kept_by_hand(checked: Checked) -> None:
    before = checked.do(LOOK)
    ident = checked.arm(timeout=60)["id"]
    script = f"sh /var/lib/holdfast/checkpoints/{ident}/restore.sh"
    protect = "ManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no"
    checked.do(f"printf '[Network]\n{protect}\n' >/etc/systemd/networkd.conf.d/90-new.conf; systemctl restart systemd-networkd")
    assert checked.host.run(f"{script} kepe").returncode == 2
    checked.do(f"{script} keep")
    changed = checked.do(LOOK)
    assert changed != before and checked.left() == NOTHING and f"checkpoint {ident}: confirmed (keep)\n" in checked.do("journalctl -t holdfast -o cat")
    again = checked.host.run(f"{script} keep 2>&1")
    assert again.returncode == 3 and "is confirmed and not armed" in again.stdout
    checked.do(f"{script} deadline")
    assert checked.do(LOOK) == changed
    known = run_module(checked.lab.spaces, checked.host, "checkpoint_info", {})["checkpoints"][0]
    assert (known["id"], known["state"], known["reason"], known["open"]) == (ident, "confirmed", "keep", False)
    assert not checked.ask(state="confirmed", id=ident)["changed"]
    assert checked.ask(state="rolled_back", id=ident)["checkpoint"]["state"] == "rolled_back"
    assert checked.do(LOOK) == before and checked.left() == NOTHING


@newest
@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        pytest.param("mount -t tmpfs -o size=256k tmpfs /var/lib/holdfast", "umount /var/lib/holdfast", "make room first", id="disk full"),
        pytest.param(
            "mount -t tmpfs -o size=1m,nr_inodes=12 tmpfs /var/lib/holdfast", "umount /var/lib/holdfast", "no space left", id="disk fills up"
        ),
        pytest.param("mount --bind /etc /etc; mount -o remount,bind,ro /etc", "umount /etc", "read-only file system", id="read-only"),
        pytest.param("mv /usr/bin/systemd-run /usr/bin/x", "mv /usr/bin/x /usr/bin/systemd-run", "systemd-run is not installed", id="no timer"),
        pytest.param("printf '#!/bin/sh\n' >/usr/local/bin/systemd-run; chmod 755 /usr/local/bin/systemd-run",
                     "rm /usr/local/bin/systemd-run", "did not arm the timer", id="timer that isn't there"),
    ],
)  # fmt: skip
def test_refused_and_nothing_left(checked: Checked, before: str, after: str, why: str) -> None:
    looked = checked.do(LOOK)
    kept = checked.do("ls /var/lib/holdfast/checkpoints 2>/dev/null || true")
    checked.do(f"mkdir -p /var/lib/holdfast; {before}")
    refused = checked.ask(state="armed", **OPTIONS)
    checked.do(after)
    assert refused.get("failed") and why in refused["msg"].lower(), refused
    assert checked.do(LOOK) == looked
    assert checked.do("ls /var/lib/holdfast/checkpoints 2>/dev/null || true") == kept
    assert "holdfast" not in checked.do("find /etc /run/systemd -name '*holdfast*'; systemctl list-units --all --no-legend 'holdfast*'")


@newest
def test_what_a_dead_run_left_is_cleared_away(checked: Checked) -> None:
    ident = "20200101T000000Z-abcdef"
    folder = f"/var/lib/holdfast/checkpoints/{ident}"
    checked.do(f"mkdir -p -m 700 {folder}; echo state=arming >{folder}/state; echo {ident} >/var/lib/holdfast/open")
    assert checked.ask(state="confirmed")["failed"]
    armed = checked.arm(timeout=60)
    assert checked.do("ls /var/lib/holdfast/checkpoints").split().count(ident) == 0
    assert checked.ask(state="rolled_back")["checkpoint"]["id"] == armed["id"]
    assert checked.left() == NOTHING
