# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdicts of a probe held against what a scenario expects; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """What one verdict must be. `layer` is a text that must occur in the layer's name; `zones` and `names` only matter where given."""

    kind: str
    layer: str = ""
    zones: tuple[str, ...] | None = None
    names: tuple[str, ...] | None = None

    def fits(self, verdict: Mapping[str, Any]) -> bool:
        return (
            self.kind == verdict["kind"]
            and self.layer in verdict["layer"]
            and (self.zones is None or sorted(self.zones) == sorted(verdict["zones"]))
            and (self.names is None or sorted(self.names) == sorted(verdict["names"]))
        )


def differences(expected: Sequence[Verdict], probe: Mapping[str, Any]) -> list[str]:
    """One line for each verdict that is missing, and for each that nobody expects. `probe`: the fact of that name."""
    if probe.get("status") != "ok":
        return [f"the probe is {probe.get('status')}: {probe.get('why')}"]
    left = list(probe["verdicts"])
    missing = []
    for verdict in expected:
        found = next((each for each in left if verdict.fits(each)), None)
        if found is None:
            missing.append(f"missing: {verdict}")
        else:
            left.remove(found)
    return missing + [f"not expected: {_brief(verdict)}" for verdict in left]


def _brief(verdict: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {verdict.get(key)!r}" for key in ("kind", "layer", "layers", "zones", "names", "text"))
