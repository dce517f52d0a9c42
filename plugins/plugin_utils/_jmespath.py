# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What rules use of the library jmespath. Where the controller lacks it, MISSING is true and nothing else here is to be used."""

from __future__ import annotations

try:
    from jmespath import Options
    from jmespath.exceptions import IncompleteExpressionError, JMESPathError, LexerError, ParseError
    from jmespath.functions import Functions, signature
    from jmespath.parser import Parser
    from jmespath.visitor import TreeInterpreter
except ImportError:
    MISSING = True
    # Enough for the modules that build on these to be imported.
    Options, Parser, TreeInterpreter = dict, object, object

    class JMESPathError(ValueError):
        pass

    class ParseError(JMESPathError):
        pass

    class LexerError(ParseError):
        pass

    class IncompleteExpressionError(ParseError):
        pass

    class Functions:
        FUNCTION_TABLE = {}

    def signature(*arguments):
        return lambda function: function

else:
    MISSING = False

__all__ = [
    "MISSING",
    "Functions",
    "IncompleteExpressionError",
    "JMESPathError",
    "LexerError",
    "Options",
    "ParseError",
    "Parser",
    "TreeInterpreter",
    "signature",
]
