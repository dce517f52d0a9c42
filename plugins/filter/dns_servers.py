# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: dns_servers
short_description: Tell who runs the DNS servers of a list, and how a probe asks them
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Reads servers as C(DNS=) of C(resolved.conf) has them. What systemd-resolved would pass over is left out.
  - Counts who runs them as the rule C(resolver/single_upstream) does.
positional: dns_over_tls
options:
  _input:
    description: The servers, such as V(9.9.9.9#dns.quad9.net).
    type: list
    elements: str
    required: true
  dns_over_tls:
    description: What C(DNSOverTLS=) is to be. With V(yes) a probe asks over TLS only.
    type: str
    default: "no"
seealso:
  - plugin: holdfast.baseline.dns_silent
    plugin_type: filter
  - module: holdfast.baseline.dns_probe
"""

EXAMPLES = r"""
- name: Show how many independent operators there are
  ansible.builtin.debug:
    msg: "{{ ['1.1.1.1', '1.0.0.1', '9.9.9.9'] | holdfast.baseline.dns_servers | map(attribute='operator') | unique | length }}"
"""

RETURN = r"""
_value:
  description: One entry for each server.
  type: list
  elements: dict
  contains:
    server:
      description: As it was written.
      type: str
      sample: 9.9.9.9#dns.quad9.net
    address:
      description: Its address.
      type: str
      sample: 9.9.9.9
    operator:
      description: Who runs it. Where nobody knows, the name that its certificate must have, or else its address.
      type: str
      sample: Quad9
    reference:
      description: The entry for C(references) of M(holdfast.baseline.dns_probe).
      type: dict
      sample: {address: 9.9.9.9, transports: [udp, tcp]}
"""

from typing import Any, Callable

from ansible_collections.holdfast.baseline.plugins.plugin_utils._dns_servers import servers
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import plain


def dns_servers(words: Any, dns_over_tls: Any = "no") -> list[dict[str, Any]]:
    """The servers of a list, or of a text of words."""
    given = plain(words)
    return servers(given.replace(",", " ").split() if isinstance(given, str) else given, plain(dns_over_tls))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"dns_servers": dns_servers}
