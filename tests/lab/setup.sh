#!/bin/sh
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Installs the packages that the lab needs and this machine lacks; `setup.sh bench` also those of the benchmark. Starts no service.
set -eu

need() { # file or program, package
    [ -e "$1" ] || command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

missing=
need systemd-nspawn systemd-container
need mmdebstrap mmdebstrap
need ip iproute2
need ssh openssh-client
need /usr/share/keyrings/debian-archive-keyring.gpg debian-archive-keyring
if [ "${1:-}" = bench ]; then
    need dig bind9-dnsutils
    need kdig knot-dnsutils
fi
[ -n "$missing" ] || exit 0

echo "lab: needs the packages$missing" >&2
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "lab: they can't be installed here (only as root, on Debian or Ubuntu)" >&2
    exit 0
fi

# What invoke-rc.d asks before it starts a service.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
echo "$missing" | xargs apt-get install -qq --no-install-recommends
