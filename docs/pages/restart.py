# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of what a start of networkd and of resolved undoes, out of the list in tests/lab/undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_LIST = Path("tests/lab/undone")
_HEAD = """\
<!-- Written by docs/generate.py (make docs). -->
# What a restart undoes

systemd-networkd takes everything that it finds on a link that it manages for its own when it starts, and removes or sets anew what its files
don't have. This is the list of what others may have set there, by systemd's source (247.3-7+deb11u5, 252.39-1~deb12u2, 257.13-1~deb13u1,
262-1, as in Debian 11 to 14) and by what became of it on real hosts. The three keys `ManageForeign…` of networkd.conf are at `no` but where
the list says "by default". What a restart of systemd-resolved undoes is named as such.

"Spared by" is the line that keeps it through the restart, in a drop-in of the link's `.network` (also below /run) that is written before;
247 knows neither `KeepMaster=` nor `ActivationPolicy=`. Taking such a drop-in away and `networkctl reload` undoes it at that moment.

"Seen" names the entry in [tests/lab/undone](../tests/lab/undone). [test_undone.py](../tests/lab/test_undone.py) makes all of them on a host of
each version, restarts, and fails where anything else is undone than what the entry says, or anything less: bare, with the keys at their
defaults, with the sparing lines (`KeepMaster=yes` only where a link has a master), and by a restart of systemd-resolved. What the module
networkd_restart answers for must be there after it. An entry that the lab's kernel or packages can't have says why; it stands on the source
alone. The lines of the source are in the order of the versions; "nothing yet" means that nothing looks after it.
"""
_COLUMNS = """
| What | Undone by | Spared by | What the collection does | Source | Seen |
|---|---|---|---|---|---|
"""


def page(root: Path) -> str:
    """The text of docs/restart.md for the collection in that folder. Raises ValueError where an entry has no proof and no reason for having none."""
    subjects = {path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((root / _LIST).glob("*.yml"))}
    return _HEAD + "".join(_section(path, entries) for path, entries in subjects.items()) + _surprises(subjects)


def _section(path: Path, entries: dict[str, dict[str, Any]]) -> str:
    rows = "".join(_row(path, name, entry) for name, entry in entries.items())
    return f"\n## {'DNS' if path.stem == 'dns' else path.stem.capitalize()}\n{_COLUMNS}{rows}"


def _row(path: Path, name: str, entry: dict[str, Any]) -> str:
    cells = [entry["title"], _undone(entry), _spared(entry), _answer(entry), entry["source"], _seen(path, name, entry)]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _undone(entry: dict[str, Any]) -> str:
    undone = entry.get("undone_by", [])
    parts = [_versions(undone)]
    if "undone_by_defaults" in entry:
        parts.append(f"by default: {_versions(entry['undone_by_defaults'])}")
    if "undone_by_resolved" in entry:
        parts.append(f"resolved: {_versions(entry['undone_by_resolved'])}")
    return "; ".join(parts)


def _versions(said: Any) -> str:
    return said if said == "all" else ", ".join(map(str, said)) or "none"


def _spared(entry: dict[str, Any]) -> str:
    parts = [f"`{entry['spared_by']}`"] if "spared_by" in entry else []
    if "undone_by_defaults" in entry:
        parts.insert(0, "the keys at `no`")
    if "undone_spared" in entry:
        parts.append(f"undone by the sparing lines: {_versions(entry['undone_spared'])}")
    return "; ".join(parts)


def _answer(entry: dict[str, Any]) -> str:
    parts = [entry.get("answer", "")]
    if "otherwise" in entry:
        parts.append(f"; where nothing spares it: {entry['otherwise']}")
    if "why" in entry:
        parts.append(f": {entry['why']}" if parts[0] else entry["why"])
    return "".join(parts)


def _seen(path: Path, name: str, entry: dict[str, Any]) -> str:
    if "not_in_lab" in entry:
        return f"not in the lab: {entry['not_in_lab']}"
    if "proof" in entry:
        return f"[{Path(entry['proof']).name}](../{entry['proof']})"
    if not entry.get("there"):
        raise ValueError(f"{path.stem}/{name} has neither lines that prove it nor a reason")
    but = f", not on {_versions(entry['not_on'])}" if "not_on" in entry else ""
    return f"[{path.stem}/{name}](../{_LIST}/{path.name}){but}"


def _surprises(subjects: dict[Path, dict[str, dict[str, Any]]]) -> str:
    """What hosts did and the source didn't say, and the reverse."""
    said = [f"- {entry['title']}: {entry['surprise']}\n" for entries in subjects.values() for entry in entries.values() if "surprise" in entry]
    return "\n## Where source and hosts differ\n\n" + "".join(said)
