#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The action plugin of this name does the work; this file documents it and is where its options come from.

from __future__ import annotations

DOCUMENTATION = r"""
module: rules
short_description: Load and check the rules of an audit
version_added: 0.1.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Reads every rule of the collection and of your own directories, compiles every expression, and checks overrides, waivers and parameters.
  - Runs on the controller and asks no host, so that a mistake is known before the audit begins.
  - All mistakes of all files are reported together, each with file, line, rule and what to write instead.
requirements:
  - jmespath (on the controller)
options:
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
  probe:
    description: The options with which M(holdfast.baseline.dns_probe) will be called, to be checked as well.
    version_added: 0.2.0
    type: dict
    default: {}
  variables:
    description:
      - Whether to check the variables of all hosts of the play whose names begin with C(holdfast_) as well.
      - There must be such a one in a role or playbook of this collection, and its value must be of its kind and within its bounds.
    version_added: 0.2.0
    type: bool
    default: false
extends_documentation_fragment:
  - holdfast.baseline.attributes
  - holdfast.baseline.attributes.read_only
  - holdfast.baseline.attributes.controller
seealso:
  - module: holdfast.baseline.assess
"""

EXAMPLES = r"""
- name: Check the catalogue before a host is asked
  holdfast.baseline.rules:
  run_once: true

- name: Check rules of our own, one of them milder and one waived on the lab's hosts
  holdfast.baseline.rules:
    rule_paths: [rules]
    overrides:
      resolver/single_upstream: {severity: low}
    waivers:
      - rule: routes/*
        host: lab*
        reason: rebuilt every night
        expires: "2027-01-31"
  run_once: true
"""

RETURN = r"""
rules:
  description: Every rule there is.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The rule's id, C(subject/name).
      type: str
      sample: routes/throw_routes_unprotected
    title:
      description: What a failing finding says.
      type: str
      sample: networkd will delete throw routes at its next restart
    severity:
      description: The severity, with overrides applied.
      type: str
      sample: high
    enabled:
      description: Whether hosts are assessed by it.
      type: bool
      sample: true
count:
  description: How many rules there are.
  returned: success
  type: int
  sample: 16
"""
