"""Macros: written by whoever says how the desk works, run with one click by who works on it."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import DuplicateName, NotFound
from cmdb.model.text import clean
from server.desk.routines.models import TicketMacro
from server.desk.routines.queries import find_macro
from server.desk.routines.rules.macros import Macro, document_of, faults_of, macro_of
from server.desk.tickets.actions import EntryDraft, MoveDraft, add_entry, move_ticket
from server.desk.tickets.actions.checking import Problems, check_group, check_words, text_of
from server.desk.tickets.actions.editing import edit_ticket
from server.desk.tickets.actions.tasking import add_checklist
from server.desk.tickets.actions.templating import require_rules
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import lock_ticket
from server.desk.tickets.queries.belongings import find_template
from server.desk.tickets.queries.words import words_of
from server.foundation import audit
from server.foundation.events import publish
from server.foundation.permissions import Actor

_TEXTS = ("note", "reason", "resolution_text")


def add_macro(
    session: Session, actor: Actor, code: str, macro: Macro, now: datetime
) -> TicketMacro:
    """Add a macro. Raises ``DuplicateName``, ``InvalidValue``, ``PermissionDenied``."""
    require_rules(actor)
    if session.get(TicketMacro, code) is not None:
        raise DuplicateName("macro", "code", code)
    return save_macro(session, actor, code, macro, now)


def save_macro(
    session: Session, actor: Actor, code: str, macro: Macro, now: datetime
) -> TicketMacro:
    """Write a macro anew. Raises ``InvalidValue``, ``PermissionDenied``."""
    require_rules(actor)
    checked = _checked(session, actor, macro)
    row = session.get(TicketMacro, code) or TicketMacro(code=code)
    row.name, row.document = checked.name, document_of(checked)
    row.updated_at, row.updated_by_id = now, actor.person_id
    session.add(row)
    session.flush()
    audit.record(session, actor, "ticket_macro.changed", f"ticket_macro:{code}")
    return row


def _checked(session: Session, actor: Actor, macro: Macro) -> Macro:
    problems, words = Problems(), words_of(session)
    texts = {name: text_of(problems, name, getattr(macro, name)) for name in _TEXTS}
    macro = replace(
        macro,
        name=clean(macro.name),
        note=texts["note"],
        reason=texts["reason"],
        resolution_text=texts["resolution_text"],
    )
    for name, fault in faults_of(macro).items():
        problems.add(name, fault)
    check_words(problems, words, {"urgency": macro.urgency or None, "category": macro.category})
    check_group(session, actor, problems, "group_id", macro.group_id)
    for name, given, known in (
        ("state", macro.state, words.states),
        ("resolution_code", macro.resolution_code, words.resolutions),
    ):
        if given and given not in known:
            problems.add(name, f"must be one of {', '.join(known)}")
    if macro.checklist:
        try:
            find_template(session, actor, macro.checklist)
        except NotFound:
            problems.add("checklist", f"there is no template {macro.checklist}")
    problems.refuse()
    return macro


def remove_macro(session: Session, actor: Actor, code: str) -> None:
    """Take a macro away. Raises ``NotFound``."""
    require_rules(actor)
    row = session.get(TicketMacro, code)
    if row is None:
        raise NotFound("macro", code)
    session.delete(row)
    session.flush()
    audit.record(session, actor, "ticket_macro.removed", f"ticket_macro:{code}")


def run_macro(
    session: Session, actor: Actor, reference: str | int, code: str, now: datetime
) -> Ticket:
    """Do to a ticket what a macro says, all of it or nothing.

    Raises what its parts would: ``InvalidValue``, ``IllegalMove``, ``NotFound``,
    ``PermissionDenied``. The caller undoes what was written before that.
    """
    ticket = lock_ticket(session, actor, reference)
    row = find_macro(session, actor, code)
    macro = macro_of(row.document)
    publish(session, TicketNoted(ticket.id, now, actor.person_id, "macro", {"name": row.name}))
    edits = macro.edits(actor.person_id)
    if edits:
        edit_ticket(session, actor, ticket.id, edits, now)
    if macro.checklist:
        add_checklist(session, actor, ticket.id, macro.checklist, now)
    if macro.note:
        add_entry(session, actor, ticket.id, EntryDraft(macro.note, macro.note_kind), now)
    if macro.state and macro.state != ticket.state:
        step = MoveDraft(macro.state, macro.reason, macro.resolution_code, macro.resolution_text)
        move_ticket(session, actor, ticket.id, step, now)
    return ticket
