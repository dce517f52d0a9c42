# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""An action's options, read from the documentation of its module, so that the two can't differ."""

from __future__ import annotations

from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAKEN_OVER = ("type", "elements", "required", "default", "choices", "aliases", "no_log")


def argument_spec(documentation: str) -> dict[str, dict[str, Any]]:
    """The argument spec that a module's DOCUMENTATION describes.

    Suboptions are left out: what they hold is checked against the catalogue, with messages that name the entry.
    """
    options = yaml.load(documentation, Loader=_LOADER)["options"]  # a safe loader, and the collection's own text
    return {name: {key: option[key] for key in _TAKEN_OVER if key in option} for name, option in options.items()}
