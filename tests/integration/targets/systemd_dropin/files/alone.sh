#!/bin/sh
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs a playbook where /etc/systemd and /run are empty and its own, in namespaces of its own.
# Usage: alone.sh PLAYBOOK [ARGUMENT...]
set -eu

if [ "${1:-}" != inside ]; then
    exec unshare --map-root-user --mount sh "$0" inside "$@"
fi
shift

mount -t tmpfs -o mode=755 tmpfs /etc/systemd
mount -t tmpfs -o mode=755 tmpfs /run
ansible-playbook "$@"
