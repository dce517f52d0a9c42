# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils import _dropin_file, _dropin_plan
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_options import Wanted
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

ETC, RUN, USR = "etc/systemd", "run/systemd", "usr/lib/systemd"
VERSION = {"major": 257, "full": "257.13"}
NO, YES = "[Network]\nManageForeignRoutes=no\n", "[Network]\nManageForeignRoutes=yes\n"
ROUTES = Wanted("networkd.conf", "Network", "90-holdfast.conf", {"ManageForeignRoutes": "no"}, [])
DNS = Wanted("resolved.conf", "Resolve", "90-holdfast.conf", {"DNS": ["192.0.2.1", "192.0.2.2"]}, [])
OURS = _dropin_file.render(ROUTES, made=False)
AT = "/etc/systemd/networkd.conf.d"


def dns(words):
    return f"[Resolve]\nDNS={words}\n"


def make(root, files, wanted=ROUTES):
    """The plan for a tree of files; None as a text is a link to /dev/null."""
    (root / "dev").mkdir()
    (root / "dev/null").touch()
    (root / ETC).mkdir(parents=True)
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.symlink_to("/dev/null")
        else:
            path.write_text(text)
    return _dropin_plan.make(Host(str(root)), wanted, VERSION)


@pytest.mark.parametrize(
    ("files", "changed"),
    [
        ({}, True),
        ({f"{ETC}/networkd.conf": YES}, True),
        ({f"{ETC}/networkd.conf.d/89-x.conf": YES}, True),
        ({f"{USR}/networkd.conf.d/95-x.conf": "[Network]\nManageForeignRoutes=OFF\n"}, True),
        ({f"{USR}/networkd.conf.d/95-x.conf": YES, f"{RUN}/networkd.conf.d/95-x.conf": None}, True),
        ({f"{USR}/networkd.conf.d/95-x.conf": "[DHCPv4]\nManageForeignRoutes=yes\n"}, True),
        ({f"{USR}/networkd.conf.d/95-x.conf": "[Network]\nManageForeignRoutes=maybe\n"}, True),
        ({f"{USR}/networkd.conf.d/90-holdfast.conf": YES}, True),
        ({f"{ETC}/networkd.conf.d/90-holdfast.conf": OURS}, False),
        ({f"{ETC}/networkd.conf.d/90-holdfast.conf": "[Network\n"}, True),
    ],
)
def test_one_drop_in_makes_the_value_effective(tmp_path, files, changed):
    plan = make(tmp_path, files)
    assert plan.path == f"{AT}/90-holdfast.conf" and bool(plan.changed) == changed
    assert plan.after.value("ManageForeignRoutes").lower() in ("no", "off")


@pytest.mark.parametrize(
    ("files", "wanted", "words"),
    [
        ({f"{ETC}/resolved.conf.d/10-x.conf": dns("192.0.2.9")}, DNS, "192.0.2.1 192.0.2.2"),
        ({f"{ETC}/resolved.conf.d/10-x.conf": dns("192.0.2.9")}, DNS._replace(append=True), "192.0.2.9 192.0.2.1 192.0.2.2"),
        ({f"{RUN}/resolved.conf.d/95-x.conf": dns("192.0.2.9")}, DNS._replace(append=True), "192.0.2.1 192.0.2.2 192.0.2.9"),
        ({f"{ETC}/resolved.conf.d/10-x.conf": dns("192.0.2.9")}, DNS._replace(values={"DNS": []}), ""),
    ],
)
def test_lists(tmp_path, files, wanted, words):
    assert " ".join(make(tmp_path, files, wanted).after.value("DNS")) == words


@pytest.mark.parametrize(
    ("files", "wanted", "named"),
    [
        ({f"{RUN}/networkd.conf.d/95-x.conf": YES}, ROUTES, ["/run/systemd/networkd.conf.d/95-x.conf:2", "'yes'", "override: true"]),
        ({f"{RUN}/resolved.conf.d/95-x.conf": dns("192.0.2.9")}, DNS, ["95-x.conf:2", "192.0.2.2 192.0.2.9"]),
        ({f"{RUN}/resolved.conf.d/95-x.conf": "[Resolve]\nDNS=\nDNS=192.0.2.2 192.0.2.1\n"}, DNS, ["95-x.conf:3"]),
        ({f"{RUN}/resolved.conf.d/95-x.conf": "[Resolve]\nDNS=\n"}, DNS, ["/run/systemd/resolved.conf.d/95-x.conf:2", "''"]),
        ({f"{RUN}/resolved.conf.d/95-x.conf": "[Resolve]\nDNS=\n"}, DNS._replace(append=True), ["95-x.conf:2"]),
        ({f"{ETC}/networkd.conf.d/90-holdfast.conf": None}, ROUTES, ["/dev/null", "masked", "another name"]),
        ({f"{ETC}/networkd.conf.d/90-holdfast.conf": ""}, ROUTES, ["an empty file", "masked"]),
        ({f"{ETC}/networkd.conf.d/90-holdfast.conf/x": ""}, ROUTES, ["no regular file"]),
        ({f"{ETC}/networkd.conf.d": ""}, ROUTES, ["no directory"]),
        ({f"{ETC}/networkd.conf.d": None}, ROUTES, ["is a link to '/dev/null'"]),
        ({f"{ETC}/networkd.conf.d/10-x.conf": "[Network\n"}, ROUTES, ["can't be known", "10-x.conf:1"]),
        ({f"{ETC}/networkd.conf.d/90-holdfast.conf": OURS + "[DHCPv4]\nDUIDType=uuid\n"}, ROUTES, ["([DHCPv4] DUIDType)", "another name"]),
        ({f"{RUN}/networkd.conf.d/~.conf": YES}, ROUTES._replace(override=True), ["no name that is free sorts after '~.conf'"]),
    ],
)
def test_refused(tmp_path, files, wanted, named):
    with pytest.raises(_dropin_plan.Refused) as refused:
        make(tmp_path, files, wanted)
    assert all(word in str(refused.value) for word in named), str(refused.value)


@pytest.mark.parametrize(
    ("others", "name"),
    [
        ([], "90"),
        (["95-x"], "99"),
        (["95-x", "99-x"], "zz"),
        (["95-x", "zz-holdfast"], "zzz"),
    ],
)
@pytest.mark.parametrize("there", [None, "90", "99"])
def test_override_takes_the_first_name_that_wins_and_leaves_one_file(tmp_path, others, name, there):
    files = {f"{RUN}/networkd.conf.d/{other}.conf": YES for other in others}
    if there:
        files[f"{ETC}/networkd.conf.d/{there}-holdfast.conf"] = OURS
    plan = make(tmp_path, files, ROUTES._replace(override=True))
    assert plan.path == f"{AT}/{name}-holdfast.conf"
    assert plan.after.source("ManageForeignRoutes").startswith(f"{plan.path}:")
    assert [path for path, text in plan.files.items() if text] == [plan.path]
    assert bool(plan.changed) == (there != name)


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({f"{RUN}/networkd.conf.d/95-x.conf": YES, f"{RUN}/networkd.conf.d/99-x.conf": "[Network]\nSpeedMeter=no\n"}, "zz"),
        ({f"{RUN}/networkd.conf.d/95-x.conf": YES, f"{USR}/networkd.conf.d/99-holdfast.conf": "[Network]\nIPv4Forwarding=no\n"}, "zz"),
        ({f"{RUN}/networkd.conf.d/95-x.conf": YES, f"{RUN}/networkd.conf.d/zzzzz.conf": "[Network]\nSpeedMeter=no\n"}, "zzzzz.conf"),
    ],
)
def test_override_sorts_after_all_that_win_and_hides_nobody_elses_file(tmp_path, files, name):
    wanted = ROUTES._replace(values={"ManageForeignRoutes": "no", "SpeedMeter": "yes"}, override=True)
    assert make(tmp_path, files, wanted).path == f"{AT}/{name}-holdfast.conf"


@pytest.mark.parametrize("there", ["90-holdfast", "zz-holdfast"])
def test_absent_finds_the_file_by_its_first_line_too(tmp_path, there):
    files = {f"{ETC}/networkd.conf.d/{there}.conf": OURS, f"{ETC}/networkd.conf.d/50-x.conf": YES}
    plan = make(tmp_path, files, ROUTES._replace(present=False, values={}))
    assert plan.path is None and plan.changed == {f"{AT}/{there}.conf": None}
    assert plan.keys == ["ManageForeignRoutes"] and plan.after.value("ManageForeignRoutes") == "yes"


def test_a_link_is_not_followed_when_removing(tmp_path):
    (tmp_path / ETC / "networkd.conf.d").mkdir(parents=True)
    (tmp_path / ETC / "networkd.conf.d/90-holdfast.conf").symlink_to("/etc/passwd")
    with pytest.raises(_dropin_plan.Refused, match="/etc/passwd"):
        _dropin_plan.make(Host(str(tmp_path)), ROUTES._replace(present=False), VERSION)


@pytest.mark.parametrize(("path", "mode"), [("networkd.conf.d", 0o700), ("networkd.conf.d", 0o757), ("networkd.conf.d/10-x.conf", 0o600)])
def test_what_only_root_can_read_or_all_can_write_is_refused(tmp_path, path, mode):
    (tmp_path / ETC / "networkd.conf.d").mkdir(parents=True)
    (tmp_path / ETC / "networkd.conf.d/10-x.conf").write_text(NO)
    (tmp_path / ETC / path).chmod(mode)
    seen = (tmp_path / ETC / path).stat()
    if seen.st_uid and mode == 0o600:
        pytest.skip("only a file of root is one that a daemon can't read")
    with pytest.raises(_dropin_plan.Refused, match=f"mode {mode:04o}"):
        _dropin_plan.make(Host(str(tmp_path)), ROUTES, VERSION)
