"""A name that goes into a filter is one value in it, whatever it holds."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from ldap3.operation.search import MATCH_EQUAL, parse_filter

from server.people.directory import unique_id_filter
from tests.immunity.conftest import corpus

_PARSE: Callable[..., Any] = parse_filter


@pytest.mark.parametrize("name", corpus("ldap_names"))
def test_a_filter_compares_one_attribute_with_exactly_this_value(name: str) -> None:
    parsed = _PARSE(
        unique_id_filter("entryUUID", name),
        schema=None, auto_escape=True, auto_encode=True, validator=None, check_names=0,
    )  # fmt: skip
    (node,) = parsed.elements
    assert not node.elements
    assert node.tag == MATCH_EQUAL, "an equality match, no presence and no substring"
    assert _unescaped(node.assertion["value"]) == name.strip().encode()


def test_the_bytes_of_a_guid_are_escaped_one_by_one() -> None:
    hostile = uuid.UUID(bytes_le=b"*()\\*()\\*()\\*()\\")
    assert unique_id_filter("objectGUID", str(hostile)).count("\\") == 16


def _unescaped(value: bytes) -> bytes:
    """Undo the escapes of RFC 4515: a backslash and two digits are one byte."""
    return re.sub(rb"\\([0-9a-fA-F]{2})", lambda found: bytes.fromhex(found[1].decode()), value)
