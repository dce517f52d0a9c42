# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host is like at one time, so that two times can be held against each other; all but look() is pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from .hosts import Host

NAME = "a.example.lab"

# A part begins with a line of its own, "== name"; `left` is what an open checkpoint has on a host, and a closed one has not.
# Times, inode numbers, what a daemon counts and the link-local addresses that the kernel makes up are no part of a host's state.
# Below /etc a run changes nothing but what it is to change.
LOOK = rf"""
exec 2>&1
echo '== files'
cd /etc
find . -printf '%p %y %m %U:%G %l\n' | sort
find . -type f -exec md5sum {{}} + | sort -k 2
echo '== left'
find /etc /run/systemd -name '*holdfast*' ! -name '*holdfast.conf'
systemctl list-units --all --plain --no-legend 'holdfast*'
cat /var/lib/holdfast/open 2>/dev/null || true
grep -l -e '^state=arm' -e '^state=rolling' -e '^state=rollback_failed' /var/lib/holdfast/checkpoints/*/state 2>/dev/null || true
find /var/lib/holdfast -maxdepth 1 ! -name checkpoints ! -name lock ! -name holdfast 2>/dev/null || true
echo '== rules'
for family in -4 -6; do ip $family rule | sed "s/^/$family /"; done
echo '== routes'
for family in -4 -6; do
    ip $family route show table all | sed -e "s/^/$family /" -e 's/ metric 1024//' -e 's/ pref medium//' | grep -v 'local fe80::' | sort
done
echo '== addresses'
ip -o address | sed -e 's/^[0-9]*: //' -e 's/\\.*//' -e 's/fe80::[^ ]*/fe80::/' -e 's/ tentative//' | sort
echo '== units'
systemctl list-unit-files --plain --no-legend | awk '{{print $1, $2}}' | grep -v '^holdfast-\|\.mount \|\.scope ' | sort
for unit in systemd-networkd systemd-resolved ssh lab-tailscale; do echo "$unit $(systemctl is-active $unit)"; done
systemctl list-units --failed --plain --no-legend | awk '{{print "failed", $1}}' | sort
echo '== networkd'
busctl --json=short call org.freedesktop.network1 /org/freedesktop/network1 org.freedesktop.network1.Manager Describe | python3 -c '
import json, sys
said = json.loads(json.load(sys.stdin)["data"][0])
for part in ("RoutingPolicyRules", "Routes"):
    print("networkd takes others as its own:", part, bool(said.get(part)))
'
echo '== resolved'
resolvectl status | grep -v 'Current DNS Server\|Current Scopes' | awk '{{$1 = $1}} 1'
echo '== dns'
getent ahosts {NAME} | awk '{{print $1}}' | sort -u
resolvectl query --cache=no {NAME} | grep -o '^{NAME}: [0-9.]*' || echo "no answer"
echo '== default route'
ip route get 10.99.0.1 | head -1 | sed 's/ uid .*//'
"""

Look = Mapping[str, Counter[str]]


@dataclass(frozen=True)
class Change:
    """What one look has more than another, and less, by part."""

    more: Look
    less: Look

    def __bool__(self) -> bool:
        return any(self.more.values()) or any(self.less.values())

    def lines(self) -> list[str]:
        """For people, as of diff."""
        return [
            f"{sign} {part}: {line}"
            for sign, look in (("-", self.less), ("+", self.more))
            for part, lines in look.items()
            for line in lines.elements()
        ]


def look(host: Host) -> Look:
    """Each part's lines. Raises RuntimeError where the host can't be looked at."""
    done = host.run(LOOK)
    if done.returncode:
        raise RuntimeError(f"{host.name} can't be looked at:\n{done.stdout[-2000:]}")
    return parse(done.stdout)


def parse(text: str) -> Look:
    """The parts of LOOK's output."""
    parts: dict[str, Counter[str]] = {}
    for line in text.splitlines():
        if line.startswith("== "):
            here = parts.setdefault(line[3:], Counter())
        else:
            here[line.rstrip()] += 1
    return parts


def change(before: Look, after: Look) -> Change:
    """What became of `before`."""
    return Change({part: after[part] - before[part] for part in before}, {part: before[part] - after[part] for part in before})


def apply(before: Look, change: Change) -> Look:
    """`before` after the same had become of it as of another host."""
    return {part: before[part] - change.less[part] + change.more[part] for part in before}
