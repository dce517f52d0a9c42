# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's pure parts: reading scenarios, and holding findings against them. Needs no lab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import pytest
from holdlab.findings import differences
from holdlab.faults import Asked, Fault, Faults, When, is_due, message
from holdlab.scenario import Damage, Expected, Scenario, ScenarioError, load
from holdlab.undone import load as load_undone
from holdlab.verdicts import Verdict
from holdlab.verdicts import differences as verdict_differences
from holdlab.zone_answers import answer, parse

FAILS = {"status": "fail", "severity": "high", "evidence": {"at_risk": ["throw 10.77.0.0/24"]}}
PASSES = {"status": "pass", "severity": "low"}
UNKNOWN = {"status": "unknown", "severity": "low", "reason": "not gathered"}


@pytest.mark.parametrize(
    ("expected", "finding", "lines"),
    [
        pytest.param(Expected("pass"), PASSES, [], id="as expected"),
        pytest.param(Expected("fail", "high", ("throw 10.77.0.0/24",)), FAILS, [], id="all of it as expected"),
        pytest.param(Expected("unknown", reason="gathered"), UNKNOWN, [], id="reason as expected"),
        pytest.param(Expected("pass"), UNKNOWN, ["a/b: expected pass, got unknown: not gathered"], id="status"),
        pytest.param(Expected("fail", "low"), FAILS, ["a/b: expected severity low, got high"], id="severity"),
        pytest.param(
            Expected("fail", evidence=("10.0.0.0/8",)),
            FAILS,
            ["""a/b: expected '10.0.0.0/8' in the evidence, got {"at_risk": ["throw 10.77.0.0/24"]}"""],
            id="evidence",
        ),
        pytest.param(Expected("unknown", reason="root"), UNKNOWN, ["a/b: expected the reason 'root', got 'not gathered'"], id="reason"),
        pytest.param(Expected("pass"), None, ["a/b: expected pass, but the audit has no such rule"], id="no such rule"),
        pytest.param(None, PASSES, [], id="not named, passes"),
        pytest.param(None, UNKNOWN, ["a/b: is not named, so it must not be unknown: not gathered"], id="not named, unknown"),
        pytest.param(
            None,
            FAILS,
            ["""a/b: is not named, so it must not be fail: {"at_risk": ["throw 10.77.0.0/24"]}"""],
            id="not named, fails",
        ),
    ],
)
def test_differences(expected: Expected | None, finding: dict[str, Any] | None, lines: list[str]) -> None:
    assert differences({"a/b": expected} if expected else {}, {"a/b": finding} if finding else {}) == lines


def test_scenario(tmp_path: Path) -> None:
    text = """
        title: all keys
        images: [new]
        servers: [{address: 10.77.0.3}, {address: 10.77.0.4, software: fault, faults: [{do: silent, when: {zone: bad.lab}}]}]
        firewall: [tcp dport 53 drop]
        loss: 5
        verdicts: [{kind: slow, layer: stub, zones: [a.lab]}]
        params: {holdfast_watch_names: [a]}
        audit_as: plain
        break: touch /broken
        expect: {a/b: fail, a/c: {status: pass, evidence: text}}
        damage: {servers_down: [10.77.0.1], check: "true"}
        remedy: rm /broken
        after: {a/b: pass}
    """
    scenario = _load(tmp_path, text)
    assert (scenario.name, scenario.images, scenario.break_, scenario.remedy) == ("subject/name", ("new",), "touch /broken", "rm /broken")
    assert scenario.expect == {"a/b": Expected("fail"), "a/c": Expected("pass", evidence=("text",))}
    assert scenario.damage == Damage(check="true", servers_down=("10.77.0.1",))
    assert [server.software for server in scenario.servers] == ["unbound", "fault"]
    assert (scenario.firewall, scenario.loss, scenario.verdicts) == (("tcp dport 53 drop",), 5, (Verdict("slow", "stub", ("a.lab",)),))
    shortest = _load(tmp_path, "title: for all")
    assert (shortest.images, shortest.verdicts, shortest.has_remedy) == (("old", "new"), None, False)
    assert _load(tmp_path, "title: t\nremedy_role: networkd\nafter: {a/b: pass}").has_remedy


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: [", "while parsing"),
        ("- a list", "not a mapping"),
        ("expect: {}", "title"),
        ("title: t\nbroken: x", "unknown keys: broken"),
        ("title: t\nimages: [debian1]", "no such image: debian1"),
        ("title: t\nexpect: {a-rule: fail}", "a-rule: not the id of a rule"),
        ("title: t\nexpect: {a/b: bad}", "status bad is none of"),
        ("title: t\nexpect: {a/b: {statsu: fail}}", "a/b: unknown keys: statsu"),
        ("title: t\ndamage: {do: x}", "check"),
        ("title: t\nservers: [{adress: 10.77.0.3}]", "unknown keys: adress"),
        ("title: t\nafter: {a/b: pass}", "There is no remedy"),
        ("title: t\nremedy: x\nremedy_role: networkd", "one of them mends it"),
        ("title: t\nservers: [{address: 10.77.0.3, software: bind}]", "bind is none of unbound, nsd, fault"),
        ("title: t\nservers: [{address: 10.77.0.3, faults: [{do: nothing}]}]", "'nothing' is none of silent"),
        ("title: t\nservers: [{address: 10.77.0.3, faults: [{do: late}]}]", "`late` by `seconds`"),
        ("title: t\nservers: [{address: 10.77.0.3, faults: [{do: silent, when: {zonne: a}}]}]", "zonne"),
        ("title: t\nverdicts: [{kind: slow, leyer: stub}]", "verdicts: unknown keys: leyer"),
    ],
)
def test_scenario_error(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ScenarioError, match=r"subject/name\.yml: ") as caught:
        _load(tmp_path, text)
    assert problem in str(caught.value)


SLOW = {"kind": "slow", "layer": "upstream 10.77.0.1 udp", "layers": [], "zones": [], "names": ["b.lab", "a.lab"], "text": "t"}
ONE_NAME, ONE_ZONE = Verdict("slow", names=("a.lab",)), Verdict("slow", zones=("a.lab",))
SHOWN = "kind 'slow', layer 'upstream 10.77.0.1 udp', layers [], zones [], names ['b.lab', 'a.lab'], text 't'"


@pytest.mark.parametrize(
    ("expected", "said", "lines"),
    [
        pytest.param([], [], [], id="none"),
        pytest.param([Verdict("slow", "10.77.0.1", (), ("a.lab", "b.lab"))], [SLOW], [], id="as expected, in any order"),
        pytest.param([Verdict("slow", "udp"), Verdict("slow", "udp")], [SLOW, SLOW], [], id="two alike"),
        pytest.param([], [SLOW], [f"not expected: {SHOWN}"], id="not expected"),
        pytest.param([Verdict("slow")], [SLOW, SLOW], [f"not expected: {SHOWN}"], id="one too many"),
        pytest.param([Verdict("tls")], [], [f"missing: {Verdict('tls')}"], id="missing"),
        pytest.param([Verdict("slow", "tcp")], [SLOW], [f"missing: {Verdict('slow', 'tcp')}", f"not expected: {SHOWN}"], id="layer"),
        pytest.param([ONE_NAME], [SLOW], [f"missing: {ONE_NAME}", f"not expected: {SHOWN}"], id="names"),
        pytest.param([ONE_ZONE], [SLOW], [f"missing: {ONE_ZONE}", f"not expected: {SHOWN}"], id="zones"),
    ],
)
def test_verdict_differences(expected: list[Verdict], said: list[dict[str, Any]], lines: list[str]) -> None:
    assert verdict_differences(expected, {"status": "ok", "verdicts": said}) == lines


def test_verdicts_of_no_probe() -> None:
    assert verdict_differences([], {"status": "unknown", "why": "no dnspython"}) == ["the probe is unknown: no dnspython"]


ASKED = Asked(dns.name.from_text("www.bad.lab"), "A", "NXDOMAIN", "tls", True, "10.77.0.10")


@pytest.mark.parametrize(
    ("when", "hit"),
    [
        (When(), True),
        (When(dns.name.from_text("bad.lab"), "NXDOMAIN", "tls", "A", True), True),
        (When(dns.name.from_text("ad.lab")), False),
        (When(rcode="NOERROR"), False),
        (When(transport="udp"), False),
        (When(type="AAAA"), False),
        (When(edns=False), False),
        (When(after=2), False),
    ],
)
def test_first_question(when: When, hit: bool) -> None:
    assert (Faults([Fault("silent", when)]).pick(ASKED, 0) is not None) == hit


@pytest.mark.parametrize(
    ("when", "hits"),
    [(When(after=3), [3, 4, 5, 6, 7]), (When(every=3), [1, 4, 7]), (When(after=2, every=2), [2, 4, 6])],
)
def test_count(when: When, hits: list[int]) -> None:
    assert [count for count in range(1, 8) if is_due(when, count)] == hits


def test_counts_are_of_clients_and_times() -> None:
    faults = Faults([Fault("refused", When(after=2, per=1.0))])
    other = ASKED._replace(client="10.77.0.11")
    picked = [faults.pick(asked, now) is not None for asked, now in ((ASKED, 0), (other, 0), (ASKED, 0.9), (ASKED, 1.0), (ASKED, 1.1))]
    assert picked == [False, False, True, False, True]


ZONE = """
$TTL 300
@       SOA ns hostmaster 1 3600 600 86400 60
@       NS  ns
www     A   192.0.2.1
alias   CNAME www
*.any   A   192.0.2.2
a.empty A   192.0.2.3
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("www.bad.lab", "NOERROR 192.0.2.1"),
        ("alias.bad.lab", "NOERROR www.bad.lab. 192.0.2.1"),
        ("x.y.any.bad.lab", "NOERROR 192.0.2.2"),
        ("empty.bad.lab", "NOERROR"),
        ("bad.lab", "NOERROR"),
        ("b.empty.bad.lab", "NXDOMAIN"),
        ("www.good.lab", "REFUSED"),
    ],
)
def test_honest_answer(name: str, said: str) -> None:
    reply = answer(parse({"bad.lab": ZONE}), dns.message.make_query(name, "A"))
    assert " ".join([dns.rcode.to_text(reply.rcode()), *(str(data) for rrset in reply.answer for data in rrset)]) == said


@pytest.mark.parametrize(
    ("do", "seen"),
    [
        ("", (dns.rcode.NXDOMAIN, False, True)),
        ("servfail", (dns.rcode.SERVFAIL, False, True)),
        ("tc", (dns.rcode.NOERROR, True, True)),
        ("strip_edns", (dns.rcode.NXDOMAIN, False, False)),
    ],
)
def test_message(do: str, seen: tuple[Any, ...]) -> None:
    sent = dns.message.from_wire(_spoiled(do))
    assert (sent.rcode(), bool(sent.flags & dns.flags.TC), sent.edns >= 0) == seen


@pytest.mark.parametrize("do", ["garbage", "compression_loop"])
def test_message_that_no_one_can_read(do: str) -> None:
    sent = _spoiled(do)
    with pytest.raises(dns.exception.DNSException):
        dns.message.from_wire(sent)


def test_wrong_question() -> None:
    assert dns.message.from_wire(_spoiled("wrong_question")).question != QUERY.question


QUERY = dns.message.make_query("no.bad.lab", "A", use_edns=0, id=0)


def _spoiled(do: str) -> bytes:
    return message(do, QUERY, answer(parse({"bad.lab": ZONE}), QUERY), "udp")


def _load(folder: Path, text: str) -> Scenario:
    path = folder / "subject" / "name.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load(path, ["old", "new", "rare"], ["old", "new"])


@pytest.mark.parametrize(
    ("said", "kind", "versions"),
    [
        ("undone_by: all, spared_by: KeepConfiguration=yes", "keys", [247, 252, 257, 262]),
        ("undone_by: all, spared_by: KeepConfiguration=yes", "spared", []),
        ("undone_by: all, spared_by: KeepMaster=yes", "spared", [247]),
        ("undone_by: [252, 257]", "spared", [252, 257]),
        ("undone_by: [252], undone_spared: all", "spared", [247, 252, 257, 262]),
        ("undone_by: [252]", "defaults", [252]),
        ("undone_by: [252], undone_by_defaults: [257]", "defaults", [257]),
        ("undone_by: all", "resolved", []),
        ("undone_by_resolved: [247]", "resolved", [247]),
    ],
)
def test_undone(tmp_path: Path, said: str, kind: str, versions: list[int]) -> None:
    (tmp_path / "a.yml").write_text(f"b: {{there: x, {said}}}\nc: {{not_in_lab: why}}\n")
    (entry,) = load_undone(tmp_path)
    assert [version for version in (247, 252, 257, 262) if entry.undone(kind, version)] == versions


@pytest.mark.parametrize(("version", "answer"), [(247, "refused"), (252, "spared"), (262, "")])
def test_answer_to_what_is_undone(tmp_path: Path, version: int, answer: str) -> None:
    (tmp_path / "a.yml").write_text("b: {there: x, undone_by: [247, 252], spared_by: KeepMaster=yes, answer: spared, otherwise: refused}\n")
    assert load_undone(tmp_path)[0].answer_on(version) == answer
