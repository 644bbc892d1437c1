"""The board: its meetings, what each is about, what was decided, and the minutes."""

from collections.abc import Callable
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.desk.changes import actions
from server.desk.changes.queries import (
    ChangeFilter,
    agenda_of,
    approvals_of,
    find_meeting,
    list_changes,
    list_meetings,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from web.pages.change_corners import corners
from web.pages.change_inbox import suffering_of
from web.pages.choices import organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import change_wording
from web.presenters.changes import risk_tone
from web.presenters.windows import moment_of, window_text
from web.presenters.writing import pieces

_MOST = 200


def board() -> ResponseReturnValue:
    """List the meetings, and call one."""
    return _list({})


def call() -> ResponseReturnValue:
    """Call a meeting."""
    form = request.form
    try:
        starts_at = moment_of(form.get("starts_at", ""), reader())
        if starts_at is None:
            raise InvalidValue({"starts_at": "must not be empty"})
        draft = actions.MeetingDraft(
            form.get("title", ""),
            starts_at,
            form.get("place", ""),
            whole(form.get("organisation_id")),
        )
        session = current_session()
        meeting = actions.call_meeting(session, current_actor(), draft, current_time())
    except ValueError:
        return _list({"starts_at": gettext("This is no date with a time.")}), 422
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _list(errors), status
    return done(
        gettext("The meeting is called."), url_for("changes.meeting", meeting_id=meeting.id)
    )


def _list(errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    return render_template(
        "changes/board.html",
        meetings=list_meetings(session, actor),
        errors=errors,
        typed=request.form,
        corners=corners(),
        organisations=organisation_choices(session, actor, Permission.CHANGE_APPROVE),
        home=actor.organisation_id,
    )


def meeting(meeting_id: int) -> ResponseReturnValue:
    """Show a meeting with its agenda and minutes."""
    return _meeting(meeting_id, {})


def put(meeting_id: int) -> ResponseReturnValue:
    """Put changes on the agenda."""
    chosen = request.form.getlist("selected")

    def write() -> None:
        actions.put_on_agenda(current_session(), current_actor(), meeting_id, chosen)

    return _act(meeting_id, write, gettext("The agenda is longer."))


def take(meeting_id: int, reference: str) -> ResponseReturnValue:
    """Take a change off the agenda."""

    def write() -> None:
        actions.take_off_agenda(current_session(), current_actor(), meeting_id, reference)

    return _act(meeting_id, write, gettext("It is taken off the agenda."))


def decide(meeting_id: int, reference: str) -> ResponseReturnValue:
    """Write what the meeting decided about a change."""
    form = request.form
    given = actions.Decision(
        form.get("decision", ""),
        form.get("comment", ""),
        form.get("digest", ""),
        whole(form.get("approval_id")),
    )

    def write() -> None:
        actions.decide_point(
            current_session(), current_actor(), meeting_id, reference, given, current_time()
        )

    return _act(meeting_id, write, gettext("The decision is written."), reference)


def minutes(meeting_id: int) -> ResponseReturnValue:
    """Write the minutes, and close them."""
    close = request.form.get("close") == "yes"

    def write() -> None:
        actions.write_minutes(
            current_session(),
            current_actor(),
            meeting_id,
            request.form.get("minutes", ""),
            current_time(),
            close=close,
        )

    return _act(meeting_id, write, gettext("The minutes are written."))


def _act(
    meeting_id: int, write: Callable[[], None], told: str, point: str = ""
) -> ResponseReturnValue:
    """Do it, or show the meeting with what stands against it beside the point it is about."""
    find_meeting(current_session(), current_actor(), meeting_id)
    try:
        write()
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _meeting(meeting_id, errors, point), status
    return done(told, url_for("changes.meeting", meeting_id=meeting_id))


def _meeting(meeting_id: int, errors: dict[str, str], point: str = "") -> str:
    session, actor = current_session(), current_actor()
    found = find_meeting(session, actor, meeting_id)
    rows = agenda_of(session, actor, meeting_id)
    standing = {row.change.id for row in rows}
    waiting = list_changes(
        session, actor, ChangeFilter(state="approval"), PageRequest("-risk", "", _MOST)
    )
    return render_template(
        "changes/meeting.html",
        meeting=found,
        agenda=rows,
        slots={row.change.id: _slots(row.change.id) for row in rows},
        waiting=[row.change for row in waiting.rows if row.change.id not in standing],
        suffering={row.change.id: suffering_of(row.change) for row in rows},
        errors=errors,
        failed=point,
        typed=request.form,
        may_lead=actor.may(Permission.CHANGE_APPROVE, found.organisation_id),
        wording=change_wording(),
        window=lambda change: window_text(change, reader()),
        risk_tone=risk_tone,
        pieces=pieces,
    )


def _slots(change_id: int) -> list[tuple[str, str]]:
    """Return (approval, whose) of what waits in the present round of a change."""
    rows: list[Any] = approvals_of(current_session(), current_actor(), change_id)
    return [
        (str(row.approval.id), row.person.display_name if row.person else row.group.name)
        for row in rows
        if row.approval.decision == "pending"
    ]
