"""An alarm that presses calls whoever is on call, at once, and again when it comes back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cmdb.records.items import ItemParty
from cmdb.records.parties import Membership
from cmdb.vocabulary import PartyRole
from server.desk.alarms.jobs import tend_rule
from server.desk.alarms.rules.reading import shipped_rules
from server.desk.routing.actions.on_call import DutyDraft, put_duty
from server.desk.tickets.models import Ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.notify.models import Notification, NotificationPreference
from tests.server.desk.alarms.test_watching import Machine, context, machine, root
from tests.server.desk.estate import Estate
from tests.support.people import make_group

__all__ = ["context", "machine"]

RULE = shipped_rules()["full_filesystem"]


@pytest.fixture
def called(database: Database, estate: Estate) -> tuple[int, int]:
    """Return a group and the one of it who is on call; they want no mail before the morning."""
    person_id = estate.world.change_manager.person_id
    assert person_id is not None
    with database.writing() as session:
        group_id = make_group(session, estate.world.root, "Night").id
        session.add(Membership(person_id=person_id, group_id=group_id))
        session.add(NotificationPreference(person_id=person_id, mail="digest", muted=[]))
        session.flush()
        duty = DutyDraft("UTC", date(2026, 1, 5), [person_id])
        put_duty(session, estate.world.admin, group_id, duty, utc_now())
    return group_id, person_id


def calls(database: Database) -> list[Notification]:
    with database.reading() as session:
        query = select(Notification).where(Notification.kind == "on_call")
        return list(session.scalars(query.order_by(Notification.id)))


def test_whoever_is_on_call_for_the_group_hears_of_a_pressing_alarm_at_once_and_again(
    database: Database, machine: Machine, context: JobContext, called: tuple[int, int]
) -> None:
    rule = replace(RULE, urgency="high", group_id=called[0])
    machine.tell(free=1, filesystems=root())
    assert tend_rule(context, rule) == {"open": 1}
    (call,) = calls(database)
    assert (call.person_id, call.mail_state) == (called[1], "waiting")
    assert call.deliver_at - call.at < timedelta(seconds=1)
    with database.reading() as session:
        reference = session.scalars(select(Ticket)).one().reference
    assert call.path == f"/tickets/{reference}"
    assert (call.detail["reference"], call.detail["item"]) == (reference, "web-1")
    assert tend_rule(context, rule) == {}
    machine.tell(free=60)
    assert tend_rule(context, rule) == {"end": 1}
    machine.tell(free=1)
    assert tend_rule(context, rule) == {"reopen": 1}
    assert [one.person_id for one in calls(database)] == [called[1]] * 2


def test_what_can_wait_until_the_morning_calls_nobody(
    database: Database, machine: Machine, context: JobContext, called: tuple[int, int]
) -> None:
    machine.tell(free=1, filesystems=root())
    assert tend_rule(context, replace(RULE, urgency="medium", group_id=called[0])) == {"open": 1}
    assert calls(database) == []


def test_a_ticket_of_no_group_calls_those_who_see_to_its_item(
    database: Database, machine: Machine, context: JobContext, called: tuple[int, int]
) -> None:
    party = ItemParty(item_id=machine.item_id, role=PartyRole.SUPPORT.value, source="person")
    party.group_id = called[0]
    with database.writing() as session:
        session.add(party)
    machine.tell(free=1, filesystems=root())
    assert tend_rule(context, replace(RULE, urgency="critical", group_id=None)) == {"open": 1}
    assert [one.person_id for one in calls(database)] == [called[1]]
