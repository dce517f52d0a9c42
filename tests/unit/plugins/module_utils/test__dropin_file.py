# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils import _dropin_file as file
from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_options import Wanted


def wanted(values, **given):
    return Wanted("resolved.conf", "Resolve", "90-holdfast.conf", values, [], **given)


@pytest.mark.parametrize(
    ("values", "append", "lines"),
    [
        ({"DNSSEC": "no", "Cache": "yes"}, False, ["Cache=yes", "DNSSEC=no"]),
        ({"DNS": ["192.0.2.1", "::1"]}, False, ["DNS=", "DNS=192.0.2.1 ::1"]),
        ({"DNS": ["192.0.2.1"]}, True, ["DNS=192.0.2.1"]),
        ({"DNS": []}, False, ["DNS="]),
        ({"DNSStubListenerExtra": ["192.0.2.1", "udp:192.0.2.2"]}, True, [f"DNSStubListenerExtra={one}" for one in ("192.0.2.1", "udp:192.0.2.2")]),
    ],
)
def test_render(values, append, lines):
    text = file.render(wanted(values, append=append), made=False)
    assert text.splitlines()[1:] == ["[Resolve]", *lines] and text.endswith("\n")
    assert file.keys_of(text, "Resolve") == set(values)


@pytest.mark.parametrize("made", [True, False])
def test_a_file_is_known_again(made):
    text = file.render(wanted({"DNSSEC": "no"}), made)
    assert file.is_ours(text, "90-holdfast.conf") and not file.is_ours(text, "91-holdfast.conf")
    assert file.made_directory(["", text]) == made


def test_other_sections_are_named():
    found = file.other_sections("A=1\n[Resolve]\nB=1\n[X]\nC=1\n", "/f", "Resolve")
    assert found == ["/f:1 ([] A)", "/f:5 ([X] C)"]


@pytest.mark.parametrize(
    ("name", "winner", "first"),
    [
        ("90-holdfast.conf", "95-x.conf", "99-holdfast.conf"),
        ("90-holdfast.conf", "99-x.conf", "zz-holdfast.conf"),
        ("holdfast.conf", "local.conf", "zz-holdfast.conf"),
        ("90-holdfast.conf", "zzz.conf", "zzzz-holdfast.conf"),
        ("90-holdfast.conf", "zzzzz.conf", "zzzzz.conf-holdfast.conf"),
        ("90-holdfast.conf", "~.conf", None),
        ("90-holdfast.conf", "z" * 240 + ".conf", None),
    ],
)
def test_later_names(name, winner, first):
    names = file.later_names(name, winner)
    assert (names[0] if names else None) == first and all(each > winner for each in names)
