"""Open incidents that one failure upstream would explain, with the evidence."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.desk.problems.models import MajorIncident, ProblemTicket
from server.desk.problems.rules.common_cause import Suspect, propose
from server.desk.tickets.models import AffectedItem, Ticket, TicketLink
from server.desk.tickets.queries import visible_tickets
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.linking import CHILD_OF
from server.foundation.permissions import Actor, Permission
from server.items.impacts.hints import ChangeReader, no_changes
from server.items.impacts.naming import NamedItem
from server.items.impacts.suspecting import CauseAnswer, SymptomQuestion, causes_of
from server.items.scope import visible_items

#: How far back incidents may belong together, how many are looked at, and how many items.
WINDOW = timedelta(days=7)
_TICKETS = 200
_ITEMS = 500


@dataclass(frozen=True, slots=True)
class Proposal:
    """Incidents that look like one, the item that would explain them, and what speaks for it.

    ``share`` is how likely it is among what was ranked; ``differences`` were recorded on it in the
    72 hours before, the last at ``changed_at``; ``explains`` are the affected items it explains.
    """

    item: NamedItem
    tickets: Sequence[Ticket]
    share: float
    explains: Sequence[NamedItem]
    differences: int
    changed_at: datetime | None


def propose_problems(
    session: Session, actor: Actor, now: datetime, changes_of: ChangeReader = no_changes
) -> list[Proposal]:
    """Return what open incidents of the last days may have in common; the widest first.

    Incidents that a problem or a major incident gathers already are left out.
    """
    actor.require(Permission.TICKET_WORK)
    affected = _affected(session, actor, now)
    symptoms = sorted({item for items in affected.values() for item in items})[:_ITEMS]
    if len(affected) < 2 or not symptoms:
        return []
    question = SymptomQuestion(tuple(symptoms), now, limit=25)
    answer = causes_of(session, actor, question, changes_of)
    evidence = {one.item.id: one for one in answer.causes if one.item is not None}
    proposals = propose(_suspects(answer), {t: frozenset(i) for t, i in affected.items()})
    ids = {ticket_id for one in proposals for ticket_id in one.ticket_ids}
    tickets = {t.id: t for t in session.scalars(select(Ticket).where(Ticket.id.in_(ids)))}
    names = _names(answer)
    found = []
    for one in proposals:
        ranked = evidence.get(one.suspect.item_id)
        found.append(
            Proposal(
                names[one.suspect.item_id],
                [tickets[ticket_id] for ticket_id in one.ticket_ids],
                one.suspect.share,
                [names[i] for i in sorted(one.suspect.explains) if i in names],
                ranked.differences if ranked else 0,
                ranked.changed_at if ranked else None,
            )
        )
    return found


def _suspects(answer: CauseAnswer) -> list[Suspect]:
    found = {
        one.item.id: Suspect(one.item.id, frozenset(i.id for i in one.explains), one.share)
        for one in answer.causes
        if one.item is not None
    }
    for joint in answer.together:
        if joint.item is not None and joint.item.id not in found:
            explained = frozenset(i.id for i in joint.explains)
            found[joint.item.id] = Suspect(joint.item.id, explained, 0.0)
    return list(found.values())


def _names(answer: CauseAnswer) -> dict[int, NamedItem]:
    found: dict[int, NamedItem] = {}
    for one in answer.causes:
        found |= {i.id: i for i in (*one.explains, *filter(None, [one.item]))}
    for joint in answer.together:
        found |= {i.id: i for i in (*joint.explains, *filter(None, [joint.item]))}
    return found


def _affected(session: Session, actor: Actor, now: datetime) -> dict[int, set[int]]:
    words = words_of(session)
    failures = [code for code, kind in words.kinds.items() if kind.failure]
    gathered = select(ProblemTicket.ticket_id)
    major = select(MajorIncident.ticket_id)
    belonging = select(TicketLink.ticket_id).where(
        TicketLink.kind == CHILD_OF, TicketLink.other_id.in_(major)
    )
    newest = (
        select(Ticket.id)
        .where(
            visible_tickets(actor, Permission.TICKET_WORK),
            Ticket.is_open,
            Ticket.kind.in_(failures),
            Ticket.created_at >= now - WINDOW,
            Ticket.id.not_in(gathered),
            Ticket.id.not_in(major),
            Ticket.id.not_in(belonging),
        )
        .order_by(Ticket.id.desc())
        .limit(_TICKETS)
    )
    query = (
        select(AffectedItem.ticket_id, AffectedItem.item_id)
        .join(Item, Item.id == AffectedItem.item_id)
        .where(AffectedItem.ticket_id.in_(newest), visible_items(actor))
    )
    found: dict[int, set[int]] = defaultdict(set)
    for ticket_id, item_id in session.execute(query):
        found[ticket_id].add(item_id)
    return found
