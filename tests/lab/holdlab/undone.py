# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a start of networkd or of resolved undoes: the list of tests/lab/undone, and what of it is there on a host."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .hosts import Host

FOLDER = Path(__file__).parents[1] / "undone"
VERSIONS = (247, 252, 257, 262)
# The first of them that knows a key.
KNOWN_SINCE = {"KeepConfiguration=yes": 247, "KeepMaster=yes": 252, "ActivationPolicy=manual": 252}
COME_SECONDS = 20  # until all that is declared has been undone
STAY_SECONDS = 2  # for what comes late
MAKE_TIMES = 3
MAKE_SECONDS = 20  # for one of them: a lease

_KEYS = "/etc/systemd/networkd.conf.d"
# KeepMaster= only where there is a master: it turns link-local addressing off by default, see test_undone.py.
_SPARE = r"""
for file in /etc/systemd/network/*.network; do
    link=$(sed -n 's/^Name=//p' $file)
    folder=/run/systemd/network/${file##*/}.d
    mkdir -p $folder
    printf '[Link]\nActivationPolicy=manual\n[Network]\nKeepConfiguration=yes\n' >$folder/zzz-spare.conf
    [ ! -e /sys/class/net/$link/master ] || echo KeepMaster=yes >>$folder/zzz-spare.conf
done
"""
_RESTART = "systemctl restart systemd-networkd\n"
KINDS = {
    "resolved": "systemctl restart systemd-resolved\n",
    "spared": _SPARE + _RESTART,
    "keys": _RESTART,
    "defaults": f"rm {_KEYS}/*\n{_RESTART}",
}
# What each kind begins with: the keys at no, in force, and no drop-in of ours, which nothing reads before the restart.
_BEGIN = rf"""
rm -rf /run/systemd/network/*.network.d
printf '[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\nManageForeignNextHops=no\n' >{_KEYS}/20-undone.conf
systemctl restart systemd-networkd
sleep 2
"""


@dataclass(frozen=True)
class Entry:
    """One object of the list; `undone_by` and its kin are versions of systemd. tests/lab/README.md says what the keys mean."""

    name: str
    make: str
    there: str
    undone_by: tuple[int, ...]
    undone_by_defaults: tuple[int, ...]
    undone_by_resolved: tuple[int, ...]
    undone_spared: tuple[int, ...]
    answer: str
    otherwise: str
    not_on: tuple[int, ...]

    def answer_on(self, version: int) -> str:
        """What the collection does about it there; nothing where a start of networkd leaves it alone."""
        if version not in self.undone_by:
            return ""
        return self.otherwise if self.otherwise and version in self.undone_spared else self.answer

    def undone(self, kind: str, version: int) -> bool:
        """Whether a restart of that kind undoes it, as declared."""
        by = {"keys": self.undone_by, "defaults": self.undone_by_defaults, "resolved": self.undone_by_resolved, "spared": self.undone_spared}
        return version in by[kind]


def load(folder: Path = FOLDER) -> list[Entry]:
    """All entries that are seen by test_undone.py, in the order in which they can be made."""
    return [
        _entry(f"{path.stem}/{name}", said)
        for path in sorted(folder.glob("*.yml"))
        for name, said in yaml.safe_load(path.read_text(encoding="utf-8")).items()
        if "there" in said
    ]


def _entry(name: str, said: dict[str, Any]) -> Entry:
    undone = _versions(said.get("undone_by", []))
    known_since = KNOWN_SINCE.get(said.get("spared_by", ""), max(VERSIONS) + 1)
    return Entry(
        name=name,
        make=said.get("make", "sleep 1"),
        there=said["there"],
        undone_by=undone,
        undone_by_defaults=_versions(said.get("undone_by_defaults", undone)),
        undone_by_resolved=_versions(said.get("undone_by_resolved", [])),
        undone_spared=_versions(said.get("undone_spared", [version for version in undone if version < known_since])),
        answer=said.get("answer", ""),
        otherwise=said.get("otherwise", ""),
        not_on=_versions(said.get("not_on", [])),
    )


def _look(entry: Entry) -> str:
    """A command that succeeds where it is there."""
    return f"timeout 10 sh -ec {shlex.quote(entry.there)} >/dev/null 2>&1"


def _versions(said: Any) -> tuple[int, ...]:
    return VERSIONS if said == "all" else tuple(said)


class Objects:
    """The objects of the list on one host."""

    def __init__(self, host: Host, entries: list[Entry]) -> None:
        self.host = host
        self.do((FOLDER / "host.sh").read_text(encoding="utf-8") + _BEGIN, "the links")
        self.version = int(self.do("systemctl --version | sed -n '1s/^systemd \\([0-9]*\\).*/\\1/p'", "the version"))
        self._entries = [entry for entry in entries if self.version not in entry.not_on]

    def declared(self, kind: str) -> set[str]:
        """The names of those that a restart of that kind undoes, as declared."""
        return {entry.name for entry in self._entries if entry.undone(kind, self.version)}

    def make(self, some: Callable[[Entry], bool] = lambda entry: True) -> None:
        """Make those that aren't there. Raises RuntimeError where something can't be made.

        Again where something is missing: networkd may have taken away what a later one leans on, in the seconds after its start.
        """
        self.do(_BEGIN, "the keys")
        said: list[str] = []
        for _time in range(MAKE_TIMES):
            missing = self.missing(some)
            if not missing:
                return
            said = [self._make(entry) for entry in self._entries if entry.name in missing]
        if missing := self.missing(some):
            raise RuntimeError(f"can't be made: {', '.join(sorted(missing))}: {' '.join(filter(None, said))}")

    def _make(self, entry: Entry) -> str:
        done = self.host.run(f"{_look(entry)} || {{ {entry.make}\n}}", timeout=MAKE_SECONDS)
        return f"{entry.name}: status {done.returncode}: {done.stdout[-500:]}" if done.returncode else ""

    def missing(self, some: Callable[[Entry], bool] = lambda entry: True) -> set[str]:
        """The names of those that aren't there."""
        return set(self.do("".join(f"{_look(entry)} || echo {entry.name}\n" for entry in self._entries if some(entry)), "the look").split())

    def undone(self, kind: str) -> set[str]:
        """What a restart of that kind undid, once that is what is declared, or has had time to be."""
        declared = self.declared(kind)
        self.do(KINDS[kind], kind)
        until = time.monotonic() + COME_SECONDS
        while self.missing() != declared and time.monotonic() < until:
            time.sleep(0.5)
        time.sleep(STAY_SECONDS)
        return self.missing()

    def do(self, script: str, what: str) -> str:
        """What the lines print on the host. Raises RuntimeError where they fail."""
        done = self.host.run(script)
        if done.returncode:
            raise RuntimeError(f"{what}: status {done.returncode}: {done.stdout[-2000:]}")
        return done.stdout
