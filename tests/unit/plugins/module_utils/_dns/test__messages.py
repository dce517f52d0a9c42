# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import struct

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _messages
from ansible_collections.holdfast.baseline.tests.unit.plugins.module_utils._dns.servers import reply

SENT = b"\x12\x34" + _messages.query("www.example.com.", "A")[2:]
QUESTION = SENT[12:33]


def raw(answers, count, flags=b"\x81\x80"):
    return SENT[:2] + flags + struct.pack("!HHHH", 1, count, 0, 0) + QUESTION + answers


@pytest.mark.parametrize(
    ("form", "edns", "flags"),
    [
        (_messages.NORMAL, 1232, "RD AD"),
        (_messages.LARGE, 4096, "RD AD"),
        (_messages.PLAIN, None, "RD AD"),
        (_messages.DNSSEC_OK, 1232, "RD AD DO"),
        (_messages.UNCHECKED, 1232, "RD AD CD DO"),
    ],
)
def test_a_query_is_put_in_its_form(form, edns, flags):
    message = dns.message.from_wire(_messages.query("www.example.com.", "MX", form))
    shown = dns.flags.to_text(message.flags) + (" DO" if message.ednsflags & dns.flags.DO else "")
    assert (message.id, shown, message.payload if message.edns >= 0 else None) == (0, flags, edns)
    assert message.question[0].to_text() == "www.example.com. IN MX"


@pytest.mark.parametrize(("zone", "name"), [("example.com.", "hf-00c0ffee00.example.com."), (".", "hf-00c0ffee00.")])
def test_a_label_of_its_own(zone, name):
    wire = _messages.absent_query(zone, "AAAA", _messages.NORMAL, "hf-00c0ffee00")
    assert dns.message.from_wire(wire).question[0].to_text() == f"{name} IN AAAA"


def test_labels_differ():
    made = {_messages.fresh_label() for _turn in range(50)}
    assert len(made) == 50 and {len(label) for label in made} == {13}


@pytest.mark.parametrize(
    ("records", "rtype", "answers", "ttl"),
    [
        (["60 IN A 192.0.2.2", "60 IN A 192.0.2.1"], "A", ["192.0.2.1", "192.0.2.2"], 60),
        ([], "A", [], None),
        (["60 IN MX 10 MAIL.Example.com."], "MX", ["10 mail.example.com."], 60),
        (['60 IN TXT "Case Kept"'], "TXT", ['"Case Kept"'], 60),
        (["60 IN AAAA 2001:db8::1"], "A", [], None),
    ],
)
def test_answers(records, rtype, answers, ttl):
    sent = b"\x12\x34" + _messages.query("www.example.com.", rtype)[2:]
    seen = _messages.read(reply(sent, *records), sent, rtype)
    assert (seen["answers"], seen["ttl"], seen["rcode"], seen["answers_cut"]) == (answers, ttl, "NOERROR", 0)


@pytest.mark.parametrize(
    ("chain", "answers", "ttl"),
    [
        ([("www.example.com.", 300, "CNAME", "b.test."), ("b.test.", 60, "A", "192.0.2.7")], ["192.0.2.7"], 60),
        ([("www.example.com.", 30, "CNAME", "B.test."), ("b.test.", 60, "A", "192.0.2.7")], ["192.0.2.7"], 30),
        ([("www.example.com.", 30, "CNAME", "b.test."), ("c.test.", 60, "A", "192.0.2.7")], [], None),
        ([("www.example.com.", 30, "CNAME", "b.test."), ("b.test.", 30, "CNAME", "www.example.com.")], [], None),
        ([("other.test.", 60, "A", "192.0.2.7")], [], None),
    ],
)
def test_the_chain_of_cnames(chain, answers, ttl):
    message = dns.message.make_response(dns.message.from_wire(SENT))
    for owner, seconds, rtype, data in chain:
        message.answer.append(dns.rrset.from_text(owner, seconds, "IN", rtype, data))
    seen = _messages.read(message.to_wire(), SENT, "A")
    assert (seen["answers"], seen["ttl"]) == (answers, ttl)


def test_answers_are_bounded():
    records = "".join(f"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02{chr(last)}" for last in range(20)).encode("latin-1")
    seen = _messages.read(raw(records, 20), SENT, "A")
    assert (len(seen["answers"]), seen["answers_cut"]) == (16, 4)


def test_a_text_is_bounded():
    sent = b"\x12\x34" + _messages.query("www.example.com.", "TXT")[2:]
    seen = _messages.read(reply(sent, "1 IN TXT " + " ".join(['"' + 250 * "x" + '"'] * 3)), sent, "TXT")
    assert [len(text) for text in seen["answers"]] == [255]


def test_header_and_extended_errors():
    message = dns.message.make_response(dns.message.from_wire(SENT))
    message.flags |= dns.flags.RA | dns.flags.AA
    message.use_edns(0, options=[dns.edns.EDEOption(9, "no DNSKEY matches"), dns.edns.GenericOption(65001, b"x")])
    message.set_rcode(dns.rcode.BADVERS)
    wire = message.to_wire()
    seen = _messages.read(wire, SENT, "A")
    assert (seen["rcode"], seen["flags"], seen["bytes"]) == ("BADVERS", ["aa", "rd", "ra"], len(wire))
    assert seen["ede"] == [{"code": 9, "text": "no DNSKEY matches"}]


ONE = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x01"


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        (b"", "garbled"),
        (raw(ONE, 1)[:11], "garbled"),
        (b"\x12\x35" + raw(ONE, 1)[2:], "wrong_id"),
        (SENT, "garbled"),
        (raw(ONE, 1, b"\xa9\x80"), "garbled"),
        (raw(ONE, 1).replace(b"www", b"vvv"), "wrong_question"),
        (raw(ONE, 1).replace(b"\x03com\0\0\x01", b"\x03com\0\0\x1c"), "wrong_question"),
        (SENT[:2] + b"\x81\x80" + bytes(8), "wrong_question"),
        (raw(ONE, 2), "garbled"),
        (raw(ONE[:-1], 1), "garbled"),
        (raw(ONE + b"x", 1), "garbled"),
        (raw(b"\xc0\x21" + ONE[2:], 1), "garbled"),
        (raw(ONE * 513, 513), "garbled"),
        (raw(b"\xff" * 65000, 40), "garbled"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_believed(wire, reason):
    assert _messages.read(wire, SENT, "A") == reason


@pytest.mark.parametrize(
    ("wire", "rcode", "answers"),
    [
        (raw(ONE, 1).replace(b"www", b"wWW"), "NOERROR", ["192.0.2.1"]),
        (raw(ONE, 1, b"\x83\x80"), "NOERROR", ["192.0.2.1"]),
        (raw(ONE[:-1], 1, b"\x83\x82"), "SERVFAIL", []),
        (SENT[:2] + b"\x81\x85" + bytes(8), "REFUSED", []),
    ],
)
def test_what_is_believed(wire, rcode, answers):
    seen = _messages.read(wire, SENT, "A")
    assert (seen["rcode"], seen["answers"]) == (rcode, answers)


@pytest.mark.parametrize(
    ("raws", "seen"),
    [
        ([], {"answers": [], "answers_cut": 0, "ttl": None}),
        ([b"\x01a\0\0\x10\0\x01\0\0\0\x05\0\x03\x02hi"], {"answers": ['"hi"'], "answers_cut": 0, "ttl": 5}),
        ([b"\x01a\0\0\x10\0\x01\0\0\0\x05\0\x04\x02hi"], "garbled"),
        ([b"\x01a\0\0\x01\0\x01\0\0\0\x05\0\x04\x01\x02\x03\x04"], {"answers": [], "answers_cut": 0, "ttl": None}),
        ([b"\0\0\x10\0\x01\0\0\0\x05\0\x03\x02hi"] * 513, "garbled"),
    ],
)
def test_single_records(raws, seen):
    assert _messages.records(raws, "TXT") == seen


@pytest.mark.parametrize(("number", "name"), [(0, "NOERROR"), (3, "NXDOMAIN"), (16, "BADVERS"), (99999, "99999"), (-1, "-1")])
def test_names_of_rcodes(number, name):
    assert _messages.rcode_name(number) == name
