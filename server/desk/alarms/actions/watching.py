"""Doing what rules of alarms say: opening tickets, counting on them, and ending them."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, InvalidValue
from cmdb.records.items import Item
from server.desk.alarms.events import AlarmRaised
from server.desk.alarms.models import Alarm
from server.desk.alarms.rules.planning import Act, Standing, Trouble, plan
from server.desk.alarms.rules.texts import description_of, ended_text, title_of
from server.desk.alarms.rules.values import AlarmRule
from server.desk.tickets.actions import MoveDraft, TicketDraft, move_ticket, open_ticket
from server.desk.tickets.actions.assessing import rank
from server.desk.tickets.events import TicketNoted
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.own_fields import check_fields
from server.desk.tickets.rules.words import State, Words
from server.foundation.events import publish
from server.foundation.permissions import system_actor

#: How a ticket is closed whose cause went away by itself, where the desk knows that word.
_RESOLUTION = "no_action"
_CHANNEL = "monitoring"


def tend(
    session: Session,
    rule: AlarmRule,
    found: Mapping[int, Trouble],
    item_ids: Collection[int],
    now: datetime,
) -> dict[str, int]:
    """Do what is to be done about some items under a rule; return how often each was done.

    ``found`` holds those of ``item_ids`` that are in trouble. Doing it twice does it once.
    """
    alarms = _locked(session, rule.code, item_ids)
    room = rule.most_open - _open_tickets(session, rule.code)
    tending = _Tending(session, rule, now)
    done: Counter[str] = Counter()
    for item_id in sorted(item_ids):
        alarm, trouble = alarms.get(item_id), found.get(item_id)
        standing = _standing(session, alarm) if alarm is not None else None
        act, fresh = plan(trouble, standing, rule.reopen_hours, now)
        if act in (Act.OPEN, Act.REOPEN):
            if room <= 0:
                done["held_back"] += 1
                continue
            room -= 1
        tending.do(act, alarm, trouble, fresh)
        if act is not Act.NOTHING:
            done[act.value] += 1
    return dict(done)


def alarmed_items(session: Session, rule_code: str) -> set[int]:
    """Return the items that a rule's alarms are on for."""
    query = select(Alarm.item_id).where(Alarm.rule_code == rule_code, Alarm.on)
    return set(session.scalars(query))


def _locked(session: Session, rule_code: str, item_ids: Collection[int]) -> dict[int, Alarm]:
    query = (
        select(Alarm)
        .where(Alarm.rule_code == rule_code, Alarm.item_id.in_(sorted(item_ids)))
        .order_by(Alarm.id)
        .with_for_update()
    )
    return {row.item_id: row for row in session.scalars(query)}


def _open_tickets(session: Session, rule_code: str) -> int:
    query = select(func.count()).select_from(Alarm).join(Ticket, Ticket.id == Alarm.ticket_id)
    query = query.where(Alarm.rule_code == rule_code, Ticket.is_open)
    return session.execute(query).scalar_one()


def _standing(session: Session, alarm: Alarm) -> Standing:
    ticket = _ticket(session, alarm)
    return Standing(
        alarm.on,
        alarm.last_at,
        frozenset(str(subject) for subject, _ in alarm.subjects),
        alarm.ended_at,
        ticket is not None and ticket.is_open,
    )


def _ticket(session: Session, alarm: Alarm) -> Ticket | None:
    return session.get(Ticket, alarm.ticket_id) if alarm.ticket_id else None


class _Tending:
    """What is done under one rule at one moment."""

    def __init__(self, session: Session, rule: AlarmRule, now: datetime) -> None:
        self._session = session
        self._rule = rule
        self._now = now
        self._words = words_of(session)
        self._actor = system_actor("alarms")

    def do(self, act: Act, alarm: Alarm | None, trouble: Trouble | None, fresh: int) -> None:
        """Carry out what was decided about one item."""
        if act is Act.END and alarm is not None:
            self._end(alarm)
        if trouble is None or act in (Act.NOTHING, Act.END):
            return
        if alarm is None or act is Act.OPEN or (act is Act.REOPEN and not self._reopen(alarm)):
            alarm = alarm or Alarm(rule_code=self._rule.code, item_id=trouble.item_id)
            alarm.ticket_id = self._open(trouble)
            alarm.count, alarm.first_at = 0, trouble.begins_at
        alarm.on, alarm.ended_at = True, None
        alarm.count += fresh
        alarm.last_at = trouble.last_at
        alarm.subjects = [[subject, measure] for subject, measure in trouble.subjects]
        self._session.add(alarm)
        self._session.flush()
        if act is Act.RETURN and alarm.ticket_id:
            self._note(alarm.ticket_id, "alarm_back")
        if act in (Act.OPEN, Act.REOPEN) and alarm.ticket_id:
            publish(self._session, AlarmRaised(alarm.ticket_id, trouble.item_id, self._now))

    def _open(self, trouble: Trouble) -> int:
        draft = self._draft(trouble)
        try:
            ticket = open_ticket(self._session, self._actor, draft, self._now)
        except InvalidValue:
            # Of what a rule names, its group alone may have gone since: the ticket matters more.
            bare = replace(draft, group_id=None)
            ticket = open_ticket(self._session, self._actor, bare, self._now)
        if self._rule.priority in self._words.priorities:
            ticket.ruled_priority = self._rule.priority
            rank(ticket, self._words)
        self._note(ticket.id, "alarm")
        return ticket.id

    def _draft(self, trouble: Trouble) -> TicketDraft:
        rule, words = self._rule, self._words
        item = self._session.get_one(Item, trouble.item_id)
        return TicketDraft(
            title_of(rule, item.name),
            kind=_known(rule.kind, words.kinds),
            description=description_of(rule, trouble),
            urgency=_known(rule.urgency, words.urgencies),
            affected_item_ids=(item.id,),
            cause_item_id=item.id,
            organisation_id=item.organisation_id,
            channel=_known(_CHANNEL, words.channels),
            category=_usable_category(words, rule.category),
            occurred_at=min(trouble.begins_at, self._now),
            group_id=rule.group_id,
        )

    def _reopen(self, alarm: Alarm) -> bool:
        """Take the last ticket up again; False where its life cycle does not lead back."""
        ticket = _ticket(self._session, alarm)
        reason = f"The cause is back: {self._rule.name}"
        return ticket is not None and self._move(
            ticket, lambda end: end.open, lambda end: MoveDraft(end, reason=reason)
        )

    def _end(self, alarm: Alarm) -> None:
        alarm.on, alarm.ended_at = False, self._now
        self._session.flush()
        ticket = _ticket(self._session, alarm)
        if ticket is None or not ticket.is_open:
            return
        self._note(ticket.id, "alarm_gone")
        if not self._rule.resolves:
            return
        # Where its life cycle wants a person for that, it stays open, with the note.
        text = ended_text(self._rule, alarm.first_at, alarm.count)
        code = _known(_RESOLUTION, self._words.resolutions)
        self._move(ticket, lambda end: end.solved, lambda end: MoveDraft(end, text, code, text))

    def _move(
        self,
        ticket: Ticket,
        wanted: Callable[[State], bool],
        drafted: Callable[[str], MoveDraft],
    ) -> bool:
        """Take the first step that leads to a state as wanted; say whether there was one."""
        for move in self._words.moves_from(ticket.kind, ticket.state):
            if wanted(self._words.states[move.end]):
                try:
                    move_ticket(self._session, self._actor, ticket.id, drafted(move.end), self._now)
                except CadastreError:
                    continue  # it asks for what only a person can give
                return True
        return False

    def _note(self, ticket_id: int, what: str) -> None:
        detail = {"rule": self._rule.name}
        publish(self._session, TicketNoted(ticket_id, self._now, None, what, detail))


def _known(code: str, words: Mapping[str, object]) -> str:
    """Return a word, or the first of the list where people have taken it away since."""
    return code if code in words else next(iter(words))


def _usable_category(words: Words, category: str) -> str:
    """Return the category, or none if it has gone or has come to ask for more since."""
    if category not in words.categories:
        return ""
    _, faults = check_fields(words, category, {})
    return "" if faults else category
