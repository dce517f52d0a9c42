# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs in the lab's network: six DNS servers that answer any name below `bench` with one address, 30 ms late.

    probe_servers.py ADDRESS...

All are in one process, so that they take one core at most.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "lab"))

from holdlab.fault_server import serve

DELAY_MS = 30
ZONE = """
@  300 SOA ns hostmaster 1 3600 600 86400 60
@  300 NS  ns
ns 300 A   192.0.2.53
*  300 A   192.0.2.1
"""


async def main(addresses: list[str]) -> None:
    await asyncio.gather(*(serve({"address": address, "zones": {"bench": ZONE}, "delay_ms": DELAY_MS}) for address in addresses))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
