"""Garbage collection of a process that loads the whole product and then runs thousands of tests.

Loaded by ``-p`` before anything else is: what is imported and collected never becomes garbage, and
looking through it again and again took a good part of the suite's time.
"""

import gc

import pytest

from server.foundation.collecting import settle

gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Everything is loaded: collect from here on, and only what tests make."""
    gc.enable()
    settle()
