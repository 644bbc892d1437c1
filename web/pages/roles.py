"""Roles, and who holds them where: seen, given, taken back."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, NotFound
from cmdb.model import standing_model
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.errors import PermissionDenied
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission, Reach
from server.foundation.translation import gettext
from server.people.actions.roles import Holder, Scope, grant_role, withdraw_grant
from server.people.models import RoleGrant
from server.people.queries import roles as queries
from server.people.queries.groups import group, names_of_groups
from server.people.queries.people import names_of_people, person
from web.pages.choices import class_choices, organisation_choices, organisation_names, role_names
from web.pages.frame import done, reader, url_for, whole
from web.pages.lists import asked_page, asked_words, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.permissions import permission_text, reach_text
from web.presenters.values import class_label

roles = Blueprint("roles", __name__, url_prefix="/administration/roles")


@roles.route("")
def index() -> ResponseReturnValue:
    """List roles, and where the reader administers people, who holds them."""
    session, actor = current_session(), current_actor()
    found = queries.list_roles(session, actor, PageRequest(limit=200)).rows
    wanted = queries.GrantFilter(role=asked_words("role", 60))
    grants = paging = None
    if actor.may(Permission.ADMIN_USERS):
        page = queries.list_grants(session, actor, wanted, asked_page("-created_at"))
        grants, paging = page.rows, paging_of(page)
    return render_template(
        "roles/index.html",
        roles=found,
        role_names=role_names(session, actor),
        grants=grants,
        paging=paging,
        chosen=wanted.role,
        holder=_holders([grant for grant, _ in grants or ()]).get,
        places=organisation_names(session, actor),
        class_name=lambda code: class_label(standing_model(), code, reader().language),
        permission_name=lambda code: permission_text(code, reader()),
        reach_name=lambda reach: reach_text(reach, reader()),
    )


def _holders(grants: list[RoleGrant]) -> dict[int, tuple[str, str]]:
    """Return (name, address) of who holds each grant, by the grant's id."""
    session, actor = current_session(), current_actor()
    people = {grant.person_id for grant in grants if grant.person_id is not None}
    teams = {grant.group_id for grant in grants if grant.group_id is not None}
    names, team_names = (
        names_of_people(session, actor, people),
        names_of_groups(session, actor, teams),
    )
    found: dict[int, tuple[str, str]] = {}
    for one in grants:
        if one.person_id in names:
            found[one.id] = (names[one.person_id], url_for("people.show", person_id=one.person_id))
        elif one.group_id in team_names:
            url = url_for("groups.show", group_id=one.group_id)
            found[one.id] = (team_names[one.group_id], url)
    return found


@roles.route("/give", methods=["GET", "POST"])
def grant() -> ResponseReturnValue:
    """Give a role to a person or a group, inside an organisation; not more than one holds."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ADMIN_USERS)
    errors: dict[str, str] = {}
    status = 200
    holder = Holder(whole(request.values.get("person")), whole(request.values.get("group")))
    if request.method == "POST":
        try:
            form = request.form
            scope = Scope(
                whole(form.get("organisation_id")) or 0,
                form.get("class_code") or None,
                Reach(form["reach"]) if form.get("reach") in set(Reach) else None,
                "emergency" in form,
            )
            grant_role(session, actor, form.get("role", ""), holder, scope, current_time())
            return done(gettext("The role is given, from the next click on."), _back(holder))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = render_template(
        "roles/give.html",
        errors=errors,
        typed=request.form,
        person=_named_person(holder.person_id),
        group=_named_group(holder.group_id),
        roles=sorted(role_names(session, actor).items(), key=lambda role: role[1]),
        organisations=organisation_choices(session, actor, Permission.ADMIN_USERS),
        classes=class_choices(reader().language, abstract=True),
        reaches=[(str(reach), reach_text(reach, reader())) for reach in Reach],
    )
    return page, status


def _back(holder: Holder) -> str:
    if holder.person_id is not None:
        return url_for("people.show", person_id=holder.person_id)
    return url_for("groups.show", group_id=holder.group_id)


def _named_person(person_id: int | None) -> tuple[str, str] | None:
    if person_id is None:
        return None
    try:
        return str(person_id), person(current_session(), current_actor(), person_id).display_name
    except (NotFound, PermissionDenied):
        return None


def _named_group(group_id: int | None) -> tuple[str, str] | None:
    if group_id is None:
        return None
    try:
        return str(group_id), group(current_session(), current_actor(), group_id).name
    except (NotFound, PermissionDenied):
        return None


@roles.route("/grants/<int:grant_id>/withdraw", methods=["POST"])
def withdraw(grant_id: int) -> ResponseReturnValue:
    """Take a role back."""
    session, actor = current_session(), current_actor()
    withdraw_grant(session, actor, queries.grant(session, actor, grant_id))
    return done(gettext("The role is taken back."), url_for("roles.index"))
