# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts: systemd in nspawn, each on an overlay over its image, so it can be broken and rebooted."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from .namespaces import BRIDGE, HARMLESS, ROOM, Namespaces, child_of

BOOT_SECONDS = 60
STATE = ["sh", "-c", "cat /proc/sys/kernel/random/boot_id; systemctl is-system-running"]

PREPARE = f"""
mkdir -p {ROOM}/$1/upper {ROOM}/$1/work {ROOM}/$1/root
cd {ROOM}/$1
mount -t overlay overlay -o lowerdir="$2",upperdir=upper,workdir=work root
mkdir -p root/etc/systemd/network/10-lab.network.d
printf '[Network]\\nAddress=%s/24\\n' "$3" >root/etc/systemd/network/10-lab.network.d/address.conf
cp {ROOM}/host_tools/* root/usr/local/sbin/
cp {ROOM}/lab-ca.crt root/usr/local/share/
printf '127.0.0.1 localhost\\n127.0.1.1 %s\\n::1 localhost ip6-localhost ip6-loopback\\n' "$1" >root/etc/hosts
cat >root/etc/ssh/lab_authorized_keys
"""

# nspawn leaves a directory in /tmp when it is killed, and exits with 133 when its host reboots.
BOOT = f"""
name=$1; shift
for cgroup do
    mkdir -p "$cgroup"
    echo $$ >"$cgroup/cgroup.procs"
done
mount -t tmpfs tmpfs /tmp
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=1
status=133
while [ $status = 133 ]; do
    status=0
    systemd-nspawn --boot --directory={ROOM}/$name/root --machine=$name --network-bridge={BRIDGE} \\
        --capability=all --system-call-filter='@keyring bpf @mount' --resolv-conf=off \\
        --private-users=no --register=no --keep-unit --console=pipe || status=$?
done
"""


class Host:
    """One host of the lab; made by Lab.boot()."""

    def __init__(self, spaces: Namespaces, name: str, image: Path, address: str, public_key: str) -> None:
        self.name = name
        self.address = address
        self._spaces = spaces
        spaces.run(["sh", "-ec", PREPARE, "sh", name, str(image), address], text=public_key)
        cgroups = [str(cgroup / name) for cgroup in spaces.cgroups]
        self._process = spaces.spawn(
            ["unshare", "--mount", "sh", "-ec", BOOT, "sh", name, *cgroups], log=f"{name}/console.log"
        )
        self._boot_id = ""
        try:
            self._wait_for_new_boot()
        except BaseException:
            self.stop()
            raise

    def run(self, script: str, timeout: int = 60) -> subprocess.CompletedProcess[str]:
        """Run shell lines on the host as root; they stop at the first that fails. Killed after `timeout` seconds.

        All output is in `stdout`. It goes through a file: a daemon that the lines leave behind would keep a pipe open.
        """
        command = self.argv(["timeout", "--signal=KILL", str(timeout), "sh", "-ec", script])
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False)
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, stdout=output.read(), stderr="")

    def argv(self, command: list[str]) -> list[str]:
        """The command line that runs `command` on the host as root, whatever state its network is in."""
        enter = ["nsenter", f"--target={self._init()}", "--all", "--", *HARMLESS, "env", "--ignore-environment", "--chdir=/root"]
        path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return [*enter, path, "HOME=/root", "LC_ALL=C.UTF-8", *command]

    def reboot(self) -> None:
        """Reboot the host and wait until it is up again. What it has on disk is kept."""
        old = self._init()
        self.run("systemctl reboot")
        self._wait_for_new_init(old)
        self._wait_for_new_boot()

    def stop(self) -> None:
        """Take the host away, as a power cut would."""
        with contextlib.suppress(RuntimeError):
            os.kill(self._init(), signal.SIGKILL)
        self._process.wait(30)
        self._spaces.shell(f"umount {ROOM}/{self.name}/root; rm -rf {ROOM}/{self.name}")

    def _init(self) -> int:
        """The process id of the host's PID 1, as the machine counts: nsenter's child's child's child."""
        try:
            shell = child_of(self._process.pid)
            return child_of(child_of(shell))
        except OSError as error:
            raise RuntimeError(f"host {self.name} is not running") from error

    def _wait_for_new_init(self, old: int) -> None:
        """Until the old PID 1 is gone, or a minute has passed; seen from outside.

        systemd-shutdown 252 waits 90 s for a process that it has killed and that isn't its child, such as one that entered the host meanwhile.
        """
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(RuntimeError):
                if self._init() != old:
                    return
            time.sleep(0.05)

    def _wait_for_new_boot(self) -> None:
        """Until systemd has started everything and the network is up; RuntimeError after a minute."""
        deadline = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < deadline:
            boot_id, _newline, state = self._state().partition("\n")
            if boot_id != self._boot_id and state.strip() in ("running", "degraded"):
                self._boot_id = boot_id
                self._check_shield()
                self.run("/lib/systemd/systemd-networkd-wait-online --interface=host0 --timeout=20")
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        console = self._spaces.path(f"{ROOM}/{self.name}/console.log").read_text(errors="replace")
        raise RuntimeError(f"host {self.name} did not come up:\n{console[-3000:]}")

    def _check_shield(self) -> None:
        """RuntimeError where the host could write to parts of the machine."""
        done = self.run("systemctl is-active lab-shield || journalctl --unit=lab-shield --no-pager --output=cat")
        if done.stdout != "active\n":
            raise RuntimeError(f"host {self.name} has no shield: {done.stdout}")

    def _state(self) -> str:
        try:
            return subprocess.run(self.argv(STATE), capture_output=True, text=True, timeout=10, check=False).stdout
        except (RuntimeError, subprocess.TimeoutExpired):
            return ""
