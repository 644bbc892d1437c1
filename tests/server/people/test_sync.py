import pytest
from sqlalchemy import func, select

from cmdb.errors import NotFound
from cmdb.records.parties import Group, Membership, Person
from server.foundation.database import Database
from server.people.actions.directories import change_directory
from server.people.actions.groups import add_member
from server.people.events import PersonDeactivated
from server.people.models import Account, Directory, DirectoryEntry, DirectoryRun, WebSession
from tests.server.people.company import NOON, Company, person_named
from tests.support.directory import SlapdServer
from tests.support.people import World, cookie_of


def _logins(database: Database) -> dict[str, str]:
    with database.reading() as session:
        rows = session.execute(
            select(Person.display_name, Account.login)
            .join(Account, Account.person_id == Person.id)
            .where(Person.source == "ldap")
        )
        return {row.display_name: row.login for row in rows}


def test_people_and_groups_come_with_what_is_known_of_them(
    company: Company, database: Database, world: World
) -> None:
    charles = company.hire("charles", displayName="Charles Babbage")
    anna = company.hire(
        "anna",
        displayName="Anna Lovelace",
        givenName="Anna",
        telephoneNumber="1815",
        title="Analyst",
        departmentNumber="Engines",
        l="London",
        manager=charles,
    )
    company.form("Analysts", anna)
    report = company.sync()
    assert (report.state, report.persons_created, report.groups_created) == ("finished", 2, 1)
    assert (report.memberships_added, report.managers_changed) == (1, 1)
    with database.reading() as session:
        person = person_named(session, "Anna Lovelace")
        assert (person.email, person.given_name, person.phone) == (
            "anna@example.test",
            "Anna",
            "1815",
        )
        assert (person.title, person.department, person.site) == ("Analyst", "Engines", "London")
        assert (person.organisation_id, person.source) == (world.root.id, "ldap")
        assert person.manager_id == person_named(session, "Charles Babbage").id
        assert person.name_key == "anna lovelace"
    assert company.members("Analysts") == {"Anna Lovelace"}
    assert _logins(database) == {"Anna Lovelace": "anna", "Charles Babbage": "charles"}


def test_a_second_run_over_the_same_directory_changes_nothing(
    company: Company, database: Database
) -> None:
    company.form("Team", company.hire("anna"), company.hire("bob"))
    company.sync()
    report = company.sync()
    assert (report.persons_seen, report.groups_seen) == (2, 1)
    assert report.persons_created + report.persons_changed + report.persons_deactivated == 0
    assert report.groups_created + report.groups_changed + report.groups_deactivated == 0
    assert report.memberships_added + report.memberships_removed == 0
    assert report.managers_changed + report.logins_changed == 0


def test_who_is_renamed_or_moved_stays_the_same_person(
    company: Company, database: Database, directory: SlapdServer
) -> None:
    anna = company.hire("anna", displayName="Anna Byron")
    company.form("Team", anna)
    company.sync()
    with database.reading() as session:
        before = person_named(session, "Anna Byron").id
    directory.modify(anna, {"displayName": ["Anna Lovelace"]})
    directory.rename(anna, "uid=lovelace")
    report = company.sync()
    assert (report.persons_created, report.persons_deactivated) == (0, 0)
    with database.reading() as session:
        assert person_named(session, "Anna Lovelace").id == before
        entry = session.scalars(
            select(DirectoryEntry).where(DirectoryEntry.person_id == before)
        ).one()
        assert entry.dn == f"uid=lovelace,ou=people,{directory.base_dn}"
    assert _logins(database) == {"Anna Lovelace": "lovelace"}
    assert company.members("Team") == {"Anna Lovelace"}


def test_two_people_who_swap_their_logins_keep_themselves(
    company: Company, database: Database, directory: SlapdServer
) -> None:
    one, two = company.hire("one"), company.hire("two")
    company.sync()
    base = f"ou=people,{directory.base_dn}"
    directory.rename(one, "uid=three")
    directory.rename(two, "uid=one")
    directory.rename(f"uid=three,{base}", "uid=two")
    company.sync()
    assert _logins(database) == {"One": "two", "Two": "one"}


def test_who_is_deleted_is_disabled_signed_out_and_comes_back_as_themselves(
    company: Company, database: Database, directory: SlapdServer
) -> None:
    dn = company.hire("anna")
    company.hire("bob")
    company.sync()
    left: list[int] = []
    database.reactions = {
        **database.reactions,
        PersonDeactivated: (lambda _session, event: left.append(event.person_id),),
    }
    with database.writing() as session:
        person_id = person_named(session, "Anna").id
        cookie_of(session, person_id)
    directory.delete(dn)
    report = company.sync()
    assert (report.state, report.persons_deactivated) == ("finished", 1)
    assert company.people() == {"Bob"}
    assert left == [person_id]
    with database.reading() as session:
        assert session.scalars(select(WebSession.revoked_at)).all() == [NOON]


def test_a_filter_decides_who_counts_and_who_returns_is_the_same_person(
    company: Company, database: Database, directory: SlapdServer, world: World
) -> None:
    company.hire("anna", employeeType="staff")
    bob = company.hire("bob", employeeType="staff")
    company.hire("eve", employeeType="guest")
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        staff = "(&(objectClass=inetOrgPerson)(employeeType=staff))"
        change_directory(session, world.admin, row, {"person_filter": staff}, company.secrets, NOON)
    company.sync()
    assert company.people() == {"Anna", "Bob"}
    directory.modify(bob, {"employeeType": ["guest"]})
    company.sync()
    assert (company.people(), company.people(active=False)) == ({"Anna"}, {"Bob"})
    directory.modify(bob, {"employeeType": ["staff"]})
    report = company.sync()
    assert (report.persons_created, report.persons_changed) == (0, 1)
    assert company.people() == {"Anna", "Bob"}


def test_members_of_groups_inside_groups_belong_to_both(
    company: Company, directory: SlapdServer
) -> None:
    anna, bob, carol = (company.hire(uid) for uid in ("anna", "bob", "carol"))
    inner = company.form("Inner", anna)
    middle = company.form("Middle", inner, bob)
    outer = company.form("Outer", middle, carol)
    directory.modify(inner, {"member": [anna, outer]})
    company.sync()
    everybody = {"Anna", "Bob", "Carol"}
    assert company.members("Inner") == company.members("Outer") == everybody
    directory.modify(inner, {"member": [anna]})
    report = company.sync()
    assert company.members("Inner") == {"Anna"}
    assert company.members("Middle") == {"Anna", "Bob"}
    assert report.memberships_removed == 3


def test_groups_of_unique_names_are_understood(company: Company, directory: SlapdServer) -> None:
    company.hire("anna")
    dn = f"cn=staff,ou=groups,{directory.base_dn}"
    directory.add(
        dn, ["groupOfUniqueNames"], {"uniqueMember": [f"uid=anna,ou=people,{directory.base_dn}"]}
    )
    company.sync()
    assert company.members("staff") == {"Anna"}


def test_a_renamed_group_stays_the_same_group_and_a_deleted_one_is_switched_off(
    company: Company, database: Database, directory: SlapdServer
) -> None:
    anna = company.hire("anna")
    dn = company.form("Team", anna)
    company.form("Crew", anna)
    company.sync()
    directory.rename(dn, "cn=Band")
    report = company.sync()
    assert (report.groups_created, report.groups_changed) == (0, 1)
    assert company.members("Band") == {"Anna"}
    directory.delete(f"cn=Band,ou=groups,{directory.base_dn}")
    assert company.sync().groups_deactivated == 1
    assert company.members("Band") == set()
    with database.reading() as session:
        groups = session.execute(select(Group.name, Group.active).where(Group.source == "ldap"))
        assert {row.name: row.active for row in groups} == {"Band": False, "Crew": True}


def test_a_group_name_that_is_taken_is_told_apart(company: Company, database: Database) -> None:
    company.form("support", company.hire("anna"))
    report = company.sync()
    assert company.members("support (ldap)") == {"Anna"}
    assert company.members("Support") == {"Sam Support"}
    assert report.conflict_count == 1
    assert company.sync().conflict_count == 0


def test_members_added_by_hand_stay(company: Company, database: Database, world: World) -> None:
    company.form("Team", company.hire("anna"))
    company.sync()
    with database.writing() as session:
        group = session.scalars(select(Group).where(Group.name == "Team")).one()
        assert world.reader.person_id is not None
        add_member(session, world.admin, group, world.reader.person_id)
    company.sync()
    assert company.members("Team") == {"Anna", "Rob Reader"}


def test_nobody_steps_into_a_local_account(company: Company, database: Database) -> None:
    company.hire("sam")
    report = company.sync()
    assert report.conflict_count == 1
    assert "taken" in report.conflicts[0]
    assert _logins(database) == {}


def test_a_run_that_would_disable_many_waits_for_somebodys_word(
    company: Company, database: Database, directory: SlapdServer
) -> None:
    people = [company.hire(f"person{number}") for number in range(30)]
    company.sync()
    for dn in people[:10]:
        directory.delete(dn)
    company.hire("newcomer")
    report = company.sync()
    assert (report.state, report.doubt) == ("held", "10 of 30 people would be disabled")
    assert len(report.leaving) == 10
    assert len(company.people()) == 30
    with database.reading() as session:
        runs = session.scalars(select(DirectoryRun).order_by(DirectoryRun.id)).all()
        assert [run.state for run in runs] == ["finished", "held"]
        assert runs[1].report["doubt"] == report.doubt
    assert company.sync(confirm=True).persons_deactivated == 10
    assert len(company.people()) == 21


def test_an_empty_directory_disables_nobody(company: Company, directory: SlapdServer) -> None:
    anna, bob = company.hire("anna"), company.hire("bob")
    company.sync()
    directory.delete(anna)
    directory.delete(bob)
    assert company.sync().state == "held"
    assert company.people() == {"Anna", "Bob"}


def test_a_directory_that_does_not_answer_disables_nobody(
    company: Company, database: Database, directory: SlapdServer, world: World
) -> None:
    company.hire("anna")
    company.sync()
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        elsewhere = {"url": "ldaps://127.0.0.1:1", "password": directory.reader_password}
        change_directory(session, world.admin, row, elsewhere, company.secrets, NOON)
    report = company.sync()
    assert report.state == "failed"
    assert "no connection" in report.error
    assert company.people() == {"Anna"}


def test_a_wrong_base_disables_nobody(
    company: Company, database: Database, directory: SlapdServer, world: World
) -> None:
    company.hire("anna")
    company.sync()
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        elsewhere = {"base_dn": "dc=nowhere,dc=test"}
        change_directory(session, world.admin, row, elsewhere, company.secrets, NOON)
    assert company.sync().state == "failed"
    assert company.people() == {"Anna"}


def test_more_people_than_one_page_holds(company: Company, database: Database) -> None:
    for number in range(620):
        company.hire(f"p{number:03}")
    assert company.sync().persons_created == 620
    with database.reading() as session:
        counted = session.scalar(select(func.count()).select_from(Membership))
        assert counted == 1
        assert session.scalar(select(func.count()).select_from(DirectoryEntry)) == 620


def test_what_a_killed_run_left_is_finished_by_the_next(
    company: Company, database: Database
) -> None:
    company.form("Team", company.hire("anna"))
    company.hire("bob")
    company.sync()
    with database.writing() as session:
        session.query(Membership).filter_by(source="ldap").delete()
        session.query(Account).filter(Account.directory_id.is_not(None)).delete()
        session.query(DirectoryRun).update({"state": "running", "finished_at": None})
    report = company.sync()
    assert (report.memberships_added, report.logins_changed) == (1, 2)
    with database.reading() as session:
        states = session.scalars(select(DirectoryRun.state).order_by(DirectoryRun.id)).all()
    assert states == ["failed", "finished"]


def test_a_directory_switched_off_is_not_read(
    company: Company, database: Database, world: World
) -> None:
    with database.writing() as session:
        row = session.get_one(Directory, company.directory_id)
        change_directory(session, world.admin, row, {"enabled": False}, company.secrets, NOON)
    with pytest.raises(NotFound):
        company.sync()
