"""Reading offerings, which questions are shown, and reading answers, without a database."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmdb.errors import InvalidValue
from server.desk.catalogue.actions import shipped_offerings
from server.desk.catalogue.rules.answers import read_answers
from server.desk.catalogue.rules.conditions import circles, in_order, shown_fields
from server.desk.catalogue.rules.offering import MOST_FIELDS, MOST_STEPS, MOST_TASKS, OfferingForm
from server.desk.catalogue.rules.reading import read_offering
from server.desk.catalogue.rules.writing import offering_document
from server.desk.tickets.rules.words import shipped_words


def labels(text: str) -> dict[str, str]:
    return {"en": text}


def offering(**parts: Any) -> dict[str, Any]:
    """Return the document of a small offering, with these parts in the place of its own."""
    section = {"code": "things", "labels": labels("Things")}
    return {"names": labels("A thing"), "section": section, **parts}


def question(code: str, sort: str = "text", **more: Any) -> dict[str, Any]:
    return {"code": code, "type": sort, "labels": labels(code), **more}


def choice(code: str, *choices: str, sort: str = "choice", **more: Any) -> dict[str, Any]:
    return question(code, sort, choices={one: labels(one) for one in choices}, **more)


def when(field: str, *values: str | bool) -> dict[str, Any]:
    return {"field": field, "is": list(values)}


def faults_of(document: Any) -> dict[str, str]:
    with pytest.raises(InvalidValue) as refused:
        read_offering(document)
    return refused.value.fields


@pytest.mark.parametrize("code", shipped_offerings())
def test_what_is_shipped_is_read_in_three_languages_and_back(code: str) -> None:
    form = read_offering(shipped_offerings()[code])
    assert read_offering(offering_document(form)) == form
    told = [form.names, form.descriptions, form.section.labels, form.delivery]
    told += [field.labels for field in form.fields] + [task.titles for task in form.tasks]
    told += [one for field in form.fields for one in (field.choices or {}).values()]
    assert all(set(one) == {"en", "es", "ru"} for one in told)
    words = shipped_words()
    assert form.ticket.category in words.categories
    assert form.ticket.urgency in words.urgencies


def test_every_fault_of_a_document_is_told_at_once_under_its_place() -> None:
    document = offering(
        names={"es": "Cosa", "fr": "Chose"},
        icon="skull",
        colour="red",
        audience={"everyone": True, "group_ids": [1]},
        fields=[
            question("Bad code"),
            question("same", "wish"),
            question("same", class_code="laptop"),
            choice("size"),
            question("after", shown_when=when("nowhere", "x")),
            question("by_text", shown_when=when("same", "x")),
            choice("colour", "red", shown_when=when("tick", "red")),
            question("tick", "boolean", shown_when={"field": "colour", "is": ["blue"]}),
        ],
        approvals=[
            {"who": "boss"},
            {"who": "persons"},
            {"who": "manager", "group_ids": [1]},
            {"who": "item_owner", "field": "size", "needs": "most"},
        ],
        tasks=[
            {"code": "start", "titles": labels("Begin")},
            {"code": "one", "titles": {}, "after": "two"},
            {"code": "two", "titles": labels("Two"), "after": "one", "group_id": "7"},
            {"code": "three", "titles": labels("Three"), "after": "ten"},
        ],
        ticket={"category": 7},
    )
    assert set(faults_of(document)) == {
        "names.en",
        "names.fr",
        "icon",
        "colour",
        "audience.everyone",
        "fields.0.code",
        "fields.1.type",
        "fields.2.class_code",
        "fields.2.code",
        "fields.3.choices",
        "fields.4.shown_when.field",
        "fields.5.shown_when.field",
        "fields.6.shown_when.is",
        "fields.6.shown_when.field",
        "fields.7.shown_when.is",
        "fields.7.shown_when.field",
        "approvals.0.who",
        "approvals.1.person_ids",
        "approvals.2.group_ids",
        "approvals.3.field",
        "approvals.3.needs",
        "tasks.0.code",
        "tasks.1.titles.en",
        "tasks.1.after",
        "tasks.2.after",
        "tasks.2.group_id",
        "tasks.3.after",
        "ticket.category",
    }


@pytest.mark.parametrize(
    ("part", "most", "one"),
    [
        ("fields", MOST_FIELDS, lambda number: question(f"f{number}")),
        ("approvals", MOST_STEPS, lambda _number: {"who": "manager"}),
        ("tasks", MOST_TASKS, lambda number: {"code": f"t{number}", "titles": labels("Do")}),
    ],
)
def test_there_is_a_most_of_everything(part: str, most: int, one: Any) -> None:
    read_offering(offering(**{part: [one(number) for number in range(most)]}))
    many = offering(**{part: [one(number) for number in range(most + 1)]})
    assert set(faults_of(many)) == {part}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["en", "code", "type", "field", "is", "who", "after"]) | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
_parts = ["names", "section", "fields", "approvals", "tasks", "audience", "ticket", "icon"]


@given(st.dictionaries(st.sampled_from(_parts), _json))
def test_whatever_is_sent_is_read_or_refused_by_its_places(document: dict[str, Any]) -> None:
    try:
        form = read_offering(offering() | document)
    except InvalidValue as refused:
        told = refused.fields
        form = None
    else:
        told = {}
    assert told if form is None else read_offering(offering_document(form)) == form


@st.composite
def forms(draw: st.DrawFn) -> OfferingForm:
    """Draw forms whose questions rest on earlier ones, told in any order."""
    count = draw(st.integers(1, 8))
    fields: list[dict[str, Any]] = []
    for number in range(count):
        more: dict[str, Any] = {"required": draw(st.booleans())}
        if number and draw(st.booleans()):
            other = draw(st.integers(0, number - 1))
            boolean = fields[other]["type"] == "boolean"
            values: Any = st.sampled_from([True, False] if boolean else ["a", "b"])
            more["shown_when"] = when(f"f{other}", *draw(st.sets(values, min_size=1)))
        sort = draw(st.sampled_from(["boolean", "choice", "choices"]))
        if sort == "boolean":
            fields.append(question(f"f{number}", sort, **more))
        else:
            fields.append(choice(f"f{number}", "a", "b", sort=sort, **more))
    return read_offering(offering(fields=draw(st.permutations(fields))))


_answers = st.dictionaries(
    st.sampled_from([f"f{number}" for number in range(8)]),
    st.sampled_from([None, "", [], "a", "b", ["a"], ["b", "a"], True, False, "true", 7]),
)


@given(forms(), _answers)
def test_what_is_hidden_is_neither_kept_nor_asked_for(
    form: OfferingForm, given_answers: dict[str, Any]
) -> None:
    kept, faults = read_answers(form, given_answers)
    known = {field.code: field for field in form.fields}
    strange = {code for code in given_answers if code not in known}
    shown = shown_fields(form, kept)
    assert strange <= set(faults)
    assert set(kept) <= shown
    assert not set(kept) & set(faults)
    for code in set(faults) - strange:
        assert _is_shown(form, code, kept)
    for field in form.fields:
        assert (field.code in shown) == _is_shown(form, field.code, kept)
        if field.code in shown and field.required:
            assert field.code in faults or kept[field.code] not in (None, "", [], False)
    if not faults:
        assert read_answers(form, kept) == (kept, {})


def _is_shown(form: OfferingForm, code: str, kept: dict[str, Any]) -> bool:
    """Say by plain recursion whether a question is shown."""
    field = form.field(code)
    assert field is not None
    if field.shown_when is None:
        return True
    other = form.field(field.shown_when.field)
    assert other is not None
    value = kept.get(other.code)
    held = {bool(value)} if other.type == "boolean" else set(value or ())
    if other.type == "choice":
        held = {value}
    return _is_shown(form, other.code, kept) and bool(held & set(field.shown_when.values))


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["", *"abcdefgh"])))
def test_a_circle_is_what_one_comes_back_to(rests_on: dict[str, str]) -> None:
    def comes_back(code: str) -> bool:
        at = rests_on[code]
        for _ in rests_on:
            if at == code:
                return True
            at = rests_on.get(at, "")
        return False

    assert circles(rests_on) == {code for code in rests_on if comes_back(code)}
    ordered = in_order(rests_on)
    places = {code: number for number, code in enumerate(ordered)}
    for code in ordered:
        assert rests_on[code] not in rests_on or places[rests_on[code]] < places[code]


@pytest.mark.parametrize(
    ("sort", "typed", "stored"),
    [
        ("text", "  bridge ", "bridge"),
        ("text", "   ", None),
        ("long_text", "a\r\nb", "a\nb"),
        ("number", "2.50", 2.5),
        ("number", 3, 3),
        ("date", "2026-03-02", "2026-03-02"),
        ("boolean", "true", True),
        ("boolean", None, False),
        ("item", "12", 12),
        ("person", 12, 12),
        ("file", "3", 3),
        ("choice", "a", "a"),
        ("choices", ["b", "a", "b"], ["a", "b"]),
        ("choices", "b", ["b"]),
    ],
)
def test_answers_are_stored_in_one_form(sort: str, typed: Any, stored: Any) -> None:
    asked = choice("it", "a", "b", sort=sort) if "choice" in sort else question("it", sort)
    kept, faults = read_answers(read_offering(offering(fields=[asked])), {"it": typed})
    assert (kept.get("it"), faults) == (stored, {})


@pytest.mark.parametrize(
    ("sort", "typed"),
    [
        ("text", "a\nb"),
        ("text", "a\0"),
        ("text", 7),
        ("long_text", "a" * 20_001),
        ("number", "many"),
        ("number", "1e400"),
        ("number", True),
        ("date", "2026-02-30"),
        ("date", 7),
        ("boolean", "perhaps"),
        ("boolean", {}),
        ("item", "-1"),
        ("item", 2**63),
        ("person", "me"),
        ("choice", "c"),
        ("choice", ["a"]),
        ("choices", ["a", "c"]),
        ("choices", [["a"]]),
        ("choices", {"a": 1}),
    ],
)
def test_a_wrong_answer_is_told_by_its_question(sort: str, typed: Any) -> None:
    asked = choice("it", "a", "b", sort=sort) if "choice" in sort else question("it", sort)
    kept, faults = read_answers(read_offering(offering(fields=[asked])), {"it": typed})
    assert kept == {}
    assert set(faults) == {"it"}


def test_a_required_truth_must_be_ticked() -> None:
    form = read_offering(offering(fields=[question("rules", "boolean", required=True)]))
    assert set(read_answers(form, {})[1]) == set(read_answers(form, {"rules": False})[1])
    assert read_answers(form, {"rules": True}) == ({"rules": True}, {})
