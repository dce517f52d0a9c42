# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The `hosts` line of nsswitch.conf(5) → which DNS service the C library asks for a name that is in no file."""

from __future__ import annotations

import re
from typing import Any, Container, Iterator

PATH = "/etc/nsswitch.conf"
DNS_SERVICES = ("resolve", "dns")
# nss_database_select_default() of glibc 2.36 and 2.41.
_DEFAULT = ["files", "dns"]
_WORD = re.compile(r"\[[^\]]*\]?|[^\s\[]+")
_STATUSES = ("success", "notfound", "unavail", "tryagain")


def parse(text: str, path: str = PATH) -> dict[str, Any]:
    """`{hosts: words, source: FILE:LINE or "default"}`; as in glibc, the last `hosts` line wins."""
    found: dict[str, Any] = {"hosts": list(_DEFAULT), "source": "default"}
    for number, line in enumerate(text.split("\n"), 1):
        name, colon, rest = line.split("#", 1)[0].partition(":")
        if colon and name.strip() == "hosts":
            found = {"hosts": _WORD.findall(rest), "source": f"{path}:{number}"}
    return found


def reached(hosts: list[str], usable: Container[str]) -> list[str]:
    """The DNS services that are asked, each when those before it fail, for a name that no other service knows.

    `usable` are the services that work; the others are UNAVAIL at once: their
    module isn't installed, /etc/hosts isn't there, systemd-resolved doesn't run.
    """
    asked = []
    for service, actions in _services(hosts):
        if service not in usable or service.startswith("mdns"):
            # nss-mdns wants no names but those under .local, so that its usual [NOTFOUND=return] stops no others.
            outcome = "unavail"
        elif service in DNS_SERVICES:
            asked.append(service)
            outcome = "tryagain"
        else:
            outcome = "notfound"
        if actions.get(outcome) == "return":
            break
    return asked


def _services(hosts: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each service with the actions that follow it."""
    service = ""
    actions: dict[str, str] = {}
    for word in hosts:
        if word.startswith("["):
            actions.update(_actions(word))
            continue
        if service:
            yield service, actions
        service, actions = word, {}
    if service:
        yield service, actions


def _actions(word: str) -> dict[str, str]:
    """`[!UNAVAIL=return]` → what to do for each outcome that it names."""
    actions: dict[str, str] = {}
    for negated, status, action in re.findall(r"(!?)(\w+)\s*=\s*(\w+)", word.lower()):
        named = [other for other in _STATUSES if other != status] if negated else [status]
        actions.update({status: action for status in named})
    return actions
