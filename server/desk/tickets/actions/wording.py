"""Changing the desk's words. They are one for the whole desk: a right everywhere."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.model import standing_model
from server.desk.tickets.models import DeskWords, Ticket
from server.desk.tickets.queries.words import forget_words, words_document, words_of
from server.desk.tickets.rules.words import SECTIONS, Words, read_words, shipped_document
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere


def change_words(
    session: Session, actor: Actor, sections: Mapping[str, Any], now: datetime
) -> Words:
    """Put other sections in the place of those there are; None makes one what was shipped.

    Raises ``InvalidValue`` naming each place that is wrong, contradicts another section, or takes
    away a kind or a state that tickets have.
    """
    require_everywhere(actor, Permission.ADMIN_RULES)
    unknown = {name: "is no section of the words" for name in sections if name not in SECTIONS}
    if unknown:
        raise InvalidValue(unknown)
    shipped = shipped_document()
    wanted = {n: shipped[n] if part is None else part for n, part in sections.items()}
    before = words_of(session)
    after = read_words(words_document(session) | wanted)
    if "remote_links" in wanted:
        _know_classes(after)
    _keep_what_is_used(session, before, after)
    for name, part in wanted.items():
        _store(session, actor, name, part, now)
    session.flush()
    forget_words(session)
    audit.record(session, actor, "desk_words.changed", "desk_words", {"sections": sorted(wanted)})
    return words_of(session)


def _store(session: Session, actor: Actor, section: str, part: Any, now: datetime) -> None:
    row = session.get(DeskWords, section)
    text = json.dumps(part, ensure_ascii=False)
    # Compared as text: the order of the codes counts too.
    if text == json.dumps(shipped_document()[section], ensure_ascii=False):
        if row is not None:
            session.delete(row)
        return
    row = row or DeskWords(section=section)
    row.document, row.updated_at, row.updated_by_id = text, now, actor.person_id
    session.add(row)


def _know_classes(after: Words) -> None:
    model = standing_model()
    faults = {
        f"remote_links.{link.code}.classes": f"{code} is no class"
        for link in after.remote_links.values()
        for code in link.classes
        if model.find_class(code) is None
    }
    if faults:
        raise InvalidValue(faults)


def _keep_what_is_used(session: Session, before: Words, after: Words) -> None:
    faults: dict[str, str] = {}
    for code in set(before.states) - set(after.states):
        if _any_ticket(session, Ticket.state == code):
            faults[f"states.{code}"] = "there are tickets in it"
    for code in set(before.kinds) - set(after.kinds):
        if _any_ticket(session, Ticket.kind == code):
            faults[f"kinds.{code}"] = "there are tickets of it"
    for code in _turned(before, after):
        if _any_ticket(session, Ticket.state == code):
            faults[f"states.{code}.open"] = "cannot change while tickets are in it"
    if faults:
        raise InvalidValue(faults)


def _turned(before: Words, after: Words) -> Iterable[str]:
    return [
        code
        for code, state in before.states.items()
        if code in after.states and after.states[code].open != state.open
    ]


def _any_ticket(session: Session, condition: ColumnElement[bool]) -> bool:
    return session.scalar(select(Ticket.id).where(condition).limit(1)) is not None
