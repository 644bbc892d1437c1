"""By whose word a plan is written into the register, and handing that step over."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.desk.changes import actions
from server.desk.changes.models import ChangeTask
from server.desk.changes.queries import (
    ChangeHeader,
    authority_of,
    change_header,
    change_items_of,
    find_change,
    tasks_on,
    writers_for,
)
from server.desk.changes.rules.after import REGISTER
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.items.queries import names_of
from web.pages.change_choices import attribute_choices, relation_choices
from web.pages.change_page import Act, change_page
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.presenters.change_parts import difference_text, word_text


def authority(reference: str) -> ResponseReturnValue:
    """Show each planned line with the word that lets it be written; a fragment of the page."""
    session, actor = current_session(), current_actor()
    header = change_header(session, actor, reference)
    found = authority_of(session, actor, header.change.id)
    ends = {one for row, _word in found.lines for one in (row.item_id, row.other_id) if one}
    names = names_of(session, actor, sorted(ends)) if ends else {}
    items = change_items_of(session, actor, header.change.id)
    labels = dict((*attribute_choices(items), *relation_choices()))
    return render_template(
        "changes/authority.html",
        change=header.change,
        may_write=header.may_write,
        lines=[
            (
                difference_text(row, names, labels, reader()),
                word,
                word_text(word, found.agreed, names, reader()),
            )
            for row, word in found.lines
        ],
        lacking=found.lacking,
        writers=_writers(header) if found.lacking else [],
        handed=_handed(header.change.id),
    )


def _writers(header: ChangeHeader) -> list[tuple[str, str]]:
    found = writers_for(current_session(), current_actor(), header.change)
    return [(str(person.id), person.display_name) for person in found]


def hand_over(reference: str) -> ResponseReturnValue:
    """Let somebody else write what was planned."""
    session, actor = current_session(), current_actor()
    change = find_change(session, actor, reference)
    person_id = whole(request.form.get("person_id")) or 0
    try:
        actions.hand_over_application(session, actor, change.id, person_id, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return change_page(reference, Act("hand", errors=errors, typed=request.form), status)
    told = gettext("It is handed over; they are told.")
    return done(told, url_for("changes.show", reference=change.reference))


def _handed(change_id: int) -> ChangeTask | None:
    """Return the task of whoever the step lies with, once it was handed over."""
    waiting = [
        one
        for one in tasks_on(current_session(), change_id)
        if one.phase == "after" and one.title == REGISTER and one.done_at is None
    ]
    return waiting[0] if waiting else None
