"""What is taken out of an LDAP conversation before ldap3 reads it, and what is left to ldap3."""

from collections import deque

import pytest

from server.foundation.errors import DirectoryUnavailable
from server.people.sieve import Sieve

_ENTRY = bytes.fromhex("3013020107640e0403633d61300730050401433100")
_DONE = bytes.fromhex("300c02010765070a010004000400")
_RANGED = bytes.fromhex("30") + bytes([0]) + b"member;range=0-1499"


class _Wire:
    """A connection that has received something."""

    def __init__(self, *batches: list[bytes]) -> None:
        self._batches = deque(batches)
        self._outstanding = {7: object()}
        self.strategy = self
        self.receiving = self._next

    def _next(self) -> list[bytes]:
        return self._batches.popleft() if self._batches else []


def test_entries_are_taken_and_the_rest_goes_on() -> None:
    wire = _Wire([_ENTRY], [_ENTRY, _DONE])
    sieve = Sieve(wire)
    assert wire.receiving() == [_DONE]
    assert [entry.dn for entry in sieve.take()] == ["c=a", "c=a"]
    assert sieve.take() == []


def test_values_that_come_in_ranges_are_left_to_ldap3() -> None:
    wire = _Wire([_RANGED])
    assert (Sieve(wire), wire.receiving())[1] == [_RANGED]


def test_an_answer_to_what_was_not_asked_is_left_to_ldap3() -> None:
    wire = _Wire([_ENTRY])
    wire._outstanding.clear()
    assert (Sieve(wire), wire.receiving())[1] == [_ENTRY]


def test_a_connection_that_ended_gives_nothing() -> None:
    wire = _Wire([_ENTRY])
    assert (Sieve(wire), wire.receiving())[1] == []


def test_what_cannot_be_read_ends_the_conversation() -> None:
    wire = _Wire([_ENTRY[:-3]])
    Sieve(wire)
    with pytest.raises(DirectoryUnavailable, match="cannot be read"):
        wire.receiving()
