"""Garbage collection of a program that loads thousands of modules and may then serve for months.

What is loaded at the start (code, the class model, tables) never becomes garbage, but Python's
collector walks all of it whenever enough new objects were made, in the middle of whatever request:
that was a quarter of the time of a bulk request.
"""

import gc
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

#: New containers before the youngest generation is looked at, and how many such looks make an older
#: one due. A request makes a few thousand; nearly all go by reference count alone.
_THRESHOLDS = (50_000, 20, 50)


def settle() -> None:
    """Leave everything made so far out of collection; call once, when a process is ready."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)


@contextmanager
def loading() -> Iterator[None]:
    """Collect nothing while code is loaded, and leave what was loaded out of collection.

    The collector looked through half the program dozens of times while the other half came in: a
    quarter of the second or three that every command takes to begin.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def imported(name: str) -> ModuleType:
    """Return a module, imported now when it was not yet: what a command never needs costs nothing.

    What is there already is left as it is: freezing again would keep garbage for ever.
    """
    if name not in sys.modules:
        with loading():
            importlib.import_module(name)
    return sys.modules[name]
