# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real audit: ansible-playbook with the collection's own playbook, over ssh, from inside the lab."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .controller import Controller
from .hosts import Host
from .namespaces import Namespaces

KEEP_FACTS = Path(__file__).parent / "keep_facts.yml"


@dataclass(frozen=True)
class Audit:
    """What one audit of one host said: findings by rule id, and the facts behind them (empty unless asked for)."""

    findings: dict[str, dict[str, Any]]
    facts: dict[str, Any]


def audit(
    spaces: Namespaces,
    host: Host,
    variables: Mapping[str, Any],
    user: str = "root",
    keep_facts: bool = False,
    playbook: str = "audit",
) -> Audit:
    """Audit a host as `user`, by the collection's `playbook`. Raises RuntimeError with ansible's output where there is no report of it."""
    controller = Controller(spaces, [host], user)
    own = {"holdfast_report_dir": controller.folder, "holdfast_report_formats": ["json"], "holdfast_fail_on": "never"}
    playbooks = [f"holdfast.baseline.{playbook}", *([str(KEEP_FACTS)] * keep_facts)]
    done = controller.run("ansible-playbook", *playbooks, variables={**own, **variables})
    try:
        report = json.loads((controller.inside / "report.json").read_text(encoding="utf-8"))["hosts"][host.name]
        facts = json.loads((controller.inside / "facts.json").read_text(encoding="utf-8")) if keep_facts else {}
    except (OSError, KeyError) as error:
        raise RuntimeError(f"the audit has no report of {host.name} ({error!r}):\n{done.stdout}{done.stderr}") from error
    if done.returncode or not report["findings"]:
        raise RuntimeError(f"the audit itself failed, with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return Audit({finding["rule"]: finding for finding in report["findings"]}, facts)
