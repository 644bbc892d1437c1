"""The log-in of a person, for those who administer people: given, reset, closed."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, NotFound
from server.foundation.edge.problems import problem_of
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission, Reach
from server.foundation.translation import gettext
from server.people.actions.accounts import give_account, switch_account
from server.people.actions.passwords import reset_password
from server.people.actions.second_factor import needs_second_step, take_factor_away
from server.people.models import Account
from server.people.queries.accounts import account
from server.people.queries.people import person
from server.people.queries.roles import GrantFilter, list_grants
from server.people.schemas.access import AccountGiveSchema
from web.pages.choices import organisation_names, role_names
from web.pages.forms import read_form
from web.pages.frame import done, reader, url_for
from web.pages.item_tabs import class_name
from web.pages.refusals import refuse_in_words
from web.presenters.permissions import reach_text

logins = Blueprint("logins", __name__, url_prefix="/people/<int:person_id>/login")


def login_of(person_id: int) -> Account | None:
    """Return a person's log-in; None when there is none, or it is not the reader's business."""
    actor = current_actor()
    if not actor.may(Permission.ADMIN_USERS):
        return None
    try:
        return account(current_session(), actor, person_id)
    except NotFound:
        return None


@dataclass(frozen=True)
class GrantLine:
    """A role that somebody holds, in words; ``over`` says over what less than all of it there."""

    id: int
    role: str
    organisation: str
    over: str
    emergency: bool


def roles_of(*, person_id: int | None = None, group_id: int | None = None) -> list[GrantLine]:
    """Return the roles of a person or a group, for those who administer people."""
    session, actor = current_session(), current_actor()
    if not actor.may(Permission.ADMIN_USERS):
        return []
    wanted = GrantFilter(person_id=person_id, group_id=group_id)
    page = list_grants(session, actor, wanted, PageRequest(limit=100))
    roles, places = role_names(session, actor), organisation_names(session, actor)
    return [
        GrantLine(
            grant.id,
            roles.get(code, code),
            places.get(grant.organisation_id, ""),
            _over(grant.class_code, grant.reach),
            grant.emergency,
        )
        for grant, code in page.rows
    ]


def _over(class_code: str | None, reach: str) -> str:
    told = [class_name(class_code)] if class_code else []
    return ", ".join([*told, *([] if reach == Reach.ALL else [reach_text(reach, reader())])])


@logins.route("", methods=["GET", "POST"])
def give(person_id: int) -> ResponseReturnValue:
    """Give somebody a log-in, or their log-in another name."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ADMIN_USERS)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            wish = read_form(AccountGiveSchema(), request.form)
            give_account(session, actor, person_id, wish["login"], current_time())
            told = gettext("The log-in is given. A one-time password opens it.")
            return done(told, url_for("people.show", person_id=person_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    known = login_of(person_id)
    page = render_template(
        "people/login.html",
        person=person(session, actor, person_id),
        typed=request.form.get("login", known.login if known else ""),
        errors=errors,
    )
    return page, status


@logins.route("/switch", methods=["POST"])
def switch(person_id: int) -> ResponseReturnValue:
    """Close or open a log-in; closing it ends every session at once."""
    session, actor = current_session(), current_actor()
    closing = request.form.get("close") == "yes"
    found = account(session, actor, person_id)
    switch_account(session, actor, found, current_time(), disabled=closing)
    told = gettext("The log-in is closed.") if closing else gettext("The log-in is open again.")
    return done(told, url_for("people.show", person_id=person_id))


@logins.route("/one-time-password", methods=["POST"])
@own_transactions
def reset(person_id: int) -> ResponseReturnValue:
    """Make a one-time password and show it this once."""
    database, actor = installation().database, current_actor()
    with database.reading() as session:
        login = account(session, actor, person_id).login
        name = person(session, actor, person_id).display_name
    password, problem = "", None
    try:
        password = reset_password(database, actor, login, current_time())
    except CadastreError as error:
        problem = problem_of(error)
    page = render_template(
        "people/one_time_password.html",
        person_id=person_id,
        name=name,
        login=login,
        password=password,
        problem=problem,
    )
    return page, problem.status if problem else 200


@logins.route("/second-factor/remove", methods=["POST"])
def unfactor(person_id: int) -> ResponseReturnValue:
    """Take away the second factor of somebody who lost it."""
    take_factor_away(current_session(), current_actor(), person_id)
    told = gettext("Removed: the password alone lets this person in, until they set one up anew.")
    return done(told, url_for("people.show", person_id=person_id))


def has_second_factor(login: Account | None) -> bool:
    """Say whether a person has to show a code after the password."""
    return login is not None and needs_second_step(current_session(), login.person_id)
