"""Reading only what changed, over a real directory; and what its rules give."""

import time
from datetime import timedelta

from sqlalchemy import func, select

from cmdb.records.parties import Group, Organisation, Person
from server.foundation.database import Database
from server.foundation.jobs.handler import JobContext
from server.foundation.jobs.models import Job
from server.foundation.settings import Settings
from server.people.actions.directories import change_directory
from server.people.actions.directory_rules import RuleDraft, add_rule, remove_rule
from server.people.jobs import run_all_deltas
from server.people.models import Directory, DirectoryEntry, DirectoryRun, RoleGrant
from server.people.queries.directories import directory as directory_of
from server.people.queries.directories import rule_of_directory
from server.people.rules.sync_plan import SyncReport
from server.people.sources import Access
from server.people.sync import sync_directory
from tests.server.people.company import NOON, Company, person_named
from tests.support.directory import SlapdServer
from tests.support.people import World


def _delta(company: Company, minutes: int = 0) -> SyncReport:
    return sync_directory(
        company.database,
        Access(company.secrets),
        company.directory_id,
        NOON + timedelta(minutes=minutes),
        delta=True,
    )


def test_the_first_read_is_whole_and_what_changes_after_it_is_read_alone(
    company: Company, directory: SlapdServer
) -> None:
    anna, bob = company.hire("anna"), company.hire("bob")
    team = company.form("Team", anna)
    assert _delta(company).mode == "full"
    directory.modify(anna, {"title": ["Analyst"]})
    company.hire("carol")
    directory.modify(team, {"member": [anna, bob]})
    report = _delta(company, 1)
    assert (report.mode, report.state) == ("delta", "finished")
    assert (report.persons_created, report.memberships_added) == (1, 1)
    assert company.people() == {"Anna", "Bob", "Carol"}
    assert company.members("Team") == {"Anna", "Bob"}


def test_what_did_not_change_for_a_while_is_not_read_again_and_leaves_no_report(
    company: Company, database: Database
) -> None:
    company.form("Team", company.hire("anna"))
    company.sync()
    assert _delta(company, 1).persons_seen == 1
    assert _delta(company, 10).persons_seen == 1
    assert _delta(company, 11).persons_seen == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DirectoryRun)) == 1


def test_who_moves_or_no_longer_fits_is_noticed_without_reading_everybody(
    company: Company, directory: SlapdServer, database: Database, world: World
) -> None:
    anna = company.hire("anna", employeeType="staff")
    bob = company.hire("bob", employeeType="staff", manager=anna)
    company.hire("carol", employeeType="staff")
    inner = company.form("Inner", anna)
    company.form("Outer", inner, bob)
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        staff = "(&(objectClass=inetOrgPerson)(employeeType=staff))"
        change_directory(session, world.admin, row, {"person_filter": staff}, company.secrets, NOON)
    assert _delta(company).mode == "full"
    directory.rename(anna, "uid=lovelace")
    directory.modify(bob, {"employeeType": ["guest"]})
    report = _delta(company, 1)
    assert (report.mode, report.persons_created, report.persons_deactivated) == ("delta", 0, 1)
    assert company.people() == {"Anna", "Carol"}
    assert company.members("Inner") == company.members("Outer") == {"Anna"}


def test_a_unit_that_is_renamed_takes_its_people_along(
    company: Company, directory: SlapdServer, database: Database
) -> None:
    """Only the unit is stamped, in whole seconds; the people in it are called differently too."""
    unit = f"ou=inner,{directory.base_dn}"
    directory.add(unit, ["organizationalUnit"], {})
    for name in ("Dora", "Emil"):
        dn = f"uid={name.lower()},{unit}"
        directory.add(dn, ["inetOrgPerson"], {"cn": name, "sn": name})
    company.hire("anna", manager=f"uid=dora,{unit}")
    company.sync()
    time.sleep(1.01 - time.time() % 1)
    directory.rename(unit, "ou=outer")
    report = _delta(company, 1)
    assert (report.mode, report.persons_created, report.persons_deactivated) == ("delta", 0, 0)
    with database.reading() as session:
        names = set(session.scalars(select(DirectoryEntry.dn)))
        anna, dora = person_named(session, "Anna"), person_named(session, "Dora")
    assert {f"uid={uid},ou=outer,{directory.base_dn}" for uid in ("dora", "emil")} <= names
    assert anna.manager_id == dora.id


def test_a_delta_that_would_disable_many_waits_too(
    company: Company, directory: SlapdServer, database: Database, world: World
) -> None:
    people = [company.hire(f"p{number:02}", employeeType="staff") for number in range(20)]
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        staff = "(&(objectClass=inetOrgPerson)(employeeType=staff))"
        change_directory(session, world.admin, row, {"person_filter": staff}, company.secrets, NOON)
    company.sync()
    for dn in people[:8]:
        directory.modify(dn, {"employeeType": ["guest"]})
    report = _delta(company, 1)
    assert (report.mode, report.state) == ("delta", "held")
    assert report.doubt == "8 of 20 people would be disabled"
    assert _delta(company, 2).state == "held"
    assert len(company.people()) == 20
    assert company.sync(confirm=True).persons_deactivated == 8


def test_another_mapping_makes_the_next_read_a_whole_one(
    company: Company, database: Database, world: World
) -> None:
    company.hire("anna", description="Countess")
    company.sync()
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        wish = {"mapping": {"title": "description"}}
        change_directory(session, world.admin, row, wish, company.secrets, NOON)
    assert _delta(company, 1).mode == "full"
    with database.reading() as session:
        assert person_named(session, "Anna").title == "Countess"


def test_changes_are_asked_for_only_where_a_whole_read_left_a_mark(
    company: Company, database: Database, settings: Settings
) -> None:
    context = JobContext(database, settings, {})
    run_all_deltas(context)
    company.hire("anna")
    company.sync()
    run_all_deltas(context)
    run_all_deltas(context)
    with database.reading() as session:
        [job] = session.scalars(select(Job)).all()
        assert job.payload == {"directory_id": company.directory_id, "delta": True}


def test_the_first_server_that_answers_is_asked(
    company: Company, database: Database, world: World, directory: SlapdServer
) -> None:
    company.hire("anna")
    urls = f"ldaps://127.0.0.1:1 {directory.tls_url}"
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        wish = {"url": urls, "password": directory.reader_password}
        change_directory(session, world.admin, row, wish, company.secrets, NOON)
    assert company.sync().state == "finished"
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        wish = {"url": "ldaps://127.0.0.1:1 ldaps://127.0.0.1:2", "password": "x"}
        change_directory(session, world.admin, row, wish, company.secrets, NOON)
    report = company.sync()
    assert report.state == "failed"
    assert "127.0.0.1:1: no connection" in report.error
    assert "127.0.0.1:2: no connection" in report.error


def _rule(company: Company, world: World, pattern: str, role: str | None, place: int) -> int:
    with company.database.writing() as session:
        found = directory_of(session, world.admin, company.directory_id)
        draft = RuleDraft(pattern, role, place)
        return add_rule(session, world.admin, found, draft, NOON).id


def _holders(database: Database) -> set[str]:
    with database.reading() as session:
        return set(
            session.scalars(
                select(Group.name)
                .join(RoleGrant, RoleGrant.group_id == Group.id)
                .where(Group.source == "ldap")
            )
        )


def test_groups_that_a_rule_means_hold_its_role_as_long_as_it_means_them(
    company: Company, database: Database, world: World, directory: SlapdServer
) -> None:
    anna = company.hire("anna")
    desk = company.form("desk-berlin", anna)
    company.form("desk-madrid", anna)
    company.form("sales", anna)
    rule_id = _rule(company, world, "Desk-*", "support_agent", world.operations.id)
    assert company.sync().roles_given == 2
    assert _holders(database) == {"desk-berlin", "desk-madrid"}
    directory.rename(desk, "cn=berlin")
    report = _delta(company, 1)
    assert (report.mode, report.roles_taken) == ("delta", 1)
    assert _holders(database) == {"desk-madrid"}
    with database.writing() as session:
        found = rule_of_directory(session, world.admin, company.directory_id, rule_id)
        remove_rule(session, world.admin, found)
    assert _holders(database) == set()
    assert company.sync().roles_given == 0


def test_the_first_rule_that_names_somebody_says_where_they_belong(
    company: Company, database: Database, world: World, directory: SlapdServer
) -> None:
    anna, bob, _carol = (company.hire(uid) for uid in ("anna", "bob", "carol"))
    company.form("Ops", anna)
    everybody = company.form("All", anna, bob)
    company.sync()
    _rule(company, world, "cn=ops,*", None, world.operations.id)
    _rule(company, world, "all", None, world.sales.id)
    assert company.sync().organisations_changed == 2

    def places() -> dict[str, str]:
        with database.reading() as session:
            rows = session.execute(
                select(Person.display_name, Organisation.code)
                .join(Organisation, Organisation.id == Person.organisation_id)
                .where(Person.source == "ldap")
            )
            return {row.display_name: row.code for row in rows}

    assert places() == {"Anna": "operations", "Bob": "sales", "Carol": "example"}
    directory.modify(everybody, {"member": [anna]})
    assert _delta(company, 1).organisations_changed == 1
    assert places()["Bob"] == "example"
