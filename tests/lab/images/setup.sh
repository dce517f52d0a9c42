#!/bin/sh
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs once inside a new image, after files/ was copied into it.
set -e

systemctl enable systemd-networkd systemd-resolved ssh lab-shield
ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf

# Servers that scenarios may want, but that no host runs by itself.
systemctl mask dnsmasq nsd unbound unbound-resolvconf

# What restarts networkd by itself on many a server; a scenario that is about it starts it.
[ ! -e /usr/sbin/cron ] || systemctl disable cron unattended-upgrades

# What would change the one kernel that all hosts share with the machine, or can't work in a container.
systemctl mask systemd-sysctl systemd-modules-load systemd-binfmt systemd-random-seed systemd-udev-settle \
    proc-sys-fs-binfmt_misc.automount sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
    sys-fs-fuse-connections.mount dev-hugepages.mount dev-mqueue.mount modprobe@.service kmod-static-nodes
systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer

useradd --create-home --shell /bin/sh plain        # for audits without root, and with become
echo 'plain ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/plain

# A host that was installed long ago: no first-boot presets, no ldconfig run at each boot.
rm -f /etc/machine-id
systemd-machine-id-setup
rm -f /etc/hostname
touch /etc/.updated /var/.updated
