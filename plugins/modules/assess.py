#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The action plugin of this name does the work; this file documents it and is where its options come from.

from __future__ import annotations

DOCUMENTATION = r"""
module: assess
short_description: Judge the facts of a host by the rules
version_added: 0.1.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Holds the facts that M(holdfast.baseline.net_facts) gathered against every rule and returns one finding for each.
  - Runs on the controller and asks no host.
  - What wasn't seen, or was seen only in part, never makes a C(pass) or a C(not_applicable); the finding is C(unknown) and says what was missing.
requirements:
  - jmespath (on the controller)
options:
  facts:
    description: The facts to judge, as M(holdfast.baseline.net_facts) returns them under C(ansible_facts.holdfast).
    type: dict
    default: {}
  gathered:
    description:
      - The registered result of the task that gathered the facts.
      - Tells a host that wasn't reached, or whose facts failed, from one that was; such a host gets no findings, whatever O(facts) holds.
    type: dict
    default: {}
  probed:
    description:
      - The registered result of M(holdfast.baseline.dns_probe), for the rules that judge a probe.
      - Such rules are C(not_applicable) where there was no probe, and C(unknown) where it failed.
    version_added: 0.2.0
    type: dict
    default: {}
  rule_paths:
    description:
      - Directories with rules of your own, laid out like the collection's C(rules/), as C(<subject>/<rule>.yml).
      - They come on top of the collection's own. A relative path is taken from the playbook's directory.
    type: list
    elements: path
    default: []
  overrides:
    description:
      - What to change about rules without touching their files, as a mapping from a rule's id to C(severity) or C(enabled).
      - A severity that is set here is final; the rule's own C(escalates) no longer raises it.
    type: dict
    default: {}
  waivers:
    description:
      - Failing findings that somebody accepts.
      - An expired waiver lets the finding fail again and is named in its C(reason).
    type: list
    elements: dict
    default: []
    suboptions:
      rule:
        description: The id of a rule, or a pattern such as C(routes/*).
        type: str
        required: true
      host:
        description: The inventory name of a host, or a pattern such as C(web*).
        type: str
        required: true
      reason:
        description: Why the finding is accepted.
        type: str
        required: true
      expires:
        description: The last day on which the waiver holds (UTC), as C(YYYY-MM-DD).
        type: str
        required: true
  params:
    description:
      - Values for the parameters that rules read as C(params.<name>), for example C(watch_names).
      - What isn't set has the default of the rule that reads it.
    type: dict
    default: {}
  subjects:
    description:
      - Judge only the rules of these subjects, such as V(probe). The subject of a rule is the directory it stands in.
      - All rules are judged where none is named.
    version_added: 0.2.0
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - holdfast.baseline.attributes
  - holdfast.baseline.attributes.read_only
  - holdfast.baseline.attributes.controller
seealso:
  - module: holdfast.baseline.net_facts
  - module: holdfast.baseline.dns_probe
  - module: holdfast.baseline.rules
"""

EXAMPLES = r"""
- name: Gather the facts
  holdfast.baseline.net_facts:
  register: gathered
  ignore_errors: true
  ignore_unreachable: true

- name: Judge them
  holdfast.baseline.assess:
    facts: "{{ ansible_facts.holdfast | default({}) }}"
    gathered: "{{ gathered }}"

- name: Show what fails
  ansible.builtin.debug:
    msg: "{{ ansible_facts.holdfast_findings | selectattr('status', 'equalto', 'fail') }}"
"""

RETURN = r"""
ansible_facts:
  description: The findings and whether the host could be looked at.
  returned: success
  type: dict
  contains:
    holdfast_host:
      description: Whether the host could be looked at.
      type: dict
      contains:
        status:
          description: How far the audit got.
          type: str
          choices: [reached, unreachable, error]
          sample: reached
        why:
          description: One line, why the host wasn't reached or its facts failed; empty otherwise.
          type: str
          sample: ""
        os:
          description: The host's operating system in short; empty where it isn't known.
          type: str
          sample: Debian 13
        systemd:
          description: The version of its systemd; null where it isn't known.
          type: int
          sample: 257
        probe:
          description: The matrix of the probe in words, as C(docs/report.schema.json) describes it. Only where there was a probe.
          type: dict
    holdfast_findings:
      description: One finding for each enabled rule; empty for a host that wasn't reached.
      type: list
      elements: dict
      contains:
        rule:
          description: The rule's id.
          type: str
          sample: routes/throw_routes_unprotected
        host:
          description: The host's name in the inventory.
          type: str
          sample: exit1
        status:
          description: What came out.
          type: str
          choices: [pass, fail, unknown, not_applicable, waived]
          sample: fail
        severity:
          description: How grave it is, with overrides and escalation applied.
          type: str
          choices: [info, low, medium, high, critical]
          sample: high
        title:
          description: What a failing finding says.
          type: str
          sample: networkd will delete throw routes at its next restart
        evidence:
          description:
            - Labels and what the host showed, where the rule failed.
            - Texts of more than 500 characters and lists of more than 20 entries are cut, and say so at the end.
          type: dict
          sample: {"setting": "ManageForeignRoutes=yes (default)"}
        why:
          description: Why it matters. Empty in C(pass) and C(not_applicable).
          type: str
          sample: Tailscale never puts its throw routes back.
        remedy:
          description: What mends it, as C(text), and where a role does it, C(role) and C(tags). Empty in C(pass) and C(not_applicable).
          type: dict
          sample: {"text": "Set ManageForeignRoutes=no."}
        references:
          description: Where to read on. Empty in C(pass) and C(not_applicable).
          type: list
          elements: str
          sample: [networkd.conf(5)]
        reason:
          description: One line, why the status is C(unknown), C(not_applicable) or C(waived), or that a waiver has expired; empty otherwise.
          type: str
          sample: "routes.networkd: needs become"
        waiver:
          description: The waiver for this finding, also when it has expired. Only where there is one.
          type: dict
          sample: {"rule": "routes/*", "host": "lab*", "reason": "rebuilt every night", "expires": "2027-01-31"}
"""
