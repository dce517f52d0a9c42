#!/usr/bin/python
# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: checkpoint_info
short_description: List the checkpoints of a host
version_added: 0.2.0
author:
  - The holdfast.baseline contributors (@holdfast)
description:
  - Tells which checkpoint is open, who holds it and until when, and which ones are kept to go back to.
notes:
  - Needs root.
options: {}
extends_documentation_fragment:
  - holdfast.baseline.attributes
  - holdfast.baseline.attributes.read_only
seealso:
  - module: holdfast.baseline.checkpoint
"""

EXAMPLES = r"""
- name: Show what there is to go back to
  holdfast.baseline.checkpoint_info:
  register: kept
"""

RETURN = r"""
checkpoints:
  description: All checkpoints of the host, the newest first, each as RV(holdfast.baseline.checkpoint#module:checkpoint) of the module that makes them.
  returned: success
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._run import run_info


def main() -> None:
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    try:
        result = run_info()
    except Refused as refused:
        module.fail_json(msg=refused.why)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
