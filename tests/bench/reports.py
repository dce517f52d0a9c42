# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a big fleet, whose findings are a lab host's, healthy and broken, varied."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from holdlab.audit import audit
from holdlab.controller import COLLECTION
from holdlab.hosts import Host
from holdlab.namespaces import Namespaces
from page import Section, say

HOSTS = 5000
BROKEN_EVERY = 10
SECONDS = 240
STEPS = {"build": "report", "json": "report.json", "junit": "junit.xml", "text": "terminal"}
BREAK = "rm /etc/systemd/networkd.conf.d/10-lab.conf; systemctl restart systemd-networkd; like-tailscale 10.77.0.0/24 172.30.5.0/24"

BEFORE = f"""\
The findings of {HOSTS} hosts through the report and its renderers, in one process, without ansible. They are those of
an audit of a healthy host of the lab, for one host in {BROKEN_EVERY} of a broken one (incident 004), with addresses of each host's own.
"""


def sample(spaces: Namespaces, host: Host) -> dict[str, list[dict[str, Any]]]:
    """Audit the healthy host, break it, audit again; the findings as assess returns them."""
    healthy = audit(spaces, host, {}).findings
    done = host.run(BREAK)
    if done.returncode:
        raise RuntimeError(f"the host can't be broken:\n{done.stdout}")
    broken = audit(spaces, host, {}).findings
    if not any(finding["status"] == "fail" for finding in broken.values()):
        raise RuntimeError("nothing fails on the broken host")
    rules = {f"{path.parent.name}/{path.stem}": path for path in (COLLECTION / "rules").glob("*/*.yml")}
    texts = {rule: yaml.safe_load(path.read_text(encoding="utf-8")) for rule, path in rules.items()}
    return {"healthy": _assessed(healthy.values(), texts), "broken": _assessed(broken.values(), texts)}


def _assessed(findings: Iterable[Mapping[str, Any]], texts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Findings of a report with the texts that the report keeps apart, by rule."""
    whole = []
    for finding in findings:
        rule = texts[finding["rule"]]
        entry = {"severity": rule["severity"], "title": rule["title"], "evidence": {}, "reason": "", **finding}
        said = finding["status"] in ("fail", "unknown")
        empty: dict[str, Any] = {"why": "", "remedy": {}, "references": []}
        whole.append(entry | ({name: rule.get(name, empty[name]) for name in empty} if said else empty))
    return whole


def measure(samples: Mapping[str, Any], collections: Path) -> Section:
    """Make the report in a process of its own, so that its memory is only its own."""
    say(f"the report of {HOSTS} hosts")
    done = subprocess.run(
        [sys.executable, Path(__file__).parent / "report_of_many.py", str(HOSTS), str(BROKEN_EVERY)],
        input=json.dumps(samples),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, "PYTHONPATH": str(collections)},
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the report failed:\n{done.stderr[-4000:]}")
    seen = json.loads(done.stdout)
    rows = [(label, f"{seen['seconds'][step]:.2f} s", _size(seen["bytes"].get(step))) for step, label in STEPS.items()]
    rows.append(("all", f"{sum(seen['seconds'].values()):.2f} s", ""))
    return Section(
        f"Report of {HOSTS} hosts",
        ("step", "time", "size"),
        rows,
        BEFORE,
        [
            f"{seen['findings']} findings, {seen['failing']} of them fail.",
            f"Peak of memory: {seen['peak']:.0f} MiB, of which {seen['peak'] - seen['before']:.0f} MiB came with the report;"
            " the rest are Python and the findings, which ansible holds anyway.",
        ],
    )


def _size(size: int | None) -> str:
    if size is None:
        return ""
    return f"{size / (1 << 20):.1f} MiB" if size >= 1 << 20 else f"{size / 1024:.1f} KiB"
