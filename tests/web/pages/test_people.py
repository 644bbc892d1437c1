"""People and groups on pages: seen, written down, changed, and what is refused."""

from sqlalchemy import select

from cmdb.records.parties import Group, Person
from server.foundation.database import Database
from server.people.actions.people import change_person
from server.people.models import Account
from server.people.queries.people import person_for_writing
from tests.support.people import BEGINNING, World
from tests.web.pages.conftest import Browser, Browsers


def _person(database: Database, name: str) -> Person:
    with database.reading() as session:
        return session.scalars(select(Person).where(Person.display_name == name)).one()


def _typed(world: World, **changes: str) -> dict[str, str]:
    return {
        "display_name": "Petra Planner",
        "organisation_id": str(world.root.id),
        "email": "petra@example.test",
        "language": "en",
        "time_zone": "Europe/Madrid",
        **changes,
    }


def test_the_list_shows_everybody_in_sight(admin: Browser) -> None:
    page = admin.read("/people")
    assert "Rita Request" in page
    assert "8 of 8" in page


def test_the_list_can_be_narrowed_and_says_when_nobody_fits(admin: Browser) -> None:
    assert "Rita Request" not in admin.read("/people?q=otto")
    assert "Nobody fits" in admin.read("/people?q=zzz")


def test_somebody_else_s_department_is_out_of_sight(browser_of: Browsers, world: World) -> None:
    outsider = browser_of(world.outsider.person_id)
    assert "Ada Admin" not in outsider.read("/people")
    assert outsider.get(f"/people/{world.admin.person_id}").status_code == 404


def test_without_the_right_there_is_no_list(nobody: Browser) -> None:
    assert nobody.get("/people").status_code == 403
    assert nobody.get("/groups").status_code == 403


def test_somebody_is_written_down(admin: Browser, database: Database, world: World) -> None:
    where = admin.done("/people/new", **_typed(world))
    made = _person(database, "Petra Planner")
    assert where == f"/people/{made.id}"
    assert made.email == "petra@example.test"
    assert "Written down." in admin.read(where)


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(
    admin: Browser, world: World
) -> None:
    answer = admin.post("/people/new", **_typed(world, email="no address", phone="+34 1"))
    assert answer.status_code == 422
    assert "This is no e-mail address." in answer.text
    assert 'value="+34 1"' in answer.text
    assert 'value="no address"' in answer.text


def test_a_name_of_blanks_or_with_a_zero_byte_is_refused(admin: Browser, world: World) -> None:
    assert admin.post("/people/new", **_typed(world, display_name="  ")).status_code == 422
    assert admin.post("/people/new", **_typed(world, display_name="a\0b")).status_code == 422


def test_who_may_not_write_sees_no_button_and_is_refused(
    browser_of: Browsers, world: World
) -> None:
    reader = browser_of(world.reader.person_id)
    assert "/people/new" not in reader.read("/people")
    assert reader.get("/people/new").status_code == 403
    assert reader.post("/people/new", **_typed(world)).status_code == 403


def test_somebody_is_changed(admin: Browser, database: Database, world: World) -> None:
    page = f"/people/{world.requester.person_id}"
    typed = _typed(world, display_name="Rita Renamed", version="1", active="1")
    assert admin.done(f"{page}/edit", **typed) == page
    assert "Rita Renamed" in admin.read(page)


def test_an_unticked_box_deactivates_and_signs_out(
    admin: Browser, browser_of: Browsers, world: World
) -> None:
    requester = browser_of(world.requester.person_id)
    typed = _typed(world, display_name="Rita Request", version="1")
    admin.done(f"/people/{world.requester.person_id}/edit", **typed)
    assert requester.get("/account").status_code == 302
    assert "no longer active" in admin.read(f"/people/{world.requester.person_id}")


def test_when_two_change_somebody_the_second_sees_both(
    admin: Browser, database: Database, world: World
) -> None:
    assert world.requester.person_id is not None
    with database.writing() as session:
        found = person_for_writing(session, world.admin, world.requester.person_id)
        change_person(session, world.admin, found, {"phone": "555 1"}, BEGINNING)
    page = f"/people/{world.requester.person_id}/edit"
    answer = admin.post(page, **_typed(world, version="1", phone="555 2", active="1"))
    assert answer.status_code == 412
    assert "555 1" in answer.text
    assert 'value="555 2"' in answer.text
    admin.done(page, **_typed(world, version="2", phone="555 2", active="1"))


def test_what_a_directory_keeps_is_not_on_the_form(
    admin: Browser, database: Database, world: World
) -> None:
    with database.writing() as session:
        session.get_one(Person, world.reader.person_id).source = "company"
    page = f"/people/{world.reader.person_id}/edit"
    form = admin.read(page)
    assert 'name="email"' not in form
    assert 'name="time_zone"' in form
    admin.done(page, version="1", language="es", time_zone="Europe/Madrid")
    assert _person(database, "Rob Reader").language == "es"


def test_a_log_in_is_given_and_opened_by_a_one_time_password(
    admin: Browser, database: Database, world: World
) -> None:
    where = admin.done("/people/new", **_typed(world))
    admin.done(f"{where}/login", login="petra")
    assert "without a password" in admin.read(where)
    shown = admin.post(f"{where}/login/one-time-password")
    assert shown.status_code == 200
    assert "petra" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    with database.reading() as session:
        made = session.scalars(select(Account).where(Account.login == "petra")).one()
    assert made.must_change_password
    assert made.password_hash is not None


def test_a_taken_login_is_refused_beside_its_field(admin: Browser, world: World) -> None:
    answer = admin.post(f"/people/{world.reader.person_id}/login", login="ada")
    assert answer.status_code == 409
    assert 'aria-invalid="true"' in answer.text


def test_a_log_in_is_closed_and_opened_again(admin: Browser, world: World) -> None:
    page = f"/people/{world.reader.person_id}"
    admin.done(f"{page}/login/switch", close="yes")
    assert "The log-in is closed." in admin.read(page)
    admin.done(f"{page}/login/switch", close="no")
    assert "The log-in is open again." in admin.read(page)


def test_nobody_closes_their_own_log_in(admin: Browser, world: World) -> None:
    answer = admin.post(f"/people/{world.admin.person_id}/login/switch", close="yes")
    assert answer.status_code == 409


def test_log_ins_are_for_those_who_administer_them(browser_of: Browsers, world: World) -> None:
    agent = browser_of(world.agent.person_id)
    page = agent.read(f"/people/{world.reader.person_id}")
    assert "Log-in" not in page
    assert agent.get(f"/people/{world.reader.person_id}/login").status_code == 403
    reset = agent.post(f"/people/{world.reader.person_id}/login/one-time-password")
    assert reset.status_code == 403


def test_a_group_is_made_changed_and_filled(
    admin: Browser, database: Database, world: World
) -> None:
    made = admin.done("/groups/new", name="Night shift", organisation_id=str(world.root.id))
    admin.done(f"{made}/members", person_id=str(world.reader.person_id))
    assert "Rob Reader" in admin.read(made)
    admin.done(f"{made}/members/{world.reader.person_id}/remove")
    assert "Nobody belongs to it" in admin.read(made)
    admin.done(f"{made}/edit", name="Late shift", version="1", active="1")
    with database.reading() as session:
        assert session.scalars(select(Group).where(Group.name == "Late shift")).one().active


def test_a_name_that_is_taken_is_refused(admin: Browser, world: World) -> None:
    answer = admin.post("/groups/new", name="support", organisation_id=str(world.root.id))
    assert answer.status_code == 409
    assert 'value="support"' in answer.text


def test_an_unknown_member_is_refused_beside_the_field(admin: Browser, world: World) -> None:
    answer = admin.post(f"/groups/{world.support.id}/members", person_id="999999")
    assert answer.status_code == 422
    assert "This does not exist any more, or you may not see it." in answer.text


def test_a_group_shows_its_members_and_a_person_their_groups(admin: Browser, world: World) -> None:
    assert "Sam Support" in admin.read(f"/groups/{world.support.id}")
    assert "Support" in admin.read(f"/people/{world.agent.person_id}")
    assert "Support" in admin.read("/groups")
