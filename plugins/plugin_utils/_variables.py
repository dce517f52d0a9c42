# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The variables that operators set for the roles and playbooks: is there such a one, and may it be so.

Checked before any host is asked, since a misspelt name would do nothing at all, and say so nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.holdfast.baseline.plugins.module_utils import _dropin_options
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused, check_id, check_owner
from ansible_collections.holdfast.baseline.plugins.plugin_utils._clean import cut
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import one_line
from ansible_collections.holdfast.baseline.plugins.plugin_utils._problems import nearest
from ansible_collections.holdfast.baseline.plugins.plugin_utils._variable_kinds import mistake, shown

PREFIX = "holdfast_"
# What assess and the roles themselves leave there.
_OURS = (f"{PREFIX}findings", f"{PREFIX}host")
# What the role enforce tells the other roles, later than this check; set from outside, it would keep them from looking at what they have done.
_INNER = f"{PREFIX}planning"
_ROLES = Path(__file__).parents[2] / "roles"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PLAYBOOKS = {"holdfast_hosts": {"type": "raw"}, "holdfast_serial": {"type": "raw"}}
# Smallest and largest value; what the modules themselves take.
_BOUNDS = {
    "holdfast_checkpoint_keep": (1, 100),
    "holdfast_checkpoint_timeout": (10, 3600),
    "holdfast_networkd_slow_start": (1, 600),
    "holdfast_networkd_timeout": (1, 600),
    "holdfast_resolved_providers": (0, 8),
    "holdfast_resolved_timeout": (1, 600),
}
_RESOLVED = {
    "holdfast_resolved_dns": "DNS",
    "holdfast_resolved_domains": "Domains",
    "holdfast_resolved_fallback_dns": "FallbackDNS",
    "holdfast_resolved_dns_over_tls": "DNSOverTLS",
    "holdfast_resolved_dnssec": "DNSSEC",
    "holdfast_resolved_cache": "Cache",
}
_BATCH = re.compile(r"[1-9][0-9]{0,6}|(?:[1-9][0-9]?|100)%")
_MOST_TOLD = 40
_LONGEST_LINE = 400


class Unreadable(str):
    """In the place of a value that can't be worked out: why."""


def settable(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Those variables that only an operator of this collection can have set."""
    return {name: value for name, value in variables.items() if name.startswith(PREFIX) and name not in _OURS}


def of_fleet(sets: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """All mistakes in the variables of some hosts, [(host, settable variables)]; the host is named where it isn't the first's as well."""
    lines: dict[str, None] = {}
    for number, (host, given) in enumerate(sets):
        for line in problems(given):
            if line not in lines:
                lines[f"{host}: {line}" if number else line] = None
    told = [cut(line, _LONGEST_LINE) for line in lines]
    return told[:_MOST_TOLD] + ([f"and {len(told) - _MOST_TOLD} more"] if len(told) > _MOST_TOLD else [])


def problems(given: Mapping[str, Any]) -> list[str]:
    """All mistakes in one host's variables, given as plain values; each names its variable and says what to write instead."""
    wrong = {name: _wrong(name, value) for name, value in sorted(given.items())}
    sound = {name: value for name, value in given.items() if not wrong[name]}
    return [f"{name}: {text}" for name, text in wrong.items() if text] + _dropins(sound)


@cache
def known() -> dict[str, dict[str, Any]]:
    """The spec of every variable that the roles and playbooks have."""
    found: dict[str, dict[str, Any]] = dict(_PLAYBOOKS)
    for path in sorted(_ROLES.glob("*/meta/argument_specs.yml")):
        for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)["argument_specs"].values():
            found.update(entry.get("options", {}))
    return found


def _wrong(name: str, value: Any) -> str:
    spec = known().get(name)
    if name == _INNER:
        return "only the role enforce may set it; leave it out"
    if spec is None:
        match = nearest(name[len(PREFIX) :], [each[len(PREFIX) :] for each in known()])
        meant = f"did you mean '{PREFIX}{match}'?" if match else f"begin names of your own with something else than {PREFIX}"
        return f"there is no such variable; {meant}"
    if isinstance(value, Unreadable):
        return f"can't be worked out: {one_line(value)}; mend the expression"
    text = mistake(value, spec)
    if text or name not in _FURTHER and name not in _BOUNDS:
        return text
    return _FURTHER[name](value) if name in _FURTHER else _bounded(value, *_BOUNDS[name])


def _bounded(value: Any, least: int, most: int) -> str:
    return "" if least <= float(value) <= most else f"{shown(value)} is out of bounds; write a number from {least} to {most}"


def _batches(value: Any) -> str:
    entries = value if isinstance(value, list) else [value]
    wrong = [shown(entry) for entry in entries if isinstance(entry, bool) or not _BATCH.fullmatch(str(entry))]
    wrong = wrong if entries else ["an empty list"]
    said = "is no size of a batch; write numbers from 1 on or shares such as '10%', and '100%' for all at once"
    return f"{', '.join(wrong[:4])} {said}" if wrong else ""


def _mapping(value: Any) -> str:
    return "" if isinstance(value, Mapping) else f"{shown(value)} is a text; write a mapping, such as {{key: value}}"


def _refused(check: Callable[[str], str]) -> Callable[[Any], str]:
    """What a check of the modules says, without the name of their option; nothing for an empty text, which counts as not given."""

    def wrong(value: Any) -> str:
        try:
            return "" if value == "" or check(str(value)) else ""
        except Refused as refused:
            return refused.why.partition(": ")[2]

    return wrong


_FURTHER: dict[str, Callable[[Any], str]] = {
    "holdfast_checkpoint": _refused(check_id),
    "holdfast_owner": _refused(check_owner),
    "holdfast_params": _mapping,
    "holdfast_resolved_settings": _mapping,
    "holdfast_serial": _batches,
}


def _dropins(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with the drop-ins that the roles would write; keys that a host's systemd lacks are seen on the host only."""
    settings = {name: {key: given[name]} for name, key in _RESOLVED.items() if given.get(name, "") != ""}
    settings["holdfast_resolved_settings"] = given.get("holdfast_resolved_settings", {})
    told = [line for name, values in settings.items() for line in _told(name, {"settings": values} if values else {})]
    names = [name for name in ("holdfast_networkd_drop_in", "holdfast_resolved_drop_in") if name in given]
    return told + [line for name in names for line in _told(name, {"name": str(given[name])})]


def _told(variable: str, options: Mapping[str, Any]) -> list[str]:
    """The mistakes that systemd_dropin finds in an option, named by the role's variable."""
    usual = {"config": "resolved.conf", "name": "90-holdfast.conf", "section": None, "settings": {}, "lists": "replace", "override": False}
    state = "present" if options.get("settings") else "absent"
    mistakes = _dropin_options.read({**usual, "state": state, **options})[1]
    key = f"{_RESOLVED[variable]}: " if variable in _RESOLVED else ""
    return [f"{variable}: {line.partition(': ')[2].removeprefix(key)}" for line in mistakes]
