"""Whatever octets a device sends, what leaves is safe to print, to store and to compare."""

from hypothesis import given
from hypothesis import strategies as st

from discovery.snmp.session import ABSENT
from discovery.snmp.text import MAX_TEXT, ip, mac, number, text


@given(st.binary(max_size=3000), st.booleans())
def test_any_octets_become_printable_text_of_bounded_length(octets: bytes, lines: bool) -> None:
    cleaned = text(octets, keep_lines=lines)
    assert len(cleaned) <= MAX_TEXT
    assert all(letter.isprintable() or letter == "\n" for letter in cleaned)
    cleaned.encode()


def test_terminal_escapes_and_padding_do_not_survive() -> None:
    assert text(b"\x1b[31mred\x1b[0m alert, all hands\x00\x00") == "[31mred [0m alert, all hands"
    assert text(b"one\r\n\r\n  two  \r\n", keep_lines=True) == "one\ntwo"
    assert text(b"one\r\ntwo") == "one two"


def test_what_is_no_octet_string_is_no_text() -> None:
    assert text(ABSENT) == text(None) == text((1, 3, 6)) == ""
    assert text(42) == "42"


def test_addresses_that_are_none_are_empty() -> None:
    assert mac(b"\x00" * 6) == mac(b"\xff" * 6) == mac(b"") == mac(b"ab") == mac(7) == ""
    assert mac(b"00-1B-21-0A-0B-0C") == "00:1b:21:0a:0b:0c"
    assert ip(b"\x01\x02\x03") == ""


def test_numbers_may_come_as_digits_and_nothing_else() -> None:
    assert number(b" 17\x00") == 17
    assert number(b"seventeen") is None
    assert number(b"9" * 50) is None
    assert number((1, 3)) is None
