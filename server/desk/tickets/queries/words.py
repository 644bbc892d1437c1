"""The desk's words as they are in force: what is shipped, and what people made of it."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.desk.tickets.models import DeskWords
from server.desk.tickets.rules.words import (
    SECTIONS,
    Words,
    read_words,
    shipped_document,
    shipped_words,
)

_INFO = "desk_words"
#: What was read last, by the state of the table it was read from; every process keeps its own.
_READ: dict[tuple[tuple[str, str], ...], Words] = {}
_KEPT = 8


def words_of(session: Session) -> Words:
    """Return the words in force: one small statement a session, and the rest from memory."""
    known: Words | None = session.info.get(_INFO)
    if known is None:
        known = session.info[_INFO] = _current(session)
    return known


def forget_words(session: Session) -> None:
    """Let this session read the words anew; whoever changes them calls it."""
    session.info.pop(_INFO, None)


def words_document(session: Session) -> dict[str, Any]:
    """Return the document of the words in force, section by section, in their order."""
    changed = changed_sections(session)
    return {name: changed.get(name, shipped_document()[name]) for name in SECTIONS}


def changed_sections(session: Session) -> Mapping[str, Any]:
    """Return the sections that are not as shipped."""
    rows = session.execute(select(DeskWords.section, DeskWords.document))
    return {section: json.loads(text) for section, text in rows}


def _current(session: Session) -> Words:
    query = select(DeskWords.section, DeskWords.updated_at).order_by(DeskWords.section)
    stamp = tuple((section, at.isoformat()) for section, at in session.execute(query))
    if not stamp:
        return shipped_words()
    if stamp not in _READ:
        words = read_words(words_document(session))
        while len(_READ) >= _KEPT:
            _READ.pop(next(iter(_READ)), None)
        _READ[stamp] = words
    return _READ[stamp]
