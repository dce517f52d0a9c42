# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine must have to run the lab."""

from __future__ import annotations

import os
import shutil
import subprocess

PROGRAMS = {
    "chroot": "coreutils",
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "mount": "mount",
    "nsenter": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "systemd-nspawn": "systemd-container",
    "unshare": "util-linux",
}


def why_not() -> str | None:
    """The reason why this machine can't run the lab, or None where it can."""
    if os.geteuid() != 0:
        return "the lab needs root"
    missing = sorted({package for program, package in PROGRAMS.items() if not shutil.which(program)})
    if missing:
        return f"the lab needs the packages {', '.join(missing)} (tests/lab/setup.sh installs them)"
    probe = subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "mount", "-t", "tmpfs", "tmpfs", "/run"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if probe.returncode:
        return f"no namespaces or mounts here: {probe.stderr.strip()}"
    return None
