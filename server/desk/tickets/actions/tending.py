"""Groups that take turns: what waits gets somebody, and who ends their shift is relieved."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.desk.routing.models import DeskGroup
from server.desk.routing.queries import lock_desk_group, rotas_of
from server.desk.routing.rules.shifts import has_ended
from server.desk.tickets.actions.absences import pass_on
from server.desk.tickets.actions.routing import give_waiting
from server.desk.tickets.models import Ticket
from server.foundation.permissions import system_actor

#: Tickets that wait and are looked at in one transaction.
_BATCH = 50
#: A worker that stood still for longer does not look back further.
_LOOKS_BACK = timedelta(hours=12)


def groups_to_tend(session: Session) -> list[int]:
    """Return the groups of which tickets wait, or whose shifts pass on what they have."""
    waiting = select(Ticket.group_id).where(
        Ticket.is_open, Ticket.assignee_id.is_(None), Ticket.waits_for_turn
    )
    query = (
        select(DeskGroup.group_id)
        .where(
            DeskGroup.assignment != "none",
            or_(DeskGroup.pass_at_shift_end, DeskGroup.group_id.in_(waiting)),
        )
        .order_by(DeskGroup.group_id)
    )
    return list(session.scalars(query))


def tend_group(session: Session, group_id: int, now: datetime) -> int:
    """Pass on what people have whose shift ended, then give what waits; return how many."""
    group = lock_desk_group(session, group_id)
    if group is None or group.assignment == "none":
        return 0
    moved = _relieve(session, group, now) if group.pass_at_shift_end else 0
    return moved + give_waiting(session, group_id, now, _BATCH)


def _relieve(session: Session, group: DeskGroup, now: datetime) -> int:
    """Pass on the open tickets of those whose shift ended since this was done last."""
    after = max(group.shifts_passed_at or now - timedelta(minutes=15), now - _LOOKS_BACK)
    group.shifts_passed_at = now
    rotas = rotas_of(session, group.group_id)
    people = sorted({person_id for rota in rotas for person_id in rota.turns})
    ended = [one for one in people if has_ended(rotas, one, after, now)]
    actor = system_actor("shift end")
    return sum(pass_on(session, actor, one, now, group.group_id) for one in ended)
