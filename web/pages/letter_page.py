"""One letter: what it says, its files, and what can be made of it while it is held."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import NotFound
from server.desk.mail.queries import letters as queries
from server.desk.mail.queries.letters import LetterRow
from server.desk.mail.queries.senders import people_with
from server.desk.mail.rules.letters import Letter
from server.desk.mail.rules.states import HELD
from server.foundation.edge.files import content_answer, file_answer
from server.foundation.edge.requests import current_actor, current_session, installation
from server.foundation.errors import PermissionDenied
from server.foundation.storage import Storage, attachments_at
from server.people.queries.people import names_of_people
from web.pages.frame import reader, whole
from web.presenters.faults import fault_text
from web.presenters.letters import (
    automatic_text,
    fault_texts,
    proof_lines,
    state_texts,
    state_tone,
    why_text,
)
from web.presenters.writing import passages, pieces

#: Why a letter is held whose note is the reference of a ticket.
_ABOUT_TICKETS = ("not_yours", "unproven")
#: Notes that the page tells in other words.
_TOLD_OTHERWISE = (*_ABOUT_TICKETS, "unreadable", "automatic", "too_large")


@dataclass(frozen=True)
class Act:
    """What was asked of a letter and refused: which act, why by field, and what was typed."""

    name: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


def show(letter_id: int) -> ResponseReturnValue:
    """Show a letter, with what can be done about it while it is held."""
    return letter_page(_find(letter_id), Act())


def letter_page(row: LetterRow, act: Act) -> str:
    """Draw the page of a letter, with what was wrong in one of its forms."""
    session, actor = current_session(), current_actor()
    known = row.letter
    letter = _whole(row)
    deciders = names_of_people(session, actor, {known.decided_by_id or 0})
    return render_template(
        "mail/letter.html",
        row=known,
        reference=row.reference,
        mailbox=row.mailbox.name if row.mailbox else None,
        person=row.person,
        letter=letter,
        faults=fault_texts(letter.faults, reader()) if letter else [],
        automatic=automatic_text(known.note, reader()) if known.reason == "automatic" else "",
        note="" if known.reason in _TOLD_OTHERWISE else fault_text(known.note, reader()),
        proofs=proof_lines(letter.authentication) if letter else [],
        decided_by=deciders.get(known.decided_by_id or 0),
        decidable=known.state == HELD,
        act=act.name,
        errors=act.errors,
        typed=act.typed,
        chosen=_chosen(row, act) if known.state == HELD else {},
        via=request.args.get("ticket", ""),
        why=why_text(known.reason, reader()),
        states=state_texts(reader()),
        tone=state_tone,
        pieces=pieces,
        passages=passages,
    )


def _chosen(row: LetterRow, act: Act) -> dict[str, list[tuple[int | str, str]]]:
    """Return what the pickers of the forms hold, by field: what was picked, or is likely."""
    session, actor = current_session(), current_actor()
    known = row.letter
    found: dict[str, list[tuple[int | str, str]]] = {}
    about = known.note if known.reason in _ABOUT_TICKETS else ""
    if reference := act.typed.get("reference", about):
        found["reference"] = [(reference, reference)]
    if act.typed:
        ids = {whole(act.typed.get("person_id")) or 0}
    else:
        writers = people_with(session, [known.from_address])
        ids = {one.id for one in writers if one.active}
    if len(ids) == 1:
        found["person_id"] = list(names_of_people(session, actor, ids).items())
    return found


def _find(letter_id: int) -> LetterRow:
    """Return a letter in sight, or one on the ticket that the address names. Raises ``NotFound``.

    Who works on a ticket reads what came to it, wherever it came in.
    """
    session, actor = current_session(), current_actor()
    reference = request.args.get("ticket", "")
    try:
        return queries.find_letter(session, actor, letter_id)
    except (NotFound, PermissionDenied):
        if not reference:
            raise
        letter = queries.letter_of_ticket(session, actor, reference, letter_id)
        return LetterRow(letter, None, None, reference)


def _storage() -> Storage:
    return attachments_at(installation().settings.home)


def _whole(row: LetterRow) -> Letter | None:
    """Return what a letter says; None when its bytes are no longer kept."""
    trusted = row.mailbox.trusted_server if row.mailbox else ""
    try:
        return queries.read_whole(row.letter, _storage(), trusted)
    except NotFound:
        return None


def original(letter_id: int) -> Response:
    """Return a letter as it came, to be saved."""
    row = _find(letter_id)
    if not row.letter.stored_name:
        raise NotFound("letter", letter_id)
    return file_answer(_storage(), row.letter.stored_name, f"letter-{letter_id}.eml")


def file(letter_id: int, number: int) -> Response:
    """Return a file of a letter, to be saved; ``number`` counts from 1."""
    letter = _whole(_find(letter_id))
    if letter is None or not 0 < number <= len(letter.files):
        raise NotFound("file", number)
    found = letter.files[number - 1]
    return content_answer(found.content, found.file_name)
