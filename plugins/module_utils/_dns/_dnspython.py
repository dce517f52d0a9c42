# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Makes dnspython importable on a host: its own where that is new enough, else the one that the controller sent along.

What was sent stays in memory (memfd_create(2)), so nothing is written to the host's disk and nothing is left behind.
"""

from __future__ import annotations

import base64
import binascii
import email.parser
import errno
import importlib
import io
import os
import re
import sys
import zipfile

FLOOR = (2, 6, 1)  # 2.6.0 broke the fallback to TCP (dnspython #1053)
# What the engine can't do without; an installation that lacks one of them is none.
_NEEDED = ("dns.version", "dns.flags", "dns.edns", "dns.message", "dns.rcode", "dns.rdatatype", "dns.rdtypes.ANY.NS")
_CLAUSE = re.compile(r"\s*(>=|<=|>|<|!=)\s*(\d+(?:\.\d+)*)(?:\.\*)?\s*")
_NO_EXEC_SEAL = 0x8  # MFD_NOEXEC_SEAL of Linux 6.3; wanted where vm.memfd_noexec=2
_INSTALL = "install dnspython 2.6.1 or newer on the controller, beside ansible; it is then brought along"


class NoDnspython(Exception):
    """There is none that can be used; the text says why and what to do, in one line."""


def bring(sent: str) -> dict[str, str]:
    """Make `import dns` give a usable dnspython: {version, from: host|controller}. Raises NoDnspython.

    sent: a zip of the controller's dnspython in base64, or empty.
    """
    own = _import_own()
    if own and number(own) >= FLOOR:
        return {"version": own, "from": "host"}
    has = f"the host has dnspython {own}" if own else "the host has no usable dnspython"
    if not sent:
        raise NoDnspython(f"{has}, and the controller sent none: {_INSTALL}")
    return {"version": _import_sent(sent, has), "from": "controller"}


def number(version: str) -> tuple[int, ...]:
    """A version as numbers to compare by; of 2.7.0rc1 only what comes before the letters."""
    found = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def runs_here(requires_python: str, here: tuple[int, ...] = tuple(sys.version_info[:3])) -> bool:
    """Whether this Python is what Requires-Python of PEP 345 asks for. What isn't understood counts as met: the import decides."""
    compared = {
        ">=": lambda wanted: here >= wanted,
        "<=": lambda wanted: here[: len(wanted)] <= wanted,
        ">": lambda wanted: here[: len(wanted)] > wanted,
        "<": lambda wanted: here < wanted,
        "!=": lambda wanted: here[: len(wanted)] != wanted,
    }
    clauses = [_CLAUSE.fullmatch(clause) for clause in requires_python.split(",")]
    return all(compared[clause[1]](number(clause[2])) for clause in clauses if clause)


def _import_own() -> str:
    """The version of the dnspython that the host's Python has; empty where it has none that works. One too old leaves nothing loaded."""
    version = ""
    try:
        version = str(importlib.import_module("dns.version").version)
        if number(version) >= FLOOR:
            for name in _NEEDED:
                importlib.import_module(name)
            return version
    except Exception:  # whatever is called `dns` there, or is broken, is none
        version = "" if number(version) >= FLOOR else version
    _forget()
    return version


def _import_sent(sent: str, has: str) -> str:
    """Import the dnspython that was sent, in place of any of the host's."""
    try:
        archive = base64.b64decode(sent, validate=True)
        version, requires_python = _described(archive)
    except (binascii.Error, ValueError, LookupError, OSError, zipfile.BadZipFile) as error:
        raise NoDnspython(f"{has}, and what the controller sent is no dnspython ({type(error).__name__}): report this") from None
    here = ".".join(str(part) for part in sys.version_info[:3])
    fix = "install one on the controller that runs on both: 2.7.0 does on Python 3.9 and newer"
    if not runs_here(requires_python):
        raise NoDnspython(f"{has}, and the controller's {version} needs Python {requires_python}, the host's is {here}: {fix}")
    sys.path.insert(0, _in_memory(archive, has))
    try:
        for name in _NEEDED:
            importlib.import_module(name)
    except Exception as error:  # nothing of it may end the task
        sys.path.pop(0)
        _forget()
        why = f"{type(error).__name__}: {error}"[:200]
        raise NoDnspython(f"{has}, and the controller's {version} can't be imported on Python {here} ({why}): {fix}") from None
    return version


def _described(archive: bytes) -> tuple[str, str]:
    """Version and Requires-Python, as the zip's METADATA has them."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        path = next((name for name in opened.namelist() if name.endswith(".dist-info/METADATA")), "")
        metadata = email.parser.HeaderParser().parsestr(opened.read(path).decode("utf-8"))
    return str(metadata["Version"]), str(metadata["Requires-Python"] or "")


def _in_memory(archive: bytes, has: str) -> str:
    """A path that leads to these bytes for as long as this process lives."""
    try:
        handle = _memfd()
        with open(handle, "wb", closefd=False) as file:
            file.write(archive)
    except OSError as error:
        why = f"the controller's can't be kept in memory ({error.strerror})"
        raise NoDnspython(f"{has}, and {why}: install dnspython 2.6.1 or newer on the host") from None
    return f"/proc/self/fd/{handle}"


def _memfd() -> int:
    try:
        return os.memfd_create("dnspython", os.MFD_CLOEXEC | _NO_EXEC_SEAL)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    return os.memfd_create("dnspython", os.MFD_CLOEXEC)


def _forget() -> None:
    """Unload all of `dns`, so that no part of one dnspython is mixed with another."""
    for name in [name for name in sys.modules if name == "dns" or name.startswith("dns.")]:
        del sys.modules[name]
    importlib.invalidate_caches()
