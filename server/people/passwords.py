"""Hashing passwords: argon2id, a few at a time. The only file that knows argon2.

Never call these inside a transaction that writes: one hash takes tens of milliseconds and 46 MiB.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.foundation.errors import TooManyAttempts

# OWASP's first choice for argon2id: 46 MiB, one pass, one lane.
_HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)

#: Hashes under way at once in this process; more would take the memory and the processors.
_PLACES = threading.BoundedSemaphore(2)
_WAIT_SECONDS = 10.0


def hash_password(password: str) -> str:
    """Return what to store. Raises ``TooManyAttempts`` when too many wait for their turn."""
    with _turn():
        return _HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Say whether ``password`` fits; without a stored hash this takes as long and says no.

    Raises ``TooManyAttempts`` when too many wait for their turn.
    """
    with _turn():
        try:
            _HASHER.verify(stored or _nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Say whether ``stored`` was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@contextmanager
def _turn() -> Iterator[None]:
    if not _PLACES.acquire(timeout=_WAIT_SECONDS):
        raise TooManyAttempts(retry_after_seconds=int(_WAIT_SECONDS))
    try:
        yield
    finally:
        _PLACES.release()


@cache
def _nobody() -> str:
    """Return a hash that no password is known for, with the cost of a real one."""
    return _HASHER.hash("nobody's password")
