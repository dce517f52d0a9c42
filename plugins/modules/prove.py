#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The action plugin of this name does the work; this file documents it and is where its options come from.

from __future__ import annotations

DOCUMENTATION = r"""
module: prove
short_description: Tell whether a change has left a host worse
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Holds what was seen of a host before a change against what is seen now, and tells whether it may stay so.
  - Worse is a rule that fails or can't be judged any more and did not or could before, one that fails with a higher severity, a question that
    is no longer answered, a lost default route, a networkd or resolved that has stopped, and whatever else of the network is missing by the
    checkpoint's record of it.
  - A finding that was C(unknown) and fails now is no loss. It is seen now.
  - A waiver accepts what is, and not what a change makes. A rule that passed and is C(waived) now fails since the change.
  - Runs on the controller and asks no host. It fails no host either, see the example.
options:
  before:
    description: What M(holdfast.baseline.assess) returned before the change.
    type: dict
    required: true
  after:
    description: What it returns now.
    type: dict
    required: true
  facts_before:
    description: The facts of then, as M(holdfast.baseline.net_facts) returns them under C(ansible_facts.holdfast).
    type: dict
    default: {}
  before_again:
    description:
      - What it returned once more, before the change. What differs between two looks at a host that nobody has touched decides nothing.
    type: dict
    default: {}
  facts_before_again:
    description: The facts of that look.
    type: dict
    default: {}
  facts_after:
    description: The facts of now.
    type: dict
    default: {}
  probed:
    description:
      - The registered result of the M(holdfast.baseline.dns_probe) of now, run with O(holdfast.baseline.dns_probe#module:compare_with).
      - One that failed counts as worse. Leave it out where DNS was not probed.
    type: dict
    default: {}
  network:
    description:
      - The registered result of the M(holdfast.baseline.checkpoint_info) of now, run with O(holdfast.baseline.checkpoint_info#module:compare).
      - One that failed, and a network that can't be compared, count as worse.
      - Left out, only default routes and policy rules are compared, and of these those that the facts list.
    type: dict
    default: {}
  targets:
    description: The ids of the rules that the change was to mend. Those that failed before must not do so any more.
    type: list
    elements: str
    default: []
  accepted:
    description: The ids of the rules that the change makes fail because somebody asked for that. Their new failure is no loss.
    type: list
    elements: str
    default: []
  rebooted:
    description: Whether the host was rebooted in between. Then policy rules, and default routes outside of the main
      table, don't count, since the software that they belong to makes them anew.
    type: bool
    default: false
extends_documentation_fragment:
  - holdfast.baseline.attributes
  - holdfast.baseline.attributes.read_only
  - holdfast.baseline.attributes.controller
seealso:
  - module: holdfast.baseline.assess
  - module: holdfast.baseline.dns_probe
  - module: holdfast.baseline.checkpoint_info
"""

EXAMPLES = r"""
- name: See what the network has lost
  holdfast.baseline.checkpoint_info:
    compare: true
  register: compared

- name: See whether it is better
  holdfast.baseline.prove:
    before: "{{ before }}"
    after: "{{ after }}"
    facts_before: "{{ gathered_before.ansible_facts.holdfast }}"
    facts_after: "{{ gathered_after.ansible_facts.holdfast }}"
    network: "{{ compared }}"
    targets: [routes/throw_routes_unprotected]
  register: proven
  failed_when: proven.proof.status in ['worse', 'unmended']
"""

RETURN = r"""
proof:
  description: What became of the host.
  returned: success
  type: dict
  contains:
    status:
      description:
        - V(worse) where anything was lost; else V(unmended) where one of O(targets) still doesn't pass; else V(better) or V(same).
      type: str
      choices: [better, same, unmended, worse]
      sample: worse
    why:
      description: A line for each reason to go back.
      type: list
      elements: str
      sample: ["resolver/no_server fails since the change: no resolver is known"]
    mended:
      description: The rules that failed before and don't now.
      type: list
      elements: str
      sample: ["routes/throw_routes_unprotected"]
"""
