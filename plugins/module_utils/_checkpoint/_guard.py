# Copyright (c) 2026, holdfast.baseline contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: its interface may change at any time.

"""No change without its way back: a run whose checkpoint was rolled back meanwhile must touch nothing any more.

A controller may be slow, or its connection stay away for longer than the deadline, and then go on with its next task. Only the host knows then.
"""

from __future__ import annotations

import contextlib
import os
from typing import Iterator

from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._names import Refused, check_id
from ansible_collections.holdfast.baseline.plugins.module_utils._checkpoint._store import Store

VARIABLE = "HOLDFAST_CHECKPOINT"


@contextlib.contextmanager
def while_open(store: Store | None = None) -> Iterator[None]:
    """Keep the checkpoint that the environment names from being rolled back meanwhile; Refused where it isn't armed any more.

    A rollback waits until this ends, so it must be short. Nothing is asked where the environment names none.
    """
    ident = os.environ.get(VARIABLE, "")
    if not ident:
        yield
        return
    kept = store or Store()
    if check_id(ident) not in kept.ids():
        raise Refused(f"there is no checkpoint {ident} on this host, so nothing is changed; arm one")
    with kept.locked():
        state = kept.state(ident)["state"]
        if state != "armed" or kept.open_id() != ident:
            raise Refused(f"the checkpoint {ident} is {state or 'unreadable'} and not armed any more, so nothing is changed; arm another one")
        yield


def refuse_if_closed(store: Store | None = None) -> None:
    """Refused where the checkpoint that the environment names isn't armed any more."""
    with while_open(store):
        return
