"""Documents and their reviews in words."""

from datetime import date

from server.assets.documents.rules import KINDS, review_step
from web.presenters.reader import Reader


def kind_names(reader: Reader) -> dict[str, str]:
    """Return what kinds of documents there are, by code."""
    names = {
        "manual": reader.gettext("Manual"),
        "diagram": reader.gettext("Diagram"),
        "runbook": reader.gettext("Runbook"),
        "certificate": reader.gettext("Certificate"),
        "policy": reader.gettext("Policy"),
        "contract": reader.gettext("Contract"),
        "photo": reader.gettext("Photo"),
        "other": reader.gettext("Other"),
    }
    return {kind: names[kind] for kind in KINDS}


def review_tone(review_on: date | None, today: date) -> str:
    """Return how urgent a review is.

    >>> due = date(2026, 4, 30)
    >>> [review_tone(due, date(2026, month, 29)) for month in (3, 4, 5)]
    ['neutral', 'warn', 'bad']
    """
    if review_on is None or review_step(review_on, today) is None:
        return "neutral"
    return "bad" if review_on < today else "warn"
