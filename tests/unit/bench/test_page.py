# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import page
import pytest


def section(title: str, cell: str) -> page.Section:
    return page.Section(title, ("what", "time"), [("it", cell)], "Before.\n", ["a note"])


OLD = page.render([section("One", "1 s"), section("Two", "2 s")], "an old machine", "")


@pytest.mark.parametrize(
    ("measured", "machine_of_two", "cells"),
    [
        (["Two"], "new", ["| it | 1 s |", "| it | 9 s |"]),
        (["Three"], "an old", ["| it | 1 s |", "| it | 2 s |", "| it | 9 s |"]),
        ([], "an old", ["| it | 1 s |", "| it | 2 s |"]),
    ],
)
def test_sections_that_were_not_measured_stay(measured: list[str], machine_of_two: str, cells: list[str]) -> None:
    text = page.render([section(title, "9 s") for title in measured], "new machine", OLD)
    assert [line for line in text.splitlines() if line.startswith("| it")] == cells
    assert f"- {machine_of_two} machine" in text.partition("\n## Two\n")[2].partition("\n## ")[0].splitlines()


def test_a_page_that_nothing_is_measured_for_is_the_same() -> None:
    assert page.render([], "", OLD) == OLD
