# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._cells import judge
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._model import empty_cell
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._plan import plan
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._routing import Scope
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._verdict import verdicts

WEB, ABSENT = "web.example.lab A", "absent.example.lab A"
OTHER, ABSENT_OTHER = "www.other.lab A", "absent.other.lab A"
ANSWER = ["192.0.2.1"]
UP1, UP2, DOT = "upstream 10.77.0.1 %s (host0)", "upstream 10.77.0.2 %s (host0)", "upstream 10.77.0.3 tls (global)"
RESOLVED = ("C library", "stub 127.0.0.53 udp", "stub 127.0.0.53 tcp", "proxy 127.0.0.54 udp", "proxy 127.0.0.54 tcp", "resolved network")

TIMEOUT, REFUSED_CONNECTION = {"error": "timeout"}, {"error": "refused"}
SERVFAIL, REFUSED, NXDOMAIN = {"rcode": "SERVFAIL"}, {"rcode": "REFUSED"}, {"rcode": "NXDOMAIN"}
BOGUS = {**SERVFAIL, "follow": {"cd": {"rcode": "NOERROR"}}}
OLD = {"rcode": "NOERROR", "answers": ["192.0.2.9"], "ttl": 20}
SLOW = {"rcode": "NOERROR", "answers": ANSWER, "ms": 900.0}


def options(names=("web.example.lab", "www.other.lab"), expect="answer", references=(), tls=False):
    return {
        "names": [{"name": name, "types": ["A"], "expect": expect} for name in names],
        "zones": [],
        "references": [{"address": address, "port": None, "transports": ["udp"], "server_name": ""} for address in references],
        "tls": tls,
    }


def facts(by="resolve", active=True, nameservers=("127.0.0.53",), version=257):
    resolved = {"status": "ok", "active": active, "version": version, "effective": {}} if active else {"status": "absent", "why": ""}
    return {
        "resolved": resolved,
        "nsswitch": {"by": by},
        "resolv_conf": {"status": "ok", "nameservers": [{"address": address, "asked": True} for address in nameservers]},
    }


def scope(*addresses, name="host0", tls="no", domains=(), default=True):
    servers = [{"address": address, "port": 0, "name": ""} for address in addresses]
    return Scope(name, servers, list(domains), default, "" if name == "global" else name, tls)


TWO = [scope("10.77.0.1", "10.77.0.2")]
STRICT = [scope("10.77.0.3", name="global", tls="yes", domains=["."])]
OPPORTUNISTIC = [scope("10.77.0.3", name="global", tls="opportunistic", domains=["."])]


def cell(ask, wrong):
    right = {"rcode": "NXDOMAIN"} if ask.question.absent else {"rcode": "NOERROR", "answers": ANSWER, "ttl": 300}
    return {**empty_cell(ask), "tries": 1, **({"ms": 3.0, **right} if wrong is None else {"ms": None, **wrong})}


def found(wrong, known, *, given=None, host=None, pinned=()):
    """The verdicts where these cells are wrong and all others right; wrong: {(start of the layer's name, key or None for all): cell}."""
    made = plan(host or facts(), given or options(), known)

    def of(ask):
        return next((w for (layer, key), w in wrong.items() if ask.layer.name.startswith(layer) and key in (None, ask.question.key)), None)

    judged = judge(made, [cell(ask, of(ask)) for ask in made.asks], pinned)
    return verdicts(made, judged, 500, pinned)


def everywhere(*layers, keys=(None,), wrong=None):
    return {(layer, key): wrong or TIMEOUT for layer in layers for key in keys}


def brief(results):
    return [(each["kind"], each["layer"], each["effect"], [*each["names"], *each["zones"]]) for each in results]


PLAIN = {"host": facts(by="dns", active=False, nameservers=("10.77.0.1", "10.77.0.2"))}


@pytest.mark.parametrize(
    ("wrong", "known", "more", "expected"),
    [
        pytest.param({}, TWO, {}, [], id="healthy"),
        pytest.param(
            everywhere(DOT, *RESOLVED, keys=[ABSENT_OTHER]), STRICT, {}, [("hang_on_nxdomain", DOT, "broken", ["other.lab"])], id="incident 003",
        ),
        pytest.param(
            everywhere(DOT, *RESOLVED, keys=[ABSENT_OTHER]), OPPORTUNISTIC, {}, [("hang_on_nxdomain", DOT, "broken", ["other.lab"])],
            id="incident 003, opportunistic",
        ),
        pytest.param(
            everywhere(*RESOLVED, keys=[ABSENT_OTHER]), STRICT, {}, [("hang_on_nxdomain", "systemd-resolved", "broken", ["other.lab"])],
            id="incident 003 as its author saw it: the upstream over TLS is well",
        ),
        pytest.param(
            everywhere(*RESOLVED, "resolved cache"), TWO, {},
            [("timeout", "systemd-resolved", "broken", ["web.example.lab", "www.other.lab", "example.lab", "other.lab"])], id="resolved stopped",
        ),
        pytest.param(
            everywhere(UP2 % "udp", UP2 % "tcp"), TWO, {},
            [("timeout", "upstream 10.77.0.2 (host0)", "degraded", ["web.example.lab", "www.other.lab", "example.lab", "other.lab"])], id="one upstream dead",
        ),
        pytest.param(
            everywhere(UP1 % "tcp", wrong=TIMEOUT), TWO, {},
            [("tcp_unreachable", UP1 % "tcp", "degraded", ["web.example.lab", "www.other.lab", "example.lab", "other.lab"])], id="tcp blocked",
        ),
        pytest.param(
            {(UP1 % "tcp", WEB): TIMEOUT, (UP1 % "udp", WEB): {"rcode": "NOERROR", "flags": ["tc"]}}, TWO, {},
            [("truncated", UP1 % "tcp", "degraded", ["web.example.lab"])], id="truncated, and no tcp",
        ),
        pytest.param(
            everywhere(UP1 % "udp", wrong={**TIMEOUT, "follow": {"no_edns": {"rcode": "NOERROR"}}}), TWO, {},
            [("edns_dropped", UP1 % "udp", "degraded", ["web.example.lab", "www.other.lab", "example.lab", "other.lab"])], id="edns dropped",
        ),
        pytest.param(
            everywhere(UP1 % "udp", UP1 % "tcp", *RESOLVED, keys=[WEB], wrong=BOGUS), TWO, {},
            [("dnssec", "upstream 10.77.0.1 (host0)", "broken", ["web.example.lab"])], id="dnssec bogus",
        ),
        pytest.param(
            {(UP1 % "udp", WEB): REFUSED}, TWO, {}, [("refused", UP1 % "udp", "degraded", ["web.example.lab"])], id="rate limited",
        ),
        pytest.param(
            everywhere("", keys=[WEB], wrong=NXDOMAIN), TWO, {}, [("nxdomain_unexpected", "every server", "broken", ["web.example.lab"])],
            id="the name is gone everywhere",
        ),
        pytest.param(
            everywhere("resolved cache", "stub", "C library", keys=[WEB], wrong=OLD), TWO, {"given": options(expect="same")},
            [("stale", "resolved cache", "broken", ["web.example.lab"])], id="stale in resolved's cache",
        ),
        pytest.param(
            everywhere("upstream", *RESOLVED, keys=[WEB], wrong=OLD), TWO, {"given": options(expect="same", references=["10.77.0.53"])},
            [("stale", "upstream 10.77.0.1 (host0)", "broken", ["web.example.lab"]), ("stale", "upstream 10.77.0.2 (host0)", "broken", ["web.example.lab"])],
            id="stale upstreams",
        ),
        pytest.param(
            everywhere("C library", "stub", keys=[WEB], wrong={**OLD, "ttl": None}), TWO, {"pinned": ["web.example.lab"]},
            [("differs", "/etc/hosts", "broken", ["web.example.lab"])], id="pinned in /etc/hosts",
        ),
        pytest.param(
            everywhere(UP1 % "udp", UP1 % "tcp", keys=[ABSENT], wrong=OLD), TWO, {},
            [("differs", "upstream 10.77.0.1 (host0)", "degraded", ["example.lab"])], id="one upstream invents names",
        ),
        pytest.param(
            everywhere("", wrong=SLOW), TWO, {"given": options(names=["web.example.lab", "www.other.lab"])},
            [("slow", "upstream 10.77.0.1 (host0)", "degraded", ["web.example.lab"]), ("slow", "upstream 10.77.0.2 (host0)", "degraded", ["web.example.lab"])],
            id="slow upstreams make slow stubs",
        ),
        pytest.param(everywhere("", wrong={**SLOW, "follow": {"again": {"rcode": "NOERROR", "ms": 4.0}}}), TWO, {}, [], id="slow once is loss"),
        pytest.param(
            everywhere(DOT, wrong={"error": "tls", "detail": "certificate has expired"}), STRICT, {},
            [("tls", DOT, "degraded", ["web.example.lab", "www.other.lab", "example.lab", "other.lab"])], id="certificate",
        ),
        pytest.param(everywhere(DOT, wrong=REFUSED_CONNECTION), OPPORTUNISTIC, {}, [], id="no tls there, and opportunistic"),
        pytest.param(
            everywhere("upstream 10.77.0.3 udp", "upstream 10.77.0.3 tcp"), STRICT, {}, [], id="no plain DNS there, and only TLS is used",
        ),
        pytest.param(
            everywhere("C library", keys=[WEB], wrong={"rcode": "NOERROR", "answers": ANSWER}), TWO, {"given": options(expect="NXDOMAIN")}, "differs",
            id="a name that must not be there",
        ),
        pytest.param({}, [], PLAIN, [], id="healthy without resolved"),
        pytest.param(
            everywhere("resolv.conf 10.77.0.1"), [], PLAIN,
            [("timeout", "resolv.conf 10.77.0.1", "degraded", ["web.example.lab", "www.other.lab", "example.lab", "other.lab"])],
            id="first nameserver dead",
        ),
        pytest.param(
            everywhere("resolv.conf 10.77.0.1", wrong=REFUSED_CONNECTION), [], PLAIN,
            [("unreachable", "resolv.conf 10.77.0.1", "degraded", ["web.example.lab", "www.other.lab", "example.lab", "other.lab"])],
            id="nobody listens at the first nameserver",
        ),
        pytest.param(
            everywhere("C library", keys=[WEB]), [], PLAIN, [("timeout", "C library", "broken", ["web.example.lab"])], id="only the C library hangs",
        ),
    ],
)  # fmt: skip
def test_verdicts(wrong, known, more, expected):
    results = brief(found(wrong, known, **more))
    assert ({kind for kind, *_rest in results} == {expected}) if isinstance(expected, str) else (results == expected)


def test_what_works_beside_it_is_named():
    [verdict] = found(everywhere(UP2 % "udp", UP2 % "tcp"), TWO)
    assert UP1 % "udp" in verdict["still"] and UP2 % "udp" not in verdict["still"]
    assert verdict["layers"] == [UP2 % "udp", UP2 % "tcp"]


def test_split_names_go_to_their_servers_only():
    known = [*TWO, scope("10.99.0.1", name="vpn0", domains=["corp.lab"], default=False)]
    made = plan(facts(), options(names=["git.corp.lab", "web.example.lab"], references=["9.9.9.9"]), known)
    asked = {ask.question.key: [a.layer.name for a in made.asks if a.question == ask.question] for ask in made.asks}
    assert [name for name in asked["git.corp.lab A"] if name.startswith(("upstream", "reference"))] == [
        "upstream 10.99.0.1 udp (vpn0)",
        "upstream 10.99.0.1 tcp (vpn0)",
    ]
    assert not [name for name in asked["web.example.lab A"] if "vpn0" in name]
    assert "absent.corp.lab A" in asked


@pytest.mark.parametrize("later", [{}, {"again": {"rcode": "NOERROR"}}])
def test_refusing_now_and_then_is_rate_limiting(later):
    wrong = {(UP1 % "udp", None): {**REFUSED, "follow": later}}
    [verdict] = [each for each in found(wrong, TWO) if each["kind"] == "refused"]
    assert verdict["rate_limited"] is bool(later)


ONCE = {"follow": {"again": {"rcode": "NOERROR"}}}


@pytest.mark.parametrize(
    ("layer", "wrong", "kept"),
    [
        pytest.param("proxy 127.0.0.54 tcp", {**REFUSED, **ONCE}, [], id="passed on"),
        pytest.param("C library", {**NXDOMAIN, **ONCE}, [], id="as the NSS module says it"),
        pytest.param("C library", {**SERVFAIL, **ONCE}, [], id="as glibc says it"),
        pytest.param("proxy 127.0.0.54 tcp", {**REFUSED, "follow": {"again": {"rcode": None}}}, [], id="a packet lost at the second asking"),
        pytest.param("proxy 127.0.0.54 tcp", REFUSED, ["refused"], id="not asked again"),
        pytest.param("proxy 127.0.0.54 tcp", {**REFUSED, "follow": {"again": REFUSED}}, ["refused"], id="refused twice"),
        pytest.param("C library", {**NXDOMAIN, "follow": {"again": NXDOMAIN}}, ["nxdomain_unexpected"], id="missing twice"),
        pytest.param("stub 127.0.0.53 udp", {**NXDOMAIN, **ONCE}, ["nxdomain_unexpected"], id="no refusal"),
        pytest.param(UP2 % "udp", {**REFUSED, **ONCE}, ["refused"], id="another server's own"),
    ],
)
def test_a_refusal_that_is_passed_on_is_the_servers(layer, wrong, kept):
    refusing = {(UP1 % "udp", ABSENT): {**REFUSED, **ONCE}}
    results = found({**refusing, (layer, WEB): wrong}, TWO)
    assert [(each["kind"], each["layer"]) for each in results if each["layer"] != UP1 % "udp"] == [(kind, layer) for kind in kept]
    assert [(each["kind"], each["rate_limited"]) for each in results if each["layer"] == UP1 % "udp"] == [("refused", True)]
    # With no server that refuses it is the layer's own.
    assert [each["layer"] for each in found({(layer, WEB): wrong}, TWO)] == [layer]


def test_what_nobody_could_ask_is_unknown():
    made = plan(facts(), options(), TWO)
    judged = judge(made, [cell(ask, {"error": "denied"} if ask.layer.kind == "libc" else None) for ask in made.asks])
    assert {each.state for each in judged if each.ask.layer.kind == "libc"} == {"unknown"}
