"""An offering goes through the editor's form unharmed, and its faults find their places."""

import pytest

from server.desk.catalogue.actions import shipped_offerings
from server.desk.catalogue.rules.reading import ICONS, read_offering
from server.desk.catalogue.rules.writing import offering_document
from tests.web.presenters.readers import reader
from web.presenters.offering_documents import (
    choices_of,
    code_for,
    differences,
    document_of,
    fault_at,
    without_codes,
)
from web.presenters.offering_drafts import acted, draft_from, draft_of
from web.presenters.offering_words import fault_lines, icon_texts
from web.presenters.offerings import asked_fields, given_answers


@pytest.mark.parametrize("code", sorted(shipped_offerings()))
def test_a_shipped_offering_comes_out_of_the_form_as_it_went_in(code: str) -> None:
    document = offering_document(read_offering(shipped_offerings()[code]))
    sections = {document["section"]["code"]: document["section"]["labels"]}
    again = document_of(draft_of(document), sections)
    assert offering_document(read_offering(again)) == document
    assert differences(again, document) == []


def test_questions_are_shown_as_the_answers_so_far_want_it() -> None:
    form = read_offering(shipped_offerings()["new_laptop"])
    nothing = {one.code: one for one in asked_fields(form, {}, {}, reader("es"))}
    assert not nothing["old_device"].is_shown
    assert nothing["old_device"].when == '{"field": "replaces", "is": ["true"]}'
    assert nothing["model"].label == "Cuál"
    ticked = {one.code: one for one in asked_fields(form, {"replaces": ["true"]}, {}, reader())}
    assert ticked["old_device"].is_shown


def test_answers_are_handed_on_as_they_were_typed_and_empty_ones_are_not() -> None:
    form = read_offering(shipped_offerings()["new_employee"])
    typed = {"equipment": ["laptop", "phone"], "department": [" "], "elsewhere": ["x"]}
    assert given_answers(form, typed, {}) == {"equipment": ["laptop", "phone"]}


def test_codes_stay_and_are_never_given_twice() -> None:
    assert choices_of("RAM = 16 GB\nRAM = 16 GB") == {
        "ram_16_gb": {"en": "RAM = 16 GB"},
        "ram_16_gb_2": {"en": "RAM = 16 GB"},
    }
    assert code_for("9 " * 60) == "x_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9_9"


@pytest.mark.parametrize("act", ["fields.9.up", "fields.x.up", "fields.0.fly", "names.add", ""])
def test_an_act_that_means_nothing_changes_nothing(act: str) -> None:
    draft = draft_from({"fields.0.type": ["text"]})
    assert acted(draft, act)[0]["fields"] == draft["fields"]


def test_a_fault_is_told_once_with_the_part_in_which_it_stands() -> None:
    faults = {
        "section.code": "must be lower-case letters, digits and _, a letter first",
        "section.labels.en": "must not be empty",
        "fields.2.shown_when.field": "waits in a circle for itself",
    }
    assert fault_lines(without_codes(faults), reader()) == [
        ("Section", "Please fill this in.", "section"),
        ("Question 3", "This waits in a circle for itself.", "fields.2"),
    ]
    assert fault_at(faults, "fields.2") == "waits in a circle for itself"
    assert fault_at({"fields.20.type": "x"}, "fields.2") is None


def test_every_drawing_has_a_name() -> None:
    assert set(icon_texts(reader())) == set(ICONS)
