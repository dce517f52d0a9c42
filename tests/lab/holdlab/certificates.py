# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's own certificate authority, for DNS over TLS; made by the openssl of the servers' root file system."""

from __future__ import annotations

from pathlib import Path

from .namespaces import Namespaces

FOLDER = "/etc/lab/ca"
DAYS = 30
CONFIG = """
[req]
distinguished_name = subject
[subject]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
"""
NEW = f"openssl req -x509 -config openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days {DAYS}"
MAKE_CA = f"cd {FOLDER}; {NEW} -extensions ca -subj '/CN=the lab' -keyout ca.key -out ca.crt"
MAKE = (
    f'cd {FOLDER}; {NEW} -extensions server -CA ca.crt -CAkey ca.key -subj "/CN=$1"'
    ' -addext "subjectAltName=DNS:$1,IP:$2" -keyout "$1.key" -out "$1.crt"'
)


class Authority:
    """The authority of one lab. `root` is where the servers' root file system is mounted in its namespaces."""

    def __init__(self, spaces: Namespaces, root: str) -> None:
        self._spaces = spaces
        self._root = root
        folder = spaces.path(root + FOLDER)
        folder.mkdir(parents=True)
        (folder / "openssl.cnf").write_text(CONFIG, encoding="ascii")
        self._run(MAKE_CA)

    @property
    def certificate(self) -> Path:
        """The authority's own certificate, in PEM, as the machine sees it."""
        return self._spaces.path(f"{self._root}{FOLDER}/ca.crt")

    def issue(self, address: str) -> None:
        """Make the certificate of the server at an address, and its key."""
        self._run(MAKE, server_name(address), address)

    def _run(self, script: str, *arguments: str) -> None:
        self._spaces.run(["chroot", self._root, "sh", "-ec", script, "sh", *arguments])


def server_name(address: str) -> str:
    """The name in the certificate of the server at an address: `dns-10-77-0-3.lab`."""
    return f"dns-{address.replace('.', '-').replace(':', '-')}.lab"


def files(address: str) -> tuple[str, str]:
    """A server's certificate and key, as paths in the servers' root file system."""
    return f"{FOLDER}/{server_name(address)}.crt", f"{FOLDER}/{server_name(address)}.key"
