# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""JMESPath as rules write it: parsing, and the functions that there are beside JMESPath's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.holdfast.baseline.plugins.plugin_utils._jmespath import (
    Functions,
    IncompleteExpressionError,
    JMESPathError,
    LexerError,
    Options,
    ParseError,
    Parser,
    TreeInterpreter,
    signature,
)
from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import nearest


class BadExpression(Exception):
    """An expression that can't be parsed; the text says where and what to write instead."""


class RuleFunctions(Functions):
    """JMESPath's functions and ours. A filter can't reach the root of the facts, so comparing two lists takes a function."""

    @signature({"types": ["array"]}, {"types": ["array"]})
    def _func_in_common(self, names: list[Any], wanted: list[Any]) -> list[Any]:
        """The entries of the first list that the second has too; texts compare as DNS compares names."""
        known = {_as_dns(name) for name in wanted if not isinstance(name, (list, dict))}
        return [name for name in names if not isinstance(name, (list, dict)) and _as_dns(name) in known]


def _as_dns(name: Any) -> Any:
    return name.rstrip(".").casefold() if isinstance(name, str) else name


OPTIONS = Options(custom_functions=RuleFunctions())
FUNCTIONS: dict[str, dict[str, Any]] = RuleFunctions.FUNCTION_TABLE


@dataclass(frozen=True)
class Expression:
    """A parsed expression: its text and JMESPath's syntax tree of it."""

    text: str
    tree: dict[str, Any]

    def search(self, data: Any) -> Any:
        """What JMESPath itself makes of it; errors are JMESPath's own."""
        return TreeInterpreter(OPTIONS).visit(self.tree, data)


def parse(text: str) -> Expression:
    """Parse an expression. Raises BadExpression."""
    try:
        return Expression(text, Parser().parse(text).parsed)
    except IncompleteExpressionError as error:
        raise BadExpression("the expression ends too early: is a bracket, a quote or a last operand missing?") from error
    except LexerError as error:
        raise BadExpression(f"can't be read at column {error.lexer_position + 1}: {error.message}") from error
    except ParseError as error:
        raise BadExpression(f"can't be read at column {error.lex_position + 1}, near '{error.token_value}'") from error
    except (JMESPathError, RecursionError) as error:
        raise BadExpression(f"can't be read: {error}") from error


def misused(name: str, count: int) -> str | None:
    """What is wrong with calling that function with that many arguments, or None."""
    if name not in FUNCTIONS:
        match = nearest(name, FUNCTIONS)
        hint = f"did you mean {match}()?" if match else f"there are: {', '.join(sorted(FUNCTIONS))}"
        return f"there is no function {name}(); {hint}"
    signature = FUNCTIONS[name]["signature"]
    endless = bool(signature and signature[-1].get("variadic"))
    if count == len(signature) or (endless and count > len(signature)):
        return None
    return f"{name}() takes {len(signature)}{' or more' if endless else ''} arguments, not {count}"
