# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The only door to the host: read, list, stat, run, netlink.

Commands run by asyncio and not by AnsibleModule.run_command(), which knows no deadline.

Everything is rooted at a path and bounded in size and time, so that neither a
FIFO, a link cycle, a 50 MB file nor a hanging command can hold up an audit.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import re
import shutil
import signal
import stat
import struct
import sys
import time
from typing import Any, BinaryIO, Callable, Iterator, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Netlink

# A minimal PATH of cron or sudo often lacks the sbin directories.
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_ENVIRONMENT = {"PATH": _PATH, "LC_ALL": "C", "TZ": "UTC", "TERM": "dumb", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""}
# busctl of 247 colours its errors in spite of all that.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_MAX_LINKS = 40  # as in the kernel, path_resolution(7)
# ioctl_iflags(2): FS_IOC_GETFLAGS is _IOR('f', 1, long), as most architectures encode it; FS_IMMUTABLE_FL.
_LONG = struct.calcsize("l")
_GET_FLAGS, _IMMUTABLE = 2 << 30 | _LONG << 16 | ord("f") << 8 | 1, 0x10


class NotSeen(Exception):
    """The evidence can't be had; `why` is one line for the operator."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Absent(NotSeen):
    """What was asked for isn't there."""


class Text(NamedTuple):
    """A file's text; `complete` is false where the limit cut it."""

    text: str
    complete: bool


class Chain(NamedTuple):
    """The links that a path goes through, and the path where they end."""

    links: list[str]
    target: str


class Host:
    """The host as seen below `root`.

    Each command has `timeout` seconds, and all of them together four times that.
    """

    def __init__(self, root: str = "/", timeout: float = 5.0) -> None:
        self.root = root
        self.timeout = timeout
        self.netlink = Netlink(timeout)
        self._until = time.monotonic() + 4 * timeout
        self._memo: dict[str, Any] = {}

    def once(self, name: str, look: Callable[[], Any]) -> Any:
        """What `look` returned, or raised, the first time it was asked under `name`."""
        if name not in self._memo:
            try:
                self._memo[name] = look()
            except NotSeen as missing:
                self._memo[name] = missing
        seen = self._memo[name]
        if isinstance(seen, NotSeen):
            raise seen
        return seen

    def resolve(self, path: str) -> Chain:
        """Follow the links of `path` itself; Absent where they dangle, NotSeen where they cycle."""
        links: list[str] = []
        here = path
        while True:
            try:
                here = self._follow_parents(here)
                link = os.readlink(self._real(here))
            except OSError as error:
                if error.errno == errno.EINVAL:
                    return Chain(links, here)
                raise _missing(here, error) from None
            links.append(link)
            if len(links) > _MAX_LINKS:
                raise NotSeen(f"{path}: too many levels of symbolic links")
            here = os.path.normpath(os.path.join(os.path.dirname(here), link))

    def readlink(self, path: str) -> str:
        """What the link `path` says, whether or not that exists."""
        try:
            return os.readlink(self._real(path))
        except OSError as error:
            raise _missing(path, error) from None

    def exists(self, path: str) -> bool:
        """Whether `path` leads to something."""
        try:
            self.stat(path)
        except NotSeen:
            return False
        return True

    def stat(self, path: str) -> os.stat_result:
        """stat(2) of what `path` leads to."""
        return self.lstat(self.resolve(path).target)

    def lstat(self, path: str) -> os.stat_result:
        """lstat(2) of `path` itself."""
        try:
            return os.lstat(self._real(path))
        except OSError as error:
            raise _missing(path, error) from None

    def listdir(self, path: str) -> list[str]:
        """The names in a directory, sorted."""
        try:
            return sorted(os.listdir(self._real(self.resolve(path).target)))
        except OSError as error:
            raise _missing(path, error) from None

    def immutable(self, path: str) -> bool:
        """Whether the regular file `path` itself has the attribute i of chattr(1); NotSeen where its file system has none."""
        with self._opened(path, path, os.O_NOFOLLOW) as handle:
            flags = fcntl.ioctl(handle, _GET_FLAGS, bytes(_LONG))
        return bool(int.from_bytes(flags[:4], sys.byteorder) & _IMMUTABLE)

    def read(self, path: str, limit: int = 1 << 20) -> Text:
        """The first `limit` bytes of a regular file; bytes that aren't UTF-8 come as \\xNN."""
        with self._opened(path, self.resolve(path).target) as handle, open(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
        return Text(data[:limit].decode("utf-8", "backslashreplace"), len(data) <= limit)

    @contextlib.contextmanager
    def _opened(self, path: str, target: str, flags: int = 0) -> Iterator[int]:
        """The regular file that `path` leads to, open for reading; an OSError meanwhile is NotSeen."""
        handle = -1
        try:
            # O_NONBLOCK: opening a FIFO must not wait for its writer.
            handle = os.open(self._real(target), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | flags)
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise NotSeen(f"{path}: not a regular file")
            yield handle
        except OSError as error:
            raise _missing(path, error) from None
        finally:
            if handle >= 0:
                os.close(handle)

    def run(self, argv: list[str], limit: int = 8 << 20) -> str:
        """What a command prints; Absent where there is no such command, NotSeen where it fails.

        It gets no input, the C locale and UTC; at the deadline its whole process group is killed.
        """
        program = shutil.which(argv[0], path=_PATH)
        if not program:
            raise Absent(f"{argv[0]} is not installed")
        deadline = min(self._until, time.monotonic() + self.timeout)
        if deadline <= time.monotonic():
            raise NotSeen(f"{argv[0]} was not asked: no time left after commands that did not answer")
        # Files in memory and not pipes: what the command leaves running can't hold us up.
        with open(os.memfd_create("out"), "rb") as out, open(os.memfd_create("err"), "rb") as err:
            try:
                status = asyncio.run(_run([program, *argv[1:]], out.fileno(), err.fileno(), deadline, limit))
            except OSError as error:
                raise NotSeen(f"{argv[0]}: {(error.strerror or str(error)).lower()}") from None
            except NotSeen as stopped:
                raise NotSeen(f"{argv[0]} {stopped.why}") from None
            if status:
                last = _text(err, 1 << 16).strip().splitlines()[-1:] or ["no message"]
                raise NotSeen(f"{argv[0]} exited with {status}: {_COLOUR.sub('', last[0])[:200]}")
            return _text(out, limit)

    def _real(self, path: str) -> str:
        return os.path.normpath(os.path.join(self.root, path.lstrip("/")))

    def _follow_parents(self, path: str) -> str:
        """`path` with the links of its directories followed inside the root."""
        parent, name = os.path.split(path)
        if parent in ("/", ""):
            return path
        real = os.path.realpath(self._real(parent))
        inside = os.path.relpath(real, os.path.realpath(self.root))
        if inside.startswith(".."):
            # Only a test's root can be left, by an absolute link.
            return path
        return os.path.normpath(os.path.join("/", inside, name))


def _missing(path: str, error: OSError) -> NotSeen:
    kind = Absent if error.errno in (errno.ENOENT, errno.ENOTDIR) else NotSeen
    return kind(f"{path}: {(error.strerror or str(error)).lower()}")


async def _run(argv: list[str], out: int, err: int, deadline: float, limit: int) -> int:
    """The exit status of a command; at the deadline, or when it prints too much, its group is killed and NotSeen raised."""
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=err, env=_ENVIRONMENT, start_new_session=True
    )
    pause = 0.001
    while process.returncode is None and time.monotonic() < deadline and os.fstat(out).st_size <= limit:
        await asyncio.sleep(pause)
        pause = min(2 * pause, 0.02)
    too_much = os.fstat(out).st_size > limit
    if process.returncode is None:
        await _kill(process)
    elif not too_much:
        return process.returncode
    raise NotSeen(f"printed more than {limit} bytes" if too_much else "did not answer in time")


async def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill a process group; one that can't even die is left behind after a second."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
        await asyncio.wait_for(process.wait(), 1)
    except (ProcessLookupError, asyncio.TimeoutError):
        pass


def _text(file: BinaryIO, limit: int) -> str:
    file.seek(0)
    return file.read(limit).decode("utf-8", "backslashreplace")
