"""The second factor: a code at the door, and setting it up for oneself."""

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from cmdb.errors import CadastreError
from server.assets.labels import qr_drawing
from server.foundation.edge.credentials import (
    clear_pending_cookie,
    client_address,
    client_agent,
    pending_secret,
    session_secret,
    set_session_cookie,
)
from server.foundation.edge.problems import problem_of
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    for_anybody,
    installation,
    own_transactions,
)
from server.foundation.secrets import SecretBox
from server.foundation.translation import gettext
from server.people.actions.passkey_sign_in import offers_passkey
from server.people.actions.second_factor import (
    begin_factor,
    confirm_factor,
    enrolment_under_way,
    factor_of,
    remove_factor,
)
from server.people.actions.second_step import sign_in_with_code
from server.people.actions.sessions import Client
from server.people.actions.sign_in import door_of
from server.people.rules.totp import in_groups
from web.pages.account import where_to
from web.pages.frame import done, url_for
from web.pages.refusals import refuse_in_words

second_factor = Blueprint("second_factor", __name__)


@second_factor.route("/sign-in/code", methods=["GET", "POST"])
@for_anybody
@own_transactions
def code() -> ResponseReturnValue:
    """Ask for the code after a right password, and let in whoever knows it."""
    pending = pending_secret()
    if pending is None:
        return redirect(url_for("account.sign_in"), code=303)
    if request.method == "GET":
        return _code_page(pending, {})
    place = installation()
    client = Client(client_address(), client_agent(), session_secret())
    try:
        door = door_of(place.settings, place.database)
        typed = request.form.get("code", "")[:100]
        signed_in = sign_in_with_code(door, pending, typed, client, current_time())
    except CadastreError as error:
        problem = problem_of(error)
        told = gettext("The code is not right, or it is too late; then sign in anew.")
        if problem.status == 429:
            told = gettext("Too many attempts. Wait a few minutes and try again.")
        return _code_page(pending, {"": told}), problem.status, dict(problem.headers)
    must = signed_in.must_change_password
    address = url_for("account.password") if must else where_to()
    response = make_response(redirect(address, code=303))
    clear_pending_cookie(response)
    set_session_cookie(response, signed_in.secret, signed_in.expires_at)
    return response


def _code_page(pending: str, errors: dict[str, str]) -> str:
    with installation().database.reading() as session:
        passkey = offers_passkey(session, pending, current_time())
    return render_template("account/code.html", errors=errors, next=where_to(), passkey=passkey)


@second_factor.route("/account/second-factor", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Show whether there is a second factor; set one up, or take it away."""
    if request.method == "GET":
        return _page({})
    act = request.form.get("act", "")
    typed = request.form.get("code", "")[:100]
    session, actor, now = current_session(), current_actor(), current_time()
    try:
        if act == "confirm":
            codes = confirm_factor(session, actor, _secrets(), typed, now)
            return _shown_once(render_template("account/recovery_codes.html", codes=codes))
        if act == "remove":
            remove_factor(session, actor, _secrets(), typed, now)
            told = gettext("Removed: your password alone lets you in again.")
            return done(told, url_for("second_factor.show"))
        begin_factor(session, actor, _secrets(), now)
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(errors), status
    return redirect(url_for("second_factor.show"), code=303)


def _page(errors: dict[str, str]) -> Response:
    session, actor = current_session(), current_actor()
    under_way = enrolment_under_way(session, actor, _secrets())
    page = render_template(
        "account/second_factor.html",
        factor=factor_of(session, actor.person_id),
        under_way=under_way,
        key=in_groups(under_way.secret) if under_way else "",
        drawing=qr_drawing(under_way.uri) if under_way else "",
        drawn=Markup,
        errors=errors,
    )
    return _shown_once(page)


def _shown_once(page: str) -> Response:
    """Return a page that holds a secret: no cache, no history of a shared browser keeps it."""
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _secrets() -> SecretBox:
    return SecretBox(installation().settings.key_file)
