"""The words in which people are told, by kind and language; data in ``templates.toml``."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

FRAME = "frame"
#: The address mails come from is not ours to know here; what a subject may be long.
_SUBJECT = 150
#: Where the pages of tickets are, and what is told to people beside a ticket.
_TICKETS = ("/tickets", "/portal")
_BESIDE = frozenset(("item_hit", "followed_ticket", "followed_solved"))
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Told:
    """One notification as a text is made of it; ``path`` leads to its page."""

    kind: str
    detail: Mapping[str, Any]
    path: str


@cache
def templates() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return kind → language → parts."""
    text = files("server.notify.rules").joinpath("templates.toml").read_text("utf-8")
    return tomllib.loads(text)


def kinds() -> tuple[str, ...]:
    """Return every kind of notification."""
    return tuple(kind for kind in templates() if kind != FRAME)


def line_of(told: Told, language: str) -> str:
    """Return one line that tells it, in the language or else in English.

    >>> line_of(Told("ticket_answered", {"reference": "INC-1", "who": "Ana"}, "/"), "en")
    'INC-1: Ana wrote'
    """
    return one_line(_filled(told.kind, "line", told.detail, language))


def ticket_of(told: Sequence[Told]) -> str:
    """Return the reference of the one ticket that all of it is about; empty for anything else.

    Who only follows or owns an item has no part in its tickets, and answers nowhere.

    >>> one = Told("ticket_answered", {"reference": "INC-1"}, "/portal/INC-1")
    >>> ticket_of([one, one]), ticket_of([one, Told("ticket_new", {}, "/tickets/INC-2")])
    ('INC-1', '')
    """
    found = {_ticket(one) for one in told}
    return found.pop() if len(found) == 1 else ""


def _ticket(told: Told) -> str:
    folder, _, reference = told.path.rpartition("/")
    named = told.detail.get("reference") == reference
    return reference if named and folder in _TICKETS and told.kind not in _BESIDE else ""


def subject_of(told: Sequence[Told], language: str) -> str:
    """Return the subject of a mail about one thing or several."""
    if len(told) == 1:
        return line_of(told[0], language)
    return _filled(FRAME, "digest", {"number": len(told)}, language)


def mail_text(
    told: Sequence[Told], name: str, language: str, base_url: str, token: str = ""
) -> str:
    """Return the text of a mail about one thing or several.

    With the token of a ticket it says that an answer lands there.
    """
    parts = [_filled(FRAME, "hello", {"name": one_line(name)}, language)]
    for one in told:
        body = _filled(one.kind, "body", one.detail, language).strip()
        parts.append(f"{body}\n{base_url}{one.path}")
    if token:
        # Above "-- ": what is below, many programs leave out of what they quote.
        parts.append(_filled(FRAME, "answer", {"token": token}, language))
    settings = {"settings": f"{base_url}/notifications/settings"}
    parts.append("-- \n" + _filled(FRAME, "foot", settings, language))
    return "\n\n".join(parts) + "\n"


def one_line(text: str) -> str:
    """Return a text that can stand in a header: no breaks, not too long."""
    return _BREAKS.sub(" ", text).strip()[:_SUBJECT]


def _filled(kind: str, part: str, detail: Mapping[str, Any], language: str) -> str:
    known = templates().get(kind, {})
    parts = known.get(language) or known.get("en") or {}
    values: dict[str, Any] = defaultdict(str, detail)
    state = detail.get("states")
    if isinstance(state, Mapping):
        # Names of states are the desk's own words, passed along in every language.
        values["state"] = state.get(language) or state.get("en") or ""
    return parts.get(part, kind) % values
