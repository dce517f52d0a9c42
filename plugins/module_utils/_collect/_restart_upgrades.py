# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.
"""Upgrades that come by themselves, and restart network daemons: by the packages' own scripts, or by needrestart.

Read in Debian 12 and 13: the postinst of systemd (try-restart systemd-networkd at each upgrade, and since 257 when libc6 is
upgraded, by a trigger) and of systemd-resolved; /usr/lib/apt/apt.systemd.daily; unattended-upgrades 2.9 and 2.12.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple, Optional

from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_commands import NETWORKD, RESOLVED, find_commands
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_found import Found, Timer
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_needrestart import read_configuration
from ansible_collections.holdfast.baseline.plugins.module_utils._collect._restart_packages import Settings, blocked, parse_config, parse_policy
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host, NotSeen

_APT_TIMER = "apt-daily-upgrade.timer"
_SCRIPTS = "/var/lib/dpkg/info"
_NEEDRESTART = "/etc/needrestart"
_DNF_TIMER = re.compile(r"dnf5?-automatic(-install)?\.timer")
_APPLIES = re.compile(r"^\s*apply_updates\s*=\s*(?:yes|true|1|on)\s*$", re.MULTILINE | re.IGNORECASE)


class _Unattended(NamedTuple):
    """Unattended upgrades by apt that are armed; evidence is FILE:LINE, or what apt-config says."""

    settings: Settings
    evidence: str
    due: Optional[int]


def look_for_upgrades(host: Host, timers: dict[str, Timer], found: Found) -> dict[str, Any]:
    """Add unattended-upgrades, needrestart and dnf-automatic where they are armed; `routes.triggers.systemd_update`."""
    unattended = _unattended(host, timers, found)
    scripts = _package_scripts(host, unattended.settings, found) if unattended else {}
    if unattended:
        for package, (daemons, where) in sorted(scripts.items()):
            does = f"upgrades packages; an upgrade of {package} restarts {' and '.join(daemons)}"
            found.add("unattended-upgrades", does, daemons, f"{unattended.evidence}, {where}", unattended.due, "unknown")
    automatic = _needrestart(host, unattended.due if unattended else None, found)
    if _dnf(host, timers, found):
        return {"status": "unknown", "why": "dnf is not asked"}
    if not unattended and not automatic:
        return {"status": "absent", "why": "no upgrade restarts a network daemon by itself"}
    return _pending(host, set(scripts) or {"systemd"})


def _unattended(host: Host, timers: dict[str, Timer], found: Found) -> Optional[_Unattended]:
    timer = timers.get(_APT_TIMER)
    if not timer or not timer.active or not host.exists("/usr/bin/unattended-upgrade"):
        return None
    try:
        settings = parse_config(host.run(["apt-config", "dump"], 1 << 20))
    except NotSeen as missing:
        found.doubt(missing.why)
        return None
    return _Unattended(settings, _interval_line(host, settings, found), timer.next) if settings.enabled else None


def _interval_line(host: Host, settings: Settings, found: Found) -> str:
    """The last line of apt's files that says the interval; apt-config itself doesn't tell where it has it from."""
    files = [f"/etc/apt/apt.conf.d/{name}" for name in found.names(host, "/etc/apt/apt.conf.d")] + ["/etc/apt/apt.conf"]
    where = f'apt-config dump: APT::Periodic::Unattended-Upgrade "{settings.interval[:20]}"'
    for path in files:
        for number, line in enumerate(found.read(host, path).splitlines(), 1):
            if re.match(rf'\s*(?:APT::Periodic::)?Unattended-Upgrade\s+"{re.escape(settings.interval)}"', line, re.IGNORECASE):
                where = f"{path}:{number}"
    return where


def _package_scripts(host: Host, settings: Settings, found: Found) -> dict[str, tuple[tuple[str, ...], str]]:
    """Which package's upgrade restarts what, with FILE:LINE, without those that are held or on the blacklist."""
    scripts: dict[str, tuple[tuple[str, ...], str]] = {}
    for package in ("systemd", "systemd-resolved"):
        path = f"{_SCRIPTS}/{package}.postinst"
        for command in found.commands(host, path):
            known = scripts.get(package, ((), f"{path}:{command.line}"))
            scripts[package] = (tuple(sorted({*known[0], *command.daemons})), known[1])
    if "systemd" in scripts and re.search(r"^interest\S* libc-upgrade$", found.read(host, f"{_SCRIPTS}/systemd.triggers"), re.MULTILINE):
        scripts["libc6"] = scripts["systemd"]
    if settings.whitelist:
        found.doubt("unattended-upgrades has a Package-Whitelist, which is not looked at")
    spared = _held(host, found) | {name for name in scripts if _blocked(name, settings, found)}
    return {name: script for name, script in scripts.items() if name not in spared}


def _blocked(name: str, settings: Settings, found: Found) -> bool:
    verdict = blocked(name, settings.blacklist)
    if verdict is None:
        found.doubt("a pattern of unattended-upgrades' Package-Blacklist is not understood")
    return verdict is not False


def _held(host: Host, found: Found) -> set[str]:
    try:
        shown = host.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Want}\\n", "systemd*", "libc6*"], 1 << 16)
    except NotSeen as missing:
        found.doubt(missing.why)
        return set()
    return {name for name, _space, want in (line.partition(" ") for line in shown.splitlines()) if want == "hold"}


def _needrestart(host: Host, due: Optional[int], found: Found) -> bool:
    """Whether needrestart would restart a daemon without asking, as apt's hook calls it."""
    if not host.exists("/usr/sbin/needrestart"):
        return False
    names = [name for name in found.names(host, f"{_NEEDRESTART}/conf.d") if name.endswith(".conf")]
    paths = [f"{_NEEDRESTART}/needrestart.conf", *(f"{_NEEDRESTART}/conf.d/{name}" for name in names)]
    said = read_configuration([(path, found.read(host, path)) for path in paths], [f"{name}.service" for name in (NETWORKD, RESOLVED)])
    hook = _hook(host, found)
    if re.search(r"needrestart\S*\s.*-m\s*u", hook):
        found.doubt("Ubuntu's mode of needrestart (-m u) may restart services by itself")
    daemons = [name for name in (NETWORKD, RESOLVED) if f"{name}.service" not in said.spared]
    if not hook or not said.automatic or not daemons:
        return False
    for doubt in said.doubts:
        found.doubt(doubt)
    if said.doubts:
        return False
    does = f"after each run of apt, restarts services whose libraries were replaced, {' and '.join(daemons)} among them"
    found.add("needrestart", does, daemons, said.source, due, "after the next run of apt, by whomever")
    return True


def _hook(host: Host, found: Found) -> str:
    """The line of apt's configuration that calls needrestart, and what that calls; "" where none does."""
    for name in found.names(host, "/etc/apt/apt.conf.d"):
        for line in found.read(host, f"/etc/apt/apt.conf.d/{name}").splitlines():
            if "needrestart" in line and re.match(r"\s*DPkg::Post-Invoke", line, re.IGNORECASE):
                return f"{line}\n{found.read(host, '/usr/lib/needrestart/apt-pinvoke')}"
    return ""


def _dnf(host: Host, timers: dict[str, Timer], found: Found) -> bool:
    """Whether dnf-automatic installs updates; what its packages' scripts restart is asked from rpm."""
    armed = [(match, timer) for name, timer in timers.items() for match in [_DNF_TIMER.fullmatch(name)] if match and timer.active]
    applies = _APPLIES.search(found.read(host, "/etc/dnf/automatic.conf")) if armed else None
    install = next(((match[0], timer) for match, timer in armed if match[1] or applies), None)
    if not install:
        return False
    try:
        commands = find_commands(host.run(["rpm", "-qa", "--scripts", "systemd*"], 1 << 20))
    except NotSeen as missing:
        found.doubt(missing.why)
        return True
    daemons = {name for command in commands for name in command.daemons}
    if daemons:
        found.add("dnf-automatic", f"upgrades packages; {commands[0].text}", daemons, install[0], install[1].next, "unknown")
    else:
        found.doubt(f"{install[0]} installs updates, and whether they restart a network daemon was not seen")
    return True


def _pending(host: Host, names: set[str]) -> dict[str, Any]:
    """Whether apt, by the lists that it has, would upgrade one of these packages. Nothing is fetched, and no cache written."""
    try:
        if not any("_InRelease" in name or "_Packages" in name or "_Release" in name for name in host.listdir("/var/lib/apt/lists")):
            return {"status": "unknown", "why": "apt has no lists of packages"}
        argv = ["apt-cache", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "policy", *sorted(names | {"systemd"})]
        packages = parse_policy(host.run(argv, 1 << 20))
    except NotSeen as missing:
        return {"status": "unknown", "why": missing.why}
    systemd = next((package for package in packages if package.name == "systemd"), None)
    if not systemd:
        return {"status": "unknown", "why": "apt-cache says nothing of systemd"}
    waiting = [f"{one.name} {one.installed} → {one.candidate}" for one in packages if one.pending and one.name in names]
    return {"status": "ok", "pending": bool(waiting), "installed": systemd.installed, "candidate": systemd.candidate, "packages": waiting}
