#!/bin/sh
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The links of the host on which the objects in this folder are made, each but those named other* managed by networkd.
set -e

pair() { # name, lines of its .network; without lines it stays unmanaged
    ip link add "$1" type veth peer name "$1.peer"
    ip link set "$1" up
    ip link set "$1.peer" up
    [ -z "$2" ] || printf '[Match]\nName=%s\n[Network]\n%b\n' "$1" "$2" >"/etc/systemd/network/20-$1.network"
}

lan() { # name, lines of its .network: a link whose other end is in a network namespace of its own
    pair "$1" "$2"
    ip link set "$1.peer" netns lan
    nsenter --net=/run/netns/lan ip link set "$1.peer" up
}

ip netns add lan
ip link add other-bridge type bridge
ip link set other-bridge up
printf '[NetDev]\nName=own-bridge\nKind=bridge\n[Bridge]\nAgeingTimeSec=100\n' >/etc/systemd/network/20-own-bridge.netdev
pair other0 ''
pair port0 'LinkLocalAddressing=no'
pair down0 'LinkLocalAddressing=no\nConfigureWithoutCarrier=yes\nAddress=10.66.0.1/24'
pair six0 'Address=10.68.0.1/24'
pair local0 'Address=10.65.0.1/24'
pair nolocal0 'LinkLocalAddressing=no\nAddress=10.69.0.1/24\n[Route]\nDestination=10.67.0.0/24\nScope=link'
pair zeroconf0 'LinkLocalAddressing=ipv4'
lan lease0 'DHCP=ipv4\nLinkLocalAddressing=no'
lan quiet0 'DHCP=ipv4\nLinkLocalAddressing=no'
lan swap0 'DHCP=ipv4\nLinkLocalAddressing=no'
mkdir -p /etc/systemd/resolved.conf.d
printf '[Resolve]\nMulticastDNS=yes\n' >/etc/systemd/resolved.conf.d/20-undone.conf
systemctl restart systemd-resolved
