"""Pages over how available services were: the list, a service's own, outages corrected."""

import re
from datetime import timedelta

from server.desk.sla.actions.agreeing import change_agreements
from server.desk.tickets.actions import MoveDraft, TicketDraft, move_ticket, open_ticket
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser, Browsers
from tests.web.pages.desk.conftest import hidden_field


def down(database: Database, estate: Estate, minutes: int) -> str:
    """Promise half an hour at most, and let Orders be down for a while; return the ticket."""
    target = {"calendar": "always", "services": [estate.orders], "longest_minutes": 30}
    agent, ended = estate.world.agent, utc_now()
    with database.writing() as session:
        change_agreements(session, estate.world.admin, {"availability": [target]}, utc_now())
    began = ended - timedelta(minutes=minutes)
    with database.writing() as session:
        draft = TicketDraft("Orders fail", affected_item_ids=(estate.app,))
        ticket = open_ticket(session, agent, draft, began)
    with database.writing() as session:
        done = MoveDraft("resolved", "", "fixed", "A disk was changed")
        move_ticket(session, agent, ticket.id, done, ended)
    return ticket.reference


def test_a_service_shows_what_is_left_and_which_outages_it_was(
    agent: Browser, requester: Browser, database: Database, estate: Estate
) -> None:
    here = f"/service-levels/of/{estate.orders}"
    assert "Nothing was promised" in agent.read(here)
    reference = down(database, estate, 25)
    page = agent.read(here)
    for what in ("At risk", "5 min left", "Longest outage", f"/tickets/{reference}", "Correct"):
        assert what in page
    assert here in agent.read(f"/services/{estate.orders}")
    assert requester.get(here).status_code in (403, 404)


def test_a_miss_asks_why_and_a_corrected_outage_heals_it(
    agent: Browser, database: Database, estate: Estate
) -> None:
    down(database, estate, 45)
    here = f"/service-levels/of/{estate.orders}"
    page = agent.read(here)
    assert "Not kept" in page
    assert "15 min too much" in page
    said = {"measure": "longest_outage", "organisation_id": ""}
    assert agent.post(f"{here}/reason", reason=" ", **said).status_code == 422
    where = agent.done(f"{here}/reason", reason="No spare disk", **said)
    assert where == f"/services/{estate.orders}#levels"
    assert "No spare disk" in agent.read(here)
    outage = page.split("/service-levels/outages/")[1].split('"')[0]
    form = f"/service-levels/outages/{outage}"
    assert "It was no outage" in agent.read(form)
    refused = agent.post(form, ended_at="soon", reason="")
    assert refused.status_code == 422
    assert "This is no date with a time." in refused.text
    agent.done(form, none="1", reason="A probe failed, not the service")
    page = agent.read(here)
    assert "does not count" in page
    assert "30 min left" in page


def test_all_promises_stand_in_one_list_that_is_saved_as_a_table(
    agent: Browser, browser_of: Browsers, database: Database, estate: Estate
) -> None:
    assert "/service-levels" in agent.read("/tickets/statistics")
    assert "Nothing was promised" in agent.read("/service-levels")
    down(database, estate, 45)
    page = agent.read("/service-levels")
    for what in ("Orders", "Not kept", "Around the clock", "/service-levels/availability.csv"):
        assert what in page
    assert "Nothing was promised" not in agent.read("/service-levels?month=2026-03")
    table = agent.read("/service-levels/availability.csv")
    assert "Orders,,always,longest_outage,30,45" in table
    assert browser_of(estate.world.nobody.person_id).get("/service-levels").status_code == 403


def test_targets_are_written_beside_the_others(
    browser_of: Browsers, database: Database, estate: Estate
) -> None:
    admin = browser_of(estate.world.admin.person_id)
    here = "/administration/desk/service-levels"
    page = admin.read(here)
    assert "availability = []" in page
    text = page.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0].strip()
    text = text.replace("&#34;", '"').replace("&quot;", '"').replace("&#39;", "'")
    admin.done(here, text=text)
    target = '[[availability]]\ncalendar = "always"\npercent = 99.9'
    admin.done(here, text=text.replace("availability = []", "") + "\n" + target)
    assert "percent = 99.9" in admin.read(here)
    assert "Orders" in admin.read("/service-levels")


def test_who_saves_service_levels_over_somebody_elses_is_told_who_that_was(
    browser_of: Browsers, estate: Estate
) -> None:
    admin = browser_of(estate.world.admin.person_id)
    here = "/administration/desk/service-levels"
    page = admin.read(here)
    read = hidden_field(page, "read")
    text = page.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0].strip()
    text = text.replace("&#34;", '"').replace("&quot;", '"').replace("&#39;", "'")
    first, second = (re.sub(r"(\[first_line\]\s+\w+ = )\d+", rf"\g<1>{n}", text) for n in (71, 72))
    assert first != text
    admin.done(here, text=first, read=read)
    answer = admin.post(here, text=second, read=read)
    assert answer.status_code == 412
    assert "Saved by Ada Admin" in answer.text
    assert " = 71" in answer.text.split("Saved meanwhile:")[1].split("</pre>")[0]
    assert " = 72" in answer.text.split("<textarea")[1]
    admin.done(here, text=second, read=hidden_field(answer.text, "read"))
    assert " = 72" in admin.read(here)
