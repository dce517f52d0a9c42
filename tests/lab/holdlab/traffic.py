# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to DNS packets between the hosts and the servers of a lab: nftables in its network namespace."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterator, Sequence

from .namespaces import BRIDGE, Namespaces

DNS = "meta l4proto { tcp, udp }"
PORTS = "{ 53, 853 }"


class Traffic:
    """Each method is a context manager: it is so for as long as the context lasts. `root` has the program nft."""

    def __init__(self, spaces: Namespaces, root: str) -> None:
        self._spaces = spaces
        self._root = root

    def silenced(self, addresses: Sequence[str]) -> contextlib.AbstractContextManager[None]:
        """The servers at these addresses answer nothing and refuse nothing, as if their machines were off."""
        return self._table("silenced", {"input": [f"{family(a)} daddr {a} {DNS} th dport {PORTS} drop" for a in addresses]})

    def filtered(self, rules: Sequence[str]) -> contextlib.AbstractContextManager[None]:
        """A firewall in front of all servers has these rules of nft, such as `tcp dport 53 drop`."""
        return self._table("filtered", {"input": [f'iifname "{BRIDGE}" {rule}' for rule in rules]})

    def lossy(self, percent: int) -> contextlib.AbstractContextManager[None]:
        """This share of the packets to and from the servers is lost, by chance."""
        lose = f"numgen random mod 100 < {percent} drop"
        to_servers = [f'iifname "{BRIDGE}" {DNS} th dport {PORTS} {lose}'] * bool(percent)
        from_servers = [f'oifname "{BRIDGE}" {DNS} th sport {PORTS} {lose}'] * bool(percent)
        return self._table("lossy", {"input": to_servers, "output": from_servers})

    @contextlib.contextmanager
    def _table(self, name: str, chains: dict[str, list[str]]) -> Iterator[None]:
        """A table of filter chains, by the hook of each; none where there are no rules."""
        if not any(chains.values()):
            yield
            return
        text = "\n".join(line for hook, rules in chains.items() for line in _chain(hook, rules))
        self._nft(f"table inet {name} {{\n{text}\n}}\n")
        try:
            yield
        finally:
            self._nft(f"delete table inet {name}\n")

    def _nft(self, script: str) -> None:
        self._spaces.run(["chroot", self._root, "nft", "-f", "-"], text=script)


def family(address: str) -> str:
    """As nft names it: ip or ip6."""
    return "ip6" if ipaddress.ip_address(address).version == 6 else "ip"


def _chain(hook: str, rules: Sequence[str]) -> list[str]:
    return [f"chain {hook} {{", f"type filter hook {hook} priority 0", *rules, "}"]
