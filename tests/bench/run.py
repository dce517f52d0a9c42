# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit costs: measure it in the lab, print the tables, write them to docs/benchmark.md.

    run.py TOOLS [audit|probe ...]

TOOLS: the bin folder of an environment with requirements/bench.txt. Only the parts that are named are measured, by default all.
Nothing is asserted: times depend on the machine and on what else it does. The ratios are of runs that alternate.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/lab"))

import audits
import facts
import page
import probe
import probe_task
import reports
from holdlab import images, machine
from holdlab.lab import Lab

PAGE = ROOT / "docs/benchmark.md"


PARTS = ("audit", "probe")


def measure(parts: Sequence[str], collections: Path, tools: Path) -> list[page.Section]:
    """These parts of the benchmark; `collections` is a folder where Python and ansible find the collection."""
    with Lab() as lab:
        sections = measure_audit(lab, collections) if "audit" in parts else []
        return sections + (measure_probe(lab, collections, tools) if "probe" in parts else [])


def measure_audit(lab: Lab, collections: Path) -> list[page.Section]:
    host = lab.boot(images.default_names()[-1])
    sections = [audits.measure(lab.spaces, host, collections)]
    samples = reports.sample(lab.spaces, host)
    lab.remove(host)
    host = lab.boot(images.default_names()[-1])
    sections.append(facts.measure(lab.spaces, host))
    lab.remove(host)
    return [*sections, reports.measure(samples, collections)]


def measure_probe(lab: Lab, collections: Path, tools: Path) -> list[page.Section]:
    sections = probe.measure(lab, collections, tools)
    host = lab.boot(images.default_names()[-1])
    sections.append(probe_task.measure(lab.spaces, host, collections))
    lab.remove(host)
    return sections


def main(tools: Path, parts: Sequence[str]) -> int:
    """Return the exit status: 1 where this machine can't run the lab, 2 where there is no such part."""
    if strange := set(parts) - set(PARTS):
        print(f"bench: {', '.join(sorted(strange))}: the parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    if reason := machine.why_not():
        print(reason, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started, load = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        link = Path(folder) / "ansible_collections/holdfast/baseline"
        link.parent.mkdir(parents=True)
        link.symlink_to(ROOT)
        sections = measure(parts or PARTS, Path(folder), tools)
    text = page.render(sections, page.about_machine(load), PAGE.read_text(encoding="utf-8") if parts else "")
    PAGE.write_text(text, encoding="utf-8")
    print(text)
    print(f"bench: {time.monotonic() - started:.0f} s; written to {PAGE.relative_to(ROOT)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
