# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The only door to the host: read, list, stat, run, netlink.

Everything is rooted at a path and bounded in size and time, so that neither a
FIFO, a link cycle, a 50 MB file nor a hanging command can hold up an audit.
"""

from __future__ import annotations

import errno
import os
import selectors
import signal
import stat
import subprocess
import time
from typing import Any, Callable, NamedTuple

from ansible_collections.holdfast.baseline.plugins.module_utils._netlink import Netlink

# A minimal PATH of cron or sudo often lacks the sbin directories.
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_MAX_LINKS = 40  # as in the kernel, path_resolution(7)


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

    def read(self, path: str, limit: int = 1 << 20) -> Text:
        """The first `limit` bytes of a regular file; bytes that aren't UTF-8 come as \\xNN."""
        target = self._real(self.resolve(path).target)
        try:
            # O_NONBLOCK: opening a FIFO must not wait for its writer.
            handle = os.open(target, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise _missing(path, error) from None
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise NotSeen(f"{path}: not a regular file")
            with open(handle, "rb", closefd=False) as file:
                data = file.read(limit + 1)
        except OSError as error:
            raise _missing(path, error) from None
        finally:
            os.close(handle)
        return Text(data[:limit].decode("utf-8", "backslashreplace"), len(data) <= limit)

    def run(self, argv: list[str], limit: int = 8 << 20) -> str:
        """What a command prints; Absent where there is no such command, NotSeen where it fails.

        It gets no input, the C locale and UTC; at the deadline its whole process group is killed.
        """
        deadline = min(self._until, time.monotonic() + self.timeout)
        if deadline <= time.monotonic():
            raise NotSeen(f"{argv[0]} was not asked: no time left after commands that did not answer")
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={"PATH": _PATH, "LC_ALL": "C", "TZ": "UTC", "TERM": "dumb", "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""},
                start_new_session=True,
            )
        except FileNotFoundError:
            raise Absent(f"{argv[0]} is not installed") from None
        except OSError as error:
            raise NotSeen(f"{argv[0]}: {error.strerror}") from None
        with process:
            try:
                out, err = _drain(process, deadline, limit)
            except NotSeen as stopped:
                _kill(process)
                raise NotSeen(f"{argv[0]} {stopped.why}") from None
        if process.returncode:
            last = err.decode("utf-8", "backslashreplace").strip().splitlines()[-1:] or ["no message"]
            raise NotSeen(f"{argv[0]} exited with {process.returncode}: {last[0][:200]}")
        return out.decode("utf-8", "backslashreplace")

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


def _drain(process: subprocess.Popen[bytes], deadline: float, limit: int) -> tuple[bytes, bytes]:
    """Both outputs until the process closes them; NotSeen when time or size runs out."""
    got = {process.stdout: bytearray(), process.stderr: bytearray()}
    with selectors.DefaultSelector() as selector:
        for pipe in got:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map():
            left = deadline - time.monotonic()
            ready = selector.select(left) if left > 0 else []
            if not ready:
                raise NotSeen("did not answer in time")
            for key, _event in ready:
                chunk = os.read(key.fd, 1 << 16)
                if not chunk:
                    selector.unregister(key.fileobj)
                got[key.fileobj] += chunk
                if len(got[key.fileobj]) > limit:
                    raise NotSeen(f"printed more than {limit} bytes")
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise NotSeen("did not end in time") from None
    return bytes(got[process.stdout]), bytes(got[process.stderr])


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
