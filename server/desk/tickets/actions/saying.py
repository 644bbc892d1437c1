"""Whose word it is that somebody writes: their group's, or that of the supplier who has it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from cmdb.records.parties import Membership
from server.desk.sla.rules.targets import SUPPLIER
from server.desk.tickets.actions.checking import Problems
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.clocks import FROM_SUPPLIER, OF_GROUP, who_had
from server.desk.tickets.rules.staying import has_at

#: Forms tell moments to the minute: what was said in the minute of a hand-over came after it.
_MINUTE = timedelta(minutes=1)


def of_group(session: Session, ticket: Ticket, person_id: int | None) -> dict[str, Any]:
    """Return what is noted with a word: of which group its author is, if that has the ticket.

    Kept because people leave groups, and what was an answer stays one.
    """
    group_id = ticket.group_id
    known = person_id is not None and group_id is not None
    member = known and session.get(Membership, (person_id, group_id)) is not None
    return {OF_GROUP: group_id if member else None}


def of_supplier(
    session: Session, ticket: Ticket, said_at: datetime | None, now: datetime, problems: Problems
) -> dict[str, Any]:
    """Return what is noted with a supplier's word: when it was said, at a time it had the ticket.

    ``said_at`` None is now; what is wrong goes into ``problems`` under "from_supplier", "said_at".
    """
    moment = said_at or now
    if moment > now:
        problems.add("said_at", "must not lie in the future")
        return {}
    had = [one for one in who_had(session, ticket) if one.line == SUPPLIER]
    if any(has_at(one, moment) for one in had):
        return {FROM_SUPPLIER: moment.isoformat()}
    begun = [one.start for one in had if moment < one.start < moment + _MINUTE]
    if begun:
        return {FROM_SUPPLIER: min(begun).isoformat()}
    if said_at is None:
        problems.add("from_supplier", "no supplier has the ticket now")
    else:
        problems.add("said_at", "no supplier had the ticket then")
    return {}
