"""Asking for something: the catalogue, its form, and an order on its way, as pages."""

import re
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import event, update

from cmdb.records.parties import Person
from server.desk.catalogue.actions import (
    change_offering,
    publish_offering,
    retire_offering,
    write_offering,
)
from server.foundation.clock import utc_now
from server.foundation.database import Database
from tests.server.desk.estate import Estate
from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import hidden_field

PLACE = "/catalogue/laptop"
LAPTOP: dict[str, Any] = {
    "names": {"en": "New laptop", "es": "Portátil nuevo"},
    "descriptions": {"en": "A computer to carry about."},
    "section": {"code": "devices", "labels": {"en": "Devices", "es": "Equipos"}},
    "icon": "device-laptop",
    "cost": {"en": "900 EUR"},
    "audience": {"everyone": True},
    "fields": [
        {
            "code": "model",
            "type": "choice",
            "labels": {"en": "Which one?"},
            "required": True,
            "choices": {"light": {"en": "Light"}, "strong": {"en": "Powerful"}},
        },
        {
            "code": "why",
            "type": "long_text",
            "labels": {"en": "Why so powerful?"},
            "required": True,
            "shown_when": {"field": "model", "is": ["strong"]},
        },
        {"code": "old", "type": "item", "labels": {"en": "Instead of"}, "mine": True},
        {"code": "note", "type": "file", "labels": {"en": "A note"}},
    ],
    "approvals": [{"who": "manager"}],
    "tasks": [
        {"code": "prepare", "titles": {"en": "Prepare it"}},
        {"code": "hand", "titles": {"en": "Hand it over"}, "after": "prepare"},
    ],
    "ticket": {"urgency": "medium"},
}


@pytest.fixture
def offered(database: Database, estate: Estate) -> Estate:
    """Offer a laptop; the requester's manager is the change manager."""
    world = estate.world
    managed = {"manager_id": world.change_manager.person_id}
    with database.writing() as session:
        session.execute(
            update(Person).where(Person.id == world.requester.person_id).values(managed)
        )
        write_offering(session, world.admin, "laptop", LAPTOP, utc_now())
        publish_offering(session, world.admin, "laptop", utc_now())
    return estate


def order(browser: Browser, **answers: Any) -> str:
    """Send the form as it stands, and return the address of the order."""
    version = hidden_field(browser.read(PLACE), "version")
    form = {f"answer-{code}": value for code, value in answers.items()}
    return browser.done(PLACE, version=version, **form)


@pytest.mark.usefixtures("offered")
def test_what_is_offered_is_found_by_its_words_and_by_section(requester: Browser) -> None:
    assert 'href="/catalogue"' in requester.read("/portal")
    page = requester.read("/catalogue")
    assert PLACE in page
    assert "900 EUR" in page
    for words in ("lapt", "port%C3%A1til", "carry"):
        assert PLACE in requester.read(f"/catalogue?q={words}"), words
    nothing = requester.read("/catalogue?q=helicopter")
    assert PLACE not in nothing
    assert "Nothing in the catalogue fits" in nothing
    assert PLACE not in requester.read("/catalogue?section=elsewhere")


@pytest.mark.usefixtures("offered")
def test_the_server_checks_what_is_shown_without_any_script(requester: Browser) -> None:
    page = requester.read(PLACE)
    assert "Only if “Which one?” is: Powerful" in page
    assert re.search(r'data-code="why"[^>]*data-off', page)
    assert '<option value=""></option><option value=' in page  # one's own, without a search
    version = hidden_field(page, "version")
    nothing = requester.post(PLACE, version=version)
    assert nothing.status_code == 422
    assert 'id="error-answer-model"' in nothing.text
    assert 'id="error-answer-why"' not in nothing.text
    file = (BytesIO(b"a note"), "note.txt")
    strong = {"answer-model": "strong", "answer-note": file}
    refused = requester.post(PLACE, version=version, **strong)
    assert refused.status_code == 422
    assert 'id="error-answer-why"' in refused.text
    assert re.search(r'value="strong" checked', refused.text)
    assert not re.search(r'data-code="why"[^>]*data-off', refused.text)
    assert "note.txt" in refused.text
    kept = hidden_field(refused.text, "kept-note")
    again = {"answer-model": "strong", "answer-why": "3D", "kept-note": kept}
    address = requester.done(PLACE, version=version, **again)
    assert "note.txt" in requester.read(address)


def test_an_order_goes_from_the_form_over_the_manager_to_the_tasks(
    offered: Estate, requester: Browser, manager: Browser, agent: Browser
) -> None:
    address = order(requester, model="light", why="typed, then hidden", old=str(offered.laptop))
    reference = address.rsplit("/", 1)[-1]
    page = requester.read(address)
    assert "It waits for the approval of Chloe Changes." in page
    assert "LT-0231" in page
    assert "typed, then hidden" not in page
    assert "Do you approve it?" not in page
    assert "How far it is" in requester.read(f"/portal/{reference}")
    for waiting in ("/changes/inbox", "/portal"):
        assert reference in manager.read(waiting), waiting
        assert 'href="/orders/' not in agent.read("/changes/inbox")
    unknown = agent.post(f"{address}/approver", person_id="")
    assert unknown.status_code == 422
    assert 'id="error-person_id"' in unknown.text
    asked = manager.read(address)
    assert "Do you approve it?" in asked
    assert "LT-0231" in asked
    unsaid = manager.post(f"{address}/decision", decision="rejected", comment=" ")
    assert unsaid.status_code == 422
    assert 'class="field-error"' in unsaid.text
    manager.done(f"{address}/decision", decision="approved", comment="Have fun")
    assert "Have fun" in requester.read(address)
    assert "Order" in agent.read(f"/orders/{reference}/card")
    assert f'hx-get="/orders/{reference}/card"' in agent.read(f"/tickets/{reference}")
    assert agent.post(f"{address}/approver", person_id="").status_code == 409
    agent.done(f"{address}/tasks/prepare")
    agent.done(f"{address}/tasks/hand")
    assert "Everything is done." in requester.read(address)
    solved = {"state": "resolved", "resolution_code": "fixed", "resolution_text": "Here you are"}
    agent.done(f"/tickets/{reference}/move", **solved)
    assert '<span class="pill pill-good">Done</span>' in requester.read(address)


def test_what_is_rejected_says_why(offered: Estate, requester: Browser, manager: Browser) -> None:
    address = order(requester, model="light")
    manager.done(f"{address}/decision", decision="rejected", comment="Next year")
    page = requester.read(address)
    assert "Rejected" in page
    assert "Chloe Changes rejected it: Next year" in page
    assert manager.post(f"{address}/decision", decision="approved").status_code == 409
    assert offered.world.requester.person_id


@pytest.mark.usefixtures("offered")
def test_an_order_is_taken_back_while_it_waits(requester: Browser, manager: Browser) -> None:
    address = order(requester, model="light")
    refused = requester.post(f"{address}/withdrawal", reason="")
    assert refused.status_code == 422
    assert 'id="error-reason"' in refused.text
    requester.done(f"{address}/withdrawal", reason="Found one")
    assert "Withdrawn" in requester.read(address)
    assert address not in manager.read("/changes/inbox")


@pytest.mark.usefixtures("offered")
def test_nobody_else_reads_an_order(requester: Browser, nobody: Browser) -> None:
    address = order(requester, model="light")
    assert nobody.get(address).status_code == 403
    assert nobody.post(f"{address}/decision", decision="approved").status_code == 403


def test_a_form_that_was_changed_or_withdrawn_meanwhile_keeps_what_was_typed(
    offered: Estate, requester: Browser, database: Database
) -> None:
    version = hidden_field(requester.read(PLACE), "version")
    admin = offered.world.admin
    older = {"answer-model": "strong", "answer-why": "Simulations"}
    document = LAPTOP | {"fields": [*LAPTOP["fields"], {**LAPTOP["fields"][1], "code": "more"}]}
    with database.writing() as session:
        change_offering(session, admin, "laptop", document, utc_now())
        publish_offering(session, admin, "laptop", utc_now(), withdraw_older=True)
    refused = requester.post(PLACE, version=version, **older)
    assert refused.status_code == 409
    assert "The form was changed while you filled it in" in refused.text
    assert "Simulations" in refused.text
    newer = hidden_field(refused.text, "version")
    requester.done(PLACE, version=newer, **older, **{"answer-more": "More"})
    with database.writing() as session:
        retire_offering(session, admin, "laptop", utc_now())
    gone = requester.post(PLACE, version=newer, **older)
    assert gone.status_code == 409
    assert "Simulations" in gone.text
    assert requester.get(PLACE).status_code == 404


def test_pickers_offer_what_the_question_asks_for(offered: Estate, requester: Browser) -> None:
    own = requester.get(f"{PLACE}/items/old").json
    assert own is not None
    assert [one["text"] for one in own["results"]] == ["LT-0231"]
    people = requester.get(f"{PLACE}/for-whom").json
    assert people is not None
    assert [one["value"] for one in people["results"]] == [str(offered.world.requester.person_id)]
    assert requester.get(f"{PLACE}/items/model").status_code == 404
    assert requester.get(f"{PLACE}/people/old").status_code == 404


@pytest.mark.usefixtures("offered")
def test_the_catalogue_asks_eight_questions_at_most(requester: Browser, database: Database) -> None:
    requester.read("/catalogue")
    asked: list[str] = []

    def note(*rest: object) -> None:
        asked.append(str(rest[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    requester.read("/catalogue")
    event.remove(database.engine, "before_cursor_execute", note)
    statements = [one for one in asked if one.startswith("SELECT")]
    assert len(statements) <= 8, "\n\n".join(statements)
