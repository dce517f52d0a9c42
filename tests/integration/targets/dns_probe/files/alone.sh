#!/bin/sh
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs a playbook where the only DNS server in the world is a small one on 127.0.0.1, in namespaces of its own.
# Usage: alone.sh FOLDER PYTHON SERVER PLAYBOOK [ARGUMENT...]; FOLDER holds a resolv.conf.
set -eu

if [ "${1:-}" != inside ]; then
    exec unshare --map-root-user --net --mount sh "$0" inside "$@"
fi
folder=$2 python=$3 server=$4
shift 4

ip link set lo up
# What runs on this machine must not be asked: systemd-resolved and D-Bus have their sockets there.
mount -t tmpfs tmpfs /run
resolv=$(readlink -m /etc/resolv.conf)
case $resolv in
    /run/*) mkdir -p "$(dirname "$resolv")" && cp "$folder/resolv.conf" "$resolv" ;;
    *) mount --bind "$folder/resolv.conf" "$resolv" ;;
esac

"$python" "$server" "$folder/ready" &
pid=$!
trap 'kill "$pid"' EXIT
while [ ! -e "$folder/ready" ]; do
    kill -0 "$pid"
    sleep 0.05
done
ansible-playbook "$@"
