# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils import _dropin_options as options

DEFAULTS = {"section": None, "name": "90-holdfast.conf", "state": "present", "lists": "replace", "override": False}


def read(config="resolved.conf", **given):
    return options.read({**DEFAULTS, "config": config, "settings": {"DNSSEC": "no"}, **given})


@pytest.mark.parametrize(
    ("settings", "values", "unset"),
    [
        ({"DNSSEC": False}, {"DNSSEC": "no"}, []),
        ({"DNSSEC": "On"}, {"DNSSEC": "yes"}, []),
        ({"DNSSEC": 0}, {"DNSSEC": "no"}, []),
        ({"DNSSEC": "allow-downgrade"}, {"DNSSEC": "allow-downgrade"}, []),
        ({"DNSSEC": " no\t"}, {"DNSSEC": "no"}, []),
        ({"ReadEtcHosts": "true", "LLMNR": None}, {"ReadEtcHosts": "yes"}, ["LLMNR"]),
        ({"DNS": "192.0.2.1  2001:db8::1"}, {"DNS": ["192.0.2.1", "2001:db8::1"]}, []),
        ({"DNS": ["[2001:db8::1]:853%eth0#dns.example"]}, {"DNS": ["[2001:db8::1]:853%eth0#dns.example"]}, []),
        ({"FallbackDNS": []}, {"FallbackDNS": []}, []),
        ({"FallbackDNS": ""}, {"FallbackDNS": []}, []),
        ({"Domains": ["~.", "example.com", "~a_b.example."]}, {"Domains": ["~.", "example.com", "~a_b.example."]}, []),
        ({"StaleRetentionSec": 30}, {"StaleRetentionSec": "30"}, []),
    ],
)
def test_values_come_in_one_spelling(settings, values, unset):
    wanted, mistakes = read(settings=settings)
    assert not mistakes
    assert (wanted.section, wanted.values, wanted.unset) == ("Resolve", values, unset)


@pytest.mark.parametrize(
    ("given", "mistake"),
    [
        ({"config": "../networkd.conf"}, "config: '../networkd.conf'"),
        ({"config": "networkd.conf\n"}, "config: "),
        ({"config": "Networkd.conf"}, "like networkd.conf"),
        ({"name": "a/b.conf"}, "name: 'a/b.conf'"),
        ({"name": ".a.conf"}, "like 90-holdfast.conf"),
        ({"name": "a.txt"}, "ending in .conf"),
        ({"name": "a.conf\n"}, "name: "),
        ({"section": "[Resolve]"}, "without brackets"),
        ({"section": "Resolve]\n[X"}, "without brackets"),
        ({"section": "Network"}, "resolved.conf has no [Network]; it has Resolve"),
        ({"config": "strange.conf"}, "name its section"),
        ({"settings": {}}, "state: absent"),
        ({"settings": {f"A{number}": 1 for number in range(65)}}, "more than the 64"),
        ({"settings": {"DNS=1": 1}}, "settings: 'DNS=1' is no key"),
        ({"settings": {"[X]": 1}}, "settings: '[X]' is no key"),
        ({"settings": {"A\nB": 1}}, "is no key"),
        ({"settings": {"DNSSEC": "no\n[X]"}}, "DNSSEC: 'no\\n[X]' holds a line break"),
        ({"settings": {"A": "no\r"}}, "write it on one line"),
        ({"settings": {"A": "\x00"}}, "control character"),
        ({"settings": {"A": "\udcff"}}, "control character"),
        ({"settings": {"A": "b\\"}}, "ends in a backslash"),
        ({"settings": {"A": ""}}, "null to leave the key"),
        ({"settings": {"A": "x" * 2049}}, "2049 characters"),
        ({"settings": {"A": {"b": 1}}}, "A: {'b': 1} is neither"),
        ({"settings": {"A": 1.5}}, "put it in quotes"),
        ({"settings": {"DNSSEC": "maybe"}}, "write yes, no, allow-downgrade"),
        ({"settings": {"DNSSEC": ["no"]}}, "is neither"),
        ({"settings": {"DNS": "192.0.2.300"}}, "'192.0.2.300' is no server"),
        ({"settings": {"DNS": ["127.0.0.53"]}}, "is no server"),
        ({"settings": {"DNS": ["192.0.2.1 192.0.2.2"]}}, "is not one word"),
        ({"settings": {"DNS": [True]}}, "put it in quotes"),
        ({"settings": {"DNS": ["192.0.2.1"] * 257}}, "more than the 256"),
        ({"settings": {"Domains": ["b\xfccher.example"]}}, "xn--"),
        ({"settings": {"Domains": ["a" * 64]}}, "is no domain"),
    ],
)
def test_what_is_refused_says_what_to_write(given, mistake):
    wanted, mistakes = read(**given)
    assert wanted is None
    assert mistake in "; ".join(mistakes) and all(text.isprintable() for text in mistakes)


def test_all_mistakes_are_told_together():
    settings = {"DNS": ["x", "y"], "DNSSEC": "maybe", "A\\": 1}
    assert len(read(name="a", section="[X]", settings=settings)[1]) == 6
    assert read(settings={"DNS": ["x"] * 20})[1][8:] == ["settings: DNS: 12 more like these"]
    assert "'x'" in read(settings=settings)[1][0] and "'y'" in read(settings=settings)[1][1]


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("DNS", "192.0.2.1, 192.0.2.2#a.example 192.0.2.3", ["192.0.2.1", "192.0.2.2#a.example", "192.0.2.3"]),
        ("Domains", "~.,a.example", ["~.", "a.example"]),
        ("DNSStubListenerExtra", "192.0.2.1 192.0.2.2", ["192.0.2.1", "192.0.2.2"]),
    ],
)
def test_a_text_of_many_words_is_a_list(key, text, words):
    assert read(settings={key: text})[0].values == {key: words}


def test_absent_needs_no_settings():
    wanted, mistakes = read(state="absent", settings={})
    assert not mistakes and not wanted.present


def test_a_list_makes_a_list_key_where_keys_are_not_known():
    wanted = read(config="strange.conf", section="S", settings={"A": ["b", 2], "C": "d e"})[0]
    assert wanted.values == {"A": ["b", "2"], "C": "d e"} and wanted.list_keys == {"A"}
