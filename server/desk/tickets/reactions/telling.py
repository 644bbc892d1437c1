"""Who hears of what happens to tickets. Nobody hears of what they did themselves."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.parties import Group, Person
from server.desk.sla.events import ClockReached
from server.desk.sla.rules.targets import whose_of
from server.desk.tickets.events import (
    EntryAdded,
    TicketAssigned,
    TicketEvent,
    TicketHandedOver,
    TicketMoved,
    TicketNoted,
    TicketOpened,
    TicketReassessed,
)
from server.desk.tickets.models import Ticket, TicketAttachment, TicketEntry
from server.desk.tickets.queries.belongings import gone_into
from server.desk.tickets.queries.hearing import (
    givers_of,
    hearers_of,
    members_of,
    owners_hit,
    sighted,
)
from server.desk.tickets.queries.holding import holder_names
from server.desk.tickets.queries.words import words_of
from server.foundation.permissions import Permission
from server.notify.actions import Notice, tell

_EXCERPT = 2000
#: What is told of a clock, by whose it is; a hand-over is promised by a group, and told as before.
_CLOCKS = {
    "requester": "clock_reached",
    "group": "group_clock_reached",
    "supplier": "supplier_clock_reached",
}
#: The same of a first answer after a hand-over.
_ANSWERS = {"group": "group_answer_reached", "supplier": "supplier_answer_reached"}


def tell_opening(session: Session, event: TicketOpened) -> None:
    """Tell the requester that it is here, the group that it is theirs, and owners what is hit."""
    ticket = session.get_one(Ticket, event.ticket_id)
    key = f"ticket:{ticket.id}:opened"
    around = hearers_of(session, ticket)
    if ticket.requester_id is not None:
        # Also whoever opened it for themselves: the mail says under which reference.
        _tell(session, event, [ticket.requester_id], ("ticket_received", key), me=None)
    others = around.workers - {ticket.requester_id}
    kind = "ticket_assigned" if ticket.assignee_id else "ticket_new"
    _tell(session, event, others, (kind, key))
    for person_id, item in owners_hit(session, ticket.id).items():
        notice = ("item_hit", f"{key}:items")
        if person_id not in others | {ticket.requester_id}:
            _tell(session, event, [person_id], notice, {"item": item, "title": ""})


def tell_assignment(session: Session, event: TicketAssigned) -> None:
    """Tell whoever it was given to."""
    key = f"ticket:{event.ticket_id}:assigned:{event.at.isoformat()}"
    if event.assignee_id is not None:
        _tell(session, event, [event.assignee_id], ("ticket_assigned", key))
    elif event.group_id is not None:
        _tell(session, event, members_of(session, event.group_id), ("ticket_new", key))


def tell_entry(session: Session, event: EntryAdded) -> None:
    """Tell who follows; what is internal only those who work on it."""
    ticket = session.get_one(Ticket, event.ticket_id)
    entry = session.get_one(TicketEntry, event.entry_id)
    around = hearers_of(session, ticket)
    if event.kind == "public":
        people = {*around.workers, *around.watchers, *filter(None, [ticket.requester_id])}
    else:
        # In a group there may be somebody who works on no ticket, the requester for one.
        people = sighted(session, ticket.id, around.workers, Permission.TICKET_WORK)
    author = session.get(Person, event.person_id) if event.person_id else None
    # What a job writes, or a major incident on its children, has no author.
    who = author.display_name if author else "Cadastre"
    detail = {"text": entry.text[:_EXCERPT], "who": who}
    notice = ("ticket_answered", f"entry:{entry.id}")
    _tell(session, event, people, notice, detail)


def tell_file(session: Session, event: TicketNoted) -> None:
    """Tell of a public file that came without a word: who asked for it waits for it."""
    if event.what != "attached":
        return
    ticket = session.get_one(Ticket, event.ticket_id)
    if ticket.created_at == event.at or _wrote(session, event):
        return
    around = hearers_of(session, ticket)
    people = {*around.workers, *around.watchers, *filter(None, [ticket.requester_id])}
    author = session.get(Person, event.person_id) if event.person_id else None
    detail = {
        "text": str(event.detail.get("file_name", "")),
        "who": author.display_name if author else "Cadastre",
    }
    # Files that come together are told as one.
    key = f"ticket:{ticket.id}:attached:{event.at.isoformat()}"
    _tell(session, event, people, ("ticket_answered", key), detail)


def _wrote(session: Session, event: TicketEvent) -> bool:
    """Say whether the same person wrote publicly with it, of which everybody hears anyway."""
    query = select(TicketEntry.id).where(
        TicketEntry.ticket_id == event.ticket_id,
        TicketEntry.at == event.at,
        TicketEntry.kind == "public",
        TicketEntry.author_id == event.person_id,
    )
    return session.execute(query.limit(1)).first() is not None


def _answered(session: Session, event: TicketEvent) -> bool:
    """Say whether the same person told something publicly with it, in words or as a file."""
    query = select(TicketAttachment.id).where(
        TicketAttachment.ticket_id == event.ticket_id,
        TicketAttachment.at == event.at,
        TicketAttachment.kind == "public",
        TicketAttachment.author_id == event.person_id,
    )
    return _wrote(session, event) or session.execute(query.limit(1)).first() is not None


def tell_move(session: Session, event: TicketMoved) -> None:
    """Tell requester and watchers where it stands or goes on; of what is solved, how."""
    ticket = session.get_one(Ticket, event.ticket_id)
    states = words_of(session).states
    state, before = states.get(event.after), states.get(event.before)
    if before is not None and before.taken_up == event.after and _answered(session, event):
        # The answer itself is what everybody is told.
        return
    around = hearers_of(session, ticket)
    solved = state is not None and state.solved
    text = ticket.resolution_text if solved else event.reason
    detail = {"states": dict(state.labels) if state else {}, "text": text[:_EXCERPT]}
    key = f"ticket:{ticket.id}:moved:{event.at.isoformat()}"
    target = None if ticket.is_open else gone_into(session, ticket.id)
    if target is not None:
        everybody = {*around.watchers, *around.workers, *filter(None, [ticket.requester_id])}
        detail = {"text": target.reference}
        _tell(session, event, everybody, ("ticket_merged", key), detail)
        return
    if ticket.requester_id is not None:
        kind = "ticket_solved" if solved else "ticket_moved"
        _tell(session, event, [ticket.requester_id], (kind, key), detail)
    others = (around.watchers | around.workers) - {ticket.requester_id}
    _tell(session, event, others, ("ticket_moved", key), detail)


def tell_handover(session: Session, event: TicketHandedOver) -> None:
    """Tell the group, or whose turn it was, and the requester who sees to it now."""
    ticket = session.get_one(Ticket, event.ticket_id)
    key = f"handover:{event.handover_id}"
    people = set(hearers_of(session, ticket).workers)
    group = session.get(Group, event.to_group_id)
    detail = {"group": group.name if group else "", "text": event.notice[:_EXCERPT]}
    _tell(session, event, people - {ticket.requester_id}, ("ticket_handover", key), detail)
    if ticket.requester_id is not None:
        _tell(session, event, [ticket.requester_id], ("ticket_passed_on", key), detail)


def tell_level(session: Session, event: ClockReached) -> None:
    """Tell who works on it that the promised time runs out; at its end the whole group.

    A supplier reads nothing here: whoever handed it over hears instead, at the end their group.
    """
    ticket = session.get_one(Ticket, event.ticket_id)
    people = set(hearers_of(session, ticket).workers)
    missed = event.percent >= 100
    if missed and ticket.group_id is not None:
        people |= set(members_of(session, ticket.group_id))
    # With its moment: a promise that began anew is missed anew.
    key = f"ticket:{ticket.id}:{event.measure}:{event.percent}:{event.at.isoformat()}"
    detail: dict[str, Any] = {"percent": event.percent, "measure": event.measure}
    whose = whose_of("", event.holder)
    kind = (_ANSWERS if event.holder and event.measure == "respond" else _CLOCKS)[whose]
    if event.holder:
        key = f"{key}:{event.holder}"
        detail["group"] = _holder(session, ticket, event.holder)
    if whose == "supplier":
        people |= givers_of(session, ticket.id, everybody=missed)
    told = TicketEvent(ticket.id, event.at, None)
    _tell(session, told, people, (kind, key), detail)


def _holder(session: Session, ticket: Ticket, holder: str) -> str:
    """Return the name of whose clock it is; of a line, the group that has the ticket."""
    if holder.startswith("line:") and ticket.group_id is not None:
        return session.get_one(Group, ticket.group_id).name
    return holder_names(session, [holder]).get(holder, "")


def tell_reassessment(session: Session, event: TicketReassessed) -> None:
    """Tell who works on it that it became more pressing because the graph changed."""
    ticket = session.get_one(Ticket, event.ticket_id)
    if ticket.priority >= event.before:
        return
    key = f"ticket:{ticket.id}:pressing:{event.at.isoformat()}"
    detail = {"before": event.before, "after": ticket.priority}
    workers = hearers_of(session, ticket).workers
    _tell(session, event, workers, ("ticket_pressing", key), detail)


def _tell(
    session: Session,
    event: TicketEvent,
    people: Collection[int],
    notice: tuple[str, str],
    detail: Mapping[str, Any] | None = None,
    *,
    me: int | None = -1,
) -> None:
    """Tell people; ``me`` of None tells also whoever did it."""
    ticket = session.get_one(Ticket, event.ticket_id)
    doer = event.person_id if me == -1 else None
    hearing = {one for one in people if one != doer}
    values = {"reference": ticket.reference, "title": ticket.title} | dict(detail or {})
    kind, key = notice
    for path, group in (
        (f"/portal/{ticket.reference}", hearing & {ticket.requester_id}),
        (f"/tickets/{ticket.reference}", hearing - {ticket.requester_id}),
    ):
        tell(session, group, Notice(kind, key, path, values), event.at)
