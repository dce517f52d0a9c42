# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _arm, _deadline
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._units import Unit, parse
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

WISH = _arm.Wish(["/etc/hosts"], ["/etc"], [], True, True, 120, "anna", 5)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("8h 20min 39.856177s", 30039.856177), ("15ms", 0.015), ("1d 1us", 86400.000001), ("infinity", None), ("", None), ("n/a", None)],
)
def test_seconds_of(text, seconds):
    assert _deadline.seconds_of(text) == (None if seconds is None else pytest.approx(seconds))


def test_boot_unit_runs_before_what_reads_the_files():
    lines = _deadline.boot_unit("/var/lib/holdfast/x/restore.sh", ["a.service", "systemd-networkd.service"]).splitlines()
    assert "Before=network-pre.target systemd-networkd.service systemd-resolved.service a.service shutdown.target" in lines
    assert "DefaultDependencies=no" in lines and "ExecStart=/bin/sh /var/lib/holdfast/x/restore.sh boot" in lines


SHOWN = "LoadState=loaded\nActiveState=activating\nUnitFileState=enabled\n\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n"


def test_units_are_told_in_the_order_asked():
    assert parse(SHOWN, ["a.service", "b.service"]) == [Unit("a.service", "loaded", True, "enabled"), Unit("b.service", "not-found", False, "")]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"timeout": 9}, "timeout: 9 seconds"),
        ({"timeout": 3601}, "timeout: 3601"),
        ({"keep": 0}, "keep: 0"),
        ({"paths": [], "rules": False, "routes": False}, "nothing to put back"),
        ({"paths": [f"/etc/{number}" for number in range(65)]}, "65 are too many"),
        ({"units": ["x"]}, "units: "),
        ({"owner": "a\nb"}, "owner: "),
        ({"allowed": ["/"]}, "allowed: "),
        ({"paths": ["/etc/a/../b"]}, "paths: "),
    ],
)
def test_bad_wishes_are_refused(change, why):
    with pytest.raises(Refused, match=why):
        _arm.check(WISH._replace(**change))


def test_doubles_count_once():
    assert _arm.check(WISH._replace(paths=["/etc/hosts", "/etc/hosts"])).paths == ["/etc/hosts"]


def test_a_host_without_systemd_is_refused(tmp_path):
    with pytest.raises(Refused, match="systemd does not run this host"):
        _deadline.check_host(Host(str(tmp_path)))
