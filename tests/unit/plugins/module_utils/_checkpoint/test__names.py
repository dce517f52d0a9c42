# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint import _names
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused, quote


@pytest.mark.parametrize(
    "word", ["plain", "", "it's", "''", "$(reboot)", "`id`", "a b", '"', "\\", "a;b&c|d>e", "*?[x]", "~", "-rf", "é", "\t", "\\'"]
)
def test_quote_is_read_back_by_the_shell(word):
    assert asyncio.run(_said(quote(word))) == word.encode()


async def _said(word):
    shell = await asyncio.create_subprocess_exec("sh", "-c", f"printf %s {word}", stdout=asyncio.subprocess.PIPE)
    return (await shell.communicate())[0]


@pytest.mark.parametrize("word", ["a\nb", "a\0b"])
def test_quote_refuses(word):
    with pytest.raises(ValueError):
        quote(word)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("etc/hosts", "not absolute"),
        ("/etc/../root/.ssh", "write '/root/.ssh'"),
        ("/etc/./hosts", "write '/etc/hosts'"),
        ("//etc/hosts", "write '/etc/hosts'"),
        ("/etc/systemd/", "write '/etc/systemd'"),
        ("/etc/a\nb", "control characters"),
        ("/etc/a\x1b[2J", "control characters"),
        ("/etc/\udc80", "control characters"),
        ("/etc/" + "a" * 1100, "too long"),
        ("/root/.profile", "not below /etc or /run/systemd"),
        ("/etc", "not below"),
        ("/etcetera", "not below"),
        ("", "not absolute"),
    ],
)
def test_bad_paths_are_refused(path, why):
    with pytest.raises(Refused, match=why):
        _names.check_path(path, ["/etc", "/run/systemd"])


@pytest.mark.parametrize("path", ["/etc/hosts", "/etc/it's $(odd)", "/run/systemd/resolved.conf.d", "/etc/a..b"])
def test_good_paths(path):
    assert _names.check_path(path, ["/etc", "/run/systemd"]) == path


@pytest.mark.parametrize("folder", ["/", "/proc", "/sys/class", "/var/lib/holdfast/checkpoints", "etc", "/etc/", "/dev/shm"])
def test_bad_folders_are_refused(folder):
    with pytest.raises(Refused, match="allowed: "):
        _names.check_allowed([folder])


@pytest.mark.parametrize("ident", ["", "../x", "20261121T072400Z-3fa9c1/..", "20261121T072400Z-3fa9c1\n", "20261121T072400Z-3FA9C1", "open"])
def test_bad_ids_are_refused(ident):
    with pytest.raises(Refused, match="id: "):
        _names.check_id(ident)


@pytest.mark.parametrize(
    "name",
    ["networkd", "a b.service", "x.service\n", "../x.service", "-x.service", "$(x).service", "x.mount", "a\\x2d.service", "%i.service"],
)
def test_bad_units_are_refused(name):
    with pytest.raises(Refused, match="units: "):
        _names.check_unit(name)


@pytest.mark.parametrize("name", ["systemd-networkd.service", "wg-quick@wg0.service", "systemd-networkd.socket"])
def test_good_units(name):
    assert _names.check_unit(name) == name


@pytest.mark.parametrize("owner", ["", "a\nb", "x" * 201, "\x1b]0;x", "\udc80"])
def test_bad_owners_are_refused(owner):
    with pytest.raises(Refused, match="owner: "):
        _names.check_owner(owner)


def test_new_id_is_an_id_of_its_own():
    made = {_names.new_id(1795246940.6) for _time in range(5)}
    assert len(made) == 5
    assert all(_names.check_id(ident).startswith("20261121T0742") for ident in made)
