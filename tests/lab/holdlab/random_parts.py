# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What random hosts are made of: shell lines with places for numbers and names that are used once.

{n} is a number from 100 to 249, {m} one from 200 to 249, {i} one from 1 on, {dev} a link. Addresses of the lab are in 10.77.0.0/24.
"""

from __future__ import annotations

# Addresses, by the gateway that they bring into reach ("" for none).
ADDRESSES4 = {
    "ip addr add 10.{n}.0.5/24 dev {dev}": "10.{n}.0.1",
    "ip addr add 10.{n}.0.5/24 brd + dev {dev}": "10.{n}.0.1",
    "ip addr add 10.{n}.0.5/32 dev {dev}": "",
    "ip addr add 10.{n}.0.5/24 dev {dev} valid_lft 86400 preferred_lft 86400": "10.{n}.0.1",
    "ip addr add 10.{n}.0.5/24 dev {dev} valid_lft 86400 preferred_lft 0": "10.{n}.0.1",
    "ip addr add 10.{n}.0.5/24 dev {dev} scope link": "10.{n}.0.1",
    "ip addr add 10.{n}.0.5 peer 10.{n}.0.1/32 dev {dev}": "10.{n}.0.1",
    "ip addr add 10.{n}.0.5/24 dev {dev} label {dev}:x": "10.{n}.0.1",
    "ip addr add 10.{n}.0.5/24 dev {dev} noprefixroute": "",
    "ip addr add 10.{n}.0.5/24 dev {dev}; ip addr add 10.{n}.0.6/24 dev {dev}": "10.{n}.0.1",
    "ip addr add 169.254.{n}.9/16 dev {dev} scope link": "",
}
ADDRESSES6 = {
    "ip addr add fd00:{n}::5/64 dev {dev} nodad": "fd00:{n}::1",
    "ip addr add fd00:{n}::5/64 dev {dev}": "fd00:{n}::1",
    "ip addr add fd00:{n}::5/128 dev {dev} nodad": "",
    "ip addr add fd00:{n}::5/64 dev {dev} nodad valid_lft 86400 preferred_lft 80000": "fd00:{n}::1",
    "ip addr add fd00:{n}::5/64 dev {dev} nodad preferred_lft 0": "fd00:{n}::1",
    "ip addr add fd00:{n}::5/64 dev {dev} nodad noprefixroute": "",
    "ip addr add fd00:{n}::5/64 dev {dev} home nodad": "fd00:{n}::1",
    "ip addr add fe80::{n}/64 dev {dev} nodad": "",
}
PROTOCOLS = ["", " proto static", " proto bird", " proto zebra", " proto keepalived", " proto dhcp", " proto ra", " proto 200", " proto boot"]
TABLES = ["", "", "", " table 52", " table 100", " table 1000", " table default"]
METRICS = ["", "", " metric 50", " metric 4000"]
# {more} is table, metric and protocol.
ROUTES = [
    "ip route add 172.16.{n}.0/24 dev {dev}{more}",
    "ip route add 172.16.{n}.0/24 dev {dev} scope link{more}",
    "ip route add 172.16.{n}.7 dev {dev} mtu 1300{more}",
    "ip route add 172.16.{n}.0/24 via 10.{n}.200.1 dev {dev} onlink{more}",
    "ip route add throw 172.16.{n}.0/24{more}",
    "ip route add blackhole 172.16.{n}.0/24{more}",
    "ip route add unreachable 172.16.{n}.0/24{more}",
    "ip route add prohibit 172.16.{n}.0/24{more}",
    "ip route add 172.16.{n}.0/24{more} nexthop dev {dev} weight 2 nexthop dev {other}",
    "ip -6 route add fd16:{n}::/64 dev {dev}{more}",
    "ip -6 route add fd16:{n}::/64 via fe80::1 dev {dev}{more}",
    "ip -6 route add throw fd16:{n}::/64{more}",
    "ip -6 route add blackhole fd16:{n}::/64{more}",
    "ip -6 route add unreachable fd16:{n}::/64{more}",
    "ip -6 route add fd16:{n}::/64{more} nexthop via fe80::1 dev {dev} nexthop via fe80::2 dev {other}",
    "ip route add 172.16.{n}.0/24 via 10.77.0.{m} dev host0{more}",
]
# By a gateway and an address that another part makes.
ROUTES_BY4 = [
    "ip route add 172.16.{n}.0/24 via {gateway} dev {dev}",
    "ip route add 172.16.{n}.0/24 via {gateway}",
    "ip route add 172.16.{n}.0/24 via {gateway} src {address}",
    "ip route add 172.16.{n}.0/24 dev {other} src {address}",
    "ip route add 172.16.{n}.0/24 dev {dev} src {address} proto dhcp",
    "ip route add 172.16.{n}.0/24 nexthop via {gateway} dev {dev} nexthop via 10.77.0.{m} dev host0",
    "ip nexthop add id {n} via {gateway} dev {dev}; ip route add 172.16.{n}.0/24 nhid {n}",
]
ROUTES_BY6 = [
    "ip -6 route add fd16:{n}::/64 via {gateway} dev {dev}",
    "ip -6 route add fd16:{n}::/64 dev {dev} src {address}",
    "ip -6 route add fd16:{n}::/64 dev {other} src {address}",
]
NEXTHOPS = [
    "ip nexthop add id {n} dev {dev} proto zebra",
    "ip nexthop add id {n} blackhole",
    "ip nexthop add id {n} via 10.77.0.{m} dev host0; ip route add 172.17.{n}.0/24 nhid {n}",
    "ip nexthop add id {n} via 10.77.0.{m} dev host0; ip nexthop add id 1{n} group {n}; ip route add 172.17.{n}.0/24 nhid 1{n} proto bird",
    "ip -6 nexthop add id {n} dev {dev} proto zebra; ip -6 route add fd17:{n}::/64 nhid {n}",
]
RULES = [
    "rule add priority {n}00 fwmark 0x{n} lookup {n}",
    "rule add priority {n}00 fwmark 0x80000/0xff0000 unreachable",
    "rule add priority {n}00 lookup 52 proto static",
    "rule add priority {n}00 iif {dev} lookup 52",
    "rule add priority {n}00 fwmark 0x{n} oif {dev} prohibit",
    "rule add priority {n}00 uidrange 1000-1{n} lookup 100 proto 18",
    "rule add priority {n}00 ipproto 6 dport {n} lookup 100",
    "rule add priority {n}00 fwmark 0x{n} blackhole",
    "rule add priority {n}00 not fwmark 0x{n} lookup main suppress_prefixlength 0",
    "rule add priority {n}00 tos 0x10 lookup 52",
]
MANY_RULES = "for i in $(seq {count}); do ip {family} rule add priority $((20000 + i)) fwmark $i lookup 52; done"
NEIGHBOURS = [
    "ip neigh add 10.77.0.{m} lladdr 02:00:00:00:00:{h} dev host0 nud permanent",
    "ip neigh add 10.{n}.9.9 lladdr 02:00:00:00:01:{h} dev {dev} nud permanent",
    "ip neigh add fd00:{n}::9 lladdr 02:00:00:00:01:{h} dev {dev} nud permanent",
    "ip neigh add fd00:{n}::9 lladdr 02:00:00:00:01:{h} dev {dev} nud permanent router",
    "ip neigh add 10.{n}.9.8 lladdr 02:00:00:00:02:{h} dev {dev} nud noarp",
    "ip neigh add proxy 10.{n}.9.7 dev {dev}",
    "ip neigh add proxy fd00:{n}::7 dev {dev}",
]
SETTINGS = [
    "ipv4 proxy_arp 1", "ipv4 rp_filter 2", "ipv4 forwarding 1", "ipv4 promote_secondaries 0", "ipv4 promote_secondaries 1",
    "ipv4 accept_local 1", "ipv4 route_localnet 1", "ipv4 arp_ignore 1", "ipv4 arp_announce 2", "ipv4 accept_redirects 0",
    "ipv4 send_redirects 0", "ipv4 secure_redirects 0", "ipv4 igmpv3_unsolicited_report_interval 2000",
    "ipv6 accept_ra 2", "ipv6 accept_ra 0", "ipv6 use_tempaddr 2", "ipv6 proxy_ndp 1", "ipv6 forwarding 1", "ipv6 dad_transmits 3",
    "ipv6 hop_limit 77", "ipv6 mtu 1350", "ipv6 addr_gen_mode 1", "ipv6 addr_gen_mode 3", "ipv6 autoconf 0", "ipv6 accept_dad 2",
    "ipv6 keep_addr_on_down 1", "ipv6 accept_redirects 0", "ipv6 router_solicitations 2", "ipv6 disable_ipv6 1",
]  # fmt: skip
SETTING = "echo {value} >/proc/sys/net/{family}/conf/{dev}/{key}"
ATTRIBUTES = [
    "ip link set {dev} mtu 1400", "ip link set {dev} alias 'uplink of {dev}'", "ip link set {dev} group 7", "ip link set {dev} txqueuelen 555",
    "ip link set {dev} promisc on", "ip link set {dev} multicast off", "ip link set {dev} allmulticast on",
    "tc qdisc add dev {dev} root tbf rate 900mbit burst 64kb latency 50ms",
]  # fmt: skip
DNS = [
    "resolvectl dns {dev} 10.77.0.1", "resolvectl dns {dev} 10.77.0.2 10.77.0.1", "resolvectl domain {dev} '~corp{i}.lab'",
    "resolvectl domain {dev} lab{i}.lab example.lab", "resolvectl llmnr {dev} no", "resolvectl mdns {dev} resolve",
    "resolvectl dnssec {dev} allow-downgrade", "resolvectl dnsovertls {dev} opportunistic", "resolvectl nta {dev} bad{i}.lab",
    "resolvectl default-route {dev} yes", "resolvectl default-route {dev} no",
    "resolvectl dns {dev} 10.77.0.1; resolvectl domain {dev} '~example.lab'",
]  # fmt: skip
PORTS = [
    "ip link set {port} master {bridge}",
    "ip link set {port} master {bridge}; bridge link set dev {port} cost 77 learning off",
    "ip link set {port} master {bridge}; bridge fdb add 02:00:00:00:aa:{h} dev {port} master static",
    "ip link set {bridge} type bridge vlan_filtering 1; ip link set {port} master {bridge}; bridge vlan add dev {port} vid {n}",
    "ip link set {port} master {bridge}; bridge mdb add dev {bridge} port {port} grp 239.1.1.{n} permanent",
]
TAILSCALE = "like-tailscale 10.77.0.0/24 10.78.0.0/24 10.79.0.0/24 10.80.0.0/24 fd78::/64 fd79::/64 fd80::/64"

# .network files: of a link by its name, by a wide match, or telling networkd to leave it alone.
FOLDERS = ["/etc/systemd/network", "/run/systemd/network", "/usr/lib/systemd/network"]
NETWORK = [
    "LinkLocalAddressing=no", "LinkLocalAddressing=ipv6", "ConfigureWithoutCarrier=yes", "Address=10.{n}.1.1/24", "Address=fd00:{n}:1::1/64",
    "KeepConfiguration=yes", "KeepConfiguration=static", "KeepConfiguration=dhcp-on-stop", "KeepMaster=yes", "DNS=10.77.0.1", "Domains=~net{i}.lab",
    "IPForward=yes", "IPv6PrivacyExtensions=yes", "IPv4ProxyARP=yes", "LLMNR=no", "DefaultRouteOnDevice=no", "IgnoreCarrierLoss=yes",
]  # fmt: skip
SECTIONS = [
    "[Link]\nMTUBytes=1450", "[Link]\nActivationPolicy=manual", "[Link]\nActivationPolicy=up", "[Link]\nRequiredForOnline=no",
    "[Route]\nDestination=172.18.{n}.0/24\nScope=link", "[RoutingPolicyRule]\nPriority={n}99\nFirewallMark={n}\nTable=52",
    "[BridgeVLAN]\nVLAN=7", "[Neighbor]\nAddress=10.{n}.1.9\nLinkLayerAddress=02:00:00:00:03:01",
]  # fmt: skip

KEYS = "ManageForeignRoutes", "ManageForeignRoutingPolicyRules", "ManageForeignNextHops"
HOST0 = {
    "leased": "printf '[Network]\\nAddress=\\nDHCP=ipv4\\n' >/etc/systemd/network/10-lab.network.d/address.conf\n"
    "sed -i '/^Gateway/d' /etc/systemd/network/10-lab.network",
    "kept": "printf '[Network]\\nKeepConfiguration={keep}\\n' >/etc/systemd/network/10-lab.network.d/keep.conf",
    "announced": "sed -i '/^IPv6AcceptRA/d' /etc/systemd/network/10-lab.network",
}
# Ways in: the address, and what makes it. The controller has the .1 of each.
WAYS_IN = {
    "10.78.0.5": "ip addr add 10.78.0.5/24 dev host0",
    "10.79.0.5": "ip addr add 10.79.0.5/24 dev host0 valid_lft 86400 preferred_lft 86400",
    "fd78::5": "ip addr add fd78::5/64 dev host0 nodad",
    "fd79::5": "ip addr add fd79::5/64 dev host0 nodad valid_lft 86400 preferred_lft 86400",
}
UPLINK = "up0"
UPLINK_IS = f"ip link add {UPLINK} link host0 type macvlan mode bridge; ip link set {UPLINK} up"
WAYS_IN_ASIDE = {
    "10.80.0.5": f"ip addr add 10.80.0.5/24 dev {UPLINK}",
    "fd80::5": f"ip addr add fd80::5/64 dev {UPLINK} nodad",
}
CONTROLLER = ["10.78.0.1/24", "10.79.0.1/24", "10.80.0.1/24", "fd78::1/64", "fd79::1/64", "fd80::1/64"]
