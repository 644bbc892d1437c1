"""The editor of an offering: what its form is drawn from."""

from collections.abc import Mapping, Sequence

from flask import render_template, request

from cmdb.model.values import label_of
from server.desk.catalogue import queries
from server.desk.catalogue.models import Offering
from server.desk.catalogue.rules.offering import DECIDING, START
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.translation import gettext
from server.people.queries.groups import names_of_groups
from server.people.queries.people import names_of_people
from web.pages.choices import class_choices, organisation_names
from web.pages.frame import reader, whole
from web.pages.wording import ticket_wording
from web.presenters import offering_words as words
from web.presenters.faults import fault_text
from web.presenters.offering_documents import choices_of, fault_at
from web.presenters.offering_drafts import Draft


def known_sections() -> dict[str, Mapping[str, str]]:
    """Return the labels of the sections there are, by code."""
    rows = queries.list_catalogue(current_session(), current_actor())
    return {row.document["section"]["code"]: row.document["section"]["labels"] for row in rows}


def editor_page(
    row: Offering | None,
    draft: Draft,
    errors: Mapping[str, str],
    focus: str = "",
    theirs: Sequence[tuple[str, str]] = (),
) -> str:
    """Draw the editor over what stands in its form.

    ``focus`` is the path of what was touched, ``theirs`` what somebody else saved meanwhile.
    """
    session, actor, language = current_session(), current_actor(), reader().language
    wording = ticket_wording()
    return render_template(
        "offerings/edit.html",
        row=row,
        draft=draft,
        version=row.edition if row else "",
        errors=errors,
        faults=words.fault_lines(errors, reader()),
        fault=lambda path: _fault(errors, path),
        focus=focus,
        theirs=[(words.place_text(path, reader()), text) for path, text in theirs],
        typed_code=request.form.get("code", ""),
        types=words.type_texts(reader()),
        who=words.who_texts(reader()),
        needs=words.needs_texts(reader()),
        type_names=dict(words.type_texts(reader())),
        named=lambda ids, names: [(one, names[one]) for one in ids if one in names],
        item_questions=_named_parts(draft["fields"], "labels", "item"),
        after_choices=_after_choices(draft),
        icons=words.icon_texts(reader()),
        deciding=_deciding(draft),
        languages=(("en", "English"), ("es", "Español"), ("ru", "Русский")),
        classes=class_choices(language, abstract=True),
        groups=_group_names(draft),
        people=_people_names(draft),
        organisations=sorted(organisation_names(session, actor).items(), key=lambda one: one[1]),
        sections=sorted(labels.get("en", "") for labels in known_sections().values()),
        wording=wording,
        state_text=lambda state: words.state_text(state, reader()),
        state_tone=words.state_tone,
    )


def _fault(errors: Mapping[str, str], path: str) -> str | None:
    found = fault_at(errors, path)
    return None if found is None else fault_text(found, reader())


def _deciding(draft: Draft) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Return (question, its (value, label) choices) of those that a condition may ask, by code."""
    language = reader().language
    truths = [("true", gettext("ticked")), ("false", gettext("not ticked"))]
    found = {}
    for field in draft["fields"]:
        if field["code"] and field["type"] in DECIDING:
            labels = choices_of(field["choices"])
            listed = [(code, label_of(one, language)) for code, one in labels.items()]
            choices = truths if field["type"] == "boolean" else listed
            found[field["code"]] = (label_of(field["labels"], language) or field["code"], choices)
    return found


def _named_parts(parts: Sequence[Draft], texts: str, sort: str = "") -> list[tuple[str, str]]:
    """Return (code, name) of those that have a code, of one type if ``sort`` names it."""
    return [
        (part["code"], label_of(part[texts], reader().language) or part["code"])
        for part in parts
        if part["code"] and sort in {"", part.get("type")}
    ]


def _after_choices(draft: Draft) -> dict[str, list[tuple[str, str]]]:
    """Return what each task may come after, by its code; "" for one that has none yet."""
    others = _named_parts(draft["tasks"], "titles")
    at_once = (START, gettext("at once, when it is approved"))
    after = gettext("after: %(task)s")
    return {
        code: [at_once, *((one, after % {"task": name}) for one, name in others if one != code)]
        for code in {"", *(code for code, _ in others)}
    }


def _group_names(draft: Draft) -> dict[str, str]:
    named = [*draft["audience"]["group_ids"], draft["ticket"]["group_id"]]
    for step in draft["approvals"]:
        named += [*step["group_ids"], step["fallback_group_id"]]
    named += [task["group_id"] for task in draft["tasks"]]
    ids = {number for text in named if (number := whole(text)) is not None}
    found = names_of_groups(current_session(), current_actor(), ids)
    return {str(number): name for number, name in found.items()}


def _people_names(draft: Draft) -> dict[str, str]:
    named = [text for step in draft["approvals"] for text in step["person_ids"]]
    ids = {number for text in named if (number := whole(text)) is not None}
    found = names_of_people(current_session(), current_actor(), ids)
    return {str(number): name for number, name in found.items()}
