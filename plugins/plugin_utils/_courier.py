# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Packs the controller's dnspython, for hosts that have none."""

from __future__ import annotations

import base64
import io
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from ansible_collections.holdfast.baseline.plugins.module_utils._dns._dnspython import FLOOR, number

_THEN = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip knows, so that the same package makes the same zip


def packed() -> str:
    """A zip of the whole package in base64, about 400 kB, the same for the same version; empty where there is none new enough."""
    try:
        found = distribution("dnspython")
        package = Path(str(found.locate_file("dns")))
        if number(found.version) < FLOOR or not (package / "__init__.py").is_file():
            return ""
        return base64.b64encode(_zip(found, package)).decode("ascii")
    except (PackageNotFoundError, OSError):
        return ""


def _zip(found: Distribution, package: Path) -> bytes:
    """Whole: what a pruned dnspython would lack shows only in a reply of that type."""
    contents = {str(path.relative_to(package.parent)): path.read_bytes() for path in sorted(package.rglob("*.py"))}
    contents[f"dnspython-{found.version}.dist-info/METADATA"] = _metadata(found).encode("utf-8")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in contents.items():
            archive.writestr(zipfile.ZipInfo(name, _THEN), data, zipfile.ZIP_DEFLATED, 9)
    return file.getvalue()


def _metadata(found: Distribution) -> str:
    """What the host must know to judge whether it can use this."""
    needs = found.metadata["Requires-Python"]
    return f"Metadata-Version: 2.1\nName: dnspython\nVersion: {found.version}\n" + (f"Requires-Python: {needs}\n" if needs else "")
