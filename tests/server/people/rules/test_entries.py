"""Reading an entry off the wire: what it holds, what is something else, what is broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.people.rules.entries import RawEntry, read_entry

_NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
_ATTRIBUTES = st.dictionaries(_NAMES, st.lists(st.binary(max_size=400), max_size=4), max_size=6)


@given(st.integers(1, 2**31 - 1), st.text(max_size=200), _ATTRIBUTES)
def test_an_entry_is_read_as_it_was_written(
    number: int, dn: str, attributes: dict[str, list[bytes]]
) -> None:
    assert read_entry(_message(number, dn, attributes)) == (number, RawEntry(dn, attributes))


def test_names_of_attributes_are_in_lower_case() -> None:
    found = read_entry(_message(1, "cn=a", {"entryUUID": [b"x"]}))
    assert found == (1, RawEntry("cn=a", {"entryuuid": [b"x"]}))


def test_a_name_that_is_no_text_is_shown_as_far_as_it_is() -> None:
    raw = _element(0x04, b"cn=\xff") + _element(0x30, b"")
    found = read_entry(_element(0x30, _element(0x02, b"\x01") + _element(0x64, raw)))
    assert found == (1, RawEntry("cn=\ufffd", {}))


def test_the_end_of_a_search_is_no_entry() -> None:
    done = _element(0x65, b"\x0a\x01\x00\x04\x00\x04\x00")
    assert read_entry(_element(0x30, _element(0x02, b"\x05") + done)) is None


@given(st.data())
def test_a_message_that_is_cut_short_or_lies_about_its_length_is_refused(
    data: st.DataObject,
) -> None:
    whole = _message(7, "cn=a,dc=x", {"cn": [b"a", b"b"], "mail": [b"a@x"]})
    kept = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(ValueError, match=r"cut short|longer than"):
        read_entry(whole[:kept])


def test_what_is_no_message_is_refused() -> None:
    with pytest.raises(ValueError, match="not an LDAP message"):
        read_entry(b"\x04\x03\x02\x01\x01")


def _message(number: int, dn: str, attributes: dict[str, list[bytes]]) -> bytes:
    octets = number.to_bytes((number.bit_length() + 8) // 8, "big")
    listed = b"".join(
        _element(0x30, _element(0x04, name.encode()) + _element(0x31, _strings(values)))
        for name, values in attributes.items()
    )
    body = _element(0x04, dn.encode()) + _element(0x30, listed)
    return _element(0x30, _element(0x02, octets) + _element(0x64, body))


def _strings(values: list[bytes]) -> bytes:
    return b"".join(_element(0x04, value) for value in values)


def _element(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 + len(octets)]) + octets + content
