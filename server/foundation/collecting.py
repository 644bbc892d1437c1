"""Garbage collection of a process that serves.

What is loaded at the start (code, the class model, tables) never becomes garbage, but Python's
collector walks all of it whenever enough new objects were made, in the middle of whatever request:
that was a quarter of the time of a bulk request.
"""

import gc

#: New containers before the youngest generation is looked at, and how many such looks make an older
#: one due. A request makes a few thousand; nearly all go by reference count alone.
_THRESHOLDS = (50_000, 20, 50)


def settle() -> None:
    """Leave everything made so far out of collection; call once, when a process is ready."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
