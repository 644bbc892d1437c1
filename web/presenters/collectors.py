"""Collectors: the line that enrols one, and how it stands."""

from web.presenters.agents import enrolment_flags
from web.presenters.reader import Reader

_TONES = {"well": "good", "away": "bad", "named": "accent", "revoked": "neutral"}


def collect_line(server: str, token: str) -> str:
    """Return what to run at the site.

    >>> collect_line("https://cmdb.example", "cct_1")
    'CADASTRE_COLLECTOR_TOKEN=cct_1 cadastre-discover collect --server https://cmdb.example'
    """
    flags = enrolment_flags(server)
    return f"CADASTRE_COLLECTOR_TOKEN={token} cadastre-discover collect --server {server}{flags}"


def standing_text(state: str, reader: Reader) -> str:
    """Return how a collector stands."""
    names = {
        "well": reader.gettext("at work"),
        "away": reader.gettext("away"),
        "named": reader.gettext("not enrolled yet"),
        "revoked": reader.gettext("revoked"),
    }
    return names.get(state, state)


def standing_tone(state: str) -> str:
    """Return the tone of its pill."""
    return _TONES.get(state, "neutral")
