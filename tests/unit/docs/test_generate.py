# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import generate
import pytest
from pages import rules

FILES = {
    "rules/my/pinned.yml": (
        "title: pinned\nseverity: low\nescalates: {severity: high, when: params.names}\nneeds: [resolver.hosts_file]\n"
        "fails: resolver.hosts_file.count > `0`\nwhy: They stay.\nremedy: {role: a.b.c, text: Remove them.}\n"
        "references: [hosts(5)]\nparams: {names: []}\n"
    ),
    "rules/my/other.yml": "title: other\nseverity: info\nfails: x\nwhy: So.\nremedy: {text: Do.}\n",
    "tests/unit/rules/my/pinned/one.fail.yml": "facts: {}\n",
    "tests/unit/rules/my/pinned/two.fail.yml": "facts: {}\n",
    "tests/unit/rules/my/pinned/none.pass.yml": "facts: {}\n",
    "tests/lab/images/images.yml": "images: {debian11: {only_where_named: true}, debian12: {}, debian13: {}}\n",
    "tests/lab/scenarios/my/broken.yml": "expect: {my/pinned: {status: fail}}\ndamage: x\nafter: {my/pinned: pass}\n",
    "tests/lab/scenarios/my/old.yml": "images: [debian11]\nexpect: {my/pinned: fail, my/other: pass}\ndamage: x\ndamage_comes: false\n",
    "tests/lab/undone/links.yml": "down: {title: down, there: x, source: y}\n",
    "docs/README": "",
}


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "line",
    [
        "| [my/other](#myother) | info | none | none |",
        "| [my/pinned](#mypinned) | low, high in the graver case | 2 fail, 1 pass | "
        "[broken](../tests/lab/scenarios/my/broken.yml) (debian12, debian13; damage; mended)<br>"
        "[old](../tests/lab/scenarios/my/old.yml) (debian11) |",
        "**pinned** (low, high in the graver case)",
        "What mends it: Remove them. The role `a.b.c` does it.",
        "What mends it: Do.",
        "- Needs: `resolver.hosts_file`",
        "- Fails where `` resolver.hosts_file.count > `0` ``",
        "- Becomes high where `params.names`",
        "- Parameters: `names` (default `[]`)",
        "- See: hosts(5)",
    ],
)
def test_page_of_the_rules(root: Path, line: str) -> None:
    assert line in rules.page(root).splitlines()


def test_check_finds_a_stale_page(root: Path) -> None:
    assert generate.main(["--check"], root) == 1
    assert not any((root / page).exists() for page in generate.PAGES)
    assert generate.main([], root) == 0
    assert generate.main(["--check"], root) == 0
    (root / "rules/my/other.yml").write_text(FILES["rules/my/other.yml"].replace("info", "low"))
    assert generate.main(["--check"], root) == 1


def test_no_page_is_stale() -> None:
    assert generate.main(["--check"]) == 0, "run make docs"
