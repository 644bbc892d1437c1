"""People: the list, one of them, written down and changed."""

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue, StaleVersion
from cmdb.records.parties import Person
from server.desk.tickets.queries import TicketFilter
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import LANGUAGES, gettext
from server.items.leavers import list_leavers
from server.people.actions.people import change_person, create_person
from server.people.actions.photos import remove_photo, set_photo
from server.people.api.answers import photo_answer
from server.people.queries import people as queries
from server.people.queries import photos
from server.people.queries.rosters import Said, who_says_what
from server.people.schemas.parties import PersonChangeSchema, PersonCreateSchema
from web.pages.choices import organisation_choices, organisation_names
from web.pages.forms import read_form
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.holdings import holdings_of, open_tickets
from web.pages.lists import asked_choice, asked_page, asked_words, is_narrowed, paging_of
from web.pages.logins import has_second_factor, login_of, roles_of
from web.pages.refusals import refuse_in_words
from web.presenters.conflicts import saved_meanwhile
from web.presenters.lists import Column, Sorting
from web.presenters.people import (
    ACTIVITIES,
    editable_fields,
    field_labels,
    is_active,
    what_differs,
)
from web.presenters.rosters import attribute_labels

people = Blueprint("people", __name__, url_prefix="/people")


@people.route("")
def index() -> ResponseReturnValue:
    """List people with filters."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.PERSON_READ)
    activity = asked_choice("active", ACTIVITIES)
    wanted = queries.PersonFilter(
        asked_words(),
        whole(request.args.get("group")),
        is_active(activity),
        whole(request.args.get("organisation")),
    )
    asked = asked_page("name")
    page = queries.list_people(session, actor, wanted, asked)
    return render_template(
        "people/index.html",
        rows=page.rows,
        photos=photos.with_photos(session, [row.id for row in page.rows]),
        columns=_columns(),
        sorting=Sorting.parse(asked.sort),
        paging=paging_of(page, queries.count_people(session, actor, wanted)),
        list_url=list_url,
        wanted=wanted,
        activity=activity,
        organisations=organisation_names(session, actor),
        narrowed=is_narrowed(),
    )


@people.route("/leavers")
def leavers() -> ResponseReturnValue:
    """List who left and still stands to items."""
    page = list_leavers(current_session(), current_actor(), asked_page("name"))
    return render_template(
        "people/leavers.html", rows=page.rows, paging=paging_of(page, None), list_url=list_url
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column(gettext("Name"), "name", main=True),
        Column(gettext("E-mail"), "email"),
        Column(gettext("Department"), narrow_screen=False),
        Column(gettext("Site"), narrow_screen=False),
        Column(gettext("Organisation"), narrow_screen=False),
    )


@people.route("/<int:person_id>")
def show(person_id: int) -> ResponseReturnValue:
    """Show somebody: who they are, what is theirs, what they asked for."""
    return _show(person_id, {})


def _show(person_id: int, errors: Mapping[str, str]) -> str:
    session, actor = current_session(), current_actor()
    person = queries.person(session, actor, person_id)
    return render_template(
        "people/show.html",
        person=person,
        manager=_manager(person),
        organisation=organisation_names(session, actor).get(person.organisation_id),
        groups=queries.groups_of_person(session, actor, person_id),
        login=(login := login_of(person_id)),
        second_factor=has_second_factor(login),
        grants=roles_of(person_id=person_id),
        tickets=open_tickets(TicketFilter(open=True, requester_id=person_id)),
        holdings=holdings_of(person_id=person_id),
        said=_said(person_id),
        may_change_photo=actor.person_id == person_id
        or actor.may(Permission.PERSON_WRITE, person.organisation_id),
        has_photo=bool(photos.with_photos(session, (person_id,))),
        errors=errors,
        may_edit=actor.may(Permission.PERSON_WRITE, person.organisation_id),
    )


def _said(person_id: int) -> list[tuple[str, Said]]:
    """Return who says what, where more than one source speaks."""
    said = who_says_what(current_session(), current_actor(), person_id)
    if len({one.source for one in said} - {""}) < 2 and not any(one.others for one in said):
        return []
    labels = attribute_labels(reader())
    return [(labels[one.attribute], one) for one in said if one.source]


@people.route("/<int:person_id>/photo", methods=["GET", "POST"])
def photo(person_id: int) -> ResponseReturnValue:
    """Answer somebody's photo; take another, or take it away."""
    session, actor = current_session(), current_actor()
    if request.method == "GET":
        return photo_answer(photos.photo(session, actor, person_id))
    back = url_for("people.show", person_id=person_id)
    if request.form.get("remove") == "yes":
        remove_photo(session, actor, person_id)
        return done(gettext("Removed."), back)
    upload = request.files.get("photo")
    try:
        content = upload.stream.read() if upload is not None else b""
        set_photo(session, actor, person_id, content, current_time())
    except InvalidValue as error:
        errors, status = refuse_in_words(error)
        return _show(person_id, errors), status
    return done(gettext("Saved."), back)


def _manager(person: Person) -> tuple[int, str] | None:
    if person.manager_id is None:
        return None
    names = queries.names_of_people(current_session(), current_actor(), {person.manager_id})
    name = names.get(person.manager_id)
    return None if name is None else (person.manager_id, name)


@people.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Write somebody down."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.PERSON_WRITE)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            values = read_form(PersonCreateSchema(), request.form)
            person = create_person(session, actor, values, current_time())
            return done(gettext("Written down."), url_for("people.show", person_id=person.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    shown = {"language": actor.language, "time_zone": actor.time_zone} | request.form.to_dict()
    return _form(None, shown, errors), status


@people.route("/<int:person_id>/edit", methods=["GET", "POST"])
def edit(person_id: int) -> ResponseReturnValue:
    """Change what is written of somebody."""
    session, actor = current_session(), current_actor()
    person = queries.person(session, actor, person_id)
    actor.require(Permission.PERSON_WRITE, person.organisation_id)
    errors: dict[str, str] = {}
    status, stale = 200, False
    if request.method == "POST":
        try:
            person = queries.person_for_writing(session, actor, person_id)
            check_form_version(request.form.get("version"), person.version)
            change_person(session, actor, person, _changes(person), current_time())
            return done(gettext("Saved."), url_for("people.show", person_id=person_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            person = queries.person(session, actor, person_id)
            stale = isinstance(error, StaleVersion)
    shown = {name: getattr(person, name) for name in PersonChangeSchema().fields}
    return _form(person, shown | request.form.to_dict(), errors, stale=stale), status


def _changes(person: Person) -> dict[str, object]:
    """Return what the form says differently; what a directory keeps is not on the form."""
    local = person.source == "local"
    values = read_form(PersonChangeSchema(), request.form, ticks=("active",) if local else ())
    return what_differs(values, person)


def _form(
    person: Person | None,
    shown: Mapping[str, object],
    errors: dict[str, str],
    *,
    stale: bool = False,
) -> str:
    session, actor = current_session(), current_actor()
    names = PersonChangeSchema().fields if person else PersonCreateSchema().fields
    manager_id = whole(str(shown.get("manager_id") or ""))
    managers = queries.names_of_people(session, actor, {manager_id} if manager_id else set())
    return render_template(
        "people/edit.html",
        person=person,
        shown=shown,
        errors=errors,
        stale=stale,
        theirs=saved_meanwhile(request.form, person, field_labels(reader())) if stale else [],
        editable=editable_fields(person.source if person else "local", names),
        managers=[(str(number), name) for number, name in managers.items()],
        organisations=organisation_choices(session, actor, Permission.PERSON_WRITE),
        languages=list(LANGUAGES.items()),
    )
