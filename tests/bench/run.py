# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit costs: measure it in the lab, print the tables, write them to docs/benchmark.md.

Nothing is asserted: times depend on the machine and on what else it does. The ratios are of runs that alternate.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/lab"))

import audits
import facts
import page
import reports
from holdlab import images, machine
from holdlab.lab import Lab

PAGE = ROOT / "docs/benchmark.md"


def measure(collections: Path) -> list[page.Section]:
    """All parts of the benchmark; `collections` is a folder where Python and ansible find the collection."""
    image = images.names()[-1]
    with Lab() as lab:
        host = lab.boot(image)
        sections = [audits.measure(lab.spaces, host, collections)]
        samples = reports.sample(lab.spaces, host)
        lab.remove(host)
        sections.append(facts.measure(lab.spaces, lab.boot(image)))
    return [*sections, reports.measure(samples, collections)]


def main() -> int:
    """Return the exit status: 1 where this machine can't run the lab."""
    if reason := machine.why_not():
        print(reason, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started, load = time.monotonic(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        link = Path(folder) / "ansible_collections/holdfast/baseline"
        link.parent.mkdir(parents=True)
        link.symlink_to(ROOT)
        sections = measure(Path(folder))
    text = page.render(sections, page.about_machine(load))
    PAGE.write_text(text, encoding="utf-8")
    print(text)
    print(f"bench: {time.monotonic() - started:.0f} s; written to {PAGE.relative_to(ROOT)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
