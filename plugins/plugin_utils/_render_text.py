# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The report as text for a terminal: the worst first, each thing said once, nothing that needs colour."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils import _render_enforced as enforced
from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import cut, visible
from ansible_collections.holdfast.baseline.plugins.plugin_utils._enforced import mended, new
from ansible_collections.holdfast.baseline.plugins.plugin_utils._fold import fold
from ansible_collections.holdfast.baseline.plugins.plugin_utils._group import Block, blocks, failing, probed_alike, speaks, unknown
from ansible_collections.holdfast.baseline.plugins.plugin_utils._render_matrix import lines as matrix_lines
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import STATUSES
from ansible_collections.holdfast.baseline.plugins.plugin_utils._words import labelled, sentence

_MARKS = {"critical": "CRIT", "high": "HIGH", "medium": "MED", "low": "LOW", "info": "INFO"}
# What stands behind the number of hosts; the rest of the statuses say it themselves.
_COUNTED = {"error": "in error", "unknown": "in part unknown", "unreachable": "not reached"}
_SAID = {"not_tried": "not tried", "error": "error", "unreachable": "not reached"}
_INDENT = 8
_MOST_BLOCKS = 40
_MOST_NAMES = 24
_MOST_WAIVERS = 6
_LONGEST_REASON = 160
# ssh says to which host it could not connect, which makes one reason of each host's own.
_SSH_NOISE = re.compile(r"^.*?via ssh: |connect to host \S+ port \d+: ", re.DOTALL)


def headline(report: Mapping[str, Any], width: int = 80) -> str:
    """How many hosts there are of each status, or of each outcome."""
    if "outcomes" in report["summary"]:
        return "\n".join(_wrapped(enforced.counted(report), width, "", "  "))
    hosts = report["summary"]["hosts"]
    noun = "host" if hosts["all"] == 1 else "hosts"
    counts = ", ".join(f"{hosts[status]} {_counted(status, hosts[status])}" for status in STATUSES if hosts[status])
    later = f" ({hosts['pending']} more in later batches)" if hosts["pending"] else ""
    return "\n".join(_wrapped(f"holdfast {report['run']} · {hosts['all']} {noun}: {counts}{later}", width, "", "  "))


def _counted(status: str, count: int) -> str:
    return "fails" if status == "fail" and count == 1 else _COUNTED.get(status, status)


def render(report: Mapping[str, Any], width: int = 80, written: Iterable[str] = (), all_matrices: bool = False) -> str:
    """All that follows the headline. written: the paths of the files that hold the whole report. all_matrices: also those of good hosts."""
    good = _good(report["hosts"], width) if all_matrices else []
    return "\n".join([*_expired(report, width), *_blocks(report, width), *good, *_tail(report, width, written)]).rstrip()


def _blocks(report: Mapping[str, Any], width: int) -> list[str]:
    found = blocks(report["hosts"], _MOST_BLOCKS)
    explained: dict[str, str] = {}
    lines: list[str] = []
    for block in found[:_MOST_BLOCKS]:
        lines += [*_block(block, report, explained, width), ""]
    rest = found[_MOST_BLOCKS:]
    if rest:
        lines += [f"… and {sum(len(block.hosts) for block in rest)} more hosts in {len(rest)} more groups: see the report", ""]
    return lines


def _block(block: Block, report: Mapping[str, Any], explained: dict[str, str], width: int) -> list[str]:
    system = [str(block.entry["os"])] if block.entry.get("os") else []
    system += [f"systemd {block.entry['systemd']}"] if block.entry.get("systemd") else []
    names = _names(block.hosts) + (f" ({len(block.hosts)} hosts)" if len(block.hosts) > 1 else "")
    lines = _wrapped(f"{names} · {visible(', '.join(system))}" if system else names, width, "", "  ")
    if not block.alike:
        differs = "details of {}; those of the others differ" if "enforced" in block.entry else "evidence of {}; that of the others differs"
        lines += _wrapped(f"{differs.format(visible(block.hosts[0]))}: see the report", width, " " * _INDENT)
    if "enforced" in block.entry:
        lines += _outcome(block, report["generated"], width)
    for finding in failing(block.entry):
        lines += _finding(finding, report["rules"].get(finding["rule"], {}), block, explained, width)
    for reason, ids in unknown(block.entry).items():
        lines += _marked("?", f"{_subjects(ids)}{visible(reason)}", width)
    return lines + (_matrix(block, width) if block.entry["status"] != "good" else [])


def _outcome(block: Block, generated: str, width: int) -> list[str]:
    """What became of the hosts of a block and why, what to do next, what was changed and what that has mended."""
    lines = _wrapped(enforced.outcome(block.entry), width, "  ", "    ")
    step = enforced.next_step(block, generated)
    said = [*enforced.reasons(block.entry), *([step.text] if step else [])]
    lines += [line for text in said for line in _wrapped(text, width, "    ", "      ")]
    lines += [f"      {command}" for command in step.commands] if step else []
    said = [*enforced.changes(block.entry), *(f"mended: {_MARKS[each['severity']]} {visible(each['title'])}" for each in mended(block.entry))]
    return lines + [line for text in said for line in _wrapped(text, width, "    ", "      ")]


def _matrix(block: Block, width: int) -> list[str]:
    """What the first host of a block was answered. Why it couldn't be probed stands in its findings."""
    probe = block.entry.get("probe")
    if not probe or probe["status"] != "ok":
        return []
    took = f", {probe['took_ms']:.0f} ms" if "took_ms" in probe else ""
    return [*_wrapped(f"asked from {visible(block.hosts[0])}{took}:", width, "  "), *matrix_lines(probe, width)]


def _good(hosts: Mapping[str, Any], width: int) -> list[str]:
    """The matrices of good hosts, one for those that were answered alike."""
    found = probed_alike({name: entry for name, entry in hosts.items() if entry["status"] == "good"})
    lines: list[str] = []
    for block in found[:_MOST_BLOCKS]:
        lines += [*_wrapped(_names(block.hosts), width, "", "  "), *_matrix(block, width), ""]
    return lines


def _finding(finding: Mapping[str, Any], rule: Mapping[str, Any], block: Block, explained: dict[str, str], width: int) -> list[str]:
    """A failing finding. Why and remedy are printed for the first host of a rule only: they are the same everywhere."""
    lines = _marked(_MARKS[finding["severity"]], visible(finding["title"]), width)
    said = labelled(finding.get("evidence", {}))
    was = new(block.entry).get(finding["rule"]) if "enforced" in block.entry else None
    if was:
        said.insert(0, f"NEW: {enforced.BEFORE.get(was, 'nobody could tell')} before the change")
    if finding.get("waiver"):
        said.append(f"WAIVER EXPIRED {visible(str(finding['waiver']['expires']))}: {cut(str(finding['waiver']['reason']), _LONGEST_REASON)}")
    elif finding.get("reason"):
        said.append(visible(finding["reason"]))
    first = explained.setdefault(finding["rule"], block.hosts[0])
    if first == block.hosts[0]:
        said.append(f"why: {sentence(rule.get('why') or '')}")
        said.append(f"mend: {sentence((rule.get('remedy') or {}).get('text') or '')}")
        references = "; ".join(rule.get("references") or [])
        said.append(f"rule: {visible(finding['rule'])}" + (f" ({visible(references)})" if references else ""))
    else:
        said.append(f"rule: {visible(finding['rule'])}; why and mend: as for {visible(first)} above")
    return lines + [line for text in said for line in _wrapped(text, width, " " * _INDENT, " " * (_INDENT + 2))]


def _subjects(ids: list[str]) -> str:
    """The rules of one reason: by id if it is one, else by subject and number."""
    if len(ids) < 2:
        return "".join(f"{visible(rule)}: " for rule in ids)
    subjects = sorted({rule.partition("/")[0] for rule in ids})
    return f"{visible(', '.join(subjects))} ({len(ids)} rules): "


def _expired(report: Mapping[str, Any], width: int) -> list[str]:
    """Waivers that have run out, loudly, and before all else."""
    found = _waivers(report, "fail")
    if not found:
        return [""]
    lines = _wrapped(f"EXPIRED WAIVERS: {_waiver_list(found)}", width, "", "  ")
    return [*lines, ""]


def _tail(report: Mapping[str, Any], width: int, written: Iterable[str]) -> list[str]:
    lines = []
    for status, word in _SAID.items():
        for why, names in _by_why(report["hosts"], status).items():
            lines += _wrapped(f"{word}: {_names(names)} ({why})", width, "", "  ")
    waived = _waivers(report, "waived")
    if waived:
        lines += _wrapped(f"waived: {_waiver_list(waived)}", width, "", "  ")
    good = [name for name, entry in report["hosts"].items() if entry["status"] == "good" and _own(entry) in ("good", "unchanged")]
    if good:
        lines += _wrapped(f"{'unchanged, good' if 'outcomes' in report['summary'] else 'good'}: {_names(good)}", width, "", "  ")
    lines += enforced.way_back(report)
    files = ", ".join(visible(path) for path in written)
    return lines + (_wrapped(f"report: {files}", width, "", "  ") if files else [])


def _own(entry: Mapping[str, Any]) -> str:
    """The status of a host, or in an enforced rollout its outcome."""
    return str(entry["enforced"]["outcome"] if "enforced" in entry else entry["status"])


def _by_why(hosts: Mapping[str, Any], status: str) -> dict[str, list[str]]:
    """Why hosts are of that status, or in an enforced rollout of that outcome -> their names. Those that have a block are left out."""
    found: dict[str, list[str]] = {}
    for name, entry in hosts.items():
        if _own(entry) == status and not speaks(entry):
            why = enforced.first_reason(entry) if "enforced" in entry else entry.get("why")
            found.setdefault(cut(_SSH_NOISE.sub("", why or "no reason given"), _LONGEST_REASON), []).append(name)
    return found


def _waivers(report: Mapping[str, Any], status: str) -> dict[tuple[str, str], list[str]]:
    """(rule, day of expiry) -> hosts, of waivers that hold (`waived`) or have expired (`fail`)."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, entry in report["hosts"].items():
        for finding in entry["findings"]:
            if finding["status"] == status and finding.get("waiver"):
                found.setdefault((finding["rule"], str(finding["waiver"].get("expires"))), []).append(name)
    return found


def _waiver_list(found: Mapping[tuple[str, str], list[str]]) -> str:
    shown = sorted(found.items(), key=lambda waiver: waiver[0][1])
    said = [f"{visible(rule)} on {_names(hosts, 4)} until {visible(day)}" for (rule, day), hosts in shown[:_MOST_WAIVERS]]
    rest = len(shown) - len(said)
    return "; ".join(said) + (f"; and {rest} more" if rest else "")


def _names(hosts: Iterable[str], most: int = _MOST_NAMES) -> str:
    folded = fold(hosts)
    rest = sum(count for _name, count in folded[most:])
    return ", ".join(cut(name, 80) for name, _count in folded[:most]) + (f" and {rest} more" if rest else "")


def _marked(mark: str, text: str, width: int) -> list[str]:
    return _wrapped(text, width, f"  {mark:<{_INDENT - 2}}", " " * _INDENT)


def _wrapped(text: str, width: int, first: str, following: str | None = None) -> list[str]:
    """Lines of at most ``width`` characters; words stay whole, so that paths and commands can be copied."""
    after = first if following is None else following
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
    ) or [first.rstrip()]
