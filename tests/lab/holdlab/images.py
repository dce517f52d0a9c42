# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images of hosts: built once from their definition, kept in the cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

DEFINITIONS = Path(__file__).parents[1] / "images"
KEYRING = "usr/share/keyrings/debian-archive-keyring.gpg"
KEEP_DAYS = 14


def cache_dir() -> Path:
    """The directory that keeps the images, outside of the checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "holdfast-lab"


def names() -> list[str]:
    """The names of all images, as scenarios write them."""
    return sorted(_definitions()["images"])


def default_names() -> list[str]:
    """The images that a scenario is for where it names none."""
    return [name for name, definition in sorted(_definitions()["images"].items()) if not definition.get("only_where_named")]


def image(name: str) -> Path:
    """The root file system of an image, built first where the cache has none of this definition."""
    root = cache_dir() / f"{name}-{_fingerprint(name)}"
    cache_dir().mkdir(parents=True, exist_ok=True)
    with open(cache_dir() / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.is_dir():
            _clean(name)
            _build(name, root)
        os.utime(root)
    return root


def _packages(name: str) -> list[str]:
    definition = _definitions()
    return [package for package in definition["packages"] if package not in definition["images"][name].get("without", [])]


def _definitions() -> dict:
    return yaml.safe_load((DEFINITIONS / "images.yml").read_text(encoding="utf-8"))


def _fingerprint(name: str) -> str:
    definition = _definitions()
    digest = hashlib.sha256(repr((definition["packages"], definition["images"][name])).encode())
    for path in sorted(p for p in DEFINITIONS.rglob("*") if p.is_file() and p.name != "images.yml"):
        digest.update(f"{path.relative_to(DEFINITIONS)} {path.stat().st_mode:o}".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _build(name: str, root: Path) -> None:
    """Build beside the final place and rename: an image is whole or not there."""
    _say(f"building the image {name} (about a minute, once)")
    definition = _definitions()["images"][name]
    with tempfile.TemporaryDirectory(dir=root.parent, prefix=f"{name}.") as work:
        new = Path(work) / "root"
        _run(
            "mmdebstrap",
            "--variant=apt",
            "--quiet",
            '--aptopt=APT::Install-Recommends "false"',
            *(f"--aptopt={option}" for option in definition.get("apt_options", [])),
            *(f"--keyring={image(other) / KEYRING}" for other in definition.get("keyring_of", [])),
            f"--include={','.join(_packages(name))}",
            definition["suite"],
            str(new),
            *definition.get("sources", []),
        )
        shutil.copytree(DEFINITIONS / "files", new, dirs_exist_ok=True)
        shutil.copy(DEFINITIONS / "setup.sh", new / "setup.sh")
        _run("chroot", str(new), "/setup.sh")
        (new / "setup.sh").unlink()
        new.rename(root)
    _say(f"built {root}")


def _clean(name: str) -> None:
    """Remove half-built images, and those that nobody used for long."""
    for half_built in cache_dir().glob(f"{name}.*/"):
        shutil.rmtree(half_built)
    for root in cache_dir().glob(f"{name}-*/"):
        if time.time() - root.stat().st_mtime > KEEP_DAYS * 86400:
            shutil.rmtree(root)


def _run(*command: str) -> None:
    """Run in namespaces of its own, so that a build which is killed leaves no mount behind."""
    command = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", *command)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[6]} failed ({done.returncode}):\n{done.stdout[-4000:]}")


def _say(text: str) -> None:
    print(f"lab: {text}", file=sys.stderr, flush=True)
