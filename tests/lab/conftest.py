# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options and fixtures of the lab's tests; the one place that says where they can't run."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from holdlab import images, machine
from holdlab.lab import Lab

PR_SET_PDEATHSIG = 1


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--save-facts", metavar="DIR", type=Path, help="keep the facts of each proven scenario as unit cases in DIR")
    parser.addoption("--loss", metavar="PERCENT", type=int, default=0, help="lose that share of the DNS packets while a host is probed")
    parser.addoption("--repeat", metavar="N", type=int, default=0, help="probe each host N times more, to say the same again")


def pytest_configure(config: pytest.Config) -> None:
    """Workers of pytest-xdist outlive a main process that is killed, and so would their labs."""
    if hasattr(config, "workerinput"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the images that are needed before any test, so that progress is seen and no test's time holds it."""
    if session.config.option.collectonly or machine.why_not():
        return
    needed = {item.callspec.params.get("image") for item in session.items if hasattr(item, "callspec")}
    with session.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        for name in sorted(needed & set(images.names())):
            images.image(name)


@pytest.fixture(scope="session")
def lab_machine() -> None:
    """A machine that can run the lab: skips where it isn't one; with CI=true that is a failure."""
    reason = machine.why_not()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(f"CI=true, so this must not be skipped: {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def lab(lab_machine: None) -> Iterator[Lab]:
    """The lab of this process; its tests take turns in it."""
    with Lab() as lab:
        yield lab
