# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""The part of restore.sh that is the same for every checkpoint; _script.py puts the rest before it.

POSIX sh with coreutils, diffutils' cmp, util-linux' flock and logger, sed, grep, systemctl, busctl and ip. It can be killed
anywhere and run again: what is done already is seen, what is still to be restarted is noted on disk.
"""

from __future__ import annotations

TEXT = r"""
set -u
umask 077
reason=${1:-asked}
here=$store/checkpoints/$id
bad=0
restart=' '
LC_ALL=C
export PATH LC_ALL

say() {
    logger -t holdfast -p daemon.notice -- "checkpoint $id: $*" 2>/dev/null || printf '%s\n' "checkpoint $id: $*"
    if [ -t 2 ]; then printf '%s\n' "checkpoint $id: $*" >&2; fi
}

fail() {
    bad=1
    line=$(printf '%s' "$*" | tr '\n' ' ')
    say "could not put back: $line"
    printf 'failed=%s\n' "$line" >>"$here/failed.new"
}

state() {
    value=
    while IFS='=' read -r key rest; do
        [ "$key" = state ] && value=$rest
    done <"$here/state"
    printf '%s' "$value"
}

write_state() {
    {
        printf 'state=%s\nreason=%s\nat=%s\n' "$1" "$reason" "$(date +%s)" && { [ ! -s "$here/failed.new" ] || cat "$here/failed.new"; }
    } >"$here/state.new" && sync "$here/state.new" && mv -f "$here/state.new" "$here/state" && sync "$here"
}

# Every entry comes here: its copy's number, its path, its recorded stamp, mode and owner, and the units that read it.
item() {
    kind=$1 number=$2 path=$3 stamp=$4 mode=$5 owner=$6
    copy=$here/files/$number
    shift 6
    "$visit" "$@"
}

exists() {
    [ -e "$1" ] || [ -L "$1" ]
}

attributes() {
    [ "$(stat -c '%a %u:%g' -- "$path" 2>/dev/null)" = "$mode $owner" ]
}

same() {
    case $kind in
        file) [ -f "$path" ] && [ ! -L "$path" ] && attributes && cmp -s -- "$copy" "$path" ;;
        link) [ -L "$path" ] && [ "$(stat -c '%u:%g' -- "$path")" = "$owner" ] && [ "$(readlink -- "$path")" = "$(readlink -- "$copy")" ] ;;
        directory) [ -d "$path" ] && [ ! -L "$path" ] && attributes && ! strays show >/dev/null ;;
        absent) ! exists "$path" ;;
        *) true ;;
    esac
}

# What is in the directory and was not there: shown, or removed. False where there is nothing.
strays() {
    any=1
    for stray in "$path"/* "$path"/.[!.]* "$path"/..?*; do
        exists "$stray" || continue
        recorded "$stray" && continue
        any=0
        if [ "$1" = show ]; then
            printf 'differs %s\n' "$stray"
        else
            try rm -rf --one-file-system -- "$stray"
        fi
    done
    return "$any"
}

try() {
    message=$("$@" 2>&1) || fail "$path: ${message:-$1 failed}"
}

differs() {
    same && return
    printf 'differs %s\n' "$path"
    [ "$kind" != directory ] || strays show
}

verify() {
    at_boot_anew || same || fail "$path is not as it was"
}

# /run is empty after a boot, and what makes it anew has done so.
at_boot_anew() {
    [ "$reason" = boot ] || return
    case $path in /run/*) true ;; *) false ;; esac
}

put_back() {
    at_boot_anew && return
    [ "$kind" != parent ] || { rmdir -- "$path" 2>/dev/null; return; }
    [ -z "$stamp" ] || [ "$(stat -c '%i %.9Z' -- "$path" 2>/dev/null)" != "$stamp" ] || return
    same || note_restart "$@"
    case $kind in
        absent) ! exists "$path" || try rm -rf --one-file-system -- "$path" ;;
        directory) put_directory ;;
        file | link) put_file ;;
    esac
}

note_restart() {
    for name in "$@"; do
        restart="$restart$name "
        : >"$here/restart/$name"
    done
}

put_directory() {
    [ ! -L "$path" ] && [ -d "$path" ] || try rm -rf --one-file-system -- "$path"
    [ -d "$path" ] || (umask 022 && try mkdir -p -- "$path")
    try cp -RPT --attributes-only --preserve=mode,ownership,timestamps,xattr -- "$copy" "$path"
    strays remove
}

# By another name and mv: nobody ever sees half a file.
put_file() {
    folder=${path%/*}
    new=$folder/.holdfast-$id.$number
    [ -d "$folder" ] || (umask 022 && try mkdir -p -- "$folder")
    rm -rf -- "$new"
    if ! message=$(cp -PT --preserve=mode,ownership,timestamps,xattr -- "$copy" "$new" 2>&1); then
        same || fail "$path: $message"
        rm -f -- "$new"
        return
    fi
    [ "$kind" = link ] || sync "$new"
    [ -L "$path" ] || [ ! -d "$path" ] || try rm -rf --one-file-system -- "$path"
    message=$(mv -fT -- "$new" "$path" 2>&1) || { fail "$path: $message"; rm -f -- "$new"; }
}

enablement() {
    now=$(systemctl show -p UnitFileState --value -- "$1" 2>/dev/null)
    [ "$now" != "$3" ] || return
    case $now in masked*) systemctl unmask -- "$1"; systemctl unmask --runtime -- "$1" ;; esac
    case $3 in
        masked) systemctl mask -- "$1" ;;
        masked-runtime) systemctl mask --runtime -- "$1" ;;
        enabled) systemctl enable -- "$1" ;;
        enabled-runtime) systemctl enable --runtime -- "$1" ;;
        disabled) systemctl disable -- "$1" ;;
    esac
    now=$(systemctl show -p UnitFileState --value -- "$1" 2>/dev/null)
    [ "$now" = "$3" ] || fail "unit $1 is '$now' and not '$3'"
}

activity() {
    if [ "$2" = inactive ]; then
        ! systemctl is-active --quiet -- "$1" || [ "$reason" = boot ] || path="unit $1" try timeout 120 systemctl stop -- "$1"
        return
    fi
    if [ "$reason" = boot ]; then
        # It is ordered after us: waiting for it would wait for ourselves.
        systemctl --no-block start -- "$1"
        return
    fi
    case $restart in *" $1 "*) job=restart ;; *) job=start ;; esac
    [ ! -e "$here/restart/$1" ] || job=restart
    if [ "$job" = restart ] || ! systemctl is-active --quiet -- "$1"; then
        systemctl reset-failed -- "$1"
        path="unit $1" try timeout 120 systemctl "$job" -- "$1"
    fi
    systemctl is-active --quiet -- "$1" || fail "unit $1 does not run"
    rm -f -- "$here/restart/$1"
}

unit() {
    "$visit" "$@"
}

# "File exists", "Address already assigned": it is there, or something that does the same.
put() {
    if message=$(ip "$@" 2>&1); then
        missing=1
        say "put back: ip $*"
        return
    fi
    case $message in
        *xists* | *'lready assigned'*) ;;
        *'Cannot find device'*) [ "$round" -lt 20 ] || say "not put back, its link is gone: ip $*" ;;
        *) missing=1; [ "$round" -lt 20 ] || fail "ip $*: $message" ;;
    esac
}

left() {
    read -r up rest </proc/uptime
    left=$(($1 - ${up%.*}))
    [ "$left" -gt 0 ] || left=0
    printf '%s' "$left"
}

holds() {
    file=$1 value=$2
    shift 2
    if [ "$(cat "$file" 2>/dev/null)" = "$value" ]; then return; fi
    if [ $# != 0 ]; then
        put "$@"
    elif message=$(printf '%s\n' "$value" 2>&1 >"$file"); then
        missing=1
        say "put back: $value in $file"
    elif [ -e "$file" ]; then
        missing=1
        [ "$round" -lt 20 ] || fail "$file: $message"
    fi
}

spare() {
    path=$1
    shift
    [ -d "${path%/*}" ] || (umask 022 && try mkdir -p -- "${path%/*}")
    (umask 022 && printf '%s\n' "$@" >"$path") || fail "$path: can't be written"
}

# What a link of networkd was told of DNS: the link, a key of networkd's state file and what it said, and the call of its bus that says it.
told() {
    index=$(cat "/sys/class/net/$1/ifindex" 2>/dev/null) || { [ "$round" -lt 20 ] || say "not told again, its link is gone: $1 $2=$3"; return; }
    [ "$(says "$2")" != "$3" ] || return
    missing=1 line="$1 $2=$3" method=$4 types=$5
    shift 5
    bus='org.freedesktop.network1 /org/freedesktop/network1 org.freedesktop.network1.Manager'
    if message=$(timeout 10 busctl -- call $bus "$method" "$types" "$index" "$@" 2>&1); then
        say "told again: $line"
    elif [ "$round" -ge 20 ]; then
        fail "$line: ${message:-networkd did not answer}"
    fi
}

# Negative trust anchors are a set, in any order.
says() {
    words=$(sed -n "s/^$1=//p" "/run/systemd/netif/links/$index" 2>/dev/null)
    [ "$1" != DNSSEC_NTA ] || words=$(printf '%s' "$words" | tr ' ' '\n' | sort | paste -sd ' ')
    printf '%s' "$words"
}

# networkd deletes them when it configures its links, which is after it has started.
network() {
    [ -s "$here/network" ] || return
    round=0 quiet=0
    while [ "$quiet" -lt 5 ] && [ "$round" -lt 20 ]; do
        round=$((round + 1)) missing=0
        . "$here/network"
        quiet=$((quiet + 1))
        [ "$missing" = 0 ] || quiet=0
        [ "$quiet" -ge 5 ] || sleep 0.5
    done
}

tidy() {
    systemctl stop "holdfast-rollback-$id.timer" 2>/dev/null
    # One that failed before, and was asked again.
    systemctl reset-failed "holdfast-rollback-$id.service" 2>/dev/null
    holder=$(cat "$store/open" 2>/dev/null)
    [ -z "$holder" ] || [ "$holder" = "$id" ] || return 0
    rm -f -- "$boot_link" "$boot_unit"
    [ "$made_wants" = 0 ] || rmdir -- "${boot_link%/*}" 2>/dev/null
    rm -f -- "$store/open"
    sync "$store"
    # Whoever reloaded systemd meanwhile made it load the unit for the boot.
    [ -z "$(systemctl list-units --all --no-legend "${boot_unit##*/}" 2>/dev/null)" ] || timeout 60 systemctl daemon-reload
    return 0
}

roll_back() {
    say "is being rolled back ($reason)"
    rm -f -- "$here/reserve" "$here/failed.new"
    mkdir -p "$here/restart"
    write_state rolling_back || say 'its state could not be written'
    visit=put_back
    files
    timeout 60 systemctl daemon-reload || fail 'systemctl daemon-reload'
    visit=enablement
    units
    # Before networkd is restarted, which would take what this keeps.
    [ "$reason" = boot ] || [ ! -s "$here/spare" ] || . "$here/spare"
    visit=activity
    units
    [ "$reason" = boot ] || network
    visit=verify
    files
    timeout 30 sync -f "$here" /etc
}

# Whoever types it answers for it: nothing was proven. A deadline that waits for the lock finds it confirmed, and only tidies.
keep() {
    if [ "$was" != armed ]; then
        printf '%s\n' "checkpoint $id is ${was:-unreadable} and not armed, so there is nothing to keep; nothing was done" >&2
        return 3
    fi
    if ! write_state confirmed; then
        say 'its state could not be written, so it is still armed'
        return 1
    fi
    rm -f -- "$here/reserve"
    say 'confirmed (keep)'
    tidy
}

finish() {
    if [ "$bad" = 0 ]; then
        write_state rolled_back && say "was rolled back ($reason)" && tidy
        return
    fi
    write_state rollback_failed
    say "ROLLBACK FAILED ($reason); once the cause is gone, run: sh $here/restore.sh asked"
    return 1
}

main() {
    case $reason in
        check) visit=differs; files; return ;;
        asked | keep | deadline | boot) ;;
        *) printf '%s\n' "$reason is no word of this script; write check, asked or keep" >&2; return 2 ;;
    esac
    exec 9>>"$store/lock" && flock 9 || return
    was=$(state)
    [ "$reason" != keep ] || { keep; return; }
    holder=$(cat "$store/open" 2>/dev/null)
    if [ "$reason" = asked ] && [ -n "$holder" ] && [ "$holder" != "$id" ]; then
        printf '%s\n' "checkpoint $holder is open; confirm or roll back that one first" >&2
        return 3
    fi
    case $was:$reason in
        armed:* | rolling_back:* | rollback_failed:* | confirmed:asked | rolled_back:asked) ;;
        arming:*) reason='never armed'; write_state abandoned; tidy; return ;;
        *) tidy; return ;;
    esac
    roll_back
    finish
}

main
exit
"""
