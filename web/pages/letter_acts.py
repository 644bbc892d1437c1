"""What people make of letters that are held: a ticket, an entry on one, or nothing."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, Conflict, InvalidValue, NotFound
from server.desk.mail.actions.deciding import (
    Joining,
    Sender,
    drop_letter,
    join_letter,
    take_letter,
)
from server.desk.mail.actions.landing import MailDesk, desk_of
from server.desk.mail.queries.letters import find_letter
from server.desk.tickets.queries import find_ticket
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.errors import PermissionDenied
from server.foundation.translation import gettext, ngettext
from web.pages.frame import done, url_for, whole
from web.pages.letter_list import letter_list
from web.pages.letter_page import Act, letter_page
from web.pages.refusals import refuse_in_words

#: What was done, in words, and where it leads.
Done = tuple[str, str]


def _desk() -> MailDesk:
    return desk_of(installation().settings)


def join(letter_id: int) -> ResponseReturnValue:
    """Write a held letter on a ticket."""
    session, actor, form = current_session(), current_actor(), request.form
    joining = Joining(form.get("reference", "").strip(), form.get("kind", "public"))

    def write() -> Done:
        if not joining.reference:
            raise InvalidValue({"reference": "must not be empty"})
        join_letter(session, actor, letter_id, joining, _desk(), current_time())
        return _stands_on(find_ticket(session, actor, joining.reference).reference)

    return _decided(letter_id, "join", write)


def take(letter_id: int) -> ResponseReturnValue:
    """Open a ticket of a held letter, for somebody known or somebody it makes known."""
    session, actor, form = current_session(), current_actor(), request.form
    sender = Sender(person_id=whole(form.get("person_id")))
    if form.get("new_person"):
        sender = Sender(display_name=form.get("display_name", ""))

    def write() -> Done:
        ticket = take_letter(session, actor, letter_id, sender, _desk(), current_time())
        return _stands_on(ticket.reference)

    return _decided(letter_id, "take", write)


def _stands_on(reference: str) -> Done:
    told = gettext("It stands on %(reference)s now.") % {"reference": reference}
    return told, url_for("tickets.show", reference=reference)


def drop(letter_id: int) -> ResponseReturnValue:
    """Say that nobody needs a held letter, and why."""

    def write() -> Done:
        note = request.form.get("note", "")
        drop_letter(current_session(), current_actor(), letter_id, note, current_time())
        return gettext("The letter is dropped."), url_for("letters.index")

    return _decided(letter_id, "drop", write)


def _decided(letter_id: int, name: str, write: Callable[[], Done]) -> ResponseReturnValue:
    """Do it and lead on, or show the letter with what was wrong."""
    session, actor = current_session(), current_actor()
    find_letter(session, actor, letter_id)
    try:
        told, address = write()
    except (NotFound, PermissionDenied):
        raise
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        row = find_letter(session, actor, letter_id)
        return letter_page(row, Act(name, errors, request.form)), status
    return done(told, address)


def drop_many() -> ResponseReturnValue:
    """Drop the ticked letters for one reason; those that somebody has decided are passed over."""
    session, actor, form = current_session(), current_actor(), request.form
    ticked = [one for one in map(whole, form.getlist("selected")) if one is not None]
    dropped = 0
    try:
        if not ticked:
            raise InvalidValue({"selected": "tick the letters first"})
        for letter_id in dict.fromkeys(ticked):
            try:
                drop_letter(session, actor, letter_id, form.get("note", ""), current_time())
            except Conflict:
                continue
            dropped += 1
    except (NotFound, PermissionDenied):
        raise
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return letter_list(ticked, errors, form), status
    told = ngettext("%(num)d letter dropped.", "%(num)d letters dropped.", dropped)
    return done(told % {"num": dropped}, url_for("letters.index"))
