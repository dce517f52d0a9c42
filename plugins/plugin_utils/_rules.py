# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The catalogue: every rule file of some directories, read and checked before any host is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils import _fact_paths
from ansible_collections.holdfast.baseline.plugins.plugin_utils._expression_check import Report, check
from ansible_collections.holdfast.baseline.plugins.plugin_utils._expressions import BadExpression, Expression, parse
from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import Problems, instead
from ansible_collections.holdfast.baseline.plugins.plugin_utils._rule_files import BadFile, Mapping, read_mapping
from ansible_collections.holdfast.baseline.plugins.plugin_utils._rule_schema import check_fields
from ansible_collections.holdfast.baseline.plugins.plugin_utils._shapes import ANY, Shape

CATALOGUE = Path(__file__).parents[2] / "rules"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Rule:
    """One rule; its id is its path, `subject/name`. Field by field as in the file, expressions parsed."""

    id: str
    file: Path
    title: str
    severity: str
    fails: Expression
    why: str
    remedy: dict[str, str]
    applies: Expression | None = None
    evidence: Expression | None = None
    needs: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    raised: str | None = None
    raised_when: Expression | None = None
    params: dict[str, Any] = field(default_factory=dict)


def load(directories: list[Path]) -> dict[str, Rule]:
    """All rules of these directories, by id. Raises Problems with every mistake of every file."""
    rules: dict[str, Rule] = {}
    problems: list[str] = []
    for directory in directories:
        try:
            files = _files(directory)
        except Problems as error:
            problems += error.lines
            continue
        for file in files:
            _add(file, rules, problems)
    if problems:
        raise Problems(problems)
    return rules


def _add(file: Path, rules: dict[str, Rule], problems: list[str]) -> None:
    rule_id = f"{file.parent.name}/{file.stem}"
    if rule_id in rules:
        problems.append(f"{file}:1: {rule_id}: there is such a rule already, in {rules[rule_id].file}; rename one of the files")
        return
    try:
        rules[rule_id] = read_rule(file)
    except Problems as error:
        problems += error.lines


def _files(directory: Path) -> list[Path]:
    """The rule files of a directory. Raises Problems for files that look like rules and stand elsewhere."""
    if not directory.is_dir():
        raise Problems([f"{directory}: {'is not a directory' if directory.exists() else 'there is no such directory'} (rule_paths)"])
    found = sorted(path for path in directory.rglob("*.y*ml") if not path.name.startswith("."))
    files = [path for path in found if _well_placed(path.relative_to(directory))]
    problems = [
        f"{path}:1: a rule file is called <subject>/<rule>.yml right below {directory}, in small letters, digits and _"
        for path in found
        if path not in files
    ]
    if not found:
        problems = [f"{directory}: holds no rule; a rule file is called <subject>/<rule>.yml (rule_paths)"]
    if problems:
        raise Problems(problems)
    return files


def _well_placed(path: Path) -> bool:
    return path.suffix == ".yml" and len(path.parts) == 2 and all(_NAME.fullmatch(name) for name in (path.parts[0], path.stem))


def read_rule(file: Path) -> Rule:
    """Read and check one rule file. Raises Problems with every mistake in it."""
    rule_id = f"{file.parent.name}/{file.stem}"
    try:
        mapping = read_mapping(file)
    except BadFile as error:
        raise Problems([f"{file}:{error.line}: {rule_id}: {error}"]) from error
    problems = check_fields(mapping.data)
    if not problems:
        rule, problems = _compile(rule_id, file, mapping.data)
    if problems:
        raise Problems([f"{file}:{_line(mapping, key)}: {rule_id}: {text}" for key, text in problems])
    return rule


def _line(mapping: Mapping, key: str) -> int:
    return mapping.lines.get(key) or mapping.lines.get(key.partition(".")[0], 1)


def _compile(rule_id: str, file: Path, data: dict[str, Any]) -> tuple[Rule, list[tuple[str, str]]]:
    compiler = _Compiler(data)
    escalates = data.get("escalates", {})
    fails = compiler.expression("fails", data["fails"])
    rule = Rule(
        id=rule_id,
        file=file,
        title=data["title"].strip(),
        severity=data["severity"],
        fails=fails,
        why=data["why"].strip(),
        remedy={key: value.strip() for key, value in data["remedy"].items()},
        applies=compiler.expression("applies", data["applies"]) if "applies" in data else None,
        evidence=compiler.expression("evidence", data["evidence"]) if "evidence" in data else None,
        needs=tuple(data.get("needs", ())),
        references=tuple(data.get("references", ())),
        raised=escalates.get("severity"),
        raised_when=compiler.expression("escalates.when", escalates["when"]) if escalates else None,
        params=data.get("params", {}),
    )
    compiler.needs(rule.needs)
    return rule, compiler.problems


class _Compiler:
    """Parses and checks the expressions of one rule against the facts and the parameters that there are."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.problems: list[tuple[str, str]] = []
        self._root = root_shape(data.get("params", {}))
        self._reports: dict[str, Report] = {}

    def expression(self, key: str, text: str) -> Expression:
        try:
            expression = parse(text)
        except BadExpression as error:
            self.problems.append((key, f"{key}: {error}"))
            return Expression(text, {})
        report = check(expression, self._shape(key), decides=key != "evidence")
        self._reports[key] = report
        self.problems += [(key, f"{key}: {problem}") for problem in report.problems]
        if key == "evidence" and expression.tree["type"] != "multi_select_dict":
            self.problems.append((key, "evidence: must be labels with values, for example {setting: routes.networkd.effective}"))
        return expression

    def _shape(self, key: str) -> Shape:
        """Evidence sees besides the facts what `fails` has found, as `offending`."""
        if key != "evidence":
            return self._root
        report = self._reports.get("fails")
        return Shape("group", fields={**self._root.fields, "offending": report.result if report else ANY})

    def needs(self, needs: tuple[str, ...]) -> None:
        known = sorted(path for path in _fact_paths.nodes() if path)
        wrong = [("needs", f"needs: '{path}' is no node with a status; {instead(path, known)}") for path in needs if path not in known]
        self.problems += wrong or self._absence(needs)

    def _absence(self, needs: tuple[str, ...]) -> list[tuple[str, str]]:
        """What may be absent must be in `needs`, or the rule must ask for its status: null would decide otherwise."""
        deciding = {key: report for key, report in self._reports.items() if key != "evidence"}
        asked = {path for report in deciding.values() for path in report.reads}
        problems = []
        for key, report in deciding.items():
            for path in sorted(_absent_nodes(report.reads)):
                covered = any(need == path or need.startswith(f"{path}.") for need in needs)
                if not covered and f"{path}.status" not in asked:
                    text = f"{path} may be absent from a host: add it to needs (such hosts are not_applicable), or ask for {path}.status"
                    problems.append((key, f"{key}: {text}"))
        return problems


def _absent_nodes(reads: set[str]) -> set[str]:
    """The nodes above these facts that a host may lack."""
    parents = {path.rsplit(".", count)[0] for path in reads for count in range(1, path.count(".") + 1)}
    shapes = {path: _fact_paths.lookup(path) for path in parents}
    return {path for path, shape in shapes.items() if shape is not None and shape.absent}


def root_shape(params: dict[str, Any]) -> Shape:
    """What an expression sees: the facts, and the rule's parameters under `params`."""
    return Shape("group", fields={**_fact_paths.FACTS.fields, "params": Shape("group", fields={name: ANY for name in params})})
