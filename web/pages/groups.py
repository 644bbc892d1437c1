"""Groups: the list, one of them, its members, made and changed."""

from collections.abc import Mapping

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, StaleVersion
from cmdb.records.parties import Group
from server.desk.tickets.queries import TicketFilter
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.people.actions import groups as actions
from server.people.queries import groups as queries
from server.people.queries.people import PersonFilter, count_people, list_people
from server.people.schemas.parties import GroupChangeSchema, GroupCreateSchema
from web.pages.choices import organisation_choices, organisation_names
from web.pages.forms import read_form
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.holdings import holdings_of, open_tickets
from web.pages.lists import asked_choice, asked_page, asked_words, is_narrowed, paging_of
from web.pages.logins import roles_of
from web.pages.refusals import refuse_in_words
from web.presenters.conflicts import saved_meanwhile
from web.presenters.lists import Column, Sorting
from web.presenters.people import ACTIVITIES, field_labels, is_active, what_differs

groups = Blueprint("groups", __name__, url_prefix="/groups")


@groups.route("")
def index() -> ResponseReturnValue:
    """List groups with filters."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.GROUP_READ)
    activity = asked_choice("active", ACTIVITIES)
    wanted = queries.GroupFilter(
        asked_words(), is_active(activity), whole(request.args.get("organisation"))
    )
    asked = asked_page("name")
    page = queries.list_groups(session, actor, wanted, asked)
    return render_template(
        "groups/index.html",
        rows=page.rows,
        columns=_columns(),
        sorting=Sorting.parse(asked.sort),
        paging=paging_of(page, queries.count_groups(session, actor, wanted)),
        list_url=list_url,
        wanted=wanted,
        activity=activity,
        organisations=organisation_names(session, actor),
        narrowed=is_narrowed(),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column(gettext("Name"), "name", main=True),
        Column(gettext("Description"), narrow_screen=False),
        Column(gettext("E-mail"), narrow_screen=False),
        Column(gettext("Organisation")),
    )


@groups.route("/<int:group_id>")
def show(group_id: int) -> ResponseReturnValue:
    """Show a group: who belongs to it, what it owns and supports, what it works on."""
    return _page(group_id, {})


def _page(group_id: int, errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    group = queries.group(session, actor, group_id)
    wanted = PersonFilter(group_id=group_id)
    members = list_people(session, actor, wanted, asked_page("name"))
    local = group.source == "local"
    return render_template(
        "groups/show.html",
        group=group,
        organisation=organisation_names(session, actor).get(group.organisation_id),
        members=members.rows,
        paging=paging_of(members, count_people(session, actor, wanted)),
        grants=roles_of(group_id=group_id),
        tickets=open_tickets(TicketFilter(open=True, group_id=group_id)),
        holdings=holdings_of(group_id=group_id),
        may_edit=actor.may(Permission.GROUP_WRITE, group.organisation_id),
        local=local,
        errors=errors,
    )


@groups.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Make a group."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.GROUP_WRITE)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            values = read_form(GroupCreateSchema(), request.form)
            group = actions.create_group(session, actor, values, current_time())
            return done(gettext("The group is made."), url_for("groups.show", group_id=group.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _form(None, request.form.to_dict(), errors), status


@groups.route("/<int:group_id>/edit", methods=["GET", "POST"])
def edit(group_id: int) -> ResponseReturnValue:
    """Change a group."""
    session, actor = current_session(), current_actor()
    group = queries.group(session, actor, group_id)
    actor.require(Permission.GROUP_WRITE, group.organisation_id)
    errors: dict[str, str] = {}
    status, stale = 200, False
    if request.method == "POST":
        try:
            group = queries.group_for_writing(session, actor, group_id)
            check_form_version(request.form.get("version"), group.version)
            values = read_form(GroupChangeSchema(), request.form, ticks=("active",))
            changes = what_differs(values, group)
            actions.change_group(session, actor, group, changes, current_time())
            return done(gettext("Saved."), url_for("groups.show", group_id=group_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            group = queries.group(session, actor, group_id)
            stale = isinstance(error, StaleVersion)
    shown = {name: getattr(group, name) for name in GroupChangeSchema().fields}
    return _form(group, shown | request.form.to_dict(), errors, stale=stale), status


def _form(
    group: Group | None,
    shown: Mapping[str, object],
    errors: dict[str, str],
    *,
    stale: bool = False,
) -> str:
    session, actor = current_session(), current_actor()
    return render_template(
        "groups/edit.html",
        group=group,
        shown=shown,
        errors=errors,
        stale=stale,
        theirs=saved_meanwhile(request.form, group, field_labels(reader())) if stale else [],
        organisations=organisation_choices(session, actor, Permission.GROUP_WRITE),
    )


@groups.route("/<int:group_id>/members", methods=["POST"])
def add_member(group_id: int) -> ResponseReturnValue:
    """Put somebody into a group."""
    session, actor = current_session(), current_actor()
    try:
        group = queries.group_for_writing(session, actor, group_id)
        person_id = whole(request.form.get("person_id")) or 0
        actions.add_member(session, actor, group, person_id)
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(group_id, errors), status
    return done(gettext("Added to the group."), url_for("groups.show", group_id=group_id))


@groups.route("/<int:group_id>/members/<int:person_id>/remove", methods=["POST"])
def remove_member(group_id: int, person_id: int) -> ResponseReturnValue:
    """Take somebody out of a group."""
    session, actor = current_session(), current_actor()
    group = queries.group_for_writing(session, actor, group_id)
    actions.remove_member(session, actor, group, person_id)
    return done(gettext("Taken out of the group."), url_for("groups.show", group_id=group_id))
