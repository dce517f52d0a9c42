# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Evaluate an expression on facts that may have holes: true, false, or not to be told.

JMESPath reads every hole as null, and null quietly decides: `null != 'no'` is true, `null && …` is false. Here a fact that
nobody saw decides nothing. What else was seen still may: `a || b` is true when b is, whatever a would have been.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._expressions import OPTIONS, Expression
from ansible_collections.holdfast.baseline.plugins.plugin_utils._jmespath import JMESPathError, TreeInterpreter
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import one_line
from ansible_collections.holdfast.baseline.plugins.plugin_utils._shapes import STATUSES, Shape

Tree = dict[str, Any]
Places = dict[int, tuple[Shape, str]]


class NotSeen(Exception):
    """A fact that the expression reads was not seen; the text says which and why."""


@dataclass(frozen=True)
class Answer:
    """truth: True, False, or None where it can't be told, with `why`. value: what the expression yields."""

    truth: bool | None
    value: Any = None
    why: str = ""


@dataclass(frozen=True)
class _Try:
    """One operand: its value, what it saw only in part, and what it couldn't see."""

    value: Any
    partial: list[str]
    gap: NotSeen | None

    @property
    def false(self) -> bool:
        return self.gap is None and not self.partial and is_false(self.value)

    @property
    def true(self) -> bool:
        return self.gap is None and not is_false(self.value)


def is_false(value: Any) -> bool:
    """JMESPath's own notion: null, false and what is empty; never a number."""
    return value is None or value is False or (isinstance(value, (str, list, dict)) and not value)


def survey(value: Any, shape: Shape, path: str = "") -> Places:
    """What every mapping and list of the facts is, by identity: expressions hand them around unchanged."""
    places: Places = {id(value): (shape, path)} if isinstance(value, (dict, list)) else {}
    if isinstance(value, dict):
        for name, item in value.items():
            below = shape.child(name)
            if below is not None and isinstance(item, (dict, list)):
                places.update(survey(item, below, f"{path}.{name}".lstrip(".")))
    elif isinstance(value, list) and shape.of is not None:
        for index, item in enumerate(value):
            places.update(survey(item, shape.of, f"{path}[{index}]"))
    return places


class Judge:
    """Judges expressions on one host's facts.

    data: plain facts (and what else the shape has, such as `params`); shape: the shape of data;
    places: what `survey` said of the facts, where several judges share them.
    """

    def __init__(self, data: dict[str, Any], shape: Shape, places: Places | None = None) -> None:
        self._data = data
        self._shape = shape
        self._places: Places = {**(survey(data, shape) if places is None else places), id(data): (shape, "")}

    def ask(self, expression: Expression) -> Answer:
        """The truth of an expression. Never raises for what a host says."""
        interpreter = _Interpreter(self._places)
        tried = interpreter.attempt(expression.tree, self._data)
        if tried.gap:
            return Answer(None, why=str(tried.gap))
        if tried.true:
            return Answer(True, tried.value)
        return Answer(None, why=tried.partial[0]) if tried.partial else Answer(False, tried.value)

    def need(self, path: str) -> tuple[str, str]:
        """The status of a node (ok, partial, unknown or absent) and why."""
        value: Any = self._data
        shape: Shape | None = self._shape
        seen, worst = "", ("ok", "")
        for name in path.split("."):
            seen = f"{seen}.{name}".lstrip(".")
            if not isinstance(value, dict) or name not in value:
                return "unknown", f"{seen} was not gathered"
            value, shape = value[name], shape.child(name) if shape else None
            found = _status(value, seen) if shape and shape.node else ("ok", "")
            if found[0] in ("unknown", "absent"):
                return found
            worst = found if found[0] == "partial" else worst
        return worst


class _Interpreter(TreeInterpreter):
    """JMESPath's interpreter, where reading a hole raises, and `&&`, `||` and filters go on with what was seen."""

    def __init__(self, places: Places) -> None:
        super().__init__(OPTIONS)
        self._places = places
        self._partial: list[str] = []

    def attempt(self, tree: Tree, value: Any) -> _Try:
        """Evaluate one operand, keeping what it saw in part apart from what its neighbours did."""
        outer, self._partial = self._partial, []
        found, gap = None, None
        try:
            found = self.visit(tree, value)
        except NotSeen as error:
            gap = error
        except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError, RecursionError) as error:
            gap = NotSeen(one_line(f"can't be evaluated: {error}"))
        partial, self._partial = self._partial, outer
        return _Try(found, partial, gap)

    def visit_field(self, node: Tree, value: Any) -> Any:
        shape, path = self._places.get(id(value), (None, ""))
        if shape is None or not isinstance(value, dict) or shape.kind not in ("group", "table"):
            return super().visit_field(node, value)
        name = node["value"]
        where = f"{path}.{name}".lstrip(".")
        self._look(value, shape, path, name)
        if name not in value:
            if shape.sparse:
                return None
            raise NotSeen(f"{where} was not gathered")
        return self._fitting(value, name, shape.child(name), where)

    def _look(self, value: dict[str, Any], shape: Shape, path: str, name: str) -> None:
        if not shape.node:
            return
        status, why = _status(value, path)
        if status == "unknown" or (status == "absent" and name not in value):
            raise NotSeen(why)
        if status == "partial":
            self._partial.append(why)

    def _fitting(self, value: dict[str, Any], name: str, shape: Shape | None, where: str) -> Any:
        found = value[name]
        if shape is None:
            return found
        if not shape.fits(found):
            raise NotSeen(f"{where} is {'null' if found is None else type(found).__name__}, so it proves nothing")
        if isinstance(found, list):
            if shape.of and not all(shape.of.fits(item) for item in found):
                raise NotSeen(f"{where} holds entries of another kind than {shape.of.kind}")
            if value.get(f"{name}_cut"):
                self._partial.append(f"{where} was cut: {one_line(value[f'{name}_cut'])} more")
        return found

    def visit_or_expression(self, node: Tree, value: Any) -> Any:
        left = self.attempt(node["children"][0], value)
        if left.true:
            return self._keep(left)
        right = self.attempt(node["children"][1], value)
        if right.true:
            return self._keep(right)
        self._keep(left)
        return self._keep(right)

    def visit_and_expression(self, node: Tree, value: Any) -> Any:
        left = self.attempt(node["children"][0], value)
        if left.false:
            return left.value
        right = self.attempt(node["children"][1], value)
        if right.false:
            return right.value
        self._keep(left)
        self._keep(right)
        return right.value if left.true else left.value

    def visit_not_expression(self, node: Tree, value: Any) -> Any:
        operand = self.attempt(node["children"][0], value)
        if operand.partial and is_false(operand.value):
            raise operand.gap or NotSeen(operand.partial[0])
        self._keep(operand)
        return super().visit_not_expression({"children": [{"type": "literal", "value": operand.value}]}, value)

    def visit_filter_projection(self, node: Tree, value: Any) -> Any:
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        collected = []
        for element in base:
            matched = self.attempt(node["children"][2], element)
            # An entry that can't be judged leaves the list seen in part: the others still prove what they prove.
            self._partial += [str(matched.gap)] if matched.gap else matched.partial
            if matched.true:
                found = self.visit(node["children"][1], element)
                collected += [] if found is None else [found]
        return collected

    def visit_function_expression(self, node: Tree, value: Any) -> Any:
        arguments = [self.visit(child, value) for child in node["children"]]
        for argument in arguments:
            self._look_through(argument)
        return self._functions.call_function(node["value"], arguments)

    def _look_through(self, value: Any) -> None:
        """A function sees all of its argument, so nothing below it may be a hole."""
        if isinstance(value, dict):
            shape, path = self._places.get(id(value), (None, ""))
            if shape is not None:
                self._look(value, shape, path, "status")
        if isinstance(value, (dict, list)):
            for item in value.values() if isinstance(value, dict) else value:
                self._look_through(item)

    def _keep(self, tried: _Try) -> Any:
        if tried.gap:
            raise tried.gap
        self._partial += tried.partial
        return tried.value


def _status(value: Any, path: str) -> tuple[str, str]:
    """ok, partial, unknown or absent, and the reason in one line."""
    status = value.get("status") if isinstance(value, dict) else None
    why = one_line(value.get("why") or "") if isinstance(value, dict) else ""
    if status == "unknown" or status not in STATUSES:
        return "unknown", f"{path}: {why or 'no reason given' if status == 'unknown' else 'says no status'}"
    if status == "absent":
        return "absent", f"{path} is absent{': ' + why if why else ''}"
    if value.get("complete") is False:
        return "partial", f"{path} was read only in part{': ' + why if why else ''}"
    return "ok", ""
