"""Marks of values: what has the same mark is the same, today and in another process."""

from functools import cache
from hashlib import blake2b
from importlib.resources import files

_RULES = ("discovery.topology", "discovery.findings")


def mark(*values: object) -> str:
    """Return a mark of values whose text (``repr``) tells all of them."""
    return blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def mark_of_bytes(data: bytes) -> str:
    """Return a mark of bytes."""
    return blake2b(data, digest_size=16).hexdigest()


@cache
def mark_of_rules() -> str:
    """Return a mark of the code that derives the topology: other rules, other answers."""
    found = blake2b(digest_size=16)
    for package in _RULES:
        for one in sorted(files(package).iterdir(), key=lambda one: one.name):
            if one.name.endswith(".py"):
                found.update(one.name.encode() + one.read_bytes())
    return found.hexdigest()
