# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page: what was measured, as tables in markdown. Pure but for the machine's description."""

from __future__ import annotations

import os
import platform
import re
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

HEAD = """\
<!-- Written by tests/bench/run.py (make bench). -->
# What an audit costs

    make bench

measures it on one machine, in the lab of `tests/lab`, and writes this page; with `ARGS=audit` or `ARGS=probe` only those sections, and
the others stay as they are. It asserts nothing. Seconds depend on the machine and on what else it does at the time; read the
ratios, which are of runs that alternate, and medians where there are several.
"""

BUSY = ": other work was going on, so the seconds are too high and the ratios are rough"


@dataclass(frozen=True)
class Section:
    """One table under a heading. before, after: markdown; rows have a cell for each of `columns`."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]
    before: str = ""
    after: list[str] = field(default_factory=list)


def render(sections: list[Section], machine: str, before: str) -> str:
    """The whole page: these sections, measured on this machine, and those of the page `before` that aren't among them."""
    texts = {section.title: _section(section, machine) for section in sections}
    return HEAD + "".join(({**_sections(before), **texts}).values())


def _sections(page: str) -> dict[str, str]:
    """The sections of a page by their titles."""
    return {text.partition("\n")[0]: f"\n## {text.rstrip()}\n" for text in page.split("\n## ")[1:]}


def _section(section: Section, machine: str) -> str:
    table = [section.columns, ("---", *("---:" for _column in section.columns[1:])), *section.rows]
    lines = [f"\n## {section.title}\n", section.before, *(f"| {' | '.join(row)} |" for row in table)]
    return "\n".join([*lines, "", *(f"- {note}" for note in [*section.after, machine])]) + "\n"


def about_machine(load: float) -> str:
    """This machine in one line; `load` is its load average before the first measurement."""
    memory = int(_first(r"^MemTotal:\s+(\d+)", "/proc/meminfo")) / (1 << 20)
    return (
        f"This run: {_first(r'^model name.*: (.*)', '/proc/cpuinfo')}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Linux {_first(r'^([0-9]+[.][0-9]+)', '/proc/sys/kernel/osrelease')}, "
        f"Python {platform.python_version()}, ansible-core {metadata.version('ansible-core')}. "
        f"Before it began the load average was {load:.1f}"
        f"{BUSY if load > 0.5 else ''}."
    )


def _first(pattern: str, path: str) -> str:
    match = re.search(pattern, Path(path).read_text(encoding="utf-8"), re.MULTILINE)
    return match[1].strip() if match else "0"


def say(text: str) -> None:
    """Progress, for who waits."""
    print(f"bench: {text}", file=sys.stderr, flush=True)
