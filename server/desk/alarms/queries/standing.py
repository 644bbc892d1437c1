"""Rules of alarms as they are in force, and the alarms there are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cmdb.errors import NotFound
from server.desk.alarms.models import Alarm, StoredAlarmRule
from server.desk.alarms.rules.reading import read_rule, shipped_rules
from server.desk.alarms.rules.values import AlarmRule
from server.desk.tickets.models import Ticket
from server.desk.tickets.queries import visible_tickets
from server.foundation.permissions import Actor, Permission
from server.people.actions.rights import require_everywhere

#: Alarms that are listed at most.
MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class StandingRule:
    """A rule with where it comes from. ``own``: nothing of that code is shipped."""

    rule: AlarmRule
    shipped: bool
    changed: bool
    #: Items that it finds something wrong with now, and its tickets that are open.
    on: int = 0
    open: int = 0


def rules_in_force(session: Session) -> Mapping[str, AlarmRule]:
    """Return every rule by code, shipped ones first, each as people have made it."""
    found = dict(shipped_rules())
    query = select(StoredAlarmRule).order_by(StoredAlarmRule.code)
    for row in session.scalars(query):
        rule = read_rule(row.code, row.document)
        known = shipped_rules().get(row.code)
        if known is not None and known.name == rule.name:
            rule = replace(rule, labels=known.labels)
        found[row.code] = rule
    return found


def list_rules(session: Session, actor: Actor) -> list[StandingRule]:
    """Return every rule with how many alarms it has. Needs ``admin:rules`` everywhere."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    stored = set(session.scalars(select(StoredAlarmRule.code)))
    on = _counts(session, select(Alarm.rule_code, func.count()).where(Alarm.on))
    waiting = select(Alarm.rule_code, func.count()).join(Ticket, Ticket.id == Alarm.ticket_id)
    still_open = _counts(session, waiting.where(Ticket.is_open))
    return [
        StandingRule(
            rule, code in shipped_rules(), code in stored, on.get(code, 0), still_open.get(code, 0)
        )
        for code, rule in rules_in_force(session).items()
    ]


def _counts(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {code: count for code, count in session.execute(query.group_by(Alarm.rule_code))}  # noqa: C416 - typed


def find_rule(session: Session, actor: Actor, code: str) -> StandingRule:
    """Return a rule. Raises ``NotFound``."""
    for one in list_rules(session, actor):
        if one.rule.code == code:
            return one
    raise NotFound("alarm rule", code)


def list_alarms(session: Session, actor: Actor, rule_code: str = "") -> list[tuple[Alarm, str]]:
    """Return the latest alarms, each with its ticket's reference, "" where that is out of sight."""
    require_everywhere(actor, Permission.ADMIN_RULES)
    shown = visible_tickets(actor)
    query = (
        select(Alarm, Ticket.reference)
        .outerjoin(Ticket, (Ticket.id == Alarm.ticket_id) & shown)
        .order_by(Alarm.last_at.desc(), Alarm.id.desc())
        .limit(MAX_LISTED)
    )
    if rule_code:
        query = query.where(Alarm.rule_code == rule_code)
    return [(row[0], row[1] or "") for row in session.execute(query)]


def alarms_of_ticket(session: Session, ticket_id: int) -> list[Alarm]:
    """Return the alarms behind a ticket that the caller has found in sight."""
    query = select(Alarm).where(Alarm.ticket_id == ticket_id).order_by(Alarm.id).limit(20)
    return list(session.scalars(query))
