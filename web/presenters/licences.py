"""Licences in words."""

from web.presenters.reader import Reader


def metric_names(reader: Reader) -> dict[str, str]:
    """Return by what licences are counted."""
    return {
        "device": reader.gettext("per device"),
        "user": reader.gettext("per user"),
        "core": reader.gettext("per core"),
    }


def state_names(reader: Reader) -> dict[str, str]:
    """Return how licences may stand, the gravest first."""
    return {
        "short": reader.gettext("too few"),
        "unsure": reader.gettext("uncertain"),
        "unused": reader.gettext("not in use"),
        "covered": reader.gettext("enough"),
    }


def state_tone(state: str) -> str:
    """Return how urgent it is.

    >>> state_tone("short"), state_tone("covered")
    ('bad', 'good')
    """
    return {"short": "bad", "unsure": "warn", "covered": "good"}.get(state, "neutral")
