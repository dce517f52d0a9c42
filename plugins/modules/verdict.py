#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The action plugin of this name does the work; this file documents it and is where its options come from.

from __future__ import annotations

DOCUMENTATION = r"""
module: verdict
short_description: Fail a host by what the audit found, or by how its change ended
version_added: 0.1.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Fails exactly the hosts that the report counts as failing, each with one line that says why, and skips all others.
  - Runs on the controller and asks no host. Run it last, so that the report of the whole fleet is written before any host is failed.
options:
  assessed:
    description: The name of the variable under which the result of M(holdfast.baseline.assess) was registered.
    type: str
    required: true
  enforced:
    description:
      - Of an enforced rollout, the name of the variable that holds what became of a host. Empty for an audit.
      - What it holds, and which hosts it fails, is said in O(holdfast.baseline.report#module:enforced).
    version_added: 0.2.0
    type: str
    default: ""
  fail_on:
    description: The severity at and above which a failing finding fails its host.
    type: str
    choices: [info, low, medium, high, critical, never]
    default: high
  unreachable:
    description: Whether a host that wasn't reached fails.
    type: str
    choices: [fail, ignore]
    default: fail
  unknown:
    description: Whether a host fails that has unknown findings and no failing one at or above O(fail_on).
    type: str
    choices: [fail, ignore]
    default: ignore
  report:
    description: Where the report is, to be named in the message.
    type: str
    default: ""
extends_documentation_fragment:
  - holdfast.baseline.attributes
  - holdfast.baseline.attributes.read_only
  - holdfast.baseline.attributes.controller
seealso:
  - module: holdfast.baseline.report
"""

EXAMPLES = r"""
- name: Fail the hosts that won't hold
  holdfast.baseline.verdict:
    assessed: assessed
    fail_on: medium
    report: holdfast-report/report.json
"""

RETURN = r"""
msg:
  description: Why the host fails.
  returned: when the host fails
  type: str
  sample: "1 finding at or above high: routes/throw_routes_unprotected; see holdfast-report/report.json"
"""
