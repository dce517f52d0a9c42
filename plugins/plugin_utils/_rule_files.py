# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Read YAML files of rules: mappings with line numbers, by the safe loader, without anchors, tags or repeated keys."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

LARGEST = 16 * 1024
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BadFile(Exception):
    """A file that is no YAML mapping; line is 1 where no better one is known."""

    def __init__(self, text: str, line: int = 1) -> None:
        super().__init__(text)
        self.line = line


@dataclass(frozen=True)
class Mapping:
    """What a file holds, and the line of every key, by its dotted path."""

    data: dict[Any, Any]
    lines: dict[str, int] = field(default_factory=dict)


def read_mapping(path: Path) -> Mapping:
    """Read a file. Raises BadFile."""
    return parse_mapping(_text(path))


def parse_mapping(text: str) -> Mapping:
    """Parse YAML text that is one mapping. Raises BadFile."""
    loader = _LOADER(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise BadFile("the file is empty")
        lines = _lines(root)
        data = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadFile(f"not readable as YAML: {_problem(error)}", mark.line + 1 if mark else 1) from error
    except yaml.YAMLError as error:
        raise BadFile(f"not readable as YAML: {' '.join(str(error).split())}") from error
    except (ValueError, RecursionError) as error:
        raise BadFile(f"holds a value that can't be read: {error}") from error
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise BadFile("is not a mapping: write one 'field: value' a line, for example 'title: …'")
    return Mapping(data, lines)


def _text(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise BadFile("is not a regular file")
        if status.st_size > LARGEST:
            raise BadFile(f"is larger than {LARGEST // 1024} KiB, far more than a rule needs")
        raw = path.read_bytes()
    except OSError as error:
        raise BadFile(f"can't be read: {error.strerror}") from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadFile("is not UTF-8: save it in that encoding", line) from error


def _problem(error: yaml.MarkedYAMLError) -> str:
    text = " ".join(str(part) for part in (error.context, error.problem) if part)
    if "'\\t'" in text or "tab" in text:
        return f"{text} (indent with spaces, not with tabs)"
    if "tag" in text:
        return f"{text} (write the value without a tag)"
    if "mapping values are not allowed" in text:
        return f"{text} (put text that holds ': ' into quotes)"
    if "cannot start any token" in text:
        return f"{text} (put the expression into double quotes)"
    return text


def _lines(root: yaml.Node) -> dict[str, int]:
    """The line of every key. Refuses what would make a file say something else than it seems to."""
    lines: dict[str, int] = {}
    seen: set[int] = set()
    waiting: list[tuple[str, yaml.Node]] = [("", root)]
    while waiting:
        path, node = waiting.pop()
        line = node.start_mark.line + 1
        if id(node) in seen:
            raise BadFile("uses a YAML anchor: write the value out where it is used", line)
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                name = f"{path}.{key.value}".lstrip(".")
                if name in lines:
                    raise BadFile(f"says '{name}' twice", key.start_mark.line + 1)
                lines[name] = key.start_mark.line + 1
                waiting.append((name, value))
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(path, item) for item in node.value]
    return lines
