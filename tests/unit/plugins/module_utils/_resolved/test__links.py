# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._resolved import _links

CORP = {
    "index": 4,
    "name": "corp0",
    "servers": [{"address": "10.99.0.53", "port": 5353, "name": "x.lab"}, {"address": "fe80::1%corp0", "port": 0, "name": ""}],
    "servers_cut": 0,
    "domains": [{"name": "corp.lab", "route_only": True}, {"name": "sea.lab", "route_only": False}],
    "domains_cut": 0,
    "default_route": False,
    "dns_over_tls": "opportunistic",
    "dnssec": "no",
}
HOST = {**CORP, "index": 2, "name": "host0", "default_route": True, "dns_over_tls": "no", "domains": []}


def running(*links: dict[str, Any], **modes: Any) -> dict[str, Any]:
    return {"links": list(links), "links_cut": 0, "dns_over_tls": "no", "dnssec": "no", **modes}


BEFORE = _links.links(running(CORP, HOST))
BYTES = ["2", "4", "10", "99", "0", "53", "5353", "x.lab", "10", "16", "254", "128", *["0"] * 13, "1", "0", ""]


@pytest.mark.parametrize(
    ("after", "texts"),
    [
        (running(CORP, HOST), []),
        # What a link follows may change, what it has of its own may not; order doesn't matter.
        (running({**CORP, "dnssec": "yes", "servers": CORP["servers"][::-1]}, {**HOST, "dns_over_tls": "yes"}, dns_over_tls="yes", dnssec="yes"), []),
        (running(HOST, {**CORP, "servers": CORP["servers"][:1]}), ["corp0: DNS servers fe80::1%corp0"]),
        (running(HOST, {**CORP, "servers": []}), ["corp0: DNS servers 10.99.0.53:5353#x.lab fe80::1%corp0"]),
        (running(HOST, {**CORP, "domains": [{"name": "corp.lab", "route_only": False}]}), ["corp0: domains ~corp.lab sea.lab"]),
        (running(HOST, {**CORP, "dns_over_tls": "no"}), ["corp0: DNSOverTLS=opportunistic"]),
        (running(HOST, {**CORP, "default_route": True}), ["corp0: default route no"]),
        # It may follow from the domains, which come first.
        (running(HOST, {**CORP, "default_route": True, "domains": []}), ["corp0: domains ~corp.lab sea.lab"]),
        (
            running(HOST),
            ["corp0: DNS servers 10.99.0.53:5353#x.lab fe80::1%corp0", "corp0: domains ~corp.lab sea.lab", "corp0: DNSOverTLS=opportunistic"],
        ),
    ],
)
def test_losses(after: dict[str, Any], texts: list[str]) -> None:
    assert [loss.text for loss in _links.losses(BEFORE, after)] == texts


@pytest.mark.parametrize(
    ("lost", "call"),
    [
        ({"servers": []}, ["SetLinkDNSEx", "ia(iayqs)", "4", "2", *BYTES]),
        ({"domains": []}, ["SetLinkDomains", "ia(sb)", "4", "2", "corp.lab", "true", "sea.lab", "false"]),
        ({"dns_over_tls": "no"}, ["SetLinkDNSOverTLS", "is", "4", "opportunistic"]),
        ({"default_route": True}, ["SetLinkDefaultRoute", "ib", "4", "false"]),
    ],
)
def test_calls(lost: dict[str, Any], call: list[str]) -> None:
    assert [list(loss.call) for loss in _links.losses(BEFORE, running(HOST, {**CORP, **lost}))] == [call]


def test_an_own_mode_that_the_global_one_now_has() -> None:
    after = running({**CORP, "dnssec": "yes"}, dnssec="yes", dns_over_tls="opportunistic")
    assert _links.losses(BEFORE[:1], after) == []


def test_what_was_cut_is_counted() -> None:
    assert _links.cut(running(CORP, HOST)) == 0
    assert _links.cut(running({**CORP, "servers_cut": 2}, {**HOST, "domains_cut": 3}, links_cut=4)) == 9
