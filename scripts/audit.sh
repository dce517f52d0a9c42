#!/bin/sh
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Audits this machine, or the fleet of $INVENTORY (narrowed by $LIMIT), with further arguments passed to ansible-playbook.
# The first run sets up .venv and .build; $PYTHON names the interpreter to do it with.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
venv=$root/.venv
pins=$root/requirements/runtime.txt
collection=$root/.build/ansible_collections/holdfast/baseline

die() {
    printf 'holdfast: %s\n' "$@" >&2
    exit 1
}

find_python() {
    too_old=
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            python=$candidate
            return
        fi
        too_old="${too_old:+$too_old, }$candidate is $version"
    done
    die "the audit needs Python 3.11 or newer on this machine (found: ${too_old:-none})." \
        "On Debian 12, Ubuntu 24.04 or newer: apt install python3 python3-venv" \
        "Elsewhere install one and name it: make audit PYTHON=/path/to/python3.12"
}

venv_is_ready() {
    cmp -s "$pins" "$venv/pins" && "$venv/bin/python" -c 'import ansible, dns, jmespath' 2>/dev/null
}

make_venv() {
    find_python
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        die "$python can't make a virtual environment: its venv module is not installed." \
            "On Debian or Ubuntu: apt install python3-venv (or python$version-venv)"
    echo "holdfast: setting up .venv (once, about half a minute)" >&2
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$pins" ||
        die "pip could not install $pins; is PyPI reachable from here?"
    cp "$pins" "$venv/pins"
}

venv_is_ready || make_venv
if [ ! "$collection" -ef "$root" ]; then
    mkdir -p "$(dirname "$collection")"
    ln -sfn ../../.. "$collection"
fi

if [ -n "${INVENTORY:-}" ]; then
    set -- --inventory "$INVENTORY" "$@"
else
    set -- --inventory "$root/scripts/this-machine.yml" "$@"
fi
[ -z "${LIMIT:-}" ] || set -- --limit "$LIMIT" "$@"

# Named, because ansible ignores an ansible.cfg that lies in a world-writable folder.
export ANSIBLE_CONFIG="$root/ansible.cfg"
exec "$venv/bin/ansible-playbook" holdfast.baseline.audit "$@"
