# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A restart of networkd and of resolved undoes on real hosts exactly what the list says, which docs/restart.md shows."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest
from holdlab.lab import Lab
from holdlab.module import run_module
from holdlab.undone import KINDS, Entry, Objects, load

ENTRIES = load()
KEEP_MASTER = """
mkdir -p /run/systemd/network/20-local0.network.d
printf '[Network]\\nKeepMaster=yes\\n' >/run/systemd/network/20-local0.network.d/keep.conf
systemctl restart systemd-networkd
timeout 20 sh -c 'while ip -o address show dev local0 | grep -q " fe80::"; do sleep 0.2; done'
"""


@pytest.fixture(scope="module", params=["debian11", "debian12", "debian13", "debian14"])
def image(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def objects(image: str, lab: Lab) -> Iterator[Objects]:
    """One host for all restarts of an image; what one of them undid is made again before the next."""
    with _objects(lab, image) as objects:
        yield objects


@pytest.fixture
def fresh(image: str, lab: Lab) -> Iterator[Objects]:
    """A host on which nothing was made yet."""
    with _objects(lab, image) as objects:
        yield objects


@contextlib.contextmanager
def _objects(lab: Lab, image: str) -> Iterator[Objects]:
    host = lab.boot(image, f"{image}-{len(lab.hosts)}")
    try:
        yield Objects(host, ENTRIES)
    finally:
        lab.remove(host)


@pytest.mark.parametrize("kind", KINDS)
def test_a_restart_undoes_exactly_what_is_declared(objects: Objects, kind: str) -> None:
    objects.make()
    assert objects.undone(kind) == objects.declared(kind)


# 247 has no KeepMaster=.
@pytest.mark.parametrize("image", ["debian12", "debian13", "debian14"], indirect=True)
def test_keep_master_takes_the_link_local_address(fresh: Objects) -> None:
    """It turns LinkLocalAddressing= off by default (network_verify() of networkd-network.c), so only links that have a master get it."""
    fresh.make(lambda entry: entry.name == "addresses/own_link_local")
    fresh.do(KEEP_MASTER, "KeepMaster=yes")


def test_the_module_loses_nothing_that_it_answers_for(lab: Lab, fresh: Objects) -> None:
    """Nor anything that no start takes."""

    def answered(entry: Entry) -> bool:
        # Nobody knows what the lease of a server gave that may give it again: each one is a reason to refuse there.
        if fresh.version == 262 and entry.name.startswith("leases/"):
            return False
        return entry.answer != "refused" and entry.answer_on(fresh.version) in ("", "spared", "put back")

    fresh.make(answered)
    result = run_module(lab.spaces, fresh.host, "networkd_restart", {})
    assert not result["failed"], result.get("doubts", result)
    assert fresh.missing(answered) == set()


def test_the_module_refuses_where_something_is_lost_for_good(lab: Lab, fresh: Objects) -> None:
    """And names the link of each."""
    refused = [entry for entry in ENTRIES if entry.answer_on(fresh.version) == "refused" and fresh.version not in entry.not_on]
    fresh.make(lambda entry: entry in refused)
    result = run_module(lab.spaces, fresh.host, "networkd_restart", {})
    assert result["failed"] and not result["changed"], result
    links = {link for entry in refused for link in re.findall(r"\b[a-z]+0\b", entry.make)}
    assert [link for link in sorted(links) if link not in str(result["doubts"])] == []
    assert fresh.missing(lambda entry: entry in refused) == set()
