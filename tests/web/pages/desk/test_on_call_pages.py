"""The page on which a group's turns are kept, and who is on call beside tickets and items."""

from datetime import timedelta

from cmdb.records.items import ItemParty
from cmdb.records.parties import Person
from cmdb.vocabulary import PartyRole
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.server.desk.tickets.test_reaching import put_address
from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import open_on

ROUTING = "/administration/desk/routing"


def turns(admin: Browser, estate: Estate, **how: str) -> str:
    here = f"{ROUTING}/groups/{estate.world.support.id}/on-call"
    form = {"zone": "Europe/Madrid", "since": "2026-01-05", "hands_over_at": "08:00", "days": "7"}
    form[f"place-{estate.world.agent.person_id}"] = "1"
    assert admin.done(here, **(form | how)) == here
    return here


def test_what_is_wrong_with_turns_stands_beside_its_field(admin: Browser, estate: Estate) -> None:
    support, me = estate.world.support.id, estate.world.agent
    here = f"{ROUTING}/groups/{support}/on-call"
    assert f'href="{here}"' in admin.read(f"{ROUTING}/groups/{support}")
    page = admin.read(here)
    assert "Nobody is on call now." in page
    assert "Let somebody stand in" not in page
    wrong = {"zone": "Mars", "since": "soon", "hands_over_at": "8 am", "days": "7"}
    answer = admin.post(here, **wrong, **{f"place-{me.person_id}": "first"})
    assert answer.status_code == 422
    assert "Type numbers with commas between them." in answer.text
    assert "This is no date." in answer.text
    assert 'value="Mars"' in answer.text
    answer = admin.post(here, **(wrong | {"since": "2026-01-05"}))
    assert "Type the name of a time zone" in answer.text
    assert "A time of day is written 08:00." in answer.text


def test_turns_and_who_stands_in_are_written_on_one_page(admin: Browser, estate: Estate) -> None:
    support, me = estate.world.support.id, estate.world.agent
    here = turns(admin, estate)
    page = admin.read(here)
    assert "Nobody is on call now." not in page
    assert "no end in sight" in page
    day = (utc_now() + timedelta(days=3)).date().isoformat()
    form = {"person_id": str(me.person_id), "first_day": day, "last_day": day, "note": "A fair"}
    assert admin.done(f"{here}/stand-ins", **form) == here
    answer = admin.post(f"{here}/stand-ins", **form)
    assert "Somebody stands in on one of these days already." in answer.text
    page = admin.read(here)
    assert "A fair" in page
    assert "standing in" in page
    number = page.split(f"{ROUTING}/stand-ins/")[1].split("/")[0]
    assert admin.done(f"{ROUTING}/stand-ins/{number}/remove") == here
    assert "A fair" not in admin.read(here)
    group_page = f"{ROUTING}/groups/{support}"
    assert "no end in sight" in admin.read(group_page)
    assert admin.done(f"{here}/end") == group_page
    assert "Nobody is on call now." in admin.read(group_page)


def test_a_ticket_and_an_item_show_who_is_on_call_and_how_they_are_reached(
    admin: Browser, agent: Browser, requester: Browser, database: Database, estate: Estate
) -> None:
    turns(admin, estate)
    with database.writing() as session:
        session.get_one(Person, estate.world.agent.person_id).phone = "+34 555 01 02"
        party = ItemParty(item_id=estate.app, role=PartyRole.SUPPORT.value, source="person")
        party.group_id = estate.world.support.id
        session.add(party)
    reference = open_on(database, estate, estate.app)
    there = f"/tickets/{reference}/on-call"
    assert f'hx-get="{there}"' in agent.read(f"/tickets/{reference}")
    page = agent.read(there)
    assert "Sam Support" in page
    assert 'href="tel:+34555' in page
    assert there not in requester.read(f"/tickets/{reference}")
    assert requester.get(there).status_code == 403
    item = f"/items/{estate.app}"
    assert f'hx-get="{item}/on-call"' in agent.read(item)
    assert "Sam Support" in agent.read(f"{item}/on-call")
    assert "Sam Support" not in agent.read(f"/items/{estate.laptop}/on-call")


def test_a_shift_is_marked_on_its_form(admin: Browser, estate: Estate) -> None:
    here = f"{ROUTING}/groups/{estate.world.support.id}"
    shift = {"name": "Nights", "zone": "UTC", "weeks": "1", "mon": "22:00-24:00", "on_call": "1"}
    shift[f"weeks-{estate.world.agent.person_id}"] = "*"
    assert admin.done(f"{here}/shifts/new", **shift) == here
    number = admin.read(here).split(f"{ROUTING}/shifts/")[1].split('"')[0]
    page = admin.read(f"{ROUTING}/shifts/{number}")
    assert 'name="on_call" value="1" checked' in page
    del shift["on_call"]
    admin.done(f"{ROUTING}/shifts/{number}", **shift)
    assert 'name="on_call" value="1" checked' not in admin.read(f"{ROUTING}/shifts/{number}")


def test_the_menu_of_an_affected_item_asks_it_over_snmp_or_says_why_not(
    agent: Browser, database: Database, estate: Estate
) -> None:
    put_address(database, estate.app, "10.77.0.5")
    reference = open_on(database, estate, estate.app)
    assert "How does it stand? (SNMP)" in agent.read(f"/tickets/{reference}")
    answer = agent.post(f"/tickets/{reference}/items/{estate.app}/check", kind="snmp", port="")
    assert answer.status_code == 422
    assert "Discovery keeps no SNMP credential for its address" in answer.text
