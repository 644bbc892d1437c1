"""Administration of offerings: the list, the editor, the preview, versions, publishing."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue, NotFound, StaleVersion
from cmdb.model.values import label_of
from server.desk.catalogue import actions, queries
from server.desk.catalogue.models import Offering
from server.desk.catalogue.rules.reading import read_offering
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext, ngettext
from server.people.actions.rights import require_everywhere
from server.people.queries.people import names_of_people
from web.pages.frame import done, reader, refuse, url_for, whole
from web.pages.offering_editing import editor_page, known_sections
from web.pages.refusals import refuse_in_words
from web.presenters import offering_words as words
from web.presenters.offering_documents import (
    code_for,
    differences,
    document_of,
    is_code,
    without_codes,
)
from web.presenters.offering_drafts import Draft, acted, draft_from, draft_of, new_part
from web.presenters.offerings import asked_fields
from web.presenters.orders import approver_text

offering_editor = Blueprint(
    "offering_editor", __name__, url_prefix="/administration/desk/offerings"
)


@offering_editor.get("")
def index() -> ResponseReturnValue:
    """List all offerings."""
    session, actor, language = current_session(), current_actor(), reader().language
    rows = queries.list_catalogue(session, actor)
    known = {row.code for row in rows}
    return render_template(
        "offerings/all.html",
        rows=[
            (row, label_of(row.document["names"], language), _section_of(row.document, language))
            for row in rows
        ],
        ready=[code for code in actions.shipped_offerings() if code not in known],
        state_text=lambda state: words.state_text(state, reader()),
        state_tone=words.state_tone,
    )


def _section_of(document: Mapping[str, Any], language: str) -> str:
    return label_of(document["section"]["labels"], language)


@offering_editor.post("/shipped")
def add_shipped() -> ResponseReturnValue:
    """Add the ready offerings that are not there yet."""
    made = actions.add_shipped(current_session(), current_actor(), current_time())
    told_many = ngettext("%(num)d draft is added.", "%(num)d drafts are added.", len(made))
    return done(told_many, url_for("offering_editor.index"))


@offering_editor.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Begin an offering."""
    require_everywhere(current_actor(), Permission.ADMIN_RULES)
    if request.method == "POST":
        return _posted(None)
    begun = draft_of({}) | {"icon": "basket", "fields": [new_part("fields")]}
    return editor_page(None, begun, {}), 200


@offering_editor.route("/of/<code>", methods=["GET", "POST"])
def edit(code: str) -> ResponseReturnValue:
    """Change an offering; people see it with the next publication."""
    row = queries.find_offering(current_session(), current_actor(), code)
    if request.method == "POST":
        return _posted(row)
    return editor_page(row, draft_of(row.document), {}), 200


def _posted(row: Offering | None) -> ResponseReturnValue:
    """Save what was typed, or do with a list of the form what was asked, and show it again."""
    typed = dict(request.form.lists())
    draft, act = draft_from(typed), request.form.get("act", "save")
    if act not in {"save", "publish", "preview"}:
        draft, focus = acted(draft, act)
        return editor_page(row, draft, {}, focus=focus), 200
    code = row.code if row else None
    try:
        saved = _saved(row, draft)
    except StaleVersion as error:
        errors, status = refuse_in_words(error)
        fresh = queries.find_offering(current_session(), current_actor(), code or "")
        theirs = differences(document_of(draft, known_sections()), fresh.document)
        return editor_page(fresh, draft, errors, theirs=theirs), status
    except InvalidValue as error:
        refuse(error)
        return editor_page(row, draft, without_codes(error.fields)), 422
    except NotFound:
        raise
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return editor_page(row, draft, errors), status
    if act == "preview":
        return done(gettext("Saved."), url_for("offering_editor.preview", code=saved.code))
    return done(_told(saved, act), url_for("offering_editor.edit", code=saved.code))


def _told(saved: Offering, act: str) -> str:
    if act == "publish":
        return gettext("Version %(number)s is published.") % {"number": saved.version}
    if saved.state == "published":
        return gettext("Saved. People see it once you publish it.")
    return gettext("Saved.")


def _saved(row: Offering | None, draft: Draft) -> Offering:
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form
    document = document_of(draft, known_sections())
    if row is None:
        names = draft["names"].get("en", "")
        taken = {one.code for one in queries.list_catalogue(session, actor)}
        code = form.get("code", "").strip() or code_for(names, taken)
        if not is_code(code):
            raise InvalidValue({"code": "must be lower-case letters, digits and _, a letter first"})
        saved = actions.write_offering(session, actor, code, document, now)
    else:
        check_form_version(
            form.get("version"), actions.lock_offering(session, actor, row.code).edition
        )
        saved = actions.change_offering(session, actor, row.code, document, now)
    if form.get("act") != "publish":
        return saved
    return actions.publish_offering(
        session, actor, saved.code, now, withdraw_older="withdraw_older" in form
    )


@offering_editor.get("/of/<code>/preview")
def preview(code: str) -> ResponseReturnValue:
    """Show an offering as people will meet it, or as they met an earlier version."""
    row = queries.find_offering(current_session(), current_actor(), code)
    number = whole(request.args.get("version"))
    document = row.document if number is None else _version(code, number)
    form, language = read_offering(document), reader().language
    return render_template(
        "offerings/preview.html",
        row=row,
        number=number,
        name=label_of(form.names, language),
        description=label_of(form.descriptions, language),
        cost=label_of(form.cost, language),
        delivery=label_of(form.delivery, language),
        fields=asked_fields(form, {}, {}, reader()),
        approvers=[approver_text(step.who, reader()) for step in form.approvals],
        tasks=[label_of(task.titles, language) for task in form.tasks],
    )


def _version(code: str, number: int) -> Mapping[str, Any]:
    for one in queries.versions_of(current_session(), current_actor(), code):
        if one.version == number:
            return one.document
    raise NotFound("version", f"{number} of {code}")


@offering_editor.get("/of/<code>/versions")
def versions(code: str) -> ResponseReturnValue:
    """Show when an offering was published, and by whom."""
    session, actor = current_session(), current_actor()
    row = queries.find_offering(session, actor, code)
    rows = queries.versions_of(session, actor, code)
    return render_template(
        "offerings/versions.html",
        row=row,
        name=label_of(row.document["names"], reader().language),
        rows=rows,
        people=names_of_people(session, actor, {one.person_id for one in rows if one.person_id}),
    )


@offering_editor.post("/of/<code>/versions/<int:number>")
def take_up(code: str, number: int) -> ResponseReturnValue:
    """Make an earlier version what is being worked on."""
    session, actor = current_session(), current_actor()
    actions.change_offering(session, actor, code, _version(code, number), current_time())
    address = url_for("offering_editor.edit", code=code)
    return done(
        gettext("It stands in the editor again. People see it once you publish it."), address
    )


@offering_editor.post("/of/<code>/publish")
def publish(code: str) -> ResponseReturnValue:
    """Publish what was saved."""
    row = actions.publish_offering(current_session(), current_actor(), code, current_time())
    return done(_told(row, "publish"), url_for("offering_editor.index"))


@offering_editor.post("/of/<code>/retire")
def retire(code: str) -> ResponseReturnValue:
    """Offer it no longer."""
    actions.retire_offering(current_session(), current_actor(), code, current_time())
    told_so = gettext("It is no longer offered. Orders that were placed go on.")
    return done(told_so, url_for("offering_editor.index"))


@offering_editor.post("/of/<code>/remove")
def remove(code: str) -> ResponseReturnValue:
    """Take a draft away."""
    actions.remove_offering(current_session(), current_actor(), code)
    return done(gettext("The draft is gone."), url_for("offering_editor.index"))
