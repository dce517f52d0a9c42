# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""Sockets towards servers, bound to a link as systemd-resolved binds its own, and the words for why one fails."""

from __future__ import annotations

import asyncio
import errno
import functools
import os
import socket
import ssl
import struct

from ansible_collections.holdfast.baseline.plugins.module_utils._dns._pace import is_loopback

# linux/in.h, linux/in6.h, asm-generic/socket.h
_IP_RECVERR, _IPV6_RECVERR = 11, 25
_IP_UNICAST_IF, _IPV6_UNICAST_IF = 50, 76
_SO_BINDTODEVICE = 25

_WORDS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.ECONNABORTED: "reset",
    errno.EPIPE: "reset",
    errno.EPERM: "denied",
    errno.EACCES: "denied",
    errno.ETIMEDOUT: "timeout",
    errno.ENETUNREACH: "unreachable",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETDOWN: "unreachable",
    errno.EHOSTDOWN: "unreachable",
    errno.ENODEV: "unreachable",
    errno.ENXIO: "unreachable",
    errno.EADDRNOTAVAIL: "unreachable",
    errno.EAFNOSUPPORT: "unreachable",
}
_MAX_DETAIL = 200


class Unusable(OSError):
    """No question can leave to this address from here."""


def words(error: Exception, shaking_hands: bool = False) -> tuple[str, str]:
    """The kind of error as of a cell, and a line about it; shaking_hands: it came between TCP's connection and TLS's."""
    if shaking_hands and isinstance(error, ConnectionError):
        return "tls", "the server closed the connection during the TLS handshake"
    if isinstance(error, ssl.SSLError):
        return "tls", _tls_words(error)
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        return "timeout", "no connection in time"
    if isinstance(error, Unusable):
        return "unreachable", str(error)
    if isinstance(error, ConnectionError) and not error.errno:
        return "reset", "the server closed the connection"
    if isinstance(error, OSError):
        text = os.strerror(error.errno).lower() if error.errno else str(error)
        return _WORDS.get(error.errno or 0, "failed"), text[:_MAX_DETAIL]
    return "failed", " ".join(str(error).split())[:_MAX_DETAIL]


def _tls_words(error: ssl.SSLError) -> str:
    """X509_verify_cert_error_string(3) for certificates, else the library's reason."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not trusted: {error.verify_message}"[:_MAX_DETAIL]
    reason = str(error.reason or "").replace("_", " ").lower()
    if reason in ("wrong version number", "packet length too long", "record layer failure", "http request", "unknown protocol"):
        return f"the server does not speak TLS here ({reason})"
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "the server closed the connection during the TLS handshake"
    return reason[:_MAX_DETAIL] or "the TLS handshake failed"


@functools.lru_cache(maxsize=2)
def tls_context(verify: bool) -> ssl.SSLContext:
    """A client's context with the authorities that this host trusts; loading these costs some 20 ms."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def destination(address: str, port: int, device: str) -> tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]:
    """The family and the socket address; OSError for what is no address, or for a link that isn't there.

    The zone of a link-local IPv6 address is the one it names, else `device`.
    """
    plain, _percent, zone = address.partition("%")
    if ":" not in plain:
        socket.inet_pton(socket.AF_INET, plain)
        return socket.AF_INET, (plain, port)
    socket.inet_pton(socket.AF_INET6, plain)
    link = zone or device
    if not link and plain.lower().startswith("fe80:"):
        raise Unusable("a link-local address needs a link")
    return socket.AF_INET6, (plain, port, 0, _index(link) if link else 0)


def _index(link: str) -> int:
    if link.isdigit():
        return int(link)
    try:
        return socket.if_nametoindex(link)
    except OSError:
        raise Unusable(f"there is no link {link}"[:_MAX_DETAIL]) from None


def datagram(address: str, port: int, device: str) -> socket.socket:
    """A connected UDP socket that tells of ICMP errors; OSError as of socket(7)."""
    return _open(socket.SOCK_DGRAM, address, port, device)


async def stream(loop: asyncio.AbstractEventLoop, address: str, port: int, device: str) -> socket.socket:
    """A connected TCP socket; OSError as of tcp(7)."""
    opened = _open(socket.SOCK_STREAM, address, port, device)
    try:
        # connect(2) again on a socket that is connecting waits for its end, on Linux.
        await loop.sock_connect(opened, destination(address, port, device)[1])
    except BaseException:
        opened.close()
        raise
    return opened


def _open(kind: socket.SocketKind, address: str, port: int, device: str) -> socket.socket:
    """As dns_scope_socket() of resolved-dns-scope.c (systemd 252 and 257) does it."""
    family, to = destination(address, port, device)
    opened = socket.socket(family, kind | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    try:
        _set_options(opened, kind, family)
        if device and not is_loopback(address) and not _is_own(family, to):
            _connect_by(opened, family, to, device)
        else:
            _connect(opened, to)
    except BaseException:
        opened.close()
        raise
    return opened


def _set_options(opened: socket.socket, kind: socket.SocketKind, family: socket.AddressFamily) -> None:
    if kind == socket.SOCK_STREAM:
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    elif family == socket.AF_INET:
        opened.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
    else:
        opened.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)


def _is_own(family: socket.AddressFamily, to: tuple[str, int] | tuple[str, int, int, int]) -> bool:
    """Whether the address is one of this host's: packets to it leave by no link."""
    with socket.socket(family, socket.SOCK_DGRAM) as scratch:
        try:
            scratch.bind((to[0], 0, *to[2:]))
        except OSError:
            return False
    return True


def _connect_by(
    opened: socket.socket, family: socket.AddressFamily, to: tuple[str, int] | tuple[str, int, int, int], device: str
) -> None:
    """IP_UNICAST_IF for what is sent, and a device binding for the route that connect(2) looks up, undone at once."""
    index = struct.pack("!I", _index(device))
    if family == socket.AF_INET:
        opened.setsockopt(socket.IPPROTO_IP, _IP_UNICAST_IF, index)
    else:
        opened.setsockopt(socket.IPPROTO_IPV6, _IPV6_UNICAST_IF, index)
    opened.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, device.encode() + b"\0")
    _connect(opened, to)
    try:
        opened.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, b"\0")
    except PermissionError:
        # Without CAP_NET_RAW a binding can be made but not undone, which only means a stricter one.
        pass


def _connect(opened: socket.socket, to: tuple[str, int] | tuple[str, int, int, int]) -> None:
    try:
        opened.connect(to)
    except BlockingIOError:
        pass
