# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a host of random parts: the same for the same seed; pure."""

from __future__ import annotations

import random
from collections.abc import Sequence

from . import random_parts as kinds
from .random_host import FILES, LATE, STATE, Part, RandomHost

DROP_IN = "/etc/systemd/networkd.conf.d/{name}"


def make(seed: int, image: str) -> RandomHost:
    """The host of a seed."""
    return _Maker(seed).host(image)


class _Maker:
    """One host in the making; `links` are the names of its links, with the part that each needs."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.any = random.Random(seed)
        self.parts: list[Part] = []
        self.links: dict[str, tuple[str, ...]] = {"host0": ()}
        self.numbers = self.any.sample(range(100, 250), 150)
        self.small = self.any.sample(range(200, 250), 50)

    def host(self, image: str) -> RandomHost:
        self._host0()
        self._links()
        self._networks()
        self._keys()
        address, part = self._way_in()
        self._state()
        return RandomHost(self.seed, image, tuple(self.parts), address, part, self.any.choice(["networkd", "networkd", ""]))

    def _chance(self, of_ten: int) -> bool:
        return self.any.randrange(10) < of_ten

    def _add(self, stage: str, kind: str, template: str, needs: Sequence[str] = (), **words: object) -> Part:
        """One more part, with its places filled."""
        number = self.numbers[len(self.parts) % len(self.numbers)]
        own = {"n": number, "h": f"{number:02x}", "m": self.small[len(self.parts) % len(self.small)], "i": len(self.parts) + 1}
        part = Part(f"{kind}{len(self.parts) + 1}", stage, template.format(**{**own, **words}), tuple(dict.fromkeys(needs)))
        self.parts.append(part)
        return part

    def _host0(self) -> None:
        self.leased = self._chance(2)
        if self.leased:
            self._add(FILES, "lease", kinds.HOST0["leased"])
        if self._chance(2):
            self._add(FILES, "kept", kinds.HOST0["kept"], keep=self.any.choice(["yes", "static", "dhcp", "dhcp-on-stop"]))
        if self._chance(1):
            self._add(FILES, "announced", kinds.HOST0["announced"])

    def _links(self) -> None:
        for number in range(self.any.randint(1, 3)):
            self._link(f"v{number}", f"ip link add v{number} type veth peer name w{number}; ip link set w{number} up; ip link set v{number} up")
        for number in range(self.any.randint(0, 2)):
            self._link(f"br{number}", f"ip link add br{number} type bridge; ip link set br{number} up")
        if self._chance(3):
            self._link("mv0", "ip link add mv0 link host0 type macvlan mode bridge; ip link set mv0 up")

    def _link(self, name: str, lines: str) -> None:
        self.links[name] = (self._add(FILES, "link", lines).name,)

    def _networks(self) -> None:
        """Files that make networkd manage some of the links, or leave them alone."""
        matches = [name for name in self.links if name != "host0" and self._chance(6)] + [f"{wide}*" for wide in ("v", "br", "mv") if self._chance(2)]
        for number, match in enumerate(matches):
            lines = "\\n".join(["[Match]", f"Name={match}", *self._sections(match.endswith("*"))]).replace("\n", "\\n")
            folder = self.any.choice(kinds.FOLDERS)
            path = f"{folder}/{60 if match.endswith('*') else 20}-{number}.network"
            self._add(FILES, "network", "mkdir -p {folder}; printf '{lines}\\n' >{path}", self.links.get(match, ()), folder=folder, lines=lines, path=path)

    def _sections(self, wide: bool) -> list[str]:
        if wide and self._chance(3):
            return ["[Link]", "Unmanaged=yes"]
        numbers = {"n": self.any.choice(self.numbers), "i": len(self.parts)}
        chosen = [line for line in self.any.sample(kinds.NETWORK, self.any.randint(0, 4)) if not (wide and "Address" in line)]
        network = ["[Network]", *([] if self._chance(1) else ["IPv6AcceptRA=no"]), *chosen]
        return [text.format(**numbers) for text in (*network, *(self.any.sample(kinds.SECTIONS, 1) if self._chance(3) else []))]

    def _keys(self) -> None:
        """The keys that protect: not set, set and in force, overridden, or other than what networkd runs with."""
        keys = self.any.choice([(), (), kinds.KEYS[:1], kinds.KEYS[1:2], kinds.KEYS[:2], kinds.KEYS, kinds.KEYS])
        if not keys:
            self._add(FILES, "keys", f"rm {DROP_IN.format(name='10-lab.conf')}")
        else:
            self._drop_in(FILES, "10-lab.conf", keys, "no")
        if keys and self._chance(2):
            self._drop_in(FILES, "95-admin.conf", keys[:1], "yes")
        if self._chance(2):
            self._drop_in(LATE, "50-late.conf", kinds.KEYS, self.any.choice(["yes", "no"]))

    def _drop_in(self, stage: str, name: str, keys: Sequence[str], value: str) -> None:
        lines = "\\n".join(f"{key}={value}" for key in keys)
        self._add(stage, "keys", f"printf '[Network]\\n{lines}\\n' >{DROP_IN.format(name=name)}")

    def _way_in(self) -> tuple[str, str]:
        if self._chance(6):
            return ("dhcp", "lease1") if self.leased else ("", "")
        aside = self._chance(4)
        if aside:
            self._link(kinds.UPLINK, kinds.UPLINK_IS)
        ways = kinds.WAYS_IN_ASIDE if aside else kinds.WAYS_IN
        address = self.any.choice(list(ways))
        return address, self._add(STATE, "way", ways[address], self.links["up0"] if aside else ()).name

    def _state(self) -> None:
        """What others have set at run time, on any link."""
        for make, most in (
            (self._address, 5), (self._route, 4), (self._nexthop, 2), (self._rules, 3), (self._neighbour, 3), (self._port, 2),
            (self._setting, 4), (self._attribute, 2), (self._dns, 3), (self._down, 1), (self._tailscale, 1),
        ):  # fmt: skip
            for _time in range(max(0, self.any.randint(-1, most))):
                make()

    def _dev(self) -> str:
        """A link; every second time the one that carries the host."""
        return "host0" if self._chance(5) else self.any.choice(list(self.links))

    def _on(self, kind: str, templates: Sequence[str], needs: Sequence[str] = (), **words: object) -> Part:
        """A part on some link, by one of the templates."""
        dev, other = self._dev(), self.any.choice(list(self.links))
        template = self.any.choice(templates)
        leans = [*needs, *self.links[dev], *(self.links[other] if "{other}" in template else ())]
        return self._add(STATE, kind, template, leans, **{"dev": dev, "other": other, **words})

    def _address(self) -> None:
        version = self.any.choice([4, 4, 6])
        templates = kinds.ADDRESSES4 if version == 4 else kinds.ADDRESSES6
        template, gateway = self.any.choice(list(templates.items()))
        part = self._on("address", [template])
        dev, address = _after(part.lines, "dev"), _after(part.lines, "add").split("/")[0]
        number = address.replace("::", ".").replace(":", ".").split(".")[1]
        if gateway and self._chance(6):
            routes = kinds.ROUTES_BY4 if version == 4 else kinds.ROUTES_BY6
            words = {"dev": dev, "address": address, "gateway": gateway.format(n=number)}
            self._on("route", routes, [part.name, *self.links[dev]], **words)

    def _route(self) -> None:
        more = "".join(self.any.choice(words) for words in (kinds.TABLES, kinds.METRICS, kinds.PROTOCOLS))
        self._on("route", kinds.ROUTES, more=more)

    def _nexthop(self) -> None:
        self._on("nexthop", kinds.NEXTHOPS)

    def _rules(self) -> None:
        family = self.any.choice(["-4", "-6"])
        if self._chance(1):
            self._add(STATE, "rules", kinds.MANY_RULES, family=family, count=self.any.randint(61, 90))
        else:
            self._on("rule", [f"ip {family} {rule}" for rule in kinds.RULES])

    def _neighbour(self) -> None:
        self._on("neighbour", kinds.NEIGHBOURS)

    def _port(self) -> None:
        bridges = [name for name in self.links if name.startswith("br")]
        veths = [name for name in self.links if name.startswith("v")]
        if bridges:
            bridge, port = self.any.choice(bridges), self.any.choice(veths)
            self._add(STATE, "port", self.any.choice(kinds.PORTS), (*self.links[bridge], *self.links[port]), port=port, bridge=bridge)

    def _setting(self) -> None:
        family, key, value = self.any.choice(kinds.SETTINGS).split()
        self._on("setting", [kinds.SETTING], family=family, key=key, value=value)

    def _attribute(self) -> None:
        self._on("attribute", kinds.ATTRIBUTES)

    def _dns(self) -> None:
        self._on("dns", kinds.DNS)

    def _down(self) -> None:
        name = self.any.choice([name for name in self.links if name != "host0"])
        if name != kinds.UPLINK:
            self._add(STATE, "down", "ip link set {name} down", self.links[name], name=name)

    def _tailscale(self) -> None:
        self._add(STATE, "tailscale", kinds.TAILSCALE)


def _after(lines: str, word: str) -> str:
    """The word after another one."""
    words = lines.replace(";", " ").split()
    return words[words.index(word) + 1]
