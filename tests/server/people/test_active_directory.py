"""Active Directory, against a real controller: all of it, and what changed by DirSync's cookie."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice

import pytest

from server.foundation.database import Database
from server.foundation.errors import SignInRefused, TooManyAttempts
from server.foundation.settings import Settings
from server.people.actions.accounts import give_account
from server.people.actions.directories import change_directory
from server.people.actions.sessions import Client
from server.people.actions.sign_in import Credentials, Door, sign_in
from server.people.models import Directory
from server.people.rules.lockout import FAILURES_PER_LOGIN
from server.people.sources import Access
from server.people.sync import sync_directory
from tests.server.people.branch import Branch
from tests.server.people.company import NOON, person_named
from tests.support.domain import DomainController, password_of
from tests.support.people import World


@pytest.fixture
def branch(
    domain_controller: DomainController, database: Database, world: World, settings: Settings
) -> Iterator[Branch]:
    """Yield an empty branch that is connected to the small world's root."""
    branch = Branch(domain_controller, database, settings.key_file)
    branch.connect(world.admin, world.root.id)
    yield branch
    branch.clear()


@pytest.fixture
def settled(branch: Branch) -> Branch:
    """Return the branch with Anna, Bob, Carol and a group, all of it read."""
    anna = branch.hire("anna")
    branch.hire("bob", manager=anna)
    branch.hire("carol")
    branch.form("Team", anna)
    assert branch.whole().state == "finished"
    assert branch.ways() == ("dirsync", "")
    return branch


def _dn(branch: Branch, name: str) -> str:
    return f"CN={name},OU=people,{branch.base_dn}"


def test_people_groups_and_who_is_whose_manager_are_read(branch: Branch) -> None:
    anna = branch.hire("anna", title="Analyst", department="Finance", employeeID="4711")
    bob = branch.hire("bob", manager=anna)
    branch.domain.disable(branch.hire("gone"))
    inner = branch.form("Inner", anna)
    branch.form("Outer", inner, bob)
    report = branch.whole()
    assert (report.mode, report.state, report.way) == ("full", "finished", "dirsync")
    assert branch.people() == {"Anna", "Bob"}
    assert (branch.members("Inner"), branch.members("Outer")) == ({"Anna"}, {"Anna", "Bob"})
    with branch.database.reading() as session:
        found = person_named(session, "Anna")
        assert (found.title, found.department, found.employee_number, found.email) == (
            *("Analyst", "Finance", "4711"),
            "anna@example.test",
        )
        assert person_named(session, "Bob").manager_id == found.id


def test_nothing_changed_is_nothing_read_also_when_somebody_signed_in(settled: Branch) -> None:
    door = Door(settled.database, settled.secrets)
    _sign_in(door, "anna", password_of("anna"))
    report = settled.delta()
    assert (report.mode, report.persons_seen, report.groups_seen) == ("delta", 0, 0)


def test_who_comes_and_what_changes_of_them_is_learnt(settled: Branch) -> None:
    settled.hire("dora", manager=_dn(settled, "Anna"))
    settled.domain.modify(_dn(settled, "Bob"), {"title": ["Builder"]})
    report = settled.delta()
    assert (report.mode, report.way, report.persons_seen) == ("delta", "dirsync", 2)
    assert (report.persons_created, report.persons_changed) == (1, 1)
    with settled.database.reading() as session:
        assert person_named(session, "Bob").title == "Builder"
        assert person_named(session, "Dora").manager_id == person_named(session, "Anna").id
    assert settled.delta().persons_seen == 0


def test_who_is_called_or_placed_differently_stays_the_same_person(settled: Branch) -> None:
    with settled.database.reading() as session:
        before = person_named(session, "Anna").id
    unit = settled.unit("accounts")
    settled.domain.move(_dn(settled, "Anna"), "CN=Lovelace", unit)
    settled.domain.modify(f"CN=Lovelace,{unit}", {"displayName": ["Anna Lovelace"]})
    report = settled.delta()
    assert (report.mode, report.persons_created, report.persons_deactivated) == ("delta", 0, 0)
    with settled.database.reading() as session:
        assert person_named(session, "Anna Lovelace").id == before
    assert settled.members("Team") == {"Anna Lovelace"}


def test_a_unit_that_is_moved_takes_its_people_along(settled: Branch) -> None:
    inner = settled.unit("inner", f"OU=people,{settled.base_dn}")
    settled.hire("dora", inner, manager=_dn(settled, "Anna"))
    settled.form("Below", f"CN=Dora,{inner}")
    settled.delta()
    settled.domain.move(inner, "OU=renamed", settled.base_dn)
    report = settled.delta()
    assert (report.mode, report.persons_deactivated, report.persons_changed) == ("delta", 0, 1)
    assert settled.members("Below") == {"Dora"}
    settled.domain.move(f"OU=renamed,{settled.base_dn}", "OU=renamed", settled.elsewhere)
    report = settled.delta()
    assert (report.mode, report.persons_deactivated) == ("delta", 1)
    assert settled.people() == {"Anna", "Bob", "Carol"}
    assert settled.members("Below") == set()
    settled.domain.move(f"OU=renamed,{settled.elsewhere}", "OU=renamed", settled.base_dn)
    assert settled.delta().mode == "delta"
    assert settled.people() == {"Anna", "Bob", "Carol", "Dora"}
    assert settled.members("Below") == {"Dora"}


def test_who_is_deleted_leaves_and_is_the_same_person_when_restored(settled: Branch) -> None:
    dn = _dn(settled, "Anna")
    identity = settled.domain.read(dn, "objectGUID")[0]
    settled.domain.delete(dn)
    report = settled.delta()
    assert (report.mode, report.persons_deactivated) == ("delta", 1)
    assert settled.people(active=False) == {"Anna"}
    assert settled.members("Team") == set()
    settled.domain.restore(identity, dn)
    settled.domain.modify(dn, {"displayName": ["Anna"], "userAccountControl": [512]})
    settled.domain.join(f"CN=Team,{settled.base_dn}", dn)
    report = settled.delta()
    assert (report.mode, report.persons_created) == ("delta", 0)
    assert settled.people() == {"Anna", "Bob", "Carol"}
    assert settled.members("Team") == {"Anna"}


def test_who_is_disabled_leaves_and_who_is_enabled_comes_back(settled: Branch) -> None:
    settled.domain.disable(_dn(settled, "Anna"))
    assert settled.delta().persons_deactivated == 1
    assert settled.people() == {"Bob", "Carol"}
    settled.domain.modify(_dn(settled, "Anna"), {"userAccountControl": [512]})
    assert settled.delta().mode == "delta"
    assert settled.people() == {"Anna", "Bob", "Carol"}


def test_who_joins_and_who_leaves_a_group_is_learnt(settled: Branch) -> None:
    team = f"CN=Team,{settled.base_dn}"
    settled.domain.join(team, _dn(settled, "Bob"))
    settled.domain.leave(team, _dn(settled, "Anna"))
    report = settled.delta()
    assert (report.mode, report.memberships_added, report.memberships_removed) == ("delta", 1, 1)
    assert settled.members("Team") == {"Bob"}
    settled.form("Another", _dn(settled, "Anna"))
    assert settled.delta().groups_created == 1
    settled.domain.delete(team)
    assert settled.delta().groups_deactivated == 1


def test_a_primary_group_holds_whom_it_does_not_name(settled: Branch) -> None:
    team = f"CN=Team,{settled.base_dn}"
    number = int.from_bytes(settled.domain.read(team, "objectSid")[0][-4:], "little")
    anna = _dn(settled, "Anna")
    settled.domain.modify(anna, {"primaryGroupID": [number]})
    assert settled.domain.read(team, "member") == []
    assert settled.delta().mode == "delta"
    assert settled.members("Team") == {"Anna"}
    settled.domain.modify(anna, {"primaryGroupID": [513]})
    settled.domain.leave(team, anna)
    assert settled.delta().mode == "delta"
    assert settled.members("Team") == set()


@pytest.mark.parametrize("rule", ["", ":1.2.840.113556.1.4.1941:"])
def test_who_joins_the_group_that_the_filter_wants_is_read(
    settled: Branch, world: World, rule: str
) -> None:
    settled.form("Staff", _dn(settled, "Anna"), _dn(settled, "Bob"))
    with settled.database.writing() as session:
        row = session.get_one(Directory, settled.directory_id)
        wanted = f"(&(objectClass=user)(memberOf{rule}=CN=Staff,{settled.base_dn}))"
        wish = {"person_filter": wanted}
        change_directory(session, world.admin, row, wish, settled.secrets, NOON)
    assert settled.whole().persons_deactivated == 1
    settled.domain.join(f"CN=Staff,{settled.base_dn}", _dn(settled, "Carol"))
    settled.domain.leave(f"CN=Staff,{settled.base_dn}", _dn(settled, "Bob"))
    assert settled.delta().state == "finished"
    assert settled.people() == {"Anna", "Carol"}
    settled.domain.join(f"CN=Team,{settled.base_dn}", _dn(settled, "Carol"))
    assert settled.delta().mode == ("full" if rule else "delta")


def test_a_delta_in_which_many_are_deleted_waits(settled: Branch) -> None:
    for name in ("Anna", "Bob", "Carol"):
        settled.domain.delete(_dn(settled, name))
    report = settled.delta()
    assert (report.mode, report.state) == ("delta", "held")
    assert settled.people() == {"Anna", "Bob", "Carol"}
    assert settled.whole(confirm=True).persons_deactivated == 3


def test_without_the_right_numbers_are_read_and_the_page_can_say_why(
    branch: Branch, world: World
) -> None:
    _bind_as(branch, world, branch.domain.clerk_dn)
    anna = branch.hire("anna")
    branch.hire("bob")
    branch.form("Team", anna)
    assert branch.whole().state == "finished"
    assert branch.ways() == ("numbers", "right_missing")
    branch.hire("carol")
    branch.domain.disable(anna)
    report = branch.delta()
    assert (report.mode, report.way, report.persons_seen) == ("delta", "numbers", 2)
    assert branch.people() == {"Bob", "Carol"}
    # Who may not see what was deleted learns it from what is no longer there.
    branch.domain.delete(_dn(branch, "Carol"))
    assert branch.delta().persons_deactivated == 0
    assert branch.whole().persons_deactivated == 1
    _bind_as(branch, world, branch.domain.reader_dn)
    branch.whole()
    assert branch.ways() == ("dirsync", "")


def test_a_right_that_is_taken_back_costs_no_change(settled: Branch) -> None:
    settled.domain.refuse_changes(settled.domain.reader_dn)
    try:
        settled.hire("dora")
        settled.domain.delete(_dn(settled, "Carol"))
        report = settled.delta()
        assert (report.mode, report.persons_created, report.persons_deactivated) == ("delta", 1, 1)
        assert settled.ways() == ("numbers", "right_missing")
    finally:
        settled.domain.allow_changes(settled.domain.reader_dn)
    settled.hire("emil")
    assert settled.delta().persons_created == 1
    assert settled.whole().state == "finished"
    assert settled.ways() == ("dirsync", "")


def test_another_controller_is_read_whole_and_nobody_is_disabled(settled: Branch) -> None:
    settled.domain.replace()
    settled.hire("dora")
    report = settled.delta()
    assert (report.mode, report.state, report.persons_deactivated) == ("full", "finished", 0)
    assert settled.people() == {"Anna", "Bob", "Carol", "Dora"}
    settled.domain.delete(_dn(settled, "Carol"))
    report = settled.delta()
    assert (report.mode, report.way, report.persons_deactivated) == ("delta", "dirsync", 1)


@pytest.mark.parametrize("cookie", ["AAAA", "TVNEUwMAAAA="])
def test_a_cookie_that_cannot_be_is_no_end(settled: Branch, cookie: str) -> None:
    with settled.database.writing() as session:
        row = session.get_one(Directory, settled.directory_id)
        row.state = row.state | {"cookie": cookie}
    settled.hire("dora")
    report = settled.delta()
    assert (report.mode, report.state, report.persons_created) == ("full", "finished", 1)
    assert settled.ways() == ("dirsync", "")


def test_after_a_long_time_everything_is_read(settled: Branch) -> None:
    late = NOON + timedelta(days=31)
    access = Access(settled.secrets)
    report = sync_directory(settled.database, access, settled.directory_id, late, delta=True)
    assert (report.mode, report.state) == ("full", "finished")


def test_people_known_by_something_else_than_their_guid_are_read_by_numbers(
    branch: Branch, world: World
) -> None:
    with branch.database.writing() as session:
        row = session.get_one(Directory, branch.directory_id)
        wish = {"mapping": {"unique_id": "extensionName"}}
        change_directory(session, world.admin, row, wish, branch.secrets, NOON)
    branch.hire("anna", extensionName="9f3c2f6e-7c5e-4c55-9a0e-0f6f1d1f7a01")
    assert branch.whole().state == "finished"
    assert branch.ways() == ("numbers", "other_identity")
    assert branch.people() == {"Anna"}
    branch.hire("bob", extensionName="9f3c2f6e-7c5e-4c55-9a0e-0f6f1d1f7a02")
    assert branch.delta().mode == "delta"
    assert branch.people() == {"Anna", "Bob"}


def test_a_stranger_s_certificate_is_not_trusted(settled: Branch, world: World) -> None:
    with settled.database.writing() as session:
        row = session.get_one(Directory, settled.directory_id)
        wish = {"authority": ""}
        change_directory(session, world.admin, row, wish, settled.secrets, NOON)
    report = settled.delta()
    assert (report.state, report.persons_deactivated) == ("failed", 0)
    assert "its certificate cannot be verified" in report.error


@pytest.mark.parametrize("login", ["anna", "Anna", "anna@example.test", "ANNA@Example.Test"])
def test_people_sign_in_by_either_name(settled: Branch, login: str) -> None:
    door = Door(settled.database, settled.secrets)
    person_id = _sign_in(door, login, password_of("anna"))
    with settled.database.reading() as session:
        assert person_named(session, "Anna").id == person_id
    for password in ("", "wrong", password_of("bob")):
        with pytest.raises(SignInRefused):
            _sign_in(door, login, password)


def test_a_principal_name_changes_with_the_directory(settled: Branch) -> None:
    door = Door(settled.database, settled.secrets)
    renamed = {"userPrincipalName": ["lovelace@example.test"]}
    settled.domain.modify(_dn(settled, "Anna"), renamed)
    assert settled.delta().persons_changed == 1
    _sign_in(door, "lovelace@example.test", password_of("anna"))
    with pytest.raises(SignInRefused):
        _sign_in(door, "anna@example.test", password_of("anna"))


def test_a_principal_name_never_leads_into_the_account_of_another(
    settled: Branch, world: World
) -> None:
    """An account of our own has the login that Anna takes for her second one in the domain."""
    door = Door(settled.database, settled.secrets)
    with settled.database.writing() as session:
        assert world.reader.person_id is not None
        give_account(session, world.admin, world.reader.person_id, "root@example.test", NOON)
    settled.domain.modify(_dn(settled, "Anna"), {"userPrincipalName": ["root@example.test"]})
    assert settled.delta().persons_changed == 1
    with pytest.raises(SignInRefused):
        _sign_in(door, "root@example.test", password_of("anna"))
    _sign_in(door, "anna", password_of("anna"))


def test_tries_under_either_name_are_counted_together(settled: Branch) -> None:
    door = Door(settled.database, settled.secrets)
    for login in islice(cycle(("anna", "anna@example.test")), FAILURES_PER_LOGIN):
        with pytest.raises(SignInRefused):
            _sign_in(door, login, "wrong")
    with pytest.raises(TooManyAttempts):
        _sign_in(door, "anna@example.test", password_of("anna"))


def test_who_is_disabled_there_is_out_before_the_next_synchronisation(settled: Branch) -> None:
    door = Door(settled.database, settled.secrets)
    settled.domain.disable(_dn(settled, "Anna"))
    with pytest.raises(SignInRefused):
        _sign_in(door, "anna@example.test", password_of("anna"))


def _bind_as(branch: Branch, world: World, dn: str) -> None:
    with branch.database.writing() as session:
        row = session.get_one(Directory, branch.directory_id)
        wish = {"bind_dn": dn, "password": branch.domain.reader_password}
        change_directory(session, world.admin, row, wish, branch.secrets, NOON)


def _sign_in(door: Door, login: str, password: str) -> int:
    return sign_in(door, Credentials(login, password), Client("192.0.2.1"), NOON).person_id
