"""What a supplier said: noted from the hand-over, shown among the words, and counted."""

from datetime import timedelta
from html import unescape
from typing import Any

from server.desk.routing.models import DeskGroup
from server.desk.sla.actions.agreeing import change_agreements
from server.desk.sla.queries import agreements_document
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.desk.tickets.actions.escalating import HandoverDraft, escalate
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.support.people import make_group
from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import hidden_field

HOUR = timedelta(hours=1)


def outside(database: Database, estate: Estate) -> str:
    """Hand a ticket to a supplier's group; return its reference."""
    world, now = estate.world, utc_now()
    with database.writing() as session:
        group = make_group(session, world.root, "Acme hotline")
        session.add(
            DeskGroup(group_id=group.id, line="supplier", assignment="none", updated_at=now)
        )
        wish = TicketDraft(
            "Disk fails",
            affected_item_ids=(estate.db,),
            requester_id=world.requester.person_id,
            group_id=world.support.id,
        )
        reference = open_ticket(session, world.agent, wish, now - HOUR).reference
        draft = HandoverDraft(group.id, "Please look", supplier_reference="A-77")
        escalate(session, world.agent, reference, draft, now)
        return reference


def promised(database: Database, estate: Estate, **target: Any) -> None:
    with database.writing() as session:
        hour = {"measure": "respond", "minutes": 60, "calendar": "always"} | target
        sections = {"targets": [hour, *agreements_document(session)["targets"]]}
        change_agreements(session, estate.world.admin, sections, utc_now())


def test_what_a_supplier_said_is_noted_from_the_hand_over_and_stops_its_clock(
    agent: Browser, requester: Browser, database: Database, estate: Estate
) -> None:
    reference = outside(database, estate)
    promised(database, estate, whose="group", groups=[estate.world.support.id])
    here = f"/tickets/{reference}"
    assert f"{here}?act=supplier" in agent.read(f"{here}/handovers")
    panel = agent.read(f"{here}?act=supplier")
    for what in ("What the supplier said", "When they said it", "The requester reads it too"):
        assert what in panel
    word = f"{here}/supplier-word"
    refused = agent.post(word, text="On its way", said_at="2031-01-01T10:00")
    assert refused.status_code == 422
    assert "This must not lie in the future." in refused.text
    assert "On its way" in refused.text
    assert agent.post(word, text="On its way", said_at="tomorrow").status_code == 422
    assert agent.done(word, text="On its way", said_at="").startswith(f"{here}#entry-")
    page = agent.read(here)
    assert "the supplier&#39;s word" in page
    assert "On its way" in page
    # Noted for who works on it; the requester neither reads it nor whose it was.
    assert "On its way" not in requester.read(f"/portal/{reference}")
    assert agent.done(word, text="It is there", public="1").startswith(here)
    shown = requester.read(f"/portal/{reference}")
    assert "It is there" in shown
    assert "the supplier" not in shown


def test_the_strip_says_whose_first_answer_is_due_and_for_which_time(
    agent: Browser, database: Database, estate: Estate
) -> None:
    support = estate.world.support.id
    promised(database, estate, whose="group", groups=[support], minutes=90)
    reference = outside(database, estate)
    with database.writing() as session:
        draft = HandoverDraft(support, "Please look again")
        escalate(session, estate.world.agent, reference, draft, utc_now())
    strip = agent.read(f"/tickets/{reference}/clocks")
    assert 'First answer of Support <span class="muted">OLA</span>' in strip
    assert "First answer of Support, hand-over 2" in strip
    assert "not with them now" in strip


def test_the_page_of_service_levels_says_from_when_on_they_hold(
    admin: Browser, database: Database, estate: Estate
) -> None:
    here = "/administration/desk/service-levels"
    assert "They hold like this since" not in admin.read(here)
    promised(database, estate, whose="group")
    assert "They hold like this since" in admin.read(here)


def test_two_who_change_service_levels_at_once_see_each_others_words(
    admin: Browser, database: Database, estate: Estate
) -> None:
    here = "/administration/desk/service-levels"
    page = admin.read(here)
    read, text = hidden_field(page, "read"), shown_text(page)
    promised(database, estate, whose="group", minutes=77)
    mine = text.replace("minutes = 15", "minutes = 16", 1)
    refused = admin.post(here, act="save", text=mine, read=read)
    assert refused.status_code == 412
    assert "Somebody else changed it first" in refused.text
    assert "minutes = 16" in shown_text(refused.text)
    assert "minutes = 77" in refused.text
    # Having seen theirs, one may put one's own in its place.
    admin.done(here, act="save", text=mine, read=hidden_field(refused.text, "read"))
    with database.reading() as session:
        assert agreements_document(session)["targets"][0]["minutes"] == 16


def shown_text(page: str) -> str:
    """Return what stands in the field of the page."""
    field = page.split('id="field-text"', maxsplit=1)[1]
    return unescape(field.split(">", maxsplit=1)[1].split("</textarea>", maxsplit=1)[0])
