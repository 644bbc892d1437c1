"""Computers of a real OpenLDAP directory, and the items they stand for."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cmdb.records.history import HistoryEntry
from server.foundation.database import Database
from server.people.actions.directories import change_directory
from server.people.models import Directory, DirectoryComputer, DirectoryRun
from server.people.rules.sync_plan import SyncReport
from server.people.sources import Access, source_of, try_out
from server.people.sync import sync_directory
from tests.server.people.company import NOON, Company, person_named
from tests.server.people.estate import Estate
from tests.support.directory import SlapdServer
from tests.support.people import World

DEVICES = "(objectClass=device)"


class Office:
    """A company whose directory also writes down its computers."""

    def __init__(self, company: Company, world: World) -> None:
        self.company = company
        self.world = world
        self.estate = Estate(company.database)
        self.base = f"ou=machines,{company.directory.base_dn}"
        company.directory.add(self.base, ["organizationalUnit"], {})
        self._hours = 0

    def enter(self, name: str, **attributes: object) -> str:
        """Write a computer down; return the DN."""
        dn = f"cn={name},{self.base}"
        known = {"dNSHostName": f"{name}.example.test"} | attributes
        self.company.directory.add(
            dn, ["device", "extensibleObject"], {k: v for k, v in known.items() if v}
        )
        return dn

    def read(self, **changes: object) -> None:
        """Say how computers are read."""
        with self.company.database.writing() as session:
            row = session.get_one(Directory, self.company.directory_id)
            change_directory(session, self.world.admin, row, changes, self.company.secrets, NOON)

    def sync(self, *, confirm: bool = False) -> SyncReport:
        """Synchronise, an hour after the last time."""
        self._hours += 1
        return sync_directory(
            self.company.database,
            Access(self.company.secrets),
            self.company.directory_id,
            NOON + timedelta(hours=self._hours),
            confirm=confirm,
        )


@pytest.fixture
def office(company: Company, world: World) -> Office:
    """Return an office whose computers are read, and make no items."""
    office = Office(company, world)
    office.read(computer_filter=DEVICES)
    return office


def test_computers_are_read_only_where_a_directory_is_told_to(
    company: Company, world: World
) -> None:
    office = Office(company, world)
    office.enter("pc1")
    assert office.sync().computers_seen == 0
    assert office.estate.whys() == {}


def test_a_computer_stands_for_the_machine_that_an_agent_reported(
    office: Office, world: World
) -> None:
    item = office.estate.report("pc1.example.test", world.root.id, 1)
    office.enter("pc1", dNSHostName="PC1.EXAMPLE.TEST", description="Reception", l="Hall")
    office.enter("pc2")
    report = office.sync()
    assert (report.state, report.computers_seen) == ("finished", 2)
    assert (report.computers_matched, report.computers_created) == (1, 0)
    assert (report.computers_unmatched, report.unmatched) == (1, ["pc2"])
    assert office.estate.whys() == {"pc1": "", "pc2": "no_match"}
    assert office.estate.items() == {"pc1": item}
    told = office.estate.item(item)
    assert told.class_code == "desktop"
    assert told.attributes["directory_account"] == "enabled"
    assert told.attributes["directory_location"] == "Hall"
    assert told.attributes["description"] == "Reception"


def test_a_second_run_changes_nothing_and_keeps_the_word_fresh(
    office: Office, database: Database, world: World
) -> None:
    item = office.estate.report("pc1.example.test", world.root.id, 1)
    office.enter("pc1")
    office.sync()
    with database.reading() as session:
        before = len(session.scalars(select(HistoryEntry)).all())
    report = office.sync()
    assert (report.computers_matched, report.computers_changed) == (1, 0)
    with database.reading() as session:
        assert len(session.scalars(select(HistoryEntry)).all()) == before
    assert office.estate.item(item).last_seen_at == NOON + timedelta(hours=2)


def test_a_directory_that_makes_items_and_an_agent_that_comes_later_make_one(
    office: Office, world: World
) -> None:
    office.read(computer_items=True)
    office.enter("pc1")
    office.enter("srv1", operatingSystem="Windows Server 2022")
    report = office.sync()
    assert (report.computers_created, report.computers_unmatched) == (2, 0)
    made = office.estate.items()
    assert office.estate.item(made["pc1"]).class_code == "computer"
    assert office.estate.item(made["srv1"]).class_code == "server"
    assert office.estate.report("pc1.example.test", world.root.id, 1) == made["pc1"]
    assert office.estate.item(made["pc1"]).class_code == "desktop"
    assert office.sync().computers_created == 0
    assert office.estate.items() == made


def test_a_disabled_computer_and_one_without_a_full_name_make_no_items(office: Office) -> None:
    office.read(computer_items=True, mapping={"computer_disabled": "businessCategory"})
    off = office.enter("off", businessCategory="TRUE")
    office.enter("short", dNSHostName="")
    report = office.sync()
    assert (report.computers_created, report.computers_unmatched) == (0, 2)
    assert office.estate.whys() == {"off": "disabled", "short": "name_only"}
    office.company.directory.modify(off, {"businessCategory": []})
    assert office.sync().computers_created == 1
    item = office.estate.items()["off"]
    office.company.directory.modify(off, {"businessCategory": ["TRUE"]})
    office.sync()
    told = office.estate.item(item)
    assert (told.attributes["directory_account"], told.stage) == ("disabled", "in_use")


def test_a_name_that_several_machines_have_stands_for_none_of_them(
    office: Office, world: World
) -> None:
    office.read(computer_items=True)
    office.estate.report("pc1.example.test", world.root.id, 1)
    office.estate.report("pc1.example.test", world.operations.id, 2)
    office.enter("pc1")
    assert office.sync().computers_unmatched == 1
    assert office.estate.whys() == {"pc1": "several"}


def test_a_machine_of_a_department_is_found_where_it_reports_to(
    office: Office, world: World
) -> None:
    item = office.estate.report("pc1.example.test", world.operations.id, 1)
    office.enter("pc1")
    assert office.sync().computers_matched == 1
    told = office.estate.item(item)
    assert told.organisation_id == world.operations.id
    assert told.attributes["directory_account"] == "enabled"
    assert office.sync().computers_matched == 1


def test_a_renamed_computer_stays_with_its_item(office: Office, world: World) -> None:
    item = office.estate.report("pc1.example.test", world.root.id, 1)
    dn = office.enter("pc1")
    office.sync()
    office.company.directory.modify(dn, {"dNSHostName": ["other.example.test"]})
    office.company.directory.rename(dn, "cn=other")
    report = office.sync()
    assert (report.computers_matched, report.computers_gone) == (1, 0)
    assert office.estate.whys() == {"other": ""}
    assert office.estate.items() == {"pc1": item}


def test_a_deleted_computer_retires_nothing_and_may_come_back(
    office: Office, database: Database, world: World
) -> None:
    item = office.estate.report("pc1.example.test", world.root.id, 1)
    dn = office.enter("pc1")
    office.enter("pc2")
    office.sync()
    office.company.directory.delete(dn)
    report = office.sync()
    assert (report.state, report.computers_gone) == ("finished", 1)
    told = office.estate.item(item)
    assert (told.attributes["directory_account"], told.stage) == ("deleted", "in_use")
    assert office.sync().computers_gone == 0
    # Written down anew it has another id, and is the same machine.
    office.enter("pc1")
    office.sync()
    assert office.estate.item(item).attributes["directory_account"] == "enabled"
    with database.reading() as session:
        rows = session.scalars(select(DirectoryComputer.gone_at)).all()
    assert sorted(moment is None for moment in rows) == [False, True, True]


def test_when_many_are_missing_people_are_written_and_computers_wait(
    office: Office, world: World
) -> None:
    items = [office.estate.report(f"pc{n}.example.test", world.root.id, n) for n in range(1, 5)]
    names = [office.enter(f"pc{n}") for n in range(1, 5)]
    office.sync()
    for dn in names:
        office.company.directory.delete(dn)
    office.company.hire("anna")
    report = office.sync()
    assert (report.state, report.held_part) == ("held", "computers")
    assert report.doubt == "all 4 computers would count as deleted"
    assert office.company.people() == {"Anna"}
    assert office.estate.item(items[0]).attributes["directory_account"] == "enabled"
    assert office.sync(confirm=True).computers_gone == 4
    assert office.estate.item(items[0]).attributes["directory_account"] == "deleted"


def test_people_are_written_though_computers_cannot_be_read(
    office: Office, database: Database
) -> None:
    office.company.hire("anna")
    office.read(computer_base="ou=nowhere,dc=example,dc=test")
    report = office.sync()
    assert report.state == "failed"
    assert "ou=nowhere" in report.error
    assert office.company.people() == {"Anna"}
    with database.reading() as session:
        assert session.scalars(select(DirectoryRun.state)).all() == ["failed"]


def test_who_manages_a_computer_is_its_owner(
    office: Office, database: Database, world: World
) -> None:
    item = office.estate.report("pc1.example.test", world.root.id, 1)
    office.enter("pc1", owner=office.company.hire("anna"))
    office.sync()
    with database.reading() as session:
        anna = person_named(session, "Anna").id
    assert office.estate.owners(item) == [("owner", anna)]


def test_the_full_name_may_stand_among_the_names_of_an_ip_host(
    office: Office, directory: SlapdServer, world: World
) -> None:
    item = office.estate.report("web1.example.test", world.root.id, 1)
    directory.add(
        f"cn=web1,{office.base}",
        ["device", "ipHost"],
        {"cn": ["web1", "web1.example.test"], "ipHostNumber": "192.0.2.1"},
    )
    office.read(computer_filter="(objectClass=ipHost)", computer_base=office.base)
    assert office.sync().computers_matched == 1
    assert office.estate.item(item).attributes["directory_since"]


def test_more_computers_than_one_page_and_one_step_hold(office: Office) -> None:
    office.read(computer_items=True)
    for number in range(1010):
        office.enter(f"pc{number}")
    report = office.sync()
    assert (report.computers_seen, report.computers_created) == (1010, 1010)
    assert (report.computers_unmatched, report.unmatched) == (0, [])


def test_trying_out_shows_what_computers_would_become(office: Office, database: Database) -> None:
    office.company.hire("anna")
    office.enter("srv1", operatingSystem="Windows Server 2022")
    with database.reading() as session:
        row = session.get_one(Directory, office.company.directory_id)
        source = source_of(row, Access(office.company.secrets))
    (seen,) = try_out(source).computers
    assert (seen.name, seen.fqdn, seen.class_code) == ("srv1", "srv1.example.test", "server")
    assert office.estate.whys() == {}
