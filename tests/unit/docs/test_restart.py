# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from pages import restart

ROOT = Path(__file__).resolve().parents[3]
LIST = {
    f"{path.stem}/{name}": entry
    for path in sorted((ROOT / "tests/lab/undone").glob("*.yml"))
    for name, entry in yaml.safe_load(path.read_text(encoding="utf-8")).items()
}
KEYS = {
    "title", "make", "there", "undone_by", "undone_by_defaults", "undone_by_resolved", "undone_spared", "spared_by", "answer", "otherwise", "why",
    "source", "surprise", "not_in_lab", "not_on", "proof",
}  # fmt: skip
SPARING = {"KeepConfiguration=yes", "KeepMaster=yes", "ActivationPolicy=manual"}
ANSWERS = {"spared", "put back", "refused", "harmless", "nothing yet"}


def _page(tmp_path: Path, entry: str) -> str:
    (tmp_path / "tests/lab/undone").mkdir(parents=True)
    (tmp_path / "tests/lab/undone/links.yml").write_text(f"port: {{{entry}}}\n")
    return restart.page(tmp_path)


@pytest.mark.parametrize(
    ("entry", "row"),
    [
        (
            "title: a port, undone_by: all, spared_by: KeepMaster=yes, answer: spared, otherwise: put back, source: link.c, there: x",
            "| a port | all | `KeepMaster=yes` | spared; where nothing spares it: put back | link.c | [links/port](../tests/lab/undone/links.yml) |",
        ),
        (
            "title: a|b, undone_by_defaults: [252, 257], undone_by_resolved: [247], source: s, there: x",
            "| a\\|b | none; by default: 252, 257; resolved: 247 | the keys at `no` |  | s | [links/port](../tests/lab/undone/links.yml) |",
        ),
        (
            "title: t, undone_by: [247], undone_spared: all, answer: harmless, why: so, source: s, not_in_lab: no bond",
            "| t | 247 | undone by the sparing lines: all | harmless: so | s | not in the lab: no bond |",
        ),
        ("title: t, source: s, there: x, not_on: [247]", "| t | none |  |  | s | [links/port](../tests/lab/undone/links.yml), not on 247 |"),
        ("title: t, source: s, proof: tests/lab/test_x.py", "| t | none |  |  | s | [test_x.py](../tests/lab/test_x.py) |"),
    ],
)
def test_row(tmp_path: Path, entry: str, row: str) -> None:
    assert row in _page(tmp_path, entry).splitlines()


def test_no_row_without_a_proof(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="links/port has neither"):
        _page(tmp_path, "title: t, undone_by: all, source: s")


@pytest.mark.parametrize("name", LIST)
def test_an_entry_of_the_list_is_whole(name: str) -> None:
    entry: dict[str, Any] = LIST[name]
    assert set(entry) <= KEYS and entry["title"] and entry["source"]
    assert sum(key in entry for key in ("there", "not_in_lab", "proof")) == 1
    assert entry.get("spared_by", "KeepMaster=yes") in SPARING
    assert (ROOT / entry.get("proof", "README.md")).exists()


@pytest.mark.parametrize("name", LIST)
def test_what_is_undone_has_an_answer(name: str) -> None:
    entry = LIST[name]
    undone = [key for key in entry if key.startswith("undone_")]
    answers = [entry[key] for key in ("answer", "otherwise") if key in entry]
    assert bool(undone) == bool(answers) and set(answers) <= ANSWERS
    assert entry.get("answer") not in ("harmless", "nothing yet") or "why" in entry
    assert entry.get("answer") != "spared" or "spared_by" in entry or "undone_by" not in entry
