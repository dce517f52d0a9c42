#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The action plugin of this name does the work; this file documents it and is where its options come from.

from __future__ import annotations

DOCUMENTATION = r"""
module: report
short_description: Write and show the report of an audit or of an enforced rollout
version_added: 0.1.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Puts the findings of all hosts of the play into one report, writes it on the controller as JSON and JUnit, and shows it on the terminal.
  - Runs on the controller and asks no host. Use it with C(run_once), after M(holdfast.baseline.assess) has run for every host.
  - The files are written in check mode too, each at once or not at all, with mode 0644; directories that are missing are made with mode 0755.
  - A host is C(good) only if it was reached, every rule was judged, and none fails that isn't waived.
    It is C(fail) with a failing finding at or above O(fail_on), C(unknown) with an unknown one, and C(warned) with failing ones below O(fail_on) only.
  - A host that wasn't reached is C(unreachable); one that was, but gave no facts, is C(error). There is no finding for these.
  - Run-level statistics go to AWX as artifacts of the job, under the names that RV(ansible_stats) lists.
notes:
  - In a play with C(serial) each batch writes the report anew, with all hosts so far. The last one is the whole fleet's.
options:
  assessed:
    description: The name of the variable under which the result of M(holdfast.baseline.assess) was registered.
    type: str
    required: true
  enforced:
    description:
      - Of an enforced rollout, the name of the variable that holds what became of a host. Empty for an audit.
      - It is a mapping with C(outcome), which is C(unchanged), C(planned), C(confirmed), C(restored), C(refused), C(rolled_back), C(lost) or C(worse), and,
        where there are such, C(why) and C(changes), both lists of texts, C(checkpoint), its id, C(until), its deadline in UTC,
        and C(before), the result of M(holdfast.baseline.assess) from before the change. O(assessed) is then the one from after it.
      - A host without one was not tried. Then a host fails the run that was refused, rolled back, lost, left worse, or not tried.
        Findings that remain are shown and fail nothing. That is for an audit.
    version_added: 0.2.0
    type: str
    default: ""
  run:
    description: What the run is called in the report and its headline. By default V(audit), or V(enforce) with O(enforced).
    version_added: 0.2.0
    type: str
    choices: [audit, enforce, rollback]
  fail_on:
    description: The severity at and above which a failing finding fails its host.
    type: str
    choices: [info, low, medium, high, critical, never]
    default: high
  unreachable:
    description: Whether a host that wasn't reached fails the run.
    type: str
    choices: [fail, ignore]
    default: fail
  unknown:
    description: Whether a host fails the run that has unknown findings and no failing one at or above O(fail_on).
    type: str
    choices: [fail, ignore]
    default: ignore
  dest:
    description: The directory of the controller for the report. A relative path is taken from the directory in which ansible was started.
    type: path
    default: holdfast-report
  formats:
    description:
      - Which files to write.
      - V(json) is C(report.json), described by C(docs/report.schema.json); V(junit) is C(junit.xml).
    type: list
    elements: str
    choices: [json, junit]
    default: [json, junit]
  write:
    description: Whether to write the files.
    type: bool
    default: true
  show:
    description:
      - Whether to show the report on the terminal.
      - The audit role writes it before any host is failed and shows it after that, so that it is the last thing on the screen.
    type: bool
    default: true
  show_matrix:
    description:
      - Whose probe to show as a matrix of layers and questions, where M(holdfast.baseline.dns_probe) was run.
      - V(failing) is that of hosts that aren't C(good), V(all) that of every host. Hosts with the same answers share one.
    version_added: 0.2.0
    type: str
    choices: [failing, all]
    default: failing
extends_documentation_fragment:
  - holdfast.baseline.attributes
  - holdfast.baseline.attributes.read_only
  - holdfast.baseline.attributes.controller
seealso:
  - module: holdfast.baseline.assess
  - module: holdfast.baseline.verdict
"""

EXAMPLES = r"""
- name: Judge the facts
  holdfast.baseline.assess:
    facts: "{{ gathered.ansible_facts.holdfast | default({}) }}"
    gathered: "{{ gathered }}"
  register: assessed

- name: Report
  holdfast.baseline.report:
    assessed: assessed
    fail_on: medium
    dest: /var/lib/holdfast
  run_once: true

- name: Report of an enforced rollout
  holdfast.baseline.report:
    assessed: assessed_after
    enforced: outcome_of_the_host
  run_once: true
"""

RETURN = r"""
files:
  description: The files that were written, by format, with absolute paths.
  returned: success
  type: dict
  sample: {"json": "/home/ops/holdfast-report/report.json", "junit": "/home/ops/holdfast-report/junit.xml"}
summary:
  description: The counts of the report, as in C(report.json).
  returned: success
  type: dict
ansible_stats:
  description: Statistics of the run, which AWX keeps as artifacts.
  returned: success
  type: dict
  contains:
    data:
      description: Names and what they hold.
      type: dict
      contains:
        holdfast_summary:
          description: The number of hosts of each status, and as C(failing_hosts) how many of them fail the run.
          type: dict
          sample: {"all": 12, "fail": 1, "error": 0, "unknown": 1, "unreachable": 1, "warned": 0, "good": 9, "pending": 0, "failing_hosts": 2}
        holdfast_worst_severity:
          description: The gravest severity that fails anywhere; empty where nothing does.
          type: str
          sample: high
        holdfast_failed_hosts:
          description:
            - Hosts of status C(fail), at most 200, joined by commas, fit for a C(limit). Empty where there is none.
            - An empty C(limit) means all hosts, so look at RV(ansible_stats.data.holdfast_summary) first.
          type: str
          sample: exit1
        holdfast_failed_hosts_cut:
          description: How many hosts of status C(fail) aren't named, because of their number or because their name is no plain one.
          type: int
          sample: 0
        holdfast_outcomes:
          description: The number of hosts of each outcome.
          returned: with O(enforced)
          type: dict
          sample:
            {"worse": 0, "lost": 0, "rolled_back": 1, "refused": 0, "not_tried": 0, "unreachable": 0,
             "planned": 0, "confirmed": 9, "restored": 0, "unchanged": 2}
        holdfast_report:
          description: The absolute path of C(report.json); empty where it wasn't asked for.
          type: str
          sample: /home/ops/holdfast-report/report.json
"""
