#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_probe
short_description: Ask DNS questions from a host, through every layer that its lookups pass
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Asks the C library, the servers of C(/etc/resolv.conf), systemd-resolved's stub, proxy, cache and network, each upstream over UDP, TCP and,
    where it is configured, DNS over TLS, and reference servers of yours. Names the layer that is broken, and what still works beside it.
  - For every zone it also asks for a label that can't exist. A resolver may answer all that exists and hang on what doesn't.
  - All questions are in flight at once, under one deadline for the whole probe. A dead server costs that deadline once.
  - Sends questions and changes nothing. A host that can't be probed gets C(status=unknown) with C(why) in RV(probe), not a failed task.
notes:
  - Without O(names) and O(zones) two harmless questions are asked, C(. NS) and a random label below C(example.com). They tell whether
    DNS works, not whether the names of your workload do.
  - Needs dnspython 2.6.1 or newer. A host that has none gets the controller's for the length of the task, in memory; it is never written to disk.
    Where neither has one, RV(probe) says what to install.
  - Names are written in ASCII, those with other letters as A-labels (C(xn--bcher-kva.example)).
  - Mistakes in the options are told together and on the controller, before the host is asked.
options:
  names:
    description:
      - Names that the workload needs. Each is a text such as V(www.example.com), or a mapping with C(name), C(types) and C(expect).
      - C(types) is a list of record types, V([A]) if it is left out.
      - C(expect) is V(answer), the default, for at least one record; V(same) for whatever it is, as long as every layer says the same;
        the name of an rcode, such as V(NXDOMAIN) or V(NOERROR); or a list of all the answers, such as V([192.0.2.1, "2001:db8::1"]).
      - The C library is asked for the name as it is written, with C(/etc/hosts) and the search list.
    type: list
    elements: raw
    default: []
  zones:
    description:
      - Zones in which a label that can't exist must be answered with C(NXDOMAIN).
      - Left out, they are the parent domains of O(names). The routing domains of the host's links are always asked, too.
    type: list
    elements: str
    default: []
  own_names:
    description:
      - Where there are neither O(names) nor O(zones), also ask for names that the host itself tells of, at most eight. These are its search and
        routing domains, and the hosts of its repositories, time servers and peers (apt, dnf, systemd-timesyncd, chrony, ntp, WireGuard, fstab).
      - They serve the comparison with O(compare_with) only, and give no verdicts. Nobody said that the host needs them.
    type: bool
    default: false
  references:
    description:
      - Servers to compare with, asked straight from the host. Each is an address, with a C(#) and the name in its certificate if it is to be asked
        over TLS, too, as in V(192.0.2.53#dns.example.net); or a mapping with C(address), C(port), C(transports) and C(server_name).
      - C(transports) is a list of V(udp), V(tcp) and V(tls), V([udp, tcp]) if it is left out, and with a C(server_name) all three.
      - C(port) is 53, or 853 for TLS, if it is left out.
    type: list
    elements: raw
    default: []
  tls:
    description: Whether to ask upstreams over DNS over TLS also where that isn't configured.
    type: bool
    default: false
  connect:
    description: What to connect to, once its name is resolved, to tell a fault of DNS from one of the service.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: The name of the service, or its address.
        type: str
        required: true
      port:
        description: Its TCP port.
        type: int
        required: true
      tls:
        description: Whether to shake hands over TLS and check the certificate, too.
        type: bool
        default: false
  deadline:
    description: How many seconds the whole exchange may take, from 1 to 60. Retries fit inside it.
    type: float
    default: 12
  rate:
    description:
      - How many questions a second one server may be asked by this host, 0 for no limit. Servers on the host itself have none.
      - Many hosts behind one address share the patience of a public resolver.
    type: int
    default: 50
  slow_ms:
    description: From how many milliseconds on a layer that always takes so long is called slow.
    type: int
    default: 500
  compare_with:
    description: What an earlier task returned as RV(probe), to tell in RV(compared) what has become better or worse since.
    type: dict
    default: {}
  compare_also:
    description:
      - A second one from the same time. What was answered in only one of the two, while nobody had changed anything, is left out of the comparison.
    type: dict
    default: {}
  _dnspython:
    description: The controller's dnspython, as a zip in base64. It is set by the action plugin; leave it out.
    type: str
    default: ""
extends_documentation_fragment:
  - holdfast.baseline.attributes
  - holdfast.baseline.attributes.read_only
attributes:
  action:
    description: Has an action plugin, so that options are read on the controller.
    support: full
seealso:
  - module: holdfast.baseline.net_facts
  - module: holdfast.baseline.assess
"""

EXAMPLES = r"""
- name: See whether DNS works at all
  holdfast.baseline.dns_probe:
  register: probed

- name: Show what is broken, and where
  ansible.builtin.debug:
    msg: "{{ probed.probe.verdicts | map(attribute='text') }}"

- name: Ask for what the workload needs, and compare with a resolver that is known to be good
  holdfast.baseline.dns_probe:
    names:
      - www.example.com
      - {name: db.internal.example, types: [A, AAAA], expect: ["192.0.2.7", "2001:db8::7"]}
      - {name: old.example.com, expect: NXDOMAIN}
    zones: [example.com, internal.example]
    references: [192.0.2.53#dns.example.net]
    deadline: 5

- name: Look before a change
  holdfast.baseline.dns_probe:
    names: [www.example.com]
  register: before

- name: Look again after it
  holdfast.baseline.dns_probe:
    names: [www.example.com]
    compare_with: "{{ before.probe }}"
  register: after
  failed_when: after.compared.overall == 'worse'

- name: See whether it is DNS at all
  holdfast.baseline.dns_probe:
    names: [www.example.com]
    connect:
      - {name: www.example.com, port: 443, tls: true}
"""

RETURN = r"""
probe:
  description: What was asked, what came back, and what that means. Lists are bounded; C(<name>_cut) tells how many entries were left out.
  returned: success
  type: dict
  contains:
    status:
      description: C(unknown) where the host couldn't be probed.
      type: str
      choices: [ok, unknown]
      sample: ok
    why:
      description: Why it is C(unknown), or what of it is missing where it isn't C(complete).
      type: str
      sample: ""
    complete:
      description: Whether every layer that the host has was asked every question.
      type: bool
      sample: true
    took_ms:
      description: How many milliseconds the exchange took.
      type: float
      sample: 31.4
    dnspython:
      description: Which dnspython was used.
      type: dict
      contains:
        version:
          description: Its version.
          type: str
          sample: 2.7.0
        from:
          description: Whose it was.
          type: str
          choices: [host, controller]
          sample: controller
    layers:
      description: The places where names are looked up, from programs outwards.
      type: list
      elements: dict
      contains:
        name:
          description: What it is called in the rest of the probe.
          type: str
          sample: upstream 192.0.2.1 tls (eth0)
        kind:
          description: What it is.
          type: str
          choices: [libc, resolv.conf, stub, proxy, cache, network, upstream, reference]
          sample: upstream
        transport:
          description: How it was asked.
          type: str
          choices: [libc, varlink, udp, tcp, tls]
          sample: tls
        address:
          description: The address of the server, or the path of the socket; empty for the C library.
          type: str
          sample: 192.0.2.1
        device:
          description: The link by which questions leave; empty where routing decides.
          type: str
          sample: eth0
        port:
          description: The port of the server; 0 for what has none.
          type: int
          sample: 853
        scope:
          description: The link, or what else of systemd-resolved, that the server belongs to; empty for other layers.
          type: str
          sample: eth0
    questions:
      description: What was asked at each layer.
      type: list
      elements: dict
      contains:
        key:
          description: What the question is called, the same in every probe.
          type: str
          sample: absent.example.com A
        rtype:
          description: The record type.
          type: str
          sample: A
        absent:
          description: Whether it was asked for a label that can't exist.
          type: bool
          sample: true
        expect:
          description: What a right answer is.
          type: str
          sample: NXDOMAIN
        from:
          description: Where the host tells of the name; empty for what was asked because somebody said so.
          type: str
          sample: ""
        answered:
          description: Whether any layer gave the right answer.
          type: bool
          sample: true
    cells:
      description: What came back, for each question at each layer.
      type: list
      elements: dict
      contains:
        layer:
          description: The name of the layer.
          type: str
          sample: stub 127.0.0.53 udp
        question:
          description: The key of the question.
          type: str
          sample: www.example.com A
        state:
          description: Whether it is as expected. A C(skipped) cell says nothing, such as an empty cache.
          type: str
          choices: [ok, bad, skipped, unknown]
          sample: ok
        kind:
          description: What is wrong with a C(bad) one; empty otherwise.
          type: str
          sample: ""
        why:
          description: One line about it.
          type: str
          sample: ""
        rcode:
          description: The rcode; null where there was no reply.
          type: str
          sample: NOERROR
        answers:
          description: The records of the asked type in text, sorted, at the end of the CNAMEs.
          type: list
          elements: str
          sample: [192.0.2.1]
        ttl:
          description: The smallest TTL of them, in seconds.
          type: int
          sample: 300
        flags:
          description: The flags of the reply's header.
          type: list
          elements: str
          sample: [qr, rd, ra]
        ede:
          description: Extended DNS errors (RFC 8914), each with C(code) and C(text).
          type: list
          elements: dict
          sample: []
        bytes:
          description: The length of the reply.
          type: int
          sample: 60
        source:
          description: Where systemd-resolved says it has the answer from.
          type: str
          sample: null
        tries:
          description: How often the question was sent.
          type: int
          sample: 1
        ms:
          description: Milliseconds from the sending that was answered to its reply.
          type: float
          sample: 3.1
        waited_ms:
          description: Milliseconds from the first sending.
          type: float
          sample: 3.1
        error:
          description: Why there was no reply; null where there was one.
          type: str
          choices: [timeout, refused, unreachable, denied, reset, tls, miss, unsupported, failed]
          sample: null
        detail:
          description: One line about the error.
          type: str
          sample: ""
        junk:
          description: How many replies weren't believed, by reason.
          type: dict
          sample: {"wrong_id": 1}
        follow:
          description: The same question asked in other ways where the answer asked for that, by their names C(again), C(no_edns), C(large) and C(cd).
          type: dict
          sample: {}
    verdicts:
      description: What the cells mean, the graver first; empty where nothing is wrong.
      type: list
      elements: dict
      contains:
        kind:
          description: What is wrong.
          type: str
          choices:
            - timeout
            - unreachable
            - hang_on_nxdomain
            - servfail
            - refused
            - dnssec
            - nxdomain_unexpected
            - nodata_unexpected
            - rcode_unexpected
            - differs
            - stale
            - tls
            - tcp_unreachable
            - truncated
            - edns_dropped
            - slow
          sample: hang_on_nxdomain
        layer:
          description: What is broken; a layer, a whole server, C(systemd-resolved), C(/etc/hosts), or C(every server) where all say the same.
          type: str
          sample: upstream 192.0.2.1 tls (eth0)
        layers:
          description: All layers that show it.
          type: list
          elements: str
          sample: [stub 127.0.0.53 udp, upstream 192.0.2.1 tls (eth0)]
        questions:
          description: The questions that show it.
          type: list
          elements: str
          sample: [absent.example.com A]
        names:
          description: The names of these questions.
          type: list
          elements: str
          sample: []
        zones:
          description: The zones in which it is seen for a label that can't exist.
          type: list
          elements: str
          sample: [example.com]
        effect:
          description:
            - C(broken) where programs don't get the right answer, C(degraded) where they still do, C(unknown) where nobody could ask as they do.
          type: str
          choices: [broken, degraded, unknown]
          sample: broken
        still:
          description: The layers that answer the same questions as expected.
          type: list
          elements: str
          sample: [upstream 192.0.2.1 udp (eth0)]
        rate_limited:
          description: Whether it refuses now and then only.
          type: bool
          sample: false
        text:
          description: The verdict in one line.
          type: str
          sample: "upstream 192.0.2.1 tls (eth0): never answers for names that don't exist: absent.example.com A (no reply)"
    search:
      description: How many questions a short name costs by the search list.
      type: dict
    connections:
      description: What came of O(connect), one entry for each address.
      type: list
      elements: dict
      contains:
        name:
          description: The name.
          type: str
          sample: www.example.com
        port:
          description: The port.
          type: int
          sample: 443
        address:
          description: The address it was resolved to; null where it wasn't.
          type: str
          sample: 192.0.2.1
        tls:
          description: Whether TLS was tried.
          type: bool
          sample: true
        ok:
          description: Whether it was reached and, with TLS, its certificate is good.
          type: bool
          sample: true
        ms:
          description: Milliseconds it took.
          type: float
          sample: 12.5
        error:
          description: Why it wasn't.
          type: str
          sample: null
        detail:
          description: One line about the error.
          type: str
          sample: ""
        not_after:
          description: When its certificate expires, in seconds since 1970; null where there was none.
          type: int
          sample: 1798761599
    loss:
      description: Servers that answered only when asked again.
      type: list
      elements: dict
compared:
  description: This probe against the one in O(compare_with), question by question.
  returned: success, with O(compare_with)
  type: dict
  contains:
    status:
      description: C(unknown) where one of the two has nothing to compare.
      type: str
      choices: [ok, unknown]
      sample: ok
    why:
      description: Why it is C(unknown).
      type: str
      sample: ""
    overall:
      description: The worst of the questions; C(worse), too, where nobody can tell any more.
      type: str
      choices: [better, same, worse]
      sample: better
    questions:
      description:
        - For each question of the earlier probe its C(result) and that of each of its C(layers); C(why) where it was not asked again.
        - A label that can't exist in a routing domain isn't asked for again where the domain is gone, and is worse then if it was answered.
      type: dict
      sample: {"www.example.com A": {"result": "better", "layers": {"C library": "better"}}}
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.respawn import has_respawned, probe_interpreters_for_module, respawn_module
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._dnspython import NoDnspython, bring
from ansible_collections.holdfast.baseline.plugins.module_utils._dns._options import read, told
from ansible_collections.holdfast.baseline.plugins.module_utils._host import Host

# Ansible hands the options on through a pipe that nobody reads yet: more than it holds hangs, a zip for certain.
_SMALL = 16_384
_LOOK_SECONDS = 3.0  # for each command that tells which servers there are; one that hangs is a finding soon enough
_SYSTEM_PYTHONS = ["/usr/bin/python3", "/usr/libexec/platform-python"]
_SPEC: dict[str, Any] = {
    "names": {"type": "list", "elements": "raw", "default": []},
    "zones": {"type": "list", "elements": "str", "default": []},
    "references": {"type": "list", "elements": "raw", "default": []},
    "own_names": {"type": "bool", "default": False},
    "tls": {"type": "bool", "default": False},
    "connect": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "name": {"type": "str", "required": True},
            "port": {"type": "int", "required": True},
            "tls": {"type": "bool", "default": False},
        },
    },
    "deadline": {"type": "float", "default": 12},
    "rate": {"type": "int", "default": 50},
    "slow_ms": {"type": "int", "default": 500},
    "compare_with": {"type": "dict", "default": {}},
    "compare_also": {"type": "dict", "default": {}},
    "_dnspython": {"type": "str", "default": "", "no_log": True},
}


def main() -> None:
    module = AnsibleModule(argument_spec=_SPEC, supports_check_mode=True)
    options, mistakes = read(module.params)
    if mistakes:
        module.fail_json(msg=told(mistakes))
    module.exit_json(changed=False, probe=look(options, module.params["_dnspython"]))


def look(options: dict[str, Any], sent: str) -> dict[str, Any]:
    """The fact `probe`."""
    try:
        dnspython = bring(sent)
    except NoDnspython as missing:
        if not sent and len(repr(options)) < _SMALL:
            try_elsewhere()
        return {"status": "unknown", "why": str(missing)}
    # Not before: the engine needs what was just brought.
    from ansible_collections.holdfast.baseline.plugins.module_utils._dns._probe import probe

    try:
        return {**probe(Host(timeout=_LOOK_SECONDS), options), "dnspython": dnspython}
    except Exception as error:  # what a strange host brings about is no reason to end a play
        return {"status": "unknown", "why": f"the probe failed: {type(error).__name__}: {error}"[:300], "dnspython": dnspython}


def try_elsewhere() -> None:
    """Start anew in a system Python that has a dnspython, if there is one: does not return then."""
    if not has_respawned():
        found = probe_interpreters_for_module(_SYSTEM_PYTHONS, "dns.version")
        if found:
            respawn_module(found)


if __name__ == "__main__":
    main()
