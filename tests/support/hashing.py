"""Passwords hashed cheaply: what a hash costs is a matter of its parameters, not of its kind.

So is the key that a passphrase gives to a backup.
"""

import pytest
from argon2 import PasswordHasher

from server.foundation.backup import encrypting
from server.people import passwords

#: What the product hashes with.
PRODUCTS_OWN = passwords._HASHER
#: How dear the product makes each guess at the passphrase of a backup (scrypt's N).
PRODUCTS_COST = encrypting._COST


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> None:
    """Hash with argon2id still, but with 64 KiB instead of 46 MiB: forty milliseconds a log-in."""
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    encrypting._COST = 2**6
