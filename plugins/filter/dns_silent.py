# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: dns_silent
short_description: Tell which servers answered nothing usable in a probe
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - A server is silent unless it answered at least one question with C(NOERROR) or C(NXDOMAIN). One that wasn't asked is silent, too.
positional: servers
options:
  _input:
    description: What M(holdfast.baseline.dns_probe) returned as RV(holdfast.baseline.dns_probe#module:probe).
    type: dict
    required: true
  servers:
    description: The servers, as P(holdfast.baseline.dns_servers#filter) gives them, whose C(reference) was among the probe's references.
    type: list
    elements: dict
    required: true
seealso:
  - plugin: holdfast.baseline.dns_servers
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Ask the servers from the host
  holdfast.baseline.dns_probe:
    names: [{name: ., types: [NS]}]
    references: "{{ wanted | holdfast.baseline.dns_servers | map(attribute='reference') | list }}"
  register: probed

- name: Stop where one does not answer
  ansible.builtin.assert:
    that: probed.probe | holdfast.baseline.dns_silent(wanted | holdfast.baseline.dns_servers) | length == 0
"""

RETURN = r"""
_value:
  description: The servers, each with the reason.
  type: list
  elements: str
  sample: ["192.0.2.9 (udp/tcp: timeout)"]
"""

from typing import Any, Callable

from ansible_collections.holdfast.baseline.plugins.plugin_utils._dns_servers import silent
from ansible_collections.holdfast.baseline.plugins.plugin_utils._plain import plain


def dns_silent(probe: Any, servers: Any) -> list[str]:
    """The servers that answered nothing usable."""
    return silent(plain(probe), plain(servers))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"dns_silent": dns_silent}
