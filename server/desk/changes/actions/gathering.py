"""Deciding about several changes at once, and the meetings of the board that does so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, Conflict, InvalidValue, NotFound
from server.desk.changes.actions.deciding import Decision, decide
from server.desk.changes.models import AgendaPoint, BoardMeeting, Change
from server.desk.changes.queries import find_change
from server.desk.tickets.actions.checking import (
    Problems,
    check_organisation,
    text_of,
    title_of,
)
from server.foundation.audit import record
from server.foundation.events import whole_or_not
from server.foundation.permissions import Actor, Permission

_MOST = 200


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one of several decisions: the state, or the error that refused it alone."""

    reference: str
    state: str = ""
    error: CadastreError | None = None


def decide_many(
    session: Session,
    actor: Actor,
    named: Sequence[tuple[str, str]],
    given: Decision,
    now: datetime,
) -> list[Answered]:
    """Say the same to several changes, each (reference, digest read); one refusal stops none.

    Raises ``InvalidValue`` for none or more than 200.
    """
    if not 1 <= len(named) <= _MOST:
        raise InvalidValue({"changes": f"must be from 1 to {_MOST}"})
    found = []
    for reference, digest in named:
        said = Decision(given.decision, given.comment, digest, way=given.way)
        try:
            with whole_or_not(session):
                change = decide(session, actor, reference, said, now)
            found.append(Answered(change.reference, change.state))
        except CadastreError as error:
            found.append(Answered(reference, error=error))
    return found


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """A meeting to come."""

    title: str
    starts_at: datetime
    place: str = ""
    organisation_id: int | None = None


def call_meeting(
    session: Session, actor: Actor, draft: MeetingDraft, now: datetime
) -> BoardMeeting:
    """Call a meeting; every change that waits for approval there stands on its agenda at once."""
    actor.require(Permission.CHANGE_APPROVE)
    problems = Problems()
    organisation_id = draft.organisation_id or actor.organisation_id
    check_organisation(session, actor, problems, Permission.CHANGE_APPROVE, organisation_id)
    title = title_of(problems, draft.title)
    place = text_of(problems, "place", draft.place)
    if draft.starts_at <= now:
        problems.add("starts_at", "must not lie in the past")
    problems.refuse()
    meeting = BoardMeeting(
        organisation_id=organisation_id,
        title=title,
        starts_at=draft.starts_at,
        place=place,
        created_by_id=actor.person_id,
    )
    session.add(meeting)
    session.flush()
    return meeting


def put_on_agenda(
    session: Session, actor: Actor, meeting_id: int, references: Sequence[str]
) -> list[AgendaPoint]:
    """Put changes on an agenda, after those that stand there; what is there already stays."""
    meeting = open_meeting(session, actor, meeting_id)
    last = session.scalar(
        select(func.max(AgendaPoint.position)).where(AgendaPoint.meeting_id == meeting.id)
    )
    number = -1 if last is None else last
    found = []
    for reference in references:
        change = find_change(session, actor, reference)
        if session.get(AgendaPoint, (meeting.id, change.id)) is None:
            number += 1
            point = AgendaPoint(meeting_id=meeting.id, change_id=change.id, position=number)
            session.add(point)
            found.append(point)
    session.flush()
    return found


def take_off_agenda(session: Session, actor: Actor, meeting_id: int, reference: str) -> None:
    """Take a change off an agenda, unless it was decided there."""
    meeting = open_meeting(session, actor, meeting_id)
    change = find_change(session, actor, reference)
    point = session.get(AgendaPoint, (meeting.id, change.id))
    if point is None:
        raise NotFound("agenda point", reference)
    if point.decision:
        raise Conflict("this was decided at the meeting")
    session.delete(point)
    session.flush()


def decide_point(
    session: Session,
    actor: Actor,
    meeting_id: int,
    reference: str,
    given: Decision,
    now: datetime,
) -> Change:
    """Write what the meeting decided about a change, as the decision of the actor's own approvals.

    With ``change:approve``, ``approval_id`` decides in somebody's place, as on the change's page.
    """
    meeting = open_meeting(session, actor, meeting_id)
    found = find_change(session, actor, reference)
    point = session.get(AgendaPoint, (meeting.id, found.id))
    if point is None:
        raise NotFound("agenda point", reference)
    digest = found.digest
    said = Decision(given.decision, given.comment, given.digest, given.approval_id, "board")
    change = decide(session, actor, found.id, said, now)
    point.decision, point.note, point.seen = given.decision, given.comment, digest
    point.decided_at, point.decided_by_id = now, actor.person_id
    session.flush()
    return change


def write_minutes(
    session: Session, actor: Actor, meeting_id: int, minutes: str, now: datetime, *, close: bool
) -> BoardMeeting:
    """Write what was said; closed minutes are not changed any more."""
    meeting = open_meeting(session, actor, meeting_id)
    problems = Problems()
    meeting.minutes = text_of(problems, "minutes", minutes)
    problems.refuse()
    meeting.version += 1
    if close:
        meeting.closed_at = now
        record(session, actor, "board_meeting_closed", f"board_meeting:{meeting.id}")
    session.flush()
    return meeting


def open_meeting(session: Session, actor: Actor, meeting_id: int) -> BoardMeeting:
    """Return a meeting whose minutes are open, locked. Raises ``NotFound``, ``Conflict``."""
    found = session.scalar(
        select(BoardMeeting).where(BoardMeeting.id == meeting_id).with_for_update()
    )
    if found is None or not actor.may(Permission.CHANGE_READ, found.organisation_id):
        actor.require(Permission.CHANGE_APPROVE)
        raise NotFound("meeting", meeting_id)
    actor.require(Permission.CHANGE_APPROVE, found.organisation_id)
    if found.closed_at is not None:
        raise Conflict("the minutes of this meeting are closed")
    return found
