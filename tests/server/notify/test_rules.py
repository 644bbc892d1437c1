"""When a mail goes out, and in which words, decided without a database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.notify.rules.texts import Told, kinds, line_of, mail_text, subject_of, templates
from server.notify.rules.timing import Wish, delivery

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_every_template_speaks_three_languages_with_the_same_parts() -> None:
    for kind, languages in templates().items():
        assert set(languages) == {"en", "es", "ru"}, kind
        assert len({frozenset(parts) for parts in languages.values()}) == 1, kind


@pytest.mark.parametrize("language", ["en", "es", "ru", "xx"])
@pytest.mark.parametrize("kind", kinds())
def test_a_hostile_value_breaks_no_header_and_no_template(kind: str, language: str) -> None:
    hostile = dict.fromkeys(("title", "who", "text", "item"), "100 %s %(x)s\r\nBcc: all@x")
    told = Told(kind, hostile | {"reference": "INC-1"}, "/tickets/INC-1")
    line = line_of(told, language)
    assert "\n" not in line
    assert "\r" not in line
    # Not everything that is told has a reference; what it does tell stands there as it is.
    assert "INC-1" in line or "100 %s %(x)s" in line
    text = mail_text([told, told], "Ana\nRuiz", language, "https://desk.example")
    assert text.count("https://desk.example/tickets/INC-1") == 2
    assert "2" in subject_of([told, told], language)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 60 * 24 * 400))
def test_no_mail_comes_in_quiet_hours(begins: int, ends: int, later: int) -> None:
    now = NOON + timedelta(minutes=later)
    at = delivery(Wish(quiet_from=begins, quiet_to=ends), "x", "Europe/Madrid", now)
    assert at is not None
    assert now <= at <= now + timedelta(hours=25)
    if at != now:
        local = at.astimezone(ZoneInfo("Europe/Madrid"))
        # A clock that is put forward may skip the very minute.
        assert (local.hour * 60 + local.minute - ends) % 1440 in (0, 60)


def test_the_digest_waits_for_its_hour_and_what_is_muted_for_ever() -> None:
    digest = Wish("digest", digest_at=8 * 60)
    assert delivery(digest, "x", "UTC", NOON) == NOON + timedelta(hours=20)
    assert delivery(Wish(muted=frozenset({"x"})), "x", "UTC", NOON) is None
    assert delivery(Wish("never"), "x", "UTC", NOON) is None
