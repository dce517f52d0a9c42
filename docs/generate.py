# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the pages of docs/ that come from data: `generate.py [--check]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pages import restart, rules

ROOT = Path(__file__).resolve().parents[1]
PAGES = {Path("docs/restart.md"): restart.page, Path("docs/rules.md"): rules.page}


def stale(root: Path) -> dict[Path, str]:
    """The text that each page should have and hasn't, for the collection in that folder."""
    texts = {root / name: page(root) for name, page in PAGES.items()}
    return {path: text for path, text in texts.items() if not path.exists() or path.read_text(encoding="utf-8") != text}


def main(arguments: list[str], root: Path = ROOT) -> int:
    """0, or 1 where --check finds a page to be stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a page is stale")
    check = parser.parse_args(arguments).check
    for path, text in stale(root).items():
        if check:
            print(f"{path.relative_to(root)} is stale: run make docs", file=sys.stderr)
            return 1
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
