# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._options import Options, read, told

LEFT_OUT: dict[str, Any] = {
    "names": [],
    "zones": [],
    "references": [],
    "connect": [],
    "tls": False,
    "own_names": False,
    "deadline": 12.0,
    "rate": 50,
    "slow_ms": 500,
}
A_LABEL_TOO_LONG = "a" * 64


def given(**options: Any) -> Options:
    return read({**LEFT_OUT, **options})


def test_what_is_left_out_stays_as_it_is() -> None:
    assert given() == (LEFT_OUT, [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("WWW.Example.COM.", {"name": "www.example.com", "types": ["A"], "expect": "answer"}),
        (".", {"name": ".", "types": ["A"], "expect": "answer"}),
        ("_sip._tcp.example.com", {"name": "_sip._tcp.example.com", "types": ["A"], "expect": "answer"}),
        ({"name": "a.b", "types": ["mx", "MX", "txt"]}, {"name": "a.b", "types": ["MX", "TXT"], "expect": "answer"}),
        ({"name": "a.b", "types": "A, AAAA"}, {"name": "a.b", "types": ["A", "AAAA"], "expect": "answer"}),
        ({"name": "a.b", "expect": "Same"}, {"name": "a.b", "types": ["A"], "expect": "same"}),
        ({"name": "a.b", "expect": "nxdomain", "types": None}, {"name": "a.b", "types": ["A"], "expect": "NXDOMAIN"}),
        ({"name": "a.b", "expect": ["192.0.2.2", "192.0.2.1"]}, {"name": "a.b", "types": ["A"], "expect": ["192.0.2.1", "192.0.2.2"]}),
        ({"name": "a.b", "types": ["NS"], "expect": ["NS1.B"]}, {"name": "a.b", "types": ["NS"], "expect": ["ns1.b."]}),
        ({"name": "a.b", "types": ["TXT"], "expect": ["v=spf1 -all"]}, {"name": "a.b", "types": ["TXT"], "expect": ['"v=spf1 -all"']}),
        ({"name": "a.b", "types": ["MX"], "expect": ["10  mx.b."]}, {"name": "a.b", "types": ["MX"], "expect": ["10 mx.b."]}),
    ],
)
def test_a_name(written: Any, meant: dict[str, Any]) -> None:
    assert given(names=[written]) == ({**LEFT_OUT, "names": [meant]}, [])


def test_expected_addresses_go_to_the_type_of_their_family() -> None:
    options = given(names=[{"name": "a.b", "types": ["A", "AAAA"], "expect": ["192.0.2.1", "2001:DB8::0:1"]}])
    assert [(entry["types"], entry["expect"]) for entry in options.values["names"]] == [(["A"], ["192.0.2.1"]), (["AAAA"], ["2001:db8::1"])]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("192.0.2.53", ("192.0.2.53", None, ["udp", "tcp"], "")),
        ("192.0.2.53#DNS.example", ("192.0.2.53", None, ["udp", "tcp", "tls"], "dns.example")),
        ("2001:DB8::53", ("2001:db8::53", None, ["udp", "tcp"], "")),
        ("fe80::1%eth0", ("fe80::1%eth0", None, ["udp", "tcp"], "")),
        ({"address": "[::1]", "port": "5353", "transports": ["TLS", "tls"]}, ("::1", 5353, ["tls"], "")),
        ({"address": "192.0.2.53", "server_name": "d.example", "transports": "udp"}, ("192.0.2.53", None, ["udp"], "d.example")),
    ],
)
def test_a_reference(written: Any, meant: tuple[Any, ...]) -> None:
    options = given(references=[written])
    assert [tuple(entry.values()) for entry in options.values["references"]] == [meant]
    assert options.mistakes == []


@pytest.mark.parametrize("name", ["www.example.com", "192.0.2.1", "2001:db8::1"])
def test_a_target(name: str) -> None:
    options = given(connect=[{"name": name, "port": 443}])
    assert options == ({**LEFT_OUT, "connect": [{"name": name, "port": 443, "tls": False}]}, [])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"names": ["a b"]}, "names[0]: 'a b' is no name"),
        ({"names": ["ok.example", "a\nb"]}, "names[1]: 'a\\nb' is no name"),
        ({"names": ["a\x1b[31m.b"]}, "'a\\x1b[31m.b'"),
        ({"names": [""]}, "'' is no name"),
        ({"names": [5]}, "5 is no entry; write www.example.com or {name:"),
        ({"names": [{}]}, "None is no name"),
        ({"names": ["a..b"]}, "an empty label"),
        ({"names": [".a"]}, "an empty label"),
        ({"names": [f"{A_LABEL_TOO_LONG}.b"]}, "a label of 64 characters; a label has at most 63"),
        ({"names": ["x." * 128]}, "255 characters; a name has at most 253"),
        ({"names": ["b\u00fccher.example"]}, "write its A-labels"),
        ({"names": ["https://a.example/"]}, "a URL; write the name of its host only"),
        ({"names": ["192.0.2.1"]}, "write 1.2.0.192.in-addr.arpa"),
        ({"names": [{"nam": "a.b"}]}, "did you mean name?"),
        ({"names": [{"name": "a.b", "types": []}]}, "types: [] is no list"),
        ({"names": [{"name": "a.b", "types": ["AAAAA"]}]}, "did you mean AAAA?"),
        ({"names": [{"name": "a.b", "types": ["ANY"]}]}, "'ANY' is no record type that can be asked"),
        ({"names": [{"name": "a.b", "expect": "nxdomian"}]}, "did you mean NXDOMAIN?"),
        ({"names": [{"name": "a.b", "expect": True}]}, "expect: True is neither a word nor a list"),
        ({"names": [{"name": "a.b", "expect": []}]}, "no answer of type A"),
        ({"names": [{"name": "a.b", "expect": ["host.b"]}]}, "'host.b' is no address"),
        ({"names": [{"name": "a.b", "types": ["AAAA"], "expect": ["192.0.2.1"]}]}, "no answer of type AAAA"),
        ({"names": [{"name": "a.b", "types": ["TXT"], "expect": ["a\tb"]}]}, "'a\\tb' is no answer"),
        ({"names": [{"name": "a.b", "expect": ["192.0.2.1"] * 17}]}, "17 answers; at most 16"),
        ({"names": ["a.b", "A.B."]}, "a.b A stands there twice"),
        ({"zones": ["."]}, "the root is no zone"),
        ({"zones": ["x." * 119 + "xx"]}, "leaves no room"),
        ({"references": ["dns.example"]}, "is no address"),
        ({"references": ["fe80::1"]}, "write its link behind it, as in fe80::1%eth0"),
        ({"references": ["fe80::1%a b"]}, "write its link behind it"),
        ({"references": ["2001:db8::1%eth0"]}, "leave out what follows the %"),
        ({"references": ["224.0.0.1"]}, "no address of one server"),
        ({"references": [{"address": "192.0.2.1", "port": 65536}]}, "65536 is no port"),
        ({"references": [{"address": "192.0.2.1", "port": True}]}, "True is no port"),
        ({"references": [{"address": "192.0.2.1", "port": "\u0665"}]}, "is no port"),
        ({"references": [{"address": "192.0.2.1", "transports": ["https"]}]}, "'https' is no transport"),
        ({"references": ["192.0.2.1"] * 9}, "references: 9 entries; at most 8"),
        ({"connect": [{"name": "a.b"}]}, "connect[0]: has no port"),
        ({"connect": [{"name": "a.b", "port": 1, "tls": "no"}]}, "tls: 'no' is neither true nor false"),
        ({"deadline": 0.5}, "deadline: 0.5 is out of bounds; write a number from 1 to 60"),
        ({"deadline": float("nan")}, "deadline: nan is out of bounds"),
        ({"rate": -1}, "rate: -1 is out of bounds"),
        ({"slow_ms": 0}, "slow_ms: 0 is out of bounds"),
        ({"zones": [f"z{number}.example" for number in range(65)], "rate": 0}, "65 questions; at most 64"),
        ({"names": ["a.b", "c.d"], "rate": 1, "deadline": 5.0}, "rate: 2 questions over 3 transports take longer than the deadline"),
    ],
)
def test_a_mistake_is_named_with_what_to_write_instead(options: dict[str, Any], says: str) -> None:
    mistakes = given(**options).mistakes
    assert len(mistakes) == 1
    assert says in mistakes[0]
    assert mistakes[0].isprintable()


def test_all_mistakes_are_told_together() -> None:
    mistakes = given(names=["a b", "c d"], zones=["e f"], deadline=0.0).mistakes
    assert [line.partition(":")[0] for line in mistakes] == ["names[0]", "names[1]", "zones[0]", "deadline"]
    assert told(mistakes).splitlines() == ["4 mistakes in the options of the probe, nothing was sent", *mistakes]
