# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ipaddress import IPv6Address

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._resolv_conf import mode, owner, parse

STUB = """\
# This is /run/systemd/resolve/stub-resolv.conf managed by man:systemd-resolved(8).
# Do not edit.

nameserver 127.0.0.53
options edns0 trust-ad
search .
"""


# What res_init() of glibc 2.36 and 2.41 made of the same text, read out of its state.
@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        (STUB, ["127.0.0.53"]),
        ("nameserver 192.0.2.1", ["192.0.2.1"]),
        ("nameserver\t192.0.2.1\nnameserver fe80::1%lo\nnameserver ::1\n", ["192.0.2.1", "fe80::1%lo", "::1"]),
        ("nameserver 2001:DB8:0::1\n", ["2001:db8::1"]),
        ("nameserver ::ffff:c000:201\n", [str(IPv6Address("::ffff:c000:201"))]),
        ("nameserver 192.0.2.1 # comment\n", ["192.0.2.1"]),
        ("nameserver 127.1\nnameserver 010.0.0.1\nnameserver 0x08080808\n", ["127.0.0.1", "8.0.0.1", "8.8.8.8"]),
        ("nameserver 256.1.1.1\nnameserver 1.1.1\n", ["1.1.0.1"]),
        ("nameserver 192.0.2.1\0x\n", ["192.0.2.1"]),
        ("nameserver 192.0.2.1\r\nnameserver 192.0.2.2\n", ["192.0.2.2"]),
        (" nameserver 192.0.2.1\n", []),
        ("nameserver\n", []),
        ("nameserver \n", []),
        ("nameserver 192.0.2.1#comment\n", []),
        ("nameserver 192.0.2.1;comment\n", []),
        ("NAMESERVER 192.0.2.1\n", []),
        ("nameserver192.0.2.1\n", []),
        ("\ufeffnameserver 192.0.2.1\n", []),
        ("#nameserver 192.0.2.1\n;nameserver 192.0.2.2\n", []),
        ("nameserver {{ lookup('pipe', 'id') }}\nnameserver \x1b[31m\nnameserver \\xff\n", []),
        ("", []),
    ],
)
def test_nameservers_as_glibc_takes_them(text, addresses):
    assert [nameserver["address"] for nameserver in parse(text)["nameservers"]] == addresses


def test_only_the_first_three_are_asked():
    nameservers = parse("".join(f"nameserver 192.0.2.{number}\n" for number in range(1, 6)))["nameservers"]
    assert [nameserver["asked"] for nameserver in nameservers] == [True, True, True, False, False]
    assert nameservers[3]["source"] == "/etc/resolv.conf:4"


@pytest.mark.parametrize(
    ("text", "search", "source"),
    [
        ("search a b\ndomain c\n", ["c"], "/etc/resolv.conf:2"),
        ("domain c d\nsearch a b\nsearch\n", ["a", "b"], "/etc/resolv.conf:2"),
        ("domain c d\n", ["c"], "/etc/resolv.conf:1"),
        ("search example.com.\n", ["example.com."], "/etc/resolv.conf:1"),
        ("search a.b\r\n", ["a.b\r"], "/etc/resolv.conf:1"),
        ("nameserver ::1\n", [], None),
    ],
)
def test_the_last_search_wins(text, search, source):
    found = parse(text)
    assert (found["search"], found["search_source"]) == (search, source)


def test_options_accumulate():
    found = parse("options edns0 timeout:1\nnameserver ::1\noptions\toptions attempts:7\n")
    assert found["options"] == ["edns0", "timeout:1", "options", "attempts:7"]
    assert found["options_source"] == ["/etc/resolv.conf:1", "/etc/resolv.conf:3"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nameserver", "no address"),
        ("nameserver  ", "no address"),
        ("nameserver one.one.one.one", "not an address"),
        ("nameserver 2001:db8::g", "not an address"),
        ("nameserver 192.0.2.1\r", "the line ends in CR LF"),
        ("\tnameserver 192.0.2.1", "the C library ignores a line that starts with a blank"),
        ("search ", "no value"),
        (" junk", "not a keyword of resolv.conf(5)"),
        ("namserver 192.0.2.1", "not a keyword of resolv.conf(5)"),
        ("lookup file bind", "not a keyword of resolv.conf(5)"),
    ],
)
def test_ignored_lines_say_why(line, why):
    assert parse(f"# comment\n\n{line}\n")["ignored"] == [{"source": "/etc/resolv.conf:3", "text": line, "why": why}]


@pytest.mark.parametrize("text", [STUB, "sortlist 192.0.2.0/24\noptions rotate\n\n \n"])
def test_usual_lines_are_not_ignored(text):
    assert parse(text)["ignored"] == []


def test_a_strange_file_stays_small():
    found = parse("nameserver 192.0.2.1\n" * 300 + "junk\n" * 5000 + "search " + "x" * 100_000)
    assert (len(found["nameservers"]), found["nameservers_cut"]) == (64, 236)
    assert (len(found["ignored"]), found["ignored_cut"]) == (64, 4936)
    assert len(found["search"][0]) < 300


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/run/systemd/resolve/stub-resolv.conf", "stub"),
        ("/run/systemd/resolve/resolv.conf", "uplink"),
        ("/usr/lib/systemd/resolv.conf", "static-stub"),
        ("/etc/resolv.conf", "foreign"),
    ],
)
def test_mode(target, expected):
    assert mode(target) == expected


@pytest.mark.parametrize(
    ("text", "target", "name", "line"),
    [
        (STUB, "/run/systemd/resolve/stub-resolv.conf", "systemd-resolved", None),
        ("# Generated by NetworkManager\nnameserver ::1\n", "/etc/resolv.conf", "NetworkManager", 1),
        ("nameserver ::1\n", "/run/NetworkManager/resolv.conf", "NetworkManager", None),
        (
            "# Dynamic resolv.conf(5) file for glibc resolver(3) generated by resolvconf(8)\n",
            "/run/resolvconf/resolv.conf",
            "resolvconf",
            1,
        ),
        ("# Generated by resolvconf\nnameserver ::1\n", "/etc/resolv.conf", "openresolv", 1),
        ("# resolv.conf(5) file generated by tailscale\n", "/etc/resolv.conf", "tailscale", 1),
        ("; generated by /usr/sbin/dhclient-script\n", "/etc/resolv.conf", "dhclient", 1),
        ("# Generated by dhcpcd from eth0.dhcp\n", "/etc/resolv.conf", "dhcpcd", 1),
        ("# Generated by Docker Engine.\n# This file can be edited;\n", "/etc/resolv.conf", "docker", 1),
        ("# Generated by Connection Manager\n", "/run/connman/resolv.conf", "connman", 1),
        (
            "### /etc/resolv.conf is a symlink to /run/netconfig/resolv.conf\n### autogenerated by netconfig!\n",
            "/run/netconfig/resolv.conf",
            "netconfig",
            2,
        ),
        ("# Your system has been configured so.\n# As a result, cloud-init has written this file\n", "/etc/x", "cloud-init", 2),
        (STUB, "/etc/resolv.conf", "unknown", 1),
        ("nameserver ::1\n# Generated by hand\n# Managed by another hand\n", "/etc/resolv.conf", "unknown", 2),
        ("search generated by resolvconf\n# Generated by hand\n", "/etc/resolv.conf", "unknown", 2),
    ],
)
def test_owner(text, target, name, line):
    found = owner(text, target)
    evidence = f"/etc/resolv.conf:{line}: {text.splitlines()[line - 1]}" if line else f"/etc/resolv.conf leads to {target}"
    assert found == {"name": name, "evidence": evidence}


def test_an_owner_that_nothing_tells():
    assert owner("nameserver ::1\n", "/etc/resolv.conf")["name"] == "unknown"
