# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Text of apt: its configuration as `apt-config dump` prints it, and the versions that `apt-cache policy` tells."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_patterns import matches

_OPTION = re.compile(r'^(\S+) "(.*)";$', re.MULTILINE)
_MOST = 64


class Settings(NamedTuple):
    """What decides whether packages are upgraded unattended. interval: as written, such as "1"; blacklist: regular expressions."""

    enabled: bool
    interval: str
    blacklist: list[str]
    whitelist: list[str]


class Package(NamedTuple):
    """A package and its versions; `candidate` is what apt would install."""

    name: str
    installed: str
    candidate: str

    @property
    def pending(self) -> bool:
        """Whether an upgrade waits."""
        return self.installed != self.candidate


def parse_config(text: str) -> Settings:
    """The settings out of `apt-config dump`; names of options know no case."""
    options: dict[str, list[str]] = {}
    for name, value in _OPTION.findall(text):
        options.setdefault(name.lower(), []).append(value)
    last = {name: values[-1] for name, values in options.items()}
    interval = last.get("apt::periodic::unattended-upgrade", "0")
    lists = [options.get(f"unattended-upgrade::package-{name}::", [])[:_MOST] for name in ("blacklist", "whitelist")]
    return Settings(last.get("apt::periodic::enable", "1") != "0" and interval not in ("0", ""), interval, *lists)


def parse_policy(text: str) -> list[Package]:
    """The installed packages out of `apt-cache policy NAME…` in the C locale."""
    packages = []
    for block in re.split(r"\n(?=\S)", text):
        match = re.match(r"(\S+):\n  Installed: (\S+)\n  Candidate: (\S+)", block)
        if match and "(none)" not in match.groups():
            packages.append(Package(match[1], match[2][:100], match[3][:100]))
    return packages


def blocked(name: str, patterns: list[str]) -> Optional[bool]:
    """Whether unattended-upgrades leaves a package alone, or None where a pattern of its blacklist is not understood.

    These are Python's own expressions, matched from the start.
    """
    found = [matches(pattern, name, from_start=True) for pattern in patterns]
    return True if True in found else None if None in found else False
