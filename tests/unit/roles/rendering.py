# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Expressions and texts of a role with its variables filled in, as ansible does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import template
from ansible.parsing.dataloader import DataLoader


def text(role: Mapping[str, Any], words: str, variables: Mapping[str, Any]) -> Any:
    """What a text comes to; role: its vars/main.yml."""
    known = {name: trust(value) for name, value in role.items()}
    return template.Templar(loader=DataLoader(), variables={**known, **variables}).template(trust(words))


def trust(words: Any) -> Any:
    """Since ansible-core 2.19 a template must be called one."""
    return template.trust_as_template(words) if isinstance(words, str) and hasattr(template, "trust_as_template") else words
