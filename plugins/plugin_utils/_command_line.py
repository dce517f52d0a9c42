# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""What of a playbook ansible's command line leaves out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_PLAYBOOKS = os.path.join(os.path.dirname(__file__), os.pardir, os.pardir, "playbooks")
_RESERVED = frozenset({"all", "always", "tagged", "untagged"})
_LOOKS = ("syntax", "listhosts", "listtasks", "listtags")


class CommandLine(NamedTuple):
    """What ansible-playbook was called with.

    named: the playbook itself is one that it was called with, and not imported by another; only_looks: nothing is to be run.
    """

    named: bool
    only_looks: bool
    start_at: str | None
    step: bool
    tags: frozenset[str]
    skipped: frozenset[str]
    limit: str | None

    @classmethod
    def of(cls, given: Mapping[str, Any], playbook: str) -> CommandLine:
        """Out of ansible's `context.CLIARGS`, which is empty where another program runs the play.

        Where another playbook imports this one, it may have given it tags and hosts that belong to a larger whole, so that
        --tags, --limit and a tag by its name may leave this play out.
        """
        named = any(_is(argument, playbook) for argument in given.get("args") or ())
        skipped = frozenset(given.get("skip_tags") or ())
        return cls(
            named=named,
            only_looks=any(given.get(name) for name in _LOOKS),
            start_at=given.get("start_at_task"),
            step=bool(given.get("step")),
            tags=frozenset(given.get("tags") or ["all"]) if named else frozenset({"all"}),
            skipped=skipped if named else skipped & _RESERVED,
            limit=given.get("subset") if named else None,
        )


def _is(argument: str, playbook: str) -> bool:
    name, file = f"holdfast.baseline.{playbook}", os.path.join(_PLAYBOOKS, f"{playbook}.yml")
    return argument in (name, f"{name}.yml") or os.path.realpath(argument) == os.path.realpath(file)


def left_out(line: CommandLine, tags: Sequence[str]) -> str:
    """Why a play whose tasks all have `tags` would leave something out that its end stands for, and what to do instead; or nothing."""
    if line.start_at:
        return "--start-at-task leaves out what comes before it, be it the look at the hosts or the way back; leave it out, a run may be begun anew at any time"
    if line.step:
        return "--step may leave out what a good end stands for, and deadlines run on while it asks; leave it out, and look with --check first"
    if not runs(frozenset(tags), line.tags, line.skipped):
        return f"{_given(line)} would leave out the whole play, so nobody would be looked at; run it without"
    return ""


def _given(line: CommandLine) -> str:
    options = {"--tags": line.tags - {"all"}, "--skip-tags": line.skipped}
    return " with ".join(f"{option} {','.join(sorted(tags))}" for option, tags in options.items() if tags)


def runs(tags: frozenset[str], only: frozenset[str], skipped: frozenset[str]) -> bool:
    """Whether ansible runs a task with these tags: Taggable.evaluate_tags() of ansible-core 2.18 and 2.21, without `never`."""
    own = tags | ({"tagged"} if tags else {"untagged"})
    if not own & (only | {"always"}) and "all" not in only:
        return False
    if "all" in skipped:
        return "always" in own and "always" not in skipped
    return not own & skipped
