"""An administrator who is no programmer keeps the catalogue of requests."""

import re
from collections.abc import Mapping
from typing import Any

from tests.web.pages.conftest import Browser
from tests.web.pages.desk.conftest import hidden_field

ALL = "/administration/desk/offerings"
OF = f"{ALL}/of"


def laptop(**more: str | list[str]) -> dict[str, Any]:
    """Return the form of a whole offering with two questions; ``more`` changes inputs."""
    form: dict[str, Any] = {
        "names.en": "New laptop",
        "names.es": "Portátil nuevo",
        "section.labels.en": "Devices",
        "icon": "device-laptop",
        "audience.everyone": "yes",
        "fields.0.type": "choice",
        "fields.0.labels.en": "Which one?",
        "fields.0.choices": "Light | Ligero\nPowerful",
        "fields.1.type": "text",
        "fields.1.labels.en": "What for?",
        "ticket.urgency": "medium",
    }
    return form | more


def inputs(page: str) -> dict[str, str]:
    """Return the values of the text inputs of a page, by name."""
    found = re.findall(
        r'<input class="form-control[^>]*? value="([^"]*)"\s+id="\S+" name="(\S+)"', page
    )
    return {name: value for value, name in found}


def test_an_offering_is_begun_tried_published_and_withdrawn(admin: Browser) -> None:
    assert "Nothing is offered yet" in admin.read(ALL)
    assert "Add a question" in admin.read(f"{ALL}/new")
    address = admin.done(f"{ALL}/new", act="save", **laptop())
    assert address == f"{OF}/new_laptop"
    page = admin.read(address)
    assert "light = Light | Ligero" in page
    assert 'name="fields.0.code" value="which_one"' in page
    preview = admin.read(f"{address}/preview")
    assert "Which one?" in preview
    assert 'value="powerful"' in preview
    version = hidden_field(page, "version")
    admin.done(address, act="publish", version=version, **laptop())
    assert "Version 1" in admin.read(f"{address}/versions")
    page = admin.read(address)
    changed = laptop(**{"names.en": "Another laptop"})
    admin.done(address, act="save", version=hidden_field(page, "version"), **changed)
    assert "changes are not published" in admin.read(ALL)
    assert "New laptop" in admin.read(f"{address}/preview?version=1")
    admin.done(f"{address}/versions/1")
    assert "New laptop" in admin.read(ALL)
    admin.done(f"{address}/retire")
    assert "Retired" in admin.read(ALL)


def test_questions_are_added_moved_and_removed_without_losing_what_was_typed(
    admin: Browser,
) -> None:
    def after(act: str, form: Mapping[str, Any]) -> dict[str, str]:
        answer = admin.post(f"{ALL}/new", act=act, **form)
        assert answer.status_code == 200
        return inputs(answer.text)

    added = after("fields.add", laptop())
    assert added["fields.1.labels.en"] == "What for?"
    assert added["fields.2.labels.en"] == ""
    moved = after("fields.1.up", laptop())
    assert moved["fields.0.labels.en"] == "What for?"
    assert moved["fields.1.labels.en"] == "Which one?"
    removed = after("fields.0.remove", laptop())
    assert removed["fields.0.labels.en"] == "What for?"
    assert "fields.1.labels.en" not in removed
    assert moved["names.es"] == removed["names.es"] == "Portátil nuevo"
    for name, last in (("approvals", "who"), ("tasks", "after")):
        answer = admin.post(f"{ALL}/new", act=f"{name}.add", **laptop())
        assert f'name="{name}.0.{last}"' in answer.text
    assert "Nothing is offered yet" in admin.read(ALL)


def test_what_is_wrong_stands_at_its_place_and_nothing_typed_is_lost(admin: Browser) -> None:
    form = laptop(
        **{
            "names.en": "",
            "fields.1.labels.en": "",
            "approvals.0.who": "persons",
            "audience.everyone": "no",
        }
    )
    refused = admin.post(f"{ALL}/new", act="save", **form)
    assert refused.status_code == 422
    page = refused.text
    for part in ("names", "fields-1", "approvals-0", "audience"):
        assert f'href="#part-{part}"' in page, part
    assert 'id="error-names.en"' in page
    assert 'id="error-fields.1.labels.en"' in page
    assert inputs(page)["names.es"] == "Portátil nuevo"
    assert "light = Light | Ligero" in page


def test_a_condition_offers_the_values_of_the_question_it_looks_at(admin: Browser) -> None:
    condition = {"fields.1.shown_when.field": "which_one", "fields.0.code": "which_one"}
    shown = admin.post(f"{ALL}/new", act="show", **laptop(**condition)).text
    assert 'name="fields.1.shown_when.is" value="light"' in shown
    whole = laptop(**condition, **{"fields.1.shown_when.is": ["powerful"]})
    address = admin.done(f"{ALL}/new", act="save", **whole)
    preview = admin.read(f"{address}/preview")
    assert "Only if “Which one?” is: Powerful" in preview
    assert re.search(r'data-shown-when="[^"]*powerful[^"]*" data-off', preview)


def test_who_saved_meanwhile_is_not_overwritten(admin: Browser) -> None:
    address = admin.done(f"{ALL}/new", act="save", **laptop())
    version = hidden_field(admin.read(address), "version")
    admin.done(address, act="save", version=version, **laptop(**{"names.en": "Theirs"}))
    refused = admin.post(address, act="save", version=version, **laptop(**{"names.en": "Mine"}))
    assert refused.status_code == 412
    assert inputs(refused.text)["names.en"] == "Mine"
    assert "<bdi>Theirs</bdi>" in refused.text
    assert "Theirs" in admin.read(ALL)


def test_ready_offerings_are_added_as_drafts_and_published_with_a_click(admin: Browser) -> None:
    admin.done(f"{ALL}/shipped")
    page = admin.read(ALL)
    codes = re.findall(rf'action="{OF}/([a-z_]+)/publish"', page)
    assert len(codes) >= 5
    for code in codes:
        admin.read(f"{OF}/{code}")
        admin.read(f"{OF}/{code}/preview")
        admin.done(f"{OF}/{code}/publish")
    assert "Published" in admin.read(ALL)
    assert "Add the ready ones" not in admin.read(ALL)


def test_who_does_not_say_how_the_desk_works_stays_outside(agent: Browser) -> None:
    for address in (ALL, f"{ALL}/new"):
        assert agent.get(address).status_code == 403
