# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The options of systemd_dropin, checked and brought into one spelling. Pure."""

from __future__ import annotations

import re
from typing import Any, Mapping, NamedTuple, Union

from ansible_collections.holdfast.baseline.plugins.module_utils import _dropin_keys
from ansible_collections.holdfast.baseline.plugins.module_utils._collect import _resolved_drift
from ansible_collections.holdfast.baseline.plugins.module_utils._systemd_conf import boolean

_CONFIG = re.compile(r"[a-z][a-z-]{0,58}\.conf")
# systemd passes over names that start with a dot.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}\.conf")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,99}")
_DOMAIN = re.compile(r"~?(?:\.|(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?)")
_LONGEST_DOMAIN = 254
# No word of these can hold one, and forms for people give lists so.
_COMMAS = ("DNS", "FallbackDNS", "Domains")
_MOST_KEYS = 64
_MOST_WORDS = 256
_MOST_TOLD = 8
_LONGEST = 2048

Value = Union[str, "list[str]"]


class Wanted(NamedTuple):
    """What the task wants. `values` holds words for list keys; `unset` are the keys that it leaves to others."""

    config: str
    section: str
    name: str
    values: dict[str, Value]
    unset: list[str]
    append: bool = False
    override: bool = False
    present: bool = True

    @property
    def keys(self) -> list[str]:
        """All keys that the task speaks of."""
        return sorted([*self.values, *self.unset])

    @property
    def list_keys(self) -> frozenset[str]:
        """The keys that add words up."""
        given = {key for key, value in self.values.items() if isinstance(value, list)}
        return _dropin_keys.list_keys(self.config, self.section) | given


class _Mistake(Exception):
    """What is wrong with a value and what to write instead; one text for each mistake."""


def read(params: Mapping[str, Any]) -> tuple[Wanted | None, list[str]]:
    """The module's options → what is wanted, or all mistakes in them."""
    config, name, settings = params["config"], params["name"], params["settings"] or {}
    mistakes = []
    if not _CONFIG.fullmatch(config):
        mistakes.append(f"config: {_shown(config)} is no name like networkd.conf (a-z and -, without a path)")
    if not _NAME.fullmatch(name):
        mistakes.append(f"name: {_shown(name)} is no name like 90-holdfast.conf (letters, digits, . _ -, without a path, ending in .conf)")
    section = _section(config, params["section"], mistakes)
    if params["state"] == "present" and not settings:
        mistakes.append("settings: there is nothing to set; name the keys, or write state: absent")
    if len(settings) > _MOST_KEYS:
        mistakes.append(f"settings: {len(settings)} keys are more than the {_MOST_KEYS} that one file may have")
    values, unset = _values(config, section, dict(list(settings.items())[:_MOST_KEYS]), mistakes)
    if mistakes:
        return None, mistakes
    present = params["state"] == "present"
    return Wanted(config, section, name, values, unset, params["lists"] == "append", params["override"], present), []


def _section(config: str, given: str | None, mistakes: list[str]) -> str:
    reader = _dropin_keys.reader(config)
    if given is None and reader:
        return reader.section
    if given is None:
        mistakes.append(f"section: {_shown(config)} is not a configuration that is known here, so name its section")
        return ""
    sections = _dropin_keys.sections(config)
    if not _WORD.fullmatch(given):
        mistakes.append(f"section: {_shown(given)} is no section's name; write it without brackets, like Network")
        return reader.section if reader else ""
    elif sections and given not in sections:
        mistakes.append(f"section: {config} has no [{given}]; it has {', '.join(sections)}")
    return given


def _values(config: str, section: str, settings: Mapping[str, Any], mistakes: list[str]) -> tuple[dict[str, Value], list[str]]:
    table = _dropin_keys.known(config, section) or {}
    lists = _dropin_keys.list_keys(config, section)
    values: dict[str, Value] = {}
    unset = []
    for key, value in settings.items():
        if not isinstance(key, str) or not _WORD.fullmatch(key):
            mistakes.append(f"settings: {_shown(key)} is no key; write letters, digits and - only, and its value after the colon")
            continue
        if value is None:
            unset.append(key)
            continue
        kind = table.get(key) or _dropin_keys.Key(0, "list" if key in lists or isinstance(value, list) else "text")
        try:
            values[key] = _words(key, value) if kind.kind == "list" else _scalar(value, kind)
        except _Mistake as mistake:
            mistakes += [f"settings: {key}: {text}" for text in mistake.args]
    return values, unset


def _scalar(value: Any, kind: _dropin_keys.Key) -> str:
    text = _text(value)
    if not text:
        raise _Mistake("is empty; write a value, or null to leave the key to other files")
    if kind.kind == "text":
        return text
    if boolean(text) is not None:
        return str(_resolved_drift.word(text))
    if text in kind.words:
        return text
    raise _Mistake(f"{_shown(text)} would be ignored by systemd; write {', '.join(('yes', 'no', *kind.words))}")


def _words(key: str, value: Any) -> list[str]:
    entries = value if isinstance(value, list) else _text(value.replace(",", " ") if isinstance(value, str) and key in _COMMAS else value).split()
    if len(entries) > _MOST_WORDS:
        raise _Mistake(f"{len(entries)} words are more than the {_MOST_WORDS} that one key may have")
    bad = []
    words = []
    for entry in entries:
        try:
            words.append(_word(key, entry))
        except _Mistake as mistake:
            bad += mistake.args
    if bad:
        more = [f"{len(bad) - _MOST_TOLD} more like these"] if len(bad) > _MOST_TOLD else []
        raise _Mistake(*bad[:_MOST_TOLD], *more)
    return words


def _word(key: str, entry: Any) -> str:
    """One word of a list; refused is also what systemd-resolved would pass over with nothing but a line in its journal."""
    if isinstance(entry, bool):
        raise _Mistake(f"{entry} is no word of a list; put it in quotes")
    word = _text(entry)
    if len(word.split()) != 1:
        raise _Mistake(f"{_shown(word)} is not one word; write each word as its own entry")
    if key in ("DNS", "FallbackDNS") and not _resolved_drift.server_key(word):
        raise _Mistake(f"{_shown(word)} is no server; write ADDRESS, or ADDRESS:PORT%LINK#NAME with an IPv6 address before a port in []")
    if key == "Domains" and (not _DOMAIN.fullmatch(word) or len(word) > _LONGEST_DOMAIN):
        raise _Mistake(f"{_shown(word)} is no domain; write example.com, ~example.com or ~. (other letters as xn--)")
    return word


def _text(value: Any) -> str:
    """One line of text without blanks around it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise _Mistake(f"{_shown(value)} is neither text, whole number, boolean, list nor null; put it in quotes")
    text = value.strip(" \t")
    if any(not (letter.isprintable() or letter == "\t") for letter in text):
        raise _Mistake(f"{_shown(value)} holds a line break or a control character; write it on one line, without | or >")
    if text.endswith("\\"):
        raise _Mistake(f"{_shown(value)} ends in a backslash, which would join it with the next line; leave that out")
    if len(text) > _LONGEST:
        raise _Mistake(f"is {len(text)} characters long; at most {_LONGEST} are written")
    return text


def _shown(value: Any) -> str:
    """A value as the operator may see it: escaped and short."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
