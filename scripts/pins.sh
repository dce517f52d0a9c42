#!/bin/sh
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Resolves requirements/*.in to requirements/*.txt, for all Pythons at once, with the newest versions there are.
set -eu

cd "$(dirname "$0")/../requirements"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet uv

pin() { # name, oldest Python
    UV_CUSTOM_COMPILE_COMMAND="make pins" "$work/bin/uv" pip compile --quiet --universal --no-annotate --upgrade \
        --python-version "$2" --output-file "$1.txt" "$1.in"
}

pin runtime 3.11
pin test 3.9
pin lint 3.11
pin importer 3.11
pin bench 3.11
