# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""crontab(5): its jobs and when they run next."""

from __future__ import annotations

import re
import time
from typing import NamedTuple, Optional

_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DAYS = "sun mon tue wed thu fri sat".split()
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")
_MOST_DAYS = 366
_DAY = 86400


class Job(NamedTuple):
    """A line of a crontab: when, and what. `schedule` is as written, such as "0 3 * * *"."""

    line: int
    schedule: str
    command: str


def parse_crontab(text: str, with_user: bool) -> list[Job]:
    """The jobs of a crontab; those of /etc name a user before the command. @reboot is no job that comes by itself."""
    jobs = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        count = 1 if line.startswith("@") else 5
        words = line.split(None, count + with_user)
        if line.startswith("#") or re.match(r"\w+\s*=", line) or len(words) <= count + with_user or words[0] == "@reboot":
            continue
        jobs.append(Job(number, " ".join(words[:count]), words[-1]))
    return jobs


def next_run(schedule: str, now: float) -> Optional[int]:
    """When a schedule is due next, in epoch seconds, by the local time of this host; None where it can't be told."""
    fields = _NICKNAMES.get(schedule, schedule).lower().split()
    if len(fields) != 5:
        return None
    sets = [_values(field, index) for index, field in enumerate(fields)]
    if not all(sets):
        return None
    # Where both day fields are restricted, either is enough.
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    noon = time.mktime((*time.localtime(now)[:3], 12, 0, 0, 0, 0, -1))
    for day in range(_MOST_DAYS + 1):
        date = time.localtime(noon + day * _DAY)
        if _day_fits(date, sets, either):
            times = (int(time.mktime((*date[:3], hour, minute, 0, 0, 0, -1))) for hour in sorted(sets[1]) for minute in sorted(sets[0]))
            due = next((when for when in times if when > now), None)
            if due is not None:
                return due
    return None


def _day_fits(date: time.struct_time, sets: list[set[int]], either: bool) -> bool:
    weekday = (date.tm_wday + 1) % 7
    month_day, week_day = date.tm_mday in sets[2], weekday in sets[4] or (weekday == 0 and 7 in sets[4])
    return date.tm_mon in sets[3] and (month_day or week_day if either else month_day and week_day)


def _values(field: str, index: int) -> set[int]:
    """The values of one field; empty where it isn't understood."""
    low, high = _RANGES[index]
    for number, name in enumerate(_MONTHS if index == 3 else _DAYS if index == 4 else (), low):
        field = re.sub(rf"\b{name}\b", str(number), field)
    values: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if not match or match[3] == "0":
            return set()
        first = low if match[1] is None else int(match[1])
        last = high if match[1] is None or (match[3] and not match[2]) else int(match[2] or match[1])
        values |= set(range(max(first, low), min(last, high) + 1, int(match[3] or 1)))
    return values
