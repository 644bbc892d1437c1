"""What happened to tickets, as their clocks need it: read from their history."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from cmdb.records.among import among_listed, listed
from cmdb.records.asking import asked
from server.desk.sla.actions.keeping import agreed_about, reading_of
from server.desk.sla.models import SlaClock
from server.desk.sla.queries import agreements_at, agreements_of, clocks_of
from server.desk.sla.rules.agreements import Agreements
from server.desk.sla.rules.calendars import after_working
from server.desk.sla.rules.clocks import Reading
from server.desk.sla.rules.facts import Facts, promises_of
from server.desk.sla.rules.targets import Case, Stay
from server.desk.tickets.models import AffectedService, Ticket, TicketEntry
from server.desk.tickets.queries.holding import (
    answered_stays,
    holder_names,
    stays_of,
    terms_of,
)
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.staying import Passing, Word
from server.desk.tickets.rules.words import Words

#: What the history tells that clocks go by, beside what was said to the requester.
_EVENTS = ("opened", "moved", "assigned", "handed_over", "accepted")
#: In the details of what somebody wrote: the id of the group that had the ticket and whose member
#: they were, else null; the moment at which the supplier that had it said so.
OF_GROUP, FROM_SUPPLIER = "of_group_id", "from_supplier_at"


def facts_of(session: Session, ticket: Ticket) -> Facts:
    """Return what happened to a ticket that the caller holds; two statements.

    Where targets ask who has a ticket, four more at most.
    """
    return facts_of_many(session, [ticket])[ticket.id]


def facts_of_many(session: Session, tickets: Sequence[Ticket]) -> Mapping[int, Facts]:
    """Return what happened to tickets, by id; as many statements as for one."""
    words, agreed = words_of(session), _agreed(session, tickets)
    answers = any(one.about_answers for one in agreed)
    heard = _heard(session, tickets, notes=answers)
    services = services_among(session, heard)
    asked = {key: one.passings for key, one in heard.items()}
    stays: Mapping[int, tuple[Stay, ...]] = {}
    if answers:
        stays = answered_stays(session, asked, {key: one.words for key, one in heard.items()})
    elif any(one.about_holders for one in agreed):
        stays = stays_of(session, asked)
    contracts = frozenset[int]().union(*(one.contracts for one in agreed))
    terms = terms_of(session, contracts) if contracts else {}
    return {
        key: Facts(
            ticket_id=key,
            case=_case(one.ticket, services.get(key, ())),
            opened_at=one.ticket.created_at,
            runs=tuple((at, runs_in(words, state)) for at, state in one.moves),
            responded_at=one.responded,
            solved_at=_solved_at(one.ticket),
            handed_at=one.handed,
            accepted_at=one.accepted,
            updated_at=one.updated,
            opens=tuple((at, _is_open(words, state)) for at, state in one.moves),
            stays=stays.get(key, ()),
            terms=terms,
        )
        for key, one in heard.items()
    }


def _agreed(session: Session, tickets: Sequence[Ticket]) -> list[Agreements]:
    """Return what is agreed now, and what was when those that are solved were."""
    found = [agreements_of(session)]
    for ticket in tickets:
        then = agreements_at(session, _solved_at(ticket))
        if then is not None and then not in found:
            found.append(then)
    return found


def who_had(session: Session, ticket: Ticket) -> tuple[Stay, ...]:
    """Return which groups had a ticket that the caller holds, in order; three statements."""
    heard = _heard(session, [ticket], notes=False)
    return stays_of(session, {ticket.id: heard[ticket.id].passings})[ticket.id]


def _heard(session: Session, tickets: Sequence[Ticket], *, notes: bool) -> dict[int, "_Heard"]:
    """Return what the lines of tickets say, by ticket; ``notes``: also internal ones."""
    heard = {ticket.id: _Heard(ticket) for ticket in tickets}
    lines = _lines_and_notes if notes else _lines
    for ticket_id, at, kind, author_id, detail in lines(session, tickets=list(heard)):
        if kind == "system":
            heard[ticket_id].hear_event(at, detail)
            continue
        heard[ticket_id].hear_colleague(at, author_id, detail)
        if kind == "public":
            heard[ticket_id].hear_word(at, author_id)
    return heard


def _told(*said: str) -> Select[int, datetime, str, int | None, dict[str, Any]]:
    told = TicketEntry.detail["event"].as_string().in_(_EVENTS)
    return (
        select(
            TicketEntry.ticket_id,
            TicketEntry.at,
            TicketEntry.kind,
            TicketEntry.author_id,
            TicketEntry.detail,
        )
        .where(
            TicketEntry.ticket_id.in_(bindparam("tickets", expanding=True)),
            or_(TicketEntry.kind.in_(said), (TicketEntry.kind == "system") & told),
        )
        .order_by(TicketEntry.at, TicketEntry.id)
    )


@asked
def _lines(_: str) -> Executable:
    """Read what happened to tickets, and what was said publicly."""
    return _told("public")


@asked
def _lines_and_notes(_: str) -> Executable:
    """Read the same with what is internal."""
    return _told("public", "internal")


def services_among(session: Session, ticket_ids: Collection[int]) -> Mapping[int, Sequence[int]]:
    """Return the services that tickets reach, by ticket; one that reaches none is missing."""
    found: dict[int, list[int]] = defaultdict(list)
    for ticket_id, item_id in _reached(session, tickets=listed(session, ticket_ids)):
        found[ticket_id].append(item_id)
    return found


@asked
def _reached(dialect: str) -> Executable:
    """Read which services tickets reach."""
    pairs = select(AffectedService.ticket_id, AffectedService.item_id)
    return pairs.where(among_listed(dialect, AffectedService.ticket_id, "tickets"))


@dataclass(slots=True)
class _Heard:
    """What was read of one ticket so far."""

    ticket: Ticket
    moves: list[tuple[datetime, str]] = field(default_factory=list)
    passings: list[Passing] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    responded: datetime | None = None
    updated: datetime | None = None
    handed: datetime | None = None
    accepted: datetime | None = None

    def __post_init__(self) -> None:
        self.passings.append(Passing(self.ticket.created_at, self.ticket.group_id, guessed=True))

    def hear_word(self, at: datetime, author_id: int | None) -> None:
        """Take in what was said to the requester."""
        if author_id != self.ticket.requester_id:
            self.responded, self.updated = self.responded or at, at

    def hear_colleague(
        self, at: datetime, author_id: int | None, detail: Mapping[str, Any]
    ) -> None:
        """Take in what somebody of a group said, or a supplier; what nobody wrote is no word."""
        noted, of_supplier = OF_GROUP in detail, FROM_SUPPLIER in detail
        if not of_supplier and author_id in (None, self.ticket.requester_id):
            return
        said_at = datetime.fromisoformat(detail[FROM_SUPPLIER]) if of_supplier else at
        word = Word(said_at, author_id, detail.get(OF_GROUP), noted, of_supplier)
        self.words.append(word)

    def hear_event(self, at: datetime, detail: Mapping[str, Any]) -> None:
        """Take in what happened."""
        event = detail["event"]
        if event == "moved":
            self.moves.append((at, str(detail.get("after", ""))))
        elif event == "accepted":
            self.accepted = at
        elif event == "opened":
            if "first_group_id" in detail:
                self.passings[0] = Passing(self.ticket.created_at, detail["first_group_id"])
        else:
            self._pass(at, detail)

    def _pass(self, at: datetime, detail: Mapping[str, Any]) -> None:
        if detail["event"] == "handed_over":
            self.handed, self.accepted = at, None
        if self.passings[-1].guessed:
            # Opened before its first group was noted: only a hand-over tells whose it was.
            known = detail.get("from_group_id")
            self.passings[-1] = Passing(self.ticket.created_at, known)
        self.passings.append(Passing(at, detail.get("group_id")))


def _case(ticket: Ticket, service_ids: Sequence[int]) -> Case:
    return Case(
        ticket.kind,
        ticket.priority,
        ticket.organisation_id,
        frozenset(service_ids),
        ticket.worst_criticality,
    )


def _solved_at(ticket: Ticket) -> datetime | None:
    return None if ticket.is_open else ticket.resolved_at or ticket.closed_at


def runs_in(words: Words, state: str) -> bool:
    """Say whether clocks run while a ticket is in a state; in one that is gone they do."""
    found = words.states.get(state)
    return found is None or (found.open and not found.pauses)


def _is_open(words: Words, state: str) -> bool:
    found = words.states.get(state)
    return found is None or found.open


@dataclass(frozen=True, slots=True)
class ClockFace:
    """A clock as it stands now; ``if_resumed_now``: its end, were it to run on from this moment.

    ``holder_name`` is what the group, the supplier or the contract is called whose clock it is;
    ``away``: they do not have the ticket now.
    """

    clock: SlaClock
    reading: Reading
    if_resumed_now: datetime | None
    holder_name: str = ""
    away: bool = False


def faces_of(session: Session, ticket: Ticket, now: datetime, *, works: bool) -> list[ClockFace]:
    """Return the clocks of a ticket that the caller has found in sight, as they stand now.

    ``works``: whether the reader works on it; others see what was promised to the requester.
    """
    clocks = [one for one in clocks_of(session, ticket.id) if works or not one.holder]
    if not clocks:
        return []
    facts = facts_of(session, ticket)
    agreements = agreed_about(session, facts)
    names = holder_names(session, {one.holder for one in clocks} - {""})
    away = {one.key: one.away for one in promises_of(agreements, facts)}
    found = []
    for clock in clocks:
        reading = reading_of(session, clock, facts, now)
        if reading is None:
            continue
        paused = not reading.running and clock.stopped_at is None and reading.breached_at is None
        calendar = agreements.calendars[clock.calendar]
        resumed = after_working(calendar, now, reading.left) if paused else None
        gone = paused and away.get((clock.measure, clock.holder), True)
        found.append(ClockFace(clock, reading, resumed, names.get(clock.holder, ""), gone))
    return found
