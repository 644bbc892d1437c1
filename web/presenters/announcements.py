"""Announcements in the reader's words."""

from datetime import datetime
from typing import Any

from server.desk.announcements.rules.lifecycle import AUDIENCES, KINDS, phase_of
from web.presenters.reader import Reader

_TONES = {"planned": "accent", "running": "warn", "late": "bad", "over": "good"}
_NOTICES = {"running": "warn", "late": "warn", "over": "good"}


def kind_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of the kinds of announcements."""
    words = {
        "maintenance": reader.gettext("Planned work"),
        "outage": reader.gettext("Outage"),
        "information": reader.gettext("Information"),
    }
    return [(kind, words[kind]) for kind in KINDS]


def audience_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of whom an announcement goes to."""
    words = {
        "users": reader.gettext("Who uses what it reaches"),
        "everyone": reader.gettext("Everybody of the organisation"),
    }
    return [(one, words[one]) for one in AUDIENCES]


def text_labels(reader: Reader) -> dict[str, str]:
    """Return the labels of what somebody types of an announcement, as its form shows them."""
    return {
        "title": reader.gettext("Title"),
        "text": reader.gettext("What people should know"),
        "concerned": reader.gettext("What is concerned"),
        "workaround": reader.gettext("What helps until then"),
        "cause": reader.gettext("Cause"),
        "contact": reader.gettext("Whom to ask"),
    }


def state_texts(reader: Reader) -> list[tuple[str, str]]:
    """Return (code, words) of the states by which a list is narrowed."""
    return [
        ("published", reader.gettext("Current")),
        ("draft", reader.gettext("Draft")),
        ("ended", reader.gettext("Over")),
        ("withdrawn", reader.gettext("Withdrawn")),
    ]


def phase(row: Any, now: datetime) -> str:
    """Return how far an announcement is at ``now``."""
    return phase_of(row.state, row.starts_at, row.expected_end_at, now)


def phase_text(row: Any, reader: Reader) -> str:
    """Return in words how far an announcement is."""
    words = {
        "draft": reader.gettext("Draft"),
        "planned": reader.gettext("Planned"),
        "running": reader.gettext("Now"),
        "late": reader.gettext("Longer than planned"),
        "over": reader.gettext("Over"),
        "withdrawn": reader.gettext("Withdrawn"),
    }
    return words[phase(row, reader.now)]


def phase_tone(row: Any, reader: Reader) -> str:
    """Return the tone of the pill that says so."""
    return _TONES.get(phase(row, reader.now), "neutral")


def notice_tone(row: Any, reader: Reader) -> str:
    """Return the tone of the line that tells it on other pages."""
    return _NOTICES.get(phase(row, reader.now), "info")
