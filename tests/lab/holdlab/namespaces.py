# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Namespaces of the lab's own: its network, mounts and processes, gone when their owner is gone."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOM = "/run/lab"  # a tmpfs inside the namespaces
BRIDGE = "br-lab"
GATEWAY = "10.77.0.1"

# No namespace keeps the clock and the kernel's modules apart: in the lab nobody may touch them.
HARMLESS = ["setpriv", "--bounding-set=-sys_time,-sys_module,-sys_rawio", "--"]

# PID 1 in there reads a pipe whose other end only we hold. However we end, kill -9
# included, the pipe closes, PID 1 exits, and the kernel takes processes, mounts and
# interfaces with it. Empty cgroups are all that outlives it, so they are removed here.
SUPERVISOR = f"""
trap '' INT TERM HUP
unshare --net --mount --pid --fork --mount-proc sh -ec '
    mount -t tmpfs tmpfs /run
    mkdir -p {ROOM}
    ip link set lo up
    ip link add {BRIDGE} type bridge
    ip address add {GATEWAY}/24 dev {BRIDGE}
    ip link set {BRIDGE} up
    echo ready
    exec cat'
find "$@" -depth -type d -exec rmdir {{}} + 2>/dev/null
"""


class Namespaces:
    """A context manager; inside it `run` and `spawn` start programs in the namespaces. Needs root."""

    pid: int  # of PID 1 in there, as the machine counts
    cgroups: list[Path]  # one a hierarchy, to put hosts in

    def __enter__(self) -> Namespaces:
        self.cgroups = _new_cgroups()
        self._supervisor = subprocess.Popen(
            ["sh", "-c", SUPERVISOR, "holdfast-lab", *map(str, self.cgroups)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        if self._supervisor.stdout.readline() != b"ready\n":
            self.__exit__()
            raise RuntimeError("the lab's namespaces could not be set up")
        self.pid = child_of(child_of(self._supervisor.pid))
        return self

    def __exit__(self, *_exc: object) -> None:
        self._supervisor.stdin.close()
        self._supervisor.stdout.close()
        self._supervisor.wait(30)

    def argv(self, command: Sequence[str], cwd: str = ROOM) -> list[str]:
        """The command line that runs `command` in the namespaces."""
        enter = ["nsenter", f"--target={self.pid}", "--net", "--mount", "--pid", "--"]
        return [*enter, *HARMLESS, "env", f"--chdir={cwd}", *command]

    def run(
        self,
        command: Sequence[str],
        *,
        text: str = "",
        timeout: int = 60,
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end with `text` as its input; killed after `timeout` seconds (status 137).

        Raises RuntimeError with the output where `check` is set and the command fails.
        """
        done = subprocess.run(
            self.argv(["timeout", "--signal=KILL", str(timeout), *command]),
            input=text,
            capture_output=True,
            text=True,
            errors="replace",
            env=env,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def shell(self, script: str, *arguments: str) -> str:
        """The output of a few shell lines, which all have to succeed."""
        return self.run(["sh", "-ec", script, "sh", *arguments]).stdout

    def spawn(self, command: Sequence[str], log: str) -> subprocess.Popen[bytes]:
        """Start a program that stays; its output goes to the file `log` in the room."""
        with self.path(f"{ROOM}/{log}").open("ab") as output:
            return subprocess.Popen(
                self.argv(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End what `spawn` started, with the processes that it has started in turn."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)

    def path(self, inside: str) -> Path:
        """A path in the namespaces, as the machine sees it. Follow no absolute links through it."""
        return Path(f"/proc/{self.pid}/root{inside}")


def child_of(pid: int) -> int:
    """The first child of a process; ProcessLookupError where it has none."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    if not children:
        raise ProcessLookupError(f"process {pid} has no child")
    return int(children[0])


def _new_cgroups() -> list[Path]:
    """Where the lab's cgroups go: below our own, in each hierarchy that systemd keeps its units in.

    Without one each, systemd-nspawn would put all hosts into the same cgroup.
    """
    ours = {}
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _number, controllers, path = line.split(":", 2)
        ours[controllers] = path
    name = f"holdfast-lab-{secrets.token_hex(4)}"
    found = []
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        mount_point, kind, options = line.split()[4], *_filesystem(line)
        if kind == "cgroup2" and "" in ours:
            found.append(Path(mount_point + ours[""]) / name)
        elif kind == "cgroup" and "name=systemd" in options.split(",") and "name=systemd" in ours:
            found.append(Path(mount_point + ours["name=systemd"]) / name)
    return found


def _filesystem(mountinfo: str) -> tuple[str, str]:
    """Type and super options of a line of /proc/self/mountinfo."""
    kind, _source, options = mountinfo.split(" - ", 1)[1].split(" ", 2)
    return kind, options
