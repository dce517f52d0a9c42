# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._expression_check import check
from ansible_collections.holdfast.baseline.plugins.plugin_utils._expressions import BadExpression, parse
from ansible_collections.holdfast.baseline.plugins.plugin_utils._rules import root_shape


def problems(text: str, *, decides: bool = True) -> list[str]:
    return check(parse(text), root_shape({"watch_names": []}), decides=decides).problems


@pytest.mark.parametrize(
    "text",
    [
        "routes.networkd.effective.ManageForeignRoutes != 'no'",
        "routes.networkd.active && routes.at_risk.rules",
        "resolver.resolved.effective.DNSSEC == 'no'",
        "resolver.hosts_file.overrides_cut > `0`",
        "in_common(resolver.hosts_file.overrides[].name, params.watch_names)",
        "resolver.resolv_conf.nameservers[?asked && listens == `false`].address",
        "sort_by(routes.rules.listed, &priority)[0].text == 'x'",
        "max_by(routes.tables, &count).count > `1000`",
        "routes.tables[].by_protocol.boot",
        "map(&join('', [address, ' ', source]), resolver.resolv_conf.nameservers)",
        "values(routes.networkd.links.keep_configuration)[?@ == 'no']",
        "routes.default_routes[?device == 'eth0'] | [0].via",
        "host.systemd && host.systemd < `249`",
        "!(resolver.paths.fallback.used)",
        "(resolver.resolv_conf.mode || 'none') == 'stub'",
        "resolver.resolv_conf.search[:2]",
        "not_null(resolver.resolv_conf.mode, 'x') == 'x'",
    ],
)
def test_right_expressions(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("routes.network.active", "no fact is called routes.network; did you mean networkd?"),
        ("networkd.active", "did you mean routes.networkd?"),
        ("routes.networkd.effective.ManageForeignRoute != 'no'", "did you mean ManageForeignRoutes?"),
        ('routes.networkd.effective.ManageForeignRoutes != "no"', "(text goes into single quotes: 'no')"),
        ("routes.at_risk.rules.text", "routes.at_risk.rules is a list: write routes.at_risk.rules[].text"),
        ("routes.at_risk.rules[?own == 'x']", "no fact is called routes.at_risk.rules[].own; did you mean owner?"),
        ("sort_by(routes.at_risk.rules, &prio)", "no fact is called routes.at_risk.rules[].prio"),
        ("resolver.hosts_file.overrides[?contains(params.watch_names, name)]", "the root of the facts can't be reached"),
        ("params.watch", "no fact is called params.watch; did you mean watch_names?"),
        ("!resolver.paths.fallback.used", "write !(a.b)"),
        ("routes.at_risk.rules_count", "routes.at_risk.rules_count is always true, as every number is"),
        ("routes.networkd && routes.networkd.active", "routes.networkd is always true"),
        ("routes.at_risk.rules[?priority]", "routes.at_risk.rules[].priority is always true"),
        ("routes.networkd == `null`", "routes.networkd is a group of facts"),
        ("routes.networkd.version < '249'", "this text is text: only numbers have an order"),
        ("routes.networkd.version == '249'", "routes.networkd.version is number and never equals text"),
        ("resolver.nsswitch.asks_dns == 'false'", "resolver.nsswitch.asks_dns is boolean and never equals text"),
        ("routes.networkd.status == 'missing'", "is never 'missing'; it is one of: ok, unknown, absent"),
        ("routes.networkd.active.since", "routes.networkd.active is boolean and has no field 'since'"),
        ("routes.networkd[]", "routes.networkd is group and not a list"),
        ("routes.*.status", "routes has no free keys"),
        ("lenght(routes.at_risk.rules) > `0`", "there is no function lenght(); did you mean length()?"),
        ("length() > `0`", "length() takes 1 arguments, not 0"),
        ("length(routes.at_risk.rules_count) > `0`", "length() takes string or array or object, and routes.at_risk.rules_count is number"),
        ("join('', ['a', routes.at_risk.rules_count])", "join() takes text, and routes.at_risk.rules_count is number: write to_string("),
        ("join('', ['a', resolver.resolv_conf.link])", "resolver.resolv_conf.link may be null: write (resolver.resolv_conf.link || '-')"),
    ],
)
def test_wrong_expressions_say_what_to_write(text: str, said: str) -> None:
    assert said in "\n".join(problems(text))


def test_evidence_may_be_a_number() -> None:
    assert problems("{count: routes.at_risk.rules_count}", decides=False) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a ==", "ends too early"),
        ("a.b[", "ends too early"),
        ("a == 'x", "column 6"),
        ("a = 'x'", "column 3"),
        ("a ]", "column 3, near ']'"),
        ("", "can't be read"),
        ("(" * 5000, "can't be read"),
    ],
)
def test_broken_expressions(text: str, said: str) -> None:
    with pytest.raises(BadExpression) as caught:
        parse(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
