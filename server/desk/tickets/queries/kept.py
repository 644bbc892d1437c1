"""Ways to look at the list of tickets that come back: those of the house, and those people keep.

A query is what stands in the address of the list: ``view=mine&priority=1``. In the eyes of another
reader of the same view, "mine" is theirs.
"""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.narrowing import TicketFilter, narrowing
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.words import Words
from server.foundation.permissions import Actor, Permission
from server.items.listing.views import ViewKind

#: The views of the house.
STANDING = ("open", "mine", "groups", "unassigned", "requested", "all")
#: What narrows a view further.
NARROWING = ("q", "kind", "priority", "state", "item", "service", "group")
_NUMBERS = ("priority", "item", "service", "group")
_LARGEST = 2**63 - 1


def standing_filter(actor: Actor, view: str, group_id: int | None = None) -> TicketFilter:
    """Return what a view of the house lists for the actor; ``group_id``: of their groups, which."""
    opened, me = TicketFilter(open=True), actor.person_id or -1
    if view == "mine":
        return replace(opened, assignee_id=me)
    if view == "unassigned":
        return replace(opened, unassigned=True)
    if view == "groups":
        chosen = group_id if group_id in actor.group_ids else min(actor.group_ids, default=-1)
        return replace(opened, group_id=chosen)
    if view == "requested":
        return TicketFilter(requester_id=me)
    return TicketFilter() if view == "all" else opened


def narrowed(filters: TicketFilter, given: Mapping[str, str], words: Words) -> TicketFilter:
    """Add what narrows a view further; what makes no sense narrows nothing."""
    kind, state = given.get("kind", ""), given.get("state", "")
    numbers = {name: _number(given.get(name, "")) for name in _NUMBERS}
    priority = numbers["priority"]
    return replace(
        filters,
        text=given.get("q", "")[:200],
        kind=kind if kind in words.kinds else "",
        state=state if state in words.states else "",
        priority=priority if priority in words.priorities else None,
        item_id=numbers["item"],
        service_id=numbers["service"],
        group_id=filters.group_id or numbers["group"],
    )


def read_query(query: str, words: Words) -> dict[str, str]:
    """Return what a kept query asks for. Raises ``InvalidValue`` under "query"."""
    given = dict(parse_qsl(query.removeprefix("?")))
    lists = {"view": STANDING, "kind": tuple(words.kinds), "state": tuple(words.states)}
    for name, value in given.items():
        if name not in ("view", *NARROWING):
            known = ", ".join(("view", *NARROWING))
            raise InvalidValue({"query": f"{name} must be one of {known}"})
        if name in lists and value not in lists[name]:
            raise InvalidValue({"query": f"{name} must be one of {', '.join(lists[name])}"})
        if name in _NUMBERS and _number(value) is None:
            raise InvalidValue({"query": f"{name} must be a number"})
    return given


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= _LARGEST else None


def _check(session: Session, _actor: Actor, query: str) -> None:
    read_query(query, words_of(session))


def _newest(session: Session, actor: Actor, query: str, most: int) -> list[tuple[int, str]]:
    words = words_of(session)
    given = read_query(query, words)
    standing = standing_filter(actor, given.get("view", "open"), _number(given.get("group", "")))
    wanted = narrowed(standing, given, words)
    rows = (
        select(Ticket.id, Ticket.reference)
        .where(*narrowing(session, actor, wanted, most))
        .order_by(Ticket.id.desc())
        .limit(most)
    )
    return [(ticket_id, reference) for ticket_id, reference in session.execute(rows)]


#: Views of the list of tickets.
TICKET_VIEWS = ViewKind("tickets", Permission.TICKET_READ, "/tickets", _check, _newest)
