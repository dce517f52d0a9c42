# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
import warnings

import pytest
from ansible_collections.holdfast.baseline.plugins.module_utils._dns import _dial


def tls_error(reason="", kind=ssl.SSLError):
    error = kind(1, reason)
    error.reason = reason
    return error


def certificate_error(message):
    error = tls_error("CERTIFICATE_VERIFY_FAILED", ssl.SSLCertVerificationError)
    error.verify_message = message
    return error


@pytest.mark.parametrize(
    ("error", "kind", "detail"),
    [
        (OSError(errno.ECONNREFUSED, "Connect call failed"), "refused", "connection refused"),
        (OSError(errno.EHOSTUNREACH, ""), "unreachable", "no route to host"),
        (OSError(errno.EPERM, ""), "denied", "operation not permitted"),
        (OSError(errno.ECONNRESET, ""), "reset", "connection reset by peer"),
        (OSError(errno.EMFILE, ""), "failed", "too many open files"),
        (OSError("no number"), "failed", "no number"),
        (_dial.Unusable("there is no link eth9"), "unreachable", "there is no link eth9"),
        (TimeoutError(), "timeout", "no connection in time"),
        (ValueError("two\nlines"), "failed", "two lines"),
        (certificate_error("certificate has expired"), "tls", "certificate not trusted: certificate has expired"),
        (tls_error("WRONG_VERSION_NUMBER"), "tls", "the server does not speak TLS here (wrong version number)"),
        (tls_error("NO_SHARED_CIPHER"), "tls", "no shared cipher"),
        (tls_error("", ssl.SSLEOFError), "tls", "the server closed the connection during the TLS handshake"),
    ],
)
def test_words(error, kind, detail):
    assert _dial.words(error) == (kind, detail)


@pytest.mark.parametrize(
    ("address", "device", "expected"),
    [
        ("192.0.2.1", "lo", (socket.AF_INET, ("192.0.2.1", 53))),
        ("2001:db8::1", "", (socket.AF_INET6, ("2001:db8::1", 53, 0, 0))),
        ("fe80::1%lo", "", (socket.AF_INET6, ("fe80::1", 53, 0, 1))),
        ("fe80::1%1", "", (socket.AF_INET6, ("fe80::1", 53, 0, 1))),
        ("fe80::1", "lo", (socket.AF_INET6, ("fe80::1", 53, 0, 1))),
    ],
)
def test_destination(address, device, expected):
    assert _dial.destination(address, 53, device) == expected


@pytest.mark.parametrize(
    ("address", "device"),
    [("fe80::1", ""), ("fe80::1", "holdfast-none"), ("fe80::1%holdfast-none", ""), ("example.com", ""), ("", ""), ("127.1", "")],
)
def test_no_destination(address, device):
    with pytest.raises(OSError):
        _dial.destination(address, 53, device)


def test_a_context_checks_or_does_not():
    strict, lax = _dial.tls_context(True), _dial.tls_context(False)
    assert (strict.verify_mode, strict.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert (lax.verify_mode, lax.check_hostname) == (ssl.CERT_NONE, False)
    assert {strict.minimum_version, lax.minimum_version} == {ssl.TLSVersion.TLSv1_2}


def fail():
    with contextlib.suppress(OSError):
        _dial.datagram("192.0.2.1", 53, "holdfast-none")


def test_a_socket_that_fails_is_closed():
    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always")
        fail()
    assert not left
