"""The list of letters: those that wait for somebody's word, and what became of the others."""

from collections.abc import Collection, Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.desk.mail.queries.letters import LetterFilter, count_letters, list_letters
from server.desk.mail.queries.mailboxes import list_mailboxes
from server.desk.mail.rules.states import HELD, STATES
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from web.pages.frame import reader, url_for, whole
from web.pages.lists import asked_choice, asked_page, paging_of
from web.presenters.letters import automatic_text, state_texts, state_tone, why_text
from web.presenters.lists import Column, Tab
from web.presenters.urls import with_query

_ALL = "all"
_MAILBOXES = 200


def index() -> ResponseReturnValue:
    """List letters of one sort, those that are held first of all."""
    return letter_list((), {}, {})


def letter_list(
    ticked: Collection[int], errors: Mapping[str, str], typed: Mapping[str, str]
) -> str:
    """Draw the list, with the letters that stay ticked and what was typed below it."""
    session, actor = current_session(), current_actor()
    state = asked_choice("state", (*STATES, _ALL)) or HELD
    mailbox_id = whole(request.args.get("mailbox"))
    wanted = LetterFilter("" if state == _ALL else state, mailbox_id=mailbox_id)
    page = list_letters(session, actor, wanted, asked_page())
    return render_template(
        "mail/letters.html",
        rows=page.rows,
        paging=paging_of(page),
        columns=_columns(state),
        list_url=_list_url,
        tabs=_tabs(mailbox_id),
        state=state,
        mailbox_id=mailbox_id,
        mailboxes=_mailboxes(),
        droppable=state == HELD,
        ticked=ticked,
        errors=errors,
        typed=typed,
        why=lambda reason: why_text(reason, reader()),
        automatic=lambda code: automatic_text(code, reader()),
        states=state_texts(reader()),
        tone=state_tone,
    )


def _list_url(**changes: object) -> str:
    return with_query(url_for("letters.index"), request.args.to_dict(flat=False), changes)


def _mailboxes() -> dict[int, str]:
    """Return the names of the mailboxes to choose from; for who administers them."""
    session, actor = current_session(), current_actor()
    if not actor.may(Permission.ADMIN_RULES):
        return {}
    rows = list_mailboxes(session, actor, PageRequest(limit=_MAILBOXES)).rows
    return {one.mailbox.id: one.mailbox.name for one in rows}


def _tabs(mailbox_id: int | None) -> list[Tab]:
    held = LetterFilter(HELD, mailbox_id=mailbox_id)
    count = count_letters(current_session(), current_actor(), held)
    words = {
        HELD: gettext("Held back"),
        "taken": gettext("Taken in"),
        "ignored": gettext("Written by programs"),
        "dropped": gettext("Dropped"),
        _ALL: gettext("All"),
    }
    return [
        Tab(key, label, _list_url(state=key, after=None), count if key == HELD else None)
        for key, label in words.items()
    ]


def _columns(state: str) -> list[Column]:
    outcome = gettext("Why") if state == HELD else gettext("What became of it")
    return [
        Column(gettext("Subject"), main=True),
        Column(gettext("Sender")),
        Column(outcome, narrow_screen=False),
        Column(gettext("Mailbox"), narrow_screen=False),
        Column(gettext("Received")),
    ]
