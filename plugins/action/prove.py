# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hold two looks at a host against each other, on the controller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.holdfast.baseline.plugins.modules import prove as stub
from ansible_collections.holdfast.baseline.plugins.plugin_utils._options import argument_spec
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import plain
from ansible_collections.holdfast.baseline.plugins.plugin_utils._prove import Look, Terms, prove
from ansible_collections.holdfast.baseline.plugins.plugin_utils._report import read


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(argument_spec=argument_spec(stub.DOCUMENTATION))
        before, after = (_look(options[name], options[f"facts_{name}"]) for name in ("before", "after"))
        probed = plain(options["probed"])
        compared = probed.get("compared") if "compared" in probed else _not_probed(probed)
        terms = Terms(options["targets"], options["accepted"], options["rebooted"])
        network = _network(plain(options["network"]))
        again = _look(options["before_again"], options["facts_before_again"]) if options["before_again"] else None
        return result | {"changed": False, "proof": prove(before, after, compared, terms, network, again)}


def _look(assessed: Any, facts: Mapping[str, Any]) -> Look:
    about, findings = read(assessed)
    return Look(about, findings, plain(facts))


def _network(info: Mapping[str, Any]) -> dict[str, Any] | None:
    """What checkpoint_info found, or why it found nothing. Nothing where it wasn't asked."""
    if not info or info.get("skipped"):
        return None
    return info.get("network") or {"status": "unknown", "why": info.get("msg")}


def _not_probed(probed: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a probe that failed says: nobody can tell. Nothing where none was asked for."""
    if not (probed.get("failed") or probed.get("unreachable")):
        return None
    return {"status": "unknown", "why": probed.get("msg") or "the probe failed without a reason", "overall": "worse", "questions": {}}
