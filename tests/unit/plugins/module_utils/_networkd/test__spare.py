# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_flush import Link, Settings
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_links import Managed, Network
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._networkd_taken import Others
from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Address, LinkState
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd import _spare
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._spare import Spare, Sparing

HOST0, WIDE = "/etc/systemd/network/10-host.network", "/run/systemd/network/20-wide.network"
FILES = {2: HOST0, 3: WIDE, 4: WIDE}
ON_HOST0 = Others(addresses=[Address(2, bytes(4), 24)])
PORT, DOWN = Others(ports=[LinkState(3, "p0", True, 9)]), Others(down=[LinkState(4, "p1", False)])


def planned(taken: Others, losing: set[int] = frozenset(), version: int = 257, **network: object) -> Sparing:
    by_link = dict.fromkeys(FILES, Network(**network))
    links = [Link(index, f"link{index}", by_link[index].keep) for index in FILES]
    return _spare.plan(Managed(links, [], by_link=by_link, files=FILES), links, taken, losing, Settings(version))


def drop_in(file: str) -> str:
    return f"/run/systemd/network/{os.path.basename(file)}.d/zzz-holdfast.conf"


@pytest.mark.parametrize(
    ("taken", "losing", "network", "spares"),
    [
        (Others(), set(), {}, []),
        (ON_HOST0, set(), {}, [Spare(drop_in(HOST0), ("KeepConfiguration=yes",))]),
        (ON_HOST0, set(), {"dhcp": True}, [Spare(drop_in(HOST0), ("KeepConfiguration=static",))]),
        (ON_HOST0, set(), {"dhcp": True, "keep": "dynamic"}, [Spare(drop_in(HOST0), ("KeepConfiguration=yes",))]),
        # It would keep the lease's address for ever.
        (ON_HOST0, {2}, {"dhcp": True, "keep": "static"}, []),
        (Others(), {3}, {}, [Spare(drop_in(WIDE), ("KeepConfiguration=yes",))]),
        # KeepMaster= makes LinkLocalAddressing=no the default.
        (PORT, set(), {}, [Spare(drop_in(WIDE), ("KeepMaster=yes", "LinkLocalAddressing=ipv6"))]),
        (PORT, set(), {"link_local": "no"}, [Spare(drop_in(WIDE), ("KeepMaster=yes",))]),
        (DOWN, set(), {}, [Spare(drop_in(WIDE), (), ("ActivationPolicy=manual",))]),
    ],
)
def test_plan(taken: Others, losing: set[int], network: dict, spares: list[Spare]) -> None:
    assert planned(taken, losing, **network).drop_ins == spares


@pytest.mark.parametrize(
    ("preferred", "network", "keep", "fleeting"),
    [(True, {"dhcp": True}, "static", 0), (False, {"dhcp": True}, "static", 1), (False, {}, "yes", 0), (True, {"keep": "yes"}, "yes", 0)],
)
def test_what_a_start_takes_all_the_same(preferred: bool, network: dict, keep: str, fleeting: int) -> None:
    found = planned(Others(addresses=[Address(2, bytes(4), 24, b"", preferred, preferred)]), **network)
    assert (found.links[0].keep, len(found.fleeting)) == (keep, fleeting)


@pytest.mark.parametrize("taken", [PORT, DOWN])
def test_what_247_can_not_spare(taken: Others) -> None:
    why = planned(taken, version=247).why_not
    assert "before systemd 248" in why[0] and (taken.ports + taken.down)[0].name in why[0]


def test_written_once_and_readable_for_all(tmp_path: Path) -> None:
    spare = Spare(f"{tmp_path}/a.network.d/zzz-holdfast.conf", ("KeepConfiguration=yes",), ("ActivationPolicy=manual",))
    umask = os.umask(0o077)
    try:
        assert _spare.missing([spare]) == [spare]
        _spare.write([spare])
    finally:
        os.umask(umask)
    assert _spare.missing([spare]) == [] and str(spare) == f"{spare.path}: KeepConfiguration=yes, ActivationPolicy=manual"
    assert [stat.S_IMODE(os.stat(path).st_mode) for path in (spare.path, os.path.dirname(spare.path))] == [0o644, 0o755]
    assert Path(spare.path).read_text().endswith("[Network]\nKeepConfiguration=yes\n[Link]\nActivationPolicy=manual\n")
