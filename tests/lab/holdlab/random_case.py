# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One random host, played: what a bare restart takes was foretold, or what enforce leaves is as it was."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import random_foretold, random_look
from .audit import audit
from .controller import SSH
from .faulty_rollout import ONLINE, QUIET, QUIET_SECONDS, TRUE
from .hosts import Host
from .lab import Lab
from .namespaces import BRIDGE, ROOM
from .random_host import FILES, LATE, STATE, Part, RandomHost
from .random_look import Look
from .random_parts import CONTROLLER
from .random_shrink import shrink
from .reference import NAME
from .reference import VARIABLES as LIKE_THE_CAMPAIGN
from .rollout import rollout

AUDIT, ENFORCE = TWINS = ("audit", "enforce")
SETTLE_SECONDS = 20
SECONDS = 90  # of the deadline: networkd waits long for some of the links
VARIABLES = {**LIKE_THE_CAMPAIGN, "enforce_step_seconds": 120, "holdfast_checkpoint_timeout": SECONDS, "holdfast_networkd_override": True}
PAUSE = 1.5
BEGIN_ANEW = f"systemctl restart systemd-networkd; sleep 3; {ONLINE}"
# What enforce may write; where it only goes back, it writes nothing but the lines for this boot.
OWN = re.compile(r"/etc/systemd/(networkd|resolved)\.conf\.d/90-holdfast\.conf|/run/systemd/network/.*holdfast\.conf")
OWN_FOR_THIS_BOOT = re.compile(r"/run/systemd/network/.*holdfast\.conf")
DHCP = [
    "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--user=root", f"--interface={BRIDGE}", "--bind-interfaces",
    "--dhcp-range=10.77.0.150,10.77.0.189,255.255.255.0,1h", "--dhcp-leasefile=/run/leases", "--no-ping", "--dhcp-option=option:dns-server,10.77.0.1",
]  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What became of a random host.

    state: of twin audit "foretold", "not foretold" or "unknown", of enforce "as before", "changed", "refused" or "worse".
    losses, foretold, false: counts of twin audit; said: the outcome and its reasons. problems: a line each, none where all is well.
    small: the smallest host that still fails, as lines for a shell.
    """

    name: str
    image: str
    seed: int
    twin: str
    state: str
    said: str = ""
    problems: list[str] = field(default_factory=list)
    losses: int = 0
    foretold: int = 0
    false: int = 0
    seconds: float = 0
    small: str = ""


def play(lab: Lab, host: RandomHost, twin: str, times: int = 1, plays: int = 0) -> Result:
    """Play a twin of a host, so many times; a failing one is made small by so many plays more."""
    began = time.monotonic()
    results = [_play(lab, host, twin) for _time in range(times)]
    ends = {(result.state, result.losses, *sorted(kinds(result))) for result in results}
    result = next((each for each in results if each.problems), results[0])
    if len(ends) > 1:
        result = replace(result, problems=[*result.problems, f"{times} plays ended in {len(ends)} ways: {sorted(ends)}"])
    if result.problems and plays:
        small = shrink(host, lambda smaller: bool(kinds(_play(lab, smaller, twin)) & kinds(result)), plays)
        result = replace(result, small=told(small))
    return replace(result, seconds=round(time.monotonic() - began, 1))


def kinds(result: Result) -> set[str]:
    """Of which kinds its problems are, for whatever link or address."""
    return {" ".join(problem.split()[:2]) for problem in result.problems}


def told(host: RandomHost) -> str:
    """It as lines for a shell."""
    return f"# way in: {host.way_in or 'as usual'}; tags: {host.tags or 'all'}\n{host.script()}"


def _play(lab: Lab, host: RandomHost, twin: str) -> Result:
    result = Result(host.name, host.image, host.seed, twin, "unknown")
    try:
        with _made(lab, host) as real:
            return _PLAYS[twin](lab, host, real, result)
    except Exception as error:  # noqa: BLE001 - one case that can't be played must not end the others
        return replace(result, problems=[f"lab itself: {error!r}"])


def _restart(lab: Lab, _host: RandomHost, real: Host, result: Result) -> Result:
    """Audit it, and restart networkd."""
    before = settled(real)
    seen = audit(lab.spaces, real, {}, keep_facts=True)
    changed = random_look.lost(before, random_look.look(real))
    real.run(BEGIN_ANEW)
    lost = random_look.lost(before, settled(real))
    at_risk = seen.facts["routes"].get("at_risk", {"why": seen.facts["routes"].get("why")})
    held = random_foretold.hold(at_risk, lost)
    problems = [f"by-audit {' '.join(thing)}: {value}" for thing, value in changed.items()]
    problems += [f"unforetold {line}" for line in held.unforetold] + [f"false {line}" for line in held.false]
    problems += [f"unnamed {line}" for line in _unnamed(at_risk, seen.findings)]
    unsure = at_risk.get("why", "")
    state = "unknown" if unsure else "not foretold" if problems else "foretold"
    problems += [f"unknown {unsure}"] * bool(unsure)
    counts = {"losses": held.losses, "foretold": held.losses - len(held.unforetold), "false": len(held.false)}
    return replace(result, state=state, said=unsure, problems=problems, **counts)


def _unnamed(at_risk: Mapping[str, Any], findings: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """What no failing finding names."""
    said = "\n".join(json.dumps(finding.get("evidence"), ensure_ascii=False) for finding in findings.values() if finding["status"] == "fail")
    for name in random_foretold.LISTS:
        for item in at_risk.get(name, []):
            if json.dumps(item["text"], ensure_ascii=False)[1:-1] not in said:
                yield f"{name} {item['text']}"


def _enforce(lab: Lab, host: RandomHost, real: Host, result: Result) -> Result:
    """Roll out, and hold the host against what it was."""
    before = settled(real)
    if not _reachable(lab, real):
        return replace(result, said="nobody comes in by this way")
    done = rollout(lab.spaces, [real], VARIABLES, *(["--tags", host.tags] if host.tags else []))
    enforced = done.hosts.get(real.name, {}).get("enforced") or {"outcome": done.hosts.get(real.name, {}).get("status", "no report")}
    outcome = str(enforced["outcome"])
    quiet = real.run(QUIET, timeout=SECONDS + QUIET_SECONDS)
    problems = _differences(real, before, outcome) + ["left: a checkpoint is still open"] * bool(quiet.returncode)
    problems += ["way-in lost: nobody comes in any more"] * (not _reachable(lab, real))
    state = "worse" if problems else "refused" if outcome == "refused" else TRUE.get(outcome, "as before")
    if outcome not in TRUE or (done.status == 0) != (outcome in ("confirmed", "unchanged")):
        problems.append(f"reported as {outcome}, with the exit status {done.status}")
    why = "; ".join([outcome, *map(str, enforced.get("why") or [])])
    return replace(result, state=state, said=why[:600], problems=problems)


_PLAYS: Mapping[str, Callable[[Lab, RandomHost, Host, Result], Result]] = {AUDIT: _restart, ENFORCE: _enforce}


def _differences(real: Host, before: Look, outcome: str) -> list[str]:
    """What is otherwise than before and may not be, once it has settled."""
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        after = settled(real)
        lost = {thing: value for thing, value in random_look.lost(before, after).items() if not _may_differ(thing, outcome)}
        more = {thing: value for thing, value in random_look.new(before, after).items() if not _may_differ(thing, outcome)}
        if not (lost or more) or time.monotonic() > until:
            return [f"- {' '.join(thing)}: {value}" for thing, value in lost.items()] + [f"+ {' '.join(thing)}: {value}" for thing, value in more.items()]
        time.sleep(PAUSE)


def _may_differ(thing: random_look.Thing, outcome: str) -> bool:
    confirmed = outcome == "confirmed"
    if thing[0] == "file":
        return bool((OWN if confirmed else OWN_FOR_THIS_BOOT).fullmatch(thing[1]))
    return confirmed and thing[:2] == ("dns", "Global")


def settled(host: Host) -> Look:
    """What two looks in a row saw; after a while the last one."""
    until = time.monotonic() + SETTLE_SECONDS
    seen = random_look.look(host)
    while time.monotonic() < until:
        time.sleep(PAUSE)
        last, seen = seen, random_look.look(host)
        if last == seen:
            break
    return seen


@contextlib.contextmanager
def _made(lab: Lab, host: RandomHost) -> Iterator[Host]:
    """The host itself, and its way in."""
    _surroundings(lab)
    real = lab.boot(host.image, NAME)
    own = real.address
    try:
        for stage in (FILES, STATE, LATE):
            real.run(_lines(host.stage(stage)))
            if stage == FILES:
                real.run("systemctl restart systemd-resolved")
                real.run(BEGIN_ANEW)
                settled(real)
        real.address = {"": own, "dhcp": ""}.get(host.way_in, host.way_in) or _leased(real)
        yield real
    finally:
        real.address = own
        lab.remove(real)


def _lines(parts: list[Part]) -> str:
    """What a kernel or an older program can't do isn't there, and the rest is."""
    return "\n".join(f"( {part.lines} ) >/dev/null 2>&1 || true" for part in parts)


def _leased(real: Host) -> str:
    done = real.run("for _second in $(seq 20); do ip -4 -o addr show dev host0 dynamic | grep -q 'inet 10.77.0' && break; sleep 1; done; "
                    "ip -4 -o addr show dev host0 dynamic | grep -o 'inet 10[.]77[.]0[.][0-9]*'")
    return done.stdout.split()[-1]


def _surroundings(lab: Lab) -> None:
    """The controller's addresses in all the networks that a way in may have, and a server of DHCP."""
    for address in CONTROLLER:
        lab.spaces.run(["ip", "address", "replace", address, "dev", BRIDGE, *(["nodad"] if ":" in address else [])])
    if lab.spaces.run(["pgrep", "-x", "dnsmasq"], check=False).returncode:
        lab.spaces.spawn(["chroot", f"{ROOM}/servers/root", *DHCP], "dhcp.log")


def _reachable(lab: Lab, real: Host) -> bool:
    """By the way that ansible takes."""
    command = ["ssh", "-F", "none", *SSH.split()[2:], "-o", "ControlMaster=no", "-o", "ConnectTimeout=10", "-i", f"{ROOM}/key", f"root@{real.address}", "true"]
    return any(lab.spaces.run(command, check=False).returncode == 0 for _time in range(2))
