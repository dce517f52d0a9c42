# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the report of a made-up fleet and prints, as JSON, what that took.

    report_of_many.py HOSTS BROKEN_EVERY <samples.json
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils import _render_json, _render_junit, _render_text
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import Policy, build

REACHED = {"status": "reached", "why": "", "os": "Debian 13", "systemd": 257}
RENDERERS = {"json": _render_json.render, "junit": _render_junit.render, "text": _render_text.render}


def fleet(samples: Mapping[str, Any], hosts: int, broken_every: int) -> dict[str, Any]:
    """What assess would have returned for each host; the lab's addresses become each host's own."""
    texts = {name: json.dumps(findings) for name, findings in samples.items()}
    found = {}
    for number in range(hosts):
        text = texts["healthy" if number % broken_every else "broken"]
        own = text.replace("10.77.0.", f"10.{number // 250}.{number % 250}.")
        findings = json.loads(own)
        name = f"web{number + 1}.example.org"
        facts = {"holdfast_host": REACHED, "holdfast_findings": [{**finding, "host": name} for finding in findings]}
        found[name] = {"changed": False, "ansible_facts": facts}
    return found


def main(hosts: int, broken_every: int) -> None:
    assessed = fleet(json.load(sys.stdin), hosts, broken_every)
    before, seconds, sizes = _memory("VmRSS"), {}, {}
    started = time.monotonic()
    report = build(assessed, Policy(), check_mode=False, generated=datetime.now(timezone.utc))
    seconds["build"] = time.monotonic() - started
    for name, render in RENDERERS.items():
        started = time.monotonic()
        sizes[name] = len(render(report).encode("utf-8"))
        seconds[name] = time.monotonic() - started
    counts = report["summary"]["findings"]
    said = {"seconds": seconds, "bytes": sizes, "before": before, "peak": _memory("VmHWM")}
    print(json.dumps({**said, "findings": sum(counts.values()), "failing": counts["fail"]}))


def _memory(field: str) -> float:
    """A field of /proc/self/status in MiB."""
    return int(re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))[1]) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
