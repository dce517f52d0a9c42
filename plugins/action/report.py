# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the report of the whole fleet on the controller and show it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible import constants as C
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.holdfast.baseline.plugins.modules import report as stub
from ansible_collections.holdfast.baseline.plugins.plugin_utils import _atomic, _render_json, _render_junit, _render_text
from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import encodable
from ansible_collections.holdfast.baseline.plugins.plugin_utils._options import argument_spec
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import Policy, build, stats

_FILES = {"json": ("report.json", _render_json.render), "junit": ("junit.xml", _render_junit.render)}
_WIDEST = 100


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(argument_spec=argument_spec(stub.DOCUMENTATION))
        (assessed, enforced), pending = registered(task_vars or {}, options["assessed"], options["enforced"])
        report = build(
            assessed,
            Policy(options["fail_on"], options["unreachable"], options["unknown"]),
            check_mode=bool(self._task.check_mode),
            generated=datetime.now(timezone.utc),
            pending=pending,
            enforced=enforced if options["enforced"] else None,
            run=options["run"],
        )
        files = {name: os.path.join(options["dest"], _FILES[name][0]) for name in _FILES if name in options["formats"]}
        problem = write(report, files) if options["write"] else ""
        if problem or options["show"]:
            # What was found is shown also where it can't be written: a full disk must not cost an audit.
            show(report, [] if problem else list(files.values()), all_matrices=options["show_matrix"] == "all")
        if problem:
            return result | {"changed": False, "failed": True, "msg": problem}
        absolute = {name: os.path.abspath(path) for name, path in files.items()}
        data = stats(report, absolute.get("json", ""))
        return result | {
            "changed": False,
            "files": absolute,
            "summary": report["summary"],
            # Not aggregated: core would join the texts of two audits in one run; the last report stands for itself.
            "ansible_stats": {"data": data, "per_host": False, "aggregate": False},
        }


def registered(task_vars: Mapping[str, Any], *names: str) -> tuple[list[dict[str, Any]], int]:
    """What was registered under each name for each host of the play that had its turn, and how many hosts are left to later batches.

    Read raw, so that nothing that a host wrote goes near a template. A registered result, unlike a fact, can't be an old one from a fact cache.
    """
    hostvars = task_vars["hostvars"]
    batch = set(task_vars["ansible_play_batch"])
    found: dict[str, list[Any]] = {}
    for host in task_vars["ansible_play_hosts_all"]:
        known = hostvars.raw_get(host)
        results = [known.get(name) if isinstance(known, Mapping) and name else None for name in names]
        if host in batch or any(result is not None for result in results):
            found[str(host)] = results
    by_name = [{host: results[place] for host, results in found.items()} for place in range(len(names))]
    return by_name, len(task_vars["ansible_play_hosts_all"]) - len(found)


def write(report: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """Write the report in each format. Returns what went wrong and what to set, or nothing."""
    for name, path in files.items():
        try:
            _atomic.write(path, _FILES[name][1](report).encode("utf-8"))
        except OSError as error:
            return (
                f"the report can't be written to {os.path.abspath(path)}: {error.strerror or error}. "
                "Set holdfast_report_dir (dest) to a directory of the controller that the user who runs ansible may write."
            )
    return ""


def show(report: Mapping[str, Any], written: list[str], all_matrices: bool = False) -> None:
    """Print the report: its headline, in colour where ansible has one, and the rest."""
    display = Display()
    encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
    width = min(display.columns + 1, _WIDEST)
    color = C.COLOR_ERROR if report["summary"]["failing_hosts"] else C.COLOR_OK
    display.display("")
    display.display(encodable(_render_text.headline(report, width), encoding), color=color)
    display.display(encodable(_render_text.render(report, width, written, all_matrices), encoding) + "\n\n")
