# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The report as JSON: one line a host and a rule, so that it can be searched and compared by line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def render(report: Mapping[str, Any]) -> str:
    """The report as ASCII-only JSON (docs/report.schema.json): whatever a host wrote comes out as an escape, safe to print."""
    parts = []
    for name, value in report.items():
        if name in ("rules", "hosts"):
            lines = ",\n".join(f"  {_text(key)}: {_text(entry)}" for key, entry in value.items())
            parts.append(f" {_text(name)}: {{\n{lines}\n }}" if lines else f" {_text(name)}: {{}}")
        else:
            parts.append(f" {_text(name)}: {_text(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _text(value: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        # NaN and Infinity are Python's, not JSON's: they become text.
        return json.dumps(json.loads(json.dumps(value), parse_constant=str))
