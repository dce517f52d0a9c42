# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The text of a drop-in that systemd_dropin writes, and how it is known again. Pure."""

from __future__ import annotations

import re
from typing import Iterable

from ansible_collections.holdfast.baseline.plugins.module_utils._dropin_options import Wanted
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import parse_unit_text

# It takes one listener an assignment, where other list keys take many words.
_ONE_EACH = ("DNSStubListenerExtra",)
_MADE = "# Its directory was made for it.\n"


def _mark(name: str) -> str:
    """The first line; the name is the one that the task gave, wherever override put the file."""
    return f"# Written by holdfast.baseline.systemd_dropin as {name}. What is changed here by hand is lost.\n"


def is_ours(text: str, name: str) -> bool:
    """Whether a task with this `name` wrote it."""
    return text.startswith(_mark(name))


def made_directory(texts: Iterable[str]) -> bool:
    """Whether one of the files says that its directory was made for it."""
    return any(_MADE in text.splitlines(keepends=True)[1:2] for text in texts)


def render(wanted: Wanted, made: bool) -> str:
    """The whole file; `made` is whether its directory was made for it."""
    lines = []
    for key, value in sorted(wanted.values.items()):
        if isinstance(value, str):
            lines.append(f"{key}={value}\n")
            continue
        # An empty assignment drops what files before this one say.
        lines += [] if wanted.append else [f"{key}=\n"]
        lines += [f"{key}={words}\n" for words in (value if key in _ONE_EACH else [" ".join(value)]) if words]
    return "".join([_mark(wanted.name), _MADE if made else "", f"[{wanted.section}]\n", *lines])


def keys_of(text: str, section: str) -> set[str]:
    """The keys that a file sets in a section."""
    return {entry.key for entry in parse_unit_text(text, "")[0] if entry.section == section}


def other_sections(text: str, path: str, section: str) -> list[str]:
    """`FILE:LINE ([DHCPv4] DUIDType)` of all that a file sets elsewhere."""
    entries = parse_unit_text(text, path)[0]
    return [f"{entry.source} ([{entry.section}] {entry.key})" for entry in entries if entry.section != section]


def later_names(name: str, winner: str) -> list[str]:
    """Names for the same file that sort after `winner`, the plainest first."""
    stem = re.sub(r"^\d+-", "", name[: -len(".conf")])
    names = [f"{first}-{stem}.conf" for first in ("99", "zz", "zzz", "zzzz")]
    # A name that goes on where the winner's ends sorts right after it.
    names.append(f"{winner}-{stem}.conf")
    fits = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,249}")
    return [later for later in names if later > winner and fits.fullmatch(later)]
