"""A token proves that somebody got our mail about a ticket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.notify.rules.tokens import holds, ticket_token, tokens_in

OLD, NEW = b"o" * 32, b"n" * 32


@given(st.integers(1, 10**12 - 1), st.binary(min_size=32, max_size=32))
def test_a_token_is_found_where_it_stands_and_holds_for_its_ticket_alone(
    number: int, key: bytes
) -> None:
    token = ticket_token(key, f"INC-{number}")
    for text in (token, f"Re: [{token}]", f"<notification-9.{token}@desk.example>", token.upper()):
        ((reference, signature),) = tokens_in(text)
        assert reference == f"INC-{number}"
        assert holds([key], reference, signature)
        assert not holds([key], f"INC-{number + 1}", signature)
        assert not holds([key], f"REQ-{number}", signature)
        assert not holds([b"x" * 32], reference, signature)


def test_what_an_older_key_signed_holds_until_the_key_is_dropped() -> None:
    reference, _, signature = ticket_token(OLD, "INC-1").partition(".")
    assert holds([OLD, NEW], reference, signature)
    assert not holds([NEW], reference, signature)
    assert not holds([], reference, signature)


@pytest.mark.parametrize(
    "text",
    ["INC-1", "INC-1.short", "INC-1.abcdefghijk", "XINC-INC.abcdefghij", "INC-1.abcdefghi1", "",
     "INC-1234567890123.abcdefghij", "I-1.abcdefghij", "inc-1 .abcdefghij"],
)  # fmt: skip
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert tokens_in(text) == []


def test_any_signature_may_be_asked_about() -> None:
    assert not holds([OLD], "INC-1", "ñ\ud800")


def test_many_are_found_once_each_in_their_order() -> None:
    text = "INC-2.bbbbbbbbbb INC-1.aaaaaaaaaa inc-2.BBBBBBBBBB"
    assert tokens_in(text) == [("INC-2", "bbbbbbbbbb"), ("INC-1", "aaaaaaaaaa")]
