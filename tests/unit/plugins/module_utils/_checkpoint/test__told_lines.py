# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lines of what links were told, and the script's told() as a real shell runs it, with a stand-in for busctl."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._restore_text import TEXT
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._told_lines import told_lines
from ansible_collections.holdfast.baseline.plugins.module_utils._networkd._told import KINDS, Told

ODD = "it's-$(touch owned)"
CORP = {"DOMAINS": [ODD], "ROUTE_DOMAINS": ["corp.lab", "."]}
DOMAINS = Told("host0", KINDS[1], CORP, CORP, {"DOMAINS": [], "ROUTE_DOMAINS": []})
NTA = Told("host0", KINDS[7], {"DNSSEC_NTA": ["a.lab", "b.lab"]}, {"DNSSEC_NTA": ["a.lab", "b.lab"]}, {"DNSSEC_NTA": []})
BUSCTL = '#!/bin/sh\nprintf "<%s>" "$@" >>busctl.log\necho >>busctl.log\n[ "$REFUSES" = 0 ] || { echo "not managed" >&2; exit 1; }\n'
SHELL = """
missing=0 round={round}
say() {{ echo "say: $*"; }}
fail() {{ echo "fail: $*"; }}
timeout() {{ shift; "$@"; }}
{functions}
{lines}
echo "missing=$missing"
"""


def _functions(folder: Path) -> str:
    found = re.findall(r"^(?:told|says)\(\) \{.*?^\}$", TEXT, re.MULTILINE | re.DOTALL)
    assert len(found) == 2
    return "\n".join(found).replace("/run/systemd/netif/links", str(folder)).replace("/sys/class/net", str(folder))


async def _sh(folder: Path, script: str, refuses: int) -> list[str]:
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "REFUSES": str(refuses), "LC_ALL": "C"}
    shell = await asyncio.create_subprocess_exec("sh", "-uc", script, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE)
    out, _err = await asyncio.wait_for(shell.communicate(), 60)
    return out.decode().splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "busctl").write_text(BUSCTL)
    (tmp_path / "busctl").chmod(0o755)
    (tmp_path / "host0").mkdir()
    (tmp_path / "host0/ifindex").write_text("2\n")
    (tmp_path / "2").write_text("DNS=\nDOMAINS=\nROUTE_DOMAINS=\n")
    return tmp_path


def run(folder: Path, one: Told, number: int = 1, refuses: int = 0) -> tuple[list[str], list[str]]:
    """What the shell says, and what busctl is told."""
    script = SHELL.format(round=number, functions=_functions(folder), lines="\n".join(told_lines([one])))
    said, log = asyncio.run(_sh(folder, script, refuses)), folder / "busctl.log"
    return said, log.read_text().splitlines() if log.exists() else []


def test_what_is_not_as_it_was_is_told_again(folder: Path) -> None:
    said, told = run(folder, DOMAINS)
    call = "<--><call><org.freedesktop.network1></org/freedesktop/network1><org.freedesktop.network1.Manager><SetLinkDomains><ia(sb)><2>"
    assert told[0] == f"{call}<3><{ODD}><false><corp.lab><true><.><true>"
    assert said == [f"say: told again: host0 DOMAINS={ODD}", "say: told again: host0 ROUTE_DOMAINS=corp.lab .", "missing=1"]
    assert not (folder / "owned").exists()


@pytest.mark.parametrize(
    ("one", "state"),
    [(DOMAINS, f"DOMAINS={ODD}\nROUTE_DOMAINS=corp.lab .\n"), (NTA, "DNSSEC_NTA=b.lab a.lab\n"), (NTA, "DNSSEC_NTA=a.lab b.lab\n")],
)
def test_what_is_as_it_was_is_left_alone(folder: Path, one: Told, state: str) -> None:
    (folder / "2").write_text(state)
    assert run(folder, one) == (["missing=0"], [])


@pytest.mark.parametrize("state", ["DNSSEC_NTA=a.lab\n", "DNSSEC_NTA=a.lab b.lab c.lab\n", "XDNSSEC_NTA=a.lab b.lab\n", ""])
def test_nearly_is_not_enough(folder: Path, state: str) -> None:
    (folder / "2").write_text(state)
    assert run(folder, NTA)[1][0].endswith("<SetLinkDNSSECNegativeTrustAnchors><ias><2><2><a.lab><b.lab>")


@pytest.mark.parametrize(("number", "said"), [(1, ["missing=1"]), (20, ["fail: host0 DNSSEC_NTA=a.lab b.lab: not managed", "missing=1"])])
def test_it_fails_only_in_the_last_round(folder: Path, number: int, said: list[str]) -> None:
    assert run(folder, NTA, number, refuses=1)[0] == said


@pytest.mark.parametrize(("number", "said"), [(1, ["missing=0"]), (20, ["say: not told again, its link is gone: host0 DNSSEC_NTA=a.lab b.lab", "missing=0"])])
def test_a_link_that_is_gone_is_no_failure(folder: Path, number: int, said: list[str]) -> None:
    (folder / "host0/ifindex").unlink()
    assert run(folder, NTA, number) == (said, [])
