# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""How systemd-networkd does, by its unit, and whether a restart of it could be an outage. Pure.

Properties: systemd.directives(7), org.freedesktop.systemd1(5).
"""

from __future__ import annotations

from typing import NamedTuple

UNIT = "systemd-networkd.service"
PROPERTIES = "LoadState,ActiveState,NRestarts,InvocationID,ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic"
# One that came back by itself may do so again.
_FLAPPING_SECONDS = 3600


class State(NamedTuple):
    """The unit; `took` are the seconds of its last start, `since` is when that ended, on the monotonic clock."""

    load: str
    active: str
    restarts: int = 0
    invocation: str = ""
    took: float | None = None
    since: float | None = None

    @property
    def runs(self) -> bool:
        """Whether it serves, or is about to."""
        return self.active in ("active", "reloading", "refreshing")


def parse(text: str) -> State:
    """State out of `systemctl show`; what isn't there is as if never started."""
    shown = dict(line.partition("=")[::2] for line in text.splitlines())
    began, entered = (_seconds(shown.get(f"{name}TimestampMonotonic", "")) for name in ("ExecMainStart", "ActiveEnter"))
    restarts = shown.get("NRestarts", "")
    return State(
        shown.get("LoadState", "not-found"),
        shown.get("ActiveState", "inactive"),
        int(restarts) if restarts.isdigit() else 0,
        shown.get("InvocationID", ""),
        round(entered - began, 3) if began and entered and entered >= began else None,
        entered,
    )


def _seconds(micros: str) -> float | None:
    return int(micros) / 1e6 if micros.isdigit() and micros != "0" else None


def doubts(state: State, now: float, routes: int | None, most_routes: int, slow_start: float) -> list[str]:
    """Why a restart could be the outage; `now` by the monotonic clock, `routes` None where nobody could count them."""
    found = []
    if state.load == "masked":
        found.append("systemd-networkd runs but is masked, so it would not start again; unmask it first")
    if not state.runs:
        found.append(f"systemd-networkd is {state.active}; see why in `journalctl -u systemd-networkd`")
    if state.restarts and state.since is not None and now - state.since < _FLAPPING_SECONDS:
        found.append(f"systemd-networkd came back by itself {state.restarts} times, at last {int(now - state.since)} s ago; see its journal")
    if state.took is not None and state.took > slow_start:
        found.append(f"its last start took {state.took:.1f} s, more than {slow_start:g} s")
    if routes is None:
        found.append("how many routes there are can't be seen")
    elif routes > most_routes:
        found.append(f"there are {routes} routes, more than {most_routes}: with big tables networkd may not start again, and links stay without it")
    return found
