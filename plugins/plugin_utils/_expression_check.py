# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What is wrong with an expression, known before any host is asked: its facts, functions and comparisons against the facts' shapes.

JMESPath itself never objects to a name that doesn't exist: it yields null, and a rule with a typo would pass for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils import _fact_paths
from ansible_collections.holdfast.baseline.plugins.plugin_utils._expressions import FUNCTIONS, Expression, misused
from ansible_collections.holdfast.baseline.plugins.plugin_utils._shapes import ANY, BOOLEAN, NULL, NUMBER, TEXT, Shape, list_of

Tree = dict[str, Any]

_JMESPATH_TYPES = {
    "text": "string",
    "number": "number",
    "boolean": "boolean",
    "list": "array",
    "group": "object",
    "table": "object",
    "null": "null",
    "expref": "expref",
}
_SAME_AS_FIRST = ("sort", "sort_by", "reverse", "in_common")
_ENTRY_OF_FIRST = ("max_by", "min_by", "max", "min")
_GIVES = {
    "abs": NUMBER, "avg": NUMBER, "ceil": NUMBER, "floor": NUMBER, "length": NUMBER, "sum": NUMBER,
    "contains": BOOLEAN, "ends_with": BOOLEAN, "starts_with": BOOLEAN,
    "join": TEXT, "to_string": TEXT, "type": TEXT, "keys": list_of(TEXT),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """The shape of a value and, where it is a fact, the path that it was read at."""

    shape: Shape
    path: str = ""

    @property
    def name(self) -> str:
        return self.path or f"this {self.shape.kind}"


@dataclass
class Report:
    """What the check found: what is wrong, which facts are read, and what the expression yields."""

    problems: list[str] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)
    result: Shape = ANY


def check(expression: Expression, root: Shape, *, decides: bool) -> Report:
    """Check an expression against the shape of what it is evaluated on.

    decides: its truth matters (applies, fails, when), as opposed to its value (evidence).
    """
    checker = _Checker(root)
    place = checker.visit(expression.tree, Place(root))
    if decides:
        checker.truth(place)
    checker.report.result = place.shape
    return checker.report


class _Checker:
    def __init__(self, root: Shape) -> None:
        self.root = root
        self.report = Report()

    def visit(self, tree: Tree, here: Place) -> Place:
        visitor: Callable[[Tree, Place], Place] = getattr(self, f"_{tree['type']}")
        return visitor(tree, here)

    def problem(self, text: str) -> Place:
        if text not in self.report.problems:
            self.report.problems.append(text)
        return Place(ANY)

    def truth(self, place: Place) -> None:
        """JMESPath holds numbers (0 too) and filled mappings for true, so testing one tests nothing."""
        if place.shape.null:
            return
        if place.shape.kind == "number":
            self.problem(f"{place.name} is always true, as every number is (0 too): compare it, for example {place.name} > `0`")
        elif place.shape.kind == "group":
            self.problem(f"{place.name} is always true, as every group of facts is: name the fact in it that decides")

    # Names

    def _field(self, tree: Tree, here: Place) -> Place:
        name, shape = tree["value"], here.shape
        below = shape.child(name)
        if below is not None:
            path = f"{here.path}.{name}".lstrip(".") if shape.kind != "any" else ""
            self.report.reads.add(path)
            return Place(below, path)
        if shape.kind == "group":
            return self.problem(self._unknown(name, here))
        if shape.kind == "list":
            return self.problem(f"{here.name} is a list: write {here.path}[].{name} for all of it, or {here.path}[?…].{name} for some")
        if shape.kind == "null":
            return Place(ANY)
        return self.problem(f"{here.name} is {shape.kind} and has no field '{name}'")

    def _unknown(self, name: str, here: Place) -> str:
        text = f"no fact is called {here.path}.{name}" if here.path else f"no fact is called '{name}'"
        if here.shape is not self.root and name in self.root.fields:
            return f"{text}: inside brackets and after a pipe names belong to the entry, and the root of the facts can't be reached"
        near = _fact_paths.near(name, here.shape)
        return f"{text}; did you mean {near}?" if near else f"{text} (text goes into single quotes: '{name}')"

    def _subexpression(self, tree: Tree, here: Place) -> Place:
        if tree["children"][0]["type"] == "not_expression":
            return self.problem("'!' binds tighter than '.', so !a.b is (!a).b and always null: write !(a.b)")
        for child in tree["children"]:
            here = self.visit(child, here)
        return here

    _pipe = _subexpression

    def _identity(self, tree: Tree, here: Place) -> Place:
        return here

    _current = _identity

    # Lists

    def _listed(self, place: Place, how: str) -> Place:
        """One entry of a list."""
        if place.shape.kind == "list":
            return Place(place.shape.of or ANY, f"{place.path}[]" if place.path else "")
        if place.shape.kind not in ("any", "null"):
            self.problem(f"{place.name} is {place.shape.kind} and not a list: {how} yields null")
        return Place(ANY)

    def _index_expression(self, tree: Tree, here: Place) -> Place:
        place = self.visit(tree["children"][0], here)
        for child in tree["children"][1:]:
            entry = self._listed(place, "[…]")
            place = place if child["type"] == "slice" else Place(replace(entry.shape, null=True), entry.path)
        return place

    def _index(self, tree: Tree, here: Place) -> Place:
        entry = self._listed(here, "[…]")
        return Place(replace(entry.shape, null=True), entry.path)

    def _slice(self, tree: Tree, here: Place) -> Place:
        return here

    def _flatten(self, tree: Tree, here: Place) -> Place:
        place = self.visit(tree["children"][0], here)
        entry = self._listed(place, "[]")
        return entry if entry.shape.kind == "list" else place if place.shape.kind == "list" else Place(list_of(ANY))

    def _projection(self, tree: Tree, here: Place) -> Place:
        entry = self._listed(self.visit(tree["children"][0], here), "[]")
        return _list_of(self.visit(tree["children"][1], entry))

    def _filter_projection(self, tree: Tree, here: Place) -> Place:
        entry = self._listed(self.visit(tree["children"][0], here), "[?…]")
        self.truth(self.visit(tree["children"][2], entry))
        return _list_of(self.visit(tree["children"][1], entry))

    def _value_projection(self, tree: Tree, here: Place) -> Place:
        base = self.visit(tree["children"][0], here)
        if base.shape.kind in ("any", "table"):
            return _list_of(self.visit(tree["children"][1], Place(base.shape.of or ANY)))
        return self.problem(f"{base.name} has no free keys: name its facts instead of writing *")

    # Truth and comparison

    def _or_expression(self, tree: Tree, here: Place) -> Place:
        left, right = (self.visit(child, here) for child in tree["children"])
        self.truth(left)
        return Place(_union(replace(left.shape, null=right.shape.null), right.shape))

    def _and_expression(self, tree: Tree, here: Place) -> Place:
        left, right = (self.visit(child, here) for child in tree["children"])
        self.truth(left)
        if left.shape.kind == "boolean" and right.shape.kind != "boolean":
            return Place(replace(right.shape, null=True))
        return Place(_union(left.shape, right.shape))

    def _not_expression(self, tree: Tree, here: Place) -> Place:
        self.truth(self.visit(tree["children"][0], here))
        return Place(BOOLEAN)

    def _comparator(self, tree: Tree, here: Place) -> Place:
        left, right = (self.visit(child, here) for child in tree["children"])
        kinds = {left.shape.kind, right.shape.kind}
        for place in (left, right):
            if place.shape.kind == "group":
                return self.problem(f"{place.name} is a group of facts: compare the facts in it, one by one")
        if tree["value"] not in ("eq", "ne"):
            for place in (left, right):
                if place.shape.kind not in ("any", "number"):
                    self.problem(f"{place.name} is {place.shape.kind}: only numbers have an order (`1` is a number, '1' is text)")
        elif len(kinds) == 2 and not kinds & {"any", "null"}:
            fact, other = (left, right) if left.path else (right, left)
            self.problem(f"{fact.name} is {fact.shape.kind} and never equals {other.shape.kind} ('x' is text, `1` a number, `true` a boolean)")
        for place, literal in ((left, tree["children"][1]), (right, tree["children"][0])):
            self._choice(place, literal)
        return Place(BOOLEAN)

    def _choice(self, place: Place, literal: Tree) -> None:
        choices, value = place.shape.choices, literal.get("value")
        if choices and literal["type"] == "literal" and isinstance(value, str) and value not in choices:
            self.problem(f"{place.name} is never '{value}'; it is one of: {', '.join(choices)}")

    # Made values

    def _literal(self, tree: Tree, here: Place) -> Place:
        shapes = {bool: BOOLEAN, str: TEXT, int: NUMBER, float: NUMBER, list: list_of(ANY), type(None): NULL}
        return Place(shapes.get(type(tree["value"]), ANY))

    def _multi_select_list(self, tree: Tree, here: Place) -> Place:
        entries = [self.visit(child, here).shape for child in tree["children"]]
        shape = entries[0]
        for entry in entries[1:]:
            shape = _union(shape, entry)
        return Place(list_of(shape))

    def _multi_select_dict(self, tree: Tree, here: Place) -> Place:
        return Place(Shape("group", fields={child["value"]: self.visit(child["children"][0], here).shape for child in tree["children"]}))

    # Functions

    def _expref(self, tree: Tree, here: Place) -> Place:
        return Place(Shape("expref"))

    def _function_expression(self, tree: Tree, here: Place) -> Place:
        name, arguments = tree["value"], [self.visit(child, here) for child in tree["children"]]
        wrong = misused(name, len(arguments))
        if wrong:
            return self.problem(wrong)
        self._arguments(tree, arguments, here)
        inner = self._references(tree, arguments)
        first = arguments[0]
        if name in _SAME_AS_FIRST:
            return first
        if name in _ENTRY_OF_FIRST and first.shape.kind == "list":
            return Place(replace(first.shape.of or ANY, null=True))
        if name == "map" and inner:
            return Place(list_of(inner.shape))
        if name == "values" and first.shape.kind == "table":
            return Place(list_of(first.shape.of or ANY))
        return Place(_GIVES.get(name, ANY))

    def _references(self, tree: Tree, arguments: list[Place]) -> Place | None:
        """Check `&expression` arguments on an entry of the list that they belong to."""
        lists = [place for place in arguments if place.shape.kind == "list"]
        entry = self._listed(lists[0], "&") if lists else Place(ANY)
        inner = [self.visit(child["children"][0], entry) for child in tree["children"] if child["type"] == "expref"]
        return inner[0] if inner else None

    def _arguments(self, tree: Tree, arguments: list[Place], here: Place) -> None:
        name, signature = tree["value"], FUNCTIONS[tree["value"]]["signature"]
        for place, child, wanted in zip(arguments, tree["children"], signature):
            types = wanted["types"]
            given = _JMESPATH_TYPES.get(place.shape.kind)
            if types and given and given not in {kind.split("-")[0] for kind in types}:
                self.problem(f"{name}() takes {' or '.join(types)}, and {place.name} is {place.shape.kind}")
            if types == ["array-string"] and child["type"] == "multi_select_list":
                self._only_text(name, [self.visit(entry, here) for entry in child["children"]])

    def _only_text(self, name: str, places: list[Place]) -> None:
        for place in places:
            if place.shape.kind not in ("any", "text"):
                self.problem(f"{name}() takes text, and {place.name} is {place.shape.kind}: write to_string({place.path or '…'})")
            elif place.shape.null and place.shape.kind == "text":
                self.problem(f"{name}() takes text, and {place.name} may be null: write ({place.path or '…'} || '-')")


def _list_of(entry: Place) -> Place:
    return Place(list_of(replace(entry.shape, null=False)), "")


def _union(one: Shape, other: Shape) -> Shape:
    """What is known of a value that may be either."""
    if replace(one, null=False) == replace(other, null=False):
        return replace(one, null=one.null or other.null)
    if one.kind == other.kind and one.kind in ("text", "number", "boolean"):
        return Shape(one.kind, null=one.null or other.null)
    return ANY
