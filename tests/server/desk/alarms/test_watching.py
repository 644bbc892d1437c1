"""What goes wrong in the register becomes one ticket, counted, solved and taken up again."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.chronicle import history_row
from cmdb.inventory.door import Inventory
from cmdb.inventory.outcomes import Author
from cmdb.observation import Observation, Origin, Section
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from cmdb.vocabulary import AGENT, SNMP, ClassCode
from server.desk.alarms.jobs import run_survey, run_watch, tend_rule
from server.desk.alarms.models import Alarm
from server.desk.alarms.queries.looking import look, look_back
from server.desk.alarms.queries.standing import rules_in_force
from server.desk.alarms.rules.reading import shipped_rules
from server.desk.alarms.rules.values import AlarmRule
from server.desk.tickets.actions import MoveDraft, move_ticket
from server.desk.tickets.models import Ticket, TicketEntry
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.settings import Settings
from server.items.models import Agent
from server.scanning.models import ScanOutcome, ScanRange, ScanRun
from tests.server.desk.conftest import As
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_tickets_rest import document, faults

V1 = "/api/v1"
GIB = 1024**3


class Machine:
    """A machine that tells of itself, as its agent or a visit would."""

    def __init__(
        self, database: Database, estate: Estate, name: str, class_code: str, **first: Any
    ) -> None:
        self.database, self.place = database, estate.world.root.id
        self.name, self.class_code = name, class_code
        self.source = SNMP if class_code == "switch" else AGENT
        self.told = 0
        self.item_id = self.tell(**first)

    def tell(self, at: datetime | None = None, free: int | None = None, **lists: Any) -> int:
        """Record lists of facts, and how much of "/" is free in GiB."""
        self.told += 1
        now = at or utc_now()
        readings = {} if free is None else {"filesystem_free_bytes": {"/": free * GIB}}
        sections = tuple(Section(name, f"{self.told}", rows) for name, rows in lists.items())
        seen = Observation(
            Origin(self.source, self.name),
            ClassCode(self.class_code),
            self.place,
            now,
            values={"name": self.name},
            sections=sections,
            readings=readings,
        )
        with self.database.writing() as session:
            recorded = Inventory(session, now).record(seen)
        assert recorded.item_id is not None
        return recorded.item_id


@pytest.fixture
def machine(database: Database, estate: Estate) -> Machine:
    return Machine(database, estate, "web-1", "server")


@pytest.fixture
def context(database: Database, tmp_path: Path) -> JobContext:
    return JobContext(database, Settings(home=tmp_path), {})


#: Ends that no certificate has, and those that mean that there is none.
_NEVER = (
    "",
    "soon",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-02T00:00:00Z",
)


def root(**changes: Any) -> list[dict[str, Any]]:
    usual = {"mount": "/", "size_bytes": 100 * GIB, "read_only": False, "type": "ext4"}
    return [usual | changes]


def seen(session: Session, code: str, **changes: Any) -> list[tuple[int, str, float]]:
    rule = replace(shipped_rules()[code], **changes)
    return [(one.item_id, one.subject, one.measure) for one in look(session, rule, utc_now())]


def tickets(database: Database) -> list[Ticket]:
    with database.reading() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def test_agents_tell_of_full_disks_lost_disks_certificates_and_silence(
    database: Database, estate: Estate, machine: Machine
) -> None:
    now = utc_now()
    disk = {"name": "sdb", "kind": "ssd", "bus": "sata"}
    stick = {"name": "sdc", "kind": "ssd", "bus": "usb"}
    soon = {"name": "www.example.org", "path": "/a.crt", "not_after": str(now + timedelta(days=9))}
    later = {"name": "late", "path": "/b.crt", "not_after": str(now + timedelta(days=90))}
    lists: dict[str, Any] = {
        "disks": [disk, stick],
        "certificates": [soon, later, *({"path": "/c", "not_after": never} for never in _NEVER)],
    }
    machine.tell(free=50, filesystems=root(), **lists)
    with database.reading() as session:
        assert seen(session, "full_filesystem") == seen(session, "failing_disk") == []
        ((item_id, subject, days),) = seen(session, "expiring_certificate")
    assert (item_id, subject, round(days)) == (machine.item_id, "www.example.org · /a.crt", 9)
    machine.tell(free=2, filesystems=root(read_only=True), disks=[])
    with database.writing() as session:
        heard = now - timedelta(hours=30)
        agent = Agent(agent_id="a", key_hash=b"k" * 32, organisation_id=machine.place)
        agent.item_id, agent.hostname, agent.problems = machine.item_id, "web-1", {}
        agent.enrolled_at, agent.last_report_at = heard, heard
        session.add(agent)
    with database.reading() as session:
        # What can only be read cannot be emptied either.
        assert seen(session, "full_filesystem") == []
        lost = {subject for _, subject, _ in seen(session, "failing_disk")}
        assert lost == {"sdb", "/"}
        assert seen(session, "silent_server") == [(machine.item_id, "web-1", 30)]
        assert seen(session, "silent_server", organisation_id=estate.world.operations.id) == []
    with database.writing() as session:
        session.get_one(Item, machine.item_id).stage = "maintenance"
    with database.reading() as session:
        # What is being worked on alarms nobody.
        assert seen(session, "silent_server") == seen(session, "failing_disk") == []


def test_a_disk_that_says_that_it_fails_opens_a_ticket_and_its_successor_ends_it(
    database: Database, estate: Estate, machine: Machine, context: JobContext
) -> None:
    rule = shipped_rules()["failing_disk"]
    good = {"name": "nvme0n1", "kind": "nvme", "serial": "A1", "health": "good"}
    other = good | {"name": "nvme1n1", "serial": "B2"}
    machine.tell(disks=[good, other])
    machine.tell(disks=[good | {"health": "worn", "health_reason": "old"}, other])
    assert tend_rule(context, rule) == {}
    failing = good | {"health": "failing", "health_reason": "read only"}
    machine.tell(disks=[failing, other])
    assert tend_rule(context, rule) == {"open": 1}
    assert tend_rule(context, rule) == {}
    (ticket,) = tickets(database)
    assert ticket.title == "web-1: Disk fails"
    assert ticket.description.startswith("nvme0n1\nSince ")
    machine.tell(disks=[good | {"serial": "C3"}, other])
    assert tend_rule(context, rule) == {"end": 1}


def test_a_disk_that_fails_at_first_sight_is_told_of_too(
    database: Database, estate: Estate, machine: Machine
) -> None:
    failing = {"name": "sda", "kind": "hdd", "bus": "sata", "health": "failing"}
    # One machine is known before it tells of its disks, the other is not.
    machine.tell(disks=[failing, {"name": "failing", "kind": "hdd", "health": "good"}])
    late = Machine(database, estate, "web-2", "server", disks=[failing])
    with database.reading() as session:
        found = seen(session, "failing_disk")
    assert [(item_id, part) for item_id, part, _ in found] == [
        (machine.item_id, "sda"),
        (late.item_id, "sda"),
    ]


def test_devices_are_missed_go_down_and_keep_restarting(database: Database, estate: Estate) -> None:
    switch = Machine(database, estate, "sw-1", "switch")
    now = utc_now()
    port = {"name": "Gi1/0/1", "up": True}
    swept = _troubled(database, estate, switch, port, now)
    with database.reading() as session:
        ((item_id, part, minutes),) = seen(session, "port_down")
        assert (item_id, part, round(minutes)) == (switch.item_id, "Gi1/0/1", 30)
        assert seen(session, "device_restarts") == [(switch.item_id, "cold_start", 3)]
        assert seen(session, "stranger_asks") == []
        # Announcements and visits since the sweeps say that it is there.
        assert seen(session, "device_unreachable") == []
    with database.writing() as session:
        source = session.scalars(select(ScanRun).order_by(ScanRun.id.desc())).first()
        assert source is not None
        source.finished_at = utc_now()
    with database.reading() as session:
        assert seen(session, "device_unreachable") == [(switch.item_id, "Office", 2)]
    with database.writing() as session:
        session.get_one(ScanRange, swept).addresses = "10.9.0.0/24"
    with database.reading() as session:
        # Nobody asks it any more.
        assert seen(session, "device_unreachable") == []
    switch.tell(interfaces=[port])
    with database.reading() as session:
        assert seen(session, "port_down") == []
        rule = shipped_rules()["port_down"]
        (past,) = look_back(session, rule, now - timedelta(days=1), utc_now())
    assert past.ends_at is not None


def _troubled(
    database: Database, estate: Estate, switch: Machine, port: dict[str, Any], now: datetime
) -> int:
    """Let a port go down, the switch restart three times, and two sweeps miss it."""
    begun = now - timedelta(minutes=30)
    switch.tell(begun - timedelta(hours=1), interfaces=[port])
    switch.tell(begun, interfaces=[port | {"up": False}])
    with database.writing() as session:
        for minutes in (50, 40, 20):
            at = now - timedelta(minutes=minutes)
            what = {"kind": "event", "subject": "cold_start"}
            row = history_row(switch.item_id, Author(None), at, (SNMP, at), **what)
            session.add(HistoryEntry(**row))
        return _sweeps(session, estate, switch, now)


def _sweeps(session: Session, estate: Estate, switch: Machine, now: datetime) -> int:
    """Store three sweeps of a range, of which the first found the switch."""
    place = estate.world.root.id
    row = ScanRange(
        organisation_id=place, name="Office", name_key="office", addresses="10.0.0.1/24"
    )
    row.credential_ids, row.created_at = [], now
    session.add(row)
    session.flush()
    for number in range(3):
        at = now - timedelta(hours=10 - number)
        run = ScanRun(organisation_id=place, range_id=row.id, name="Office", state="done")
        run.asked_at, run.finished_at = at, at
        session.add(run)
        session.flush()
        if number == 0:
            out = ScanOutcome(run_id=run.id, address="10.0.0.7", state="found", at=at)
            out.item_id = switch.item_id
            session.add(out)
    return row.id


def test_a_ticket_is_opened_once_solved_when_the_cause_is_gone_and_taken_up_again(
    database: Database, estate: Estate, machine: Machine, context: JobContext
) -> None:
    rule = replace(shipped_rules()["full_filesystem"], priority=1)
    machine.tell(free=1, filesystems=root())
    assert tend_rule(context, rule) == {"open": 1}
    assert tend_rule(context, rule) == {}
    (ticket,) = tickets(database)
    assert ticket.title == "web-1: File system is full"
    assert (ticket.channel, ticket.category, ticket.priority) == (
        "monitoring",
        "hardware.server",
        1,
    )
    assert "/: 99 % full" in ticket.description
    machine.tell(free=60)
    assert tend_rule(context, rule) == {"end": 1}
    (ticket,) = tickets(database)
    assert (ticket.state, ticket.resolution_code) == ("resolved", "no_action")
    machine.tell(free=1)
    assert tend_rule(context, rule) == {"reopen": 1}
    (ticket,) = tickets(database)
    assert (ticket.is_open, ticket.reopened_count) == (True, 1)
    with database.reading() as session:
        assert events_of(session) == ["alarm", "alarm_gone"]


def events_of(session: Session) -> list[str]:
    entries = session.scalars(select(TicketEntry).where(TicketEntry.kind == "system"))
    return [one.detail["event"] for one in entries if "alarm" in one.detail["event"]]


def test_who_closes_a_ticket_has_seen_it_and_what_comes_back_much_later_is_another(
    database: Database, estate: Estate, machine: Machine, context: JobContext
) -> None:
    rule = replace(shipped_rules()["full_filesystem"], resolves=False)
    machine.tell(free=1, filesystems=root())
    tend_rule(context, rule)
    machine.tell(free=60)
    assert tend_rule(context, rule) == {"end": 1}
    (ticket,) = tickets(database)
    assert ticket.is_open
    machine.tell(free=1)
    assert tend_rule(context, rule) == {"return": 1}
    with database.writing() as session:
        done = MoveDraft("resolved", "", "fixed", "I emptied it")
        move_ticket(session, estate.world.admin, ticket.id, done, utc_now())
    assert tend_rule(context, rule) == {}
    machine.tell(free=60)
    assert tend_rule(context, rule) == {"end": 1}
    with database.writing() as session:
        alarm = session.scalars(select(Alarm)).one()
        assert alarm.ended_at is not None
        alarm.ended_at -= timedelta(hours=25)
    machine.tell(free=1)
    assert tend_rule(context, rule) == {"open": 1}
    assert len(tickets(database)) == 2
    with database.reading() as session:
        assert events_of(session) == ["alarm", "alarm_gone", "alarm_back", "alarm"]


def test_a_rule_holds_so_many_tickets_open_and_no_more(
    database: Database, estate: Estate, context: JobContext
) -> None:
    rule = replace(shipped_rules()["full_filesystem"], most_open=1)
    for number in (1, 2):
        Machine(database, estate, f"db-{number}", "server").tell(free=1, filesystems=root())
    assert tend_rule(context, rule) == {"open": 1, "held_back": 1}
    assert run_survey(context) == {"open": 1}
    assert run_watch(context) == {}
    assert len(tickets(database)) == 2


def test_rules_are_tried_changed_switched_and_taken_back_over_rest(
    database: Database, as_: As, estate: Estate, machine: Machine, context: JobContext
) -> None:
    admin, agent = as_(estate.world.admin), as_(estate.world.agent)
    machine.tell(free=1, filesystems=root())
    rule = {"name": "Full", "signal": "filesystem", "threshold": 90, "class_codes": ["computer"]}
    tried = document(admin.post(f"{V1}/alarm-trials", json={"rule": rule}))
    assert (tried["tickets"], tried["from_history"]) == (1, False)
    assert tried["rows"][0]["item_id"] == machine.item_id
    assert document_list(admin.get(f"{V1}/alarms")) == []
    made = document(admin.post(f"{V1}/alarm-rules", json=rule | {"code": "full", "enabled": True}))
    assert (made["shipped"], made["threshold"]) == (False, 90)
    assert admin.post(f"{V1}/alarm-rules", json=rule | {"code": "full"}).status_code == 409
    tend_rule(context, _rule(database, "full"))
    (alarm,) = document_list(admin.get(f"{V1}/alarms?rule=full"))
    assert (alarm["ticket"], alarm["on"], alarm["count"]) == ("INC-1", True, 1)
    assert document(admin.get(f"{V1}/alarm-rules/full"))["tickets_open"] == 1
    wrong = rule | {
        "category": "cats",
        "class_codes": ["unicorn"],
        "examples": [{"name": "Empty", "class_code": "server", "measure": 10}],
    }
    refused = admin.put(f"{V1}/alarm-rules/full", json=wrong)
    assert faults(refused) == {"category", "class_codes.0", "examples.0"}
    shipped = f"{V1}/alarm-rules/full_filesystem"
    body = {"name": "Ours", "signal": "filesystem", "threshold": 99}
    assert document(admin.put(shipped, json=body))["changed"] is True
    assert admin.delete(shipped).status_code == 204
    assert document(admin.get(shipped))["threshold"] == 95
    assert admin.delete(f"{V1}/alarm-rules/full").status_code == 204
    assert document_list(admin.get(f"{V1}/alarms")) == []
    assert admin.get(f"{V1}/alarm-rules/full").status_code == 404
    assert agent.get(f"{V1}/alarm-rules").status_code == 403
    assert agent.get(f"{V1}/alarms").status_code == 403


def document_list(answer: Any) -> list[dict[str, Any]]:
    assert isinstance(answer.json, list), answer.data
    return answer.json


def _rule(database: Database, code: str) -> AlarmRule:
    with database.reading() as session:
        return rules_in_force(session)[code]
