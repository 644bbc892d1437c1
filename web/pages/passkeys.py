"""Passkeys: one's own, and signing in with one instead of a password or after it."""

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, Conflict
from server.foundation.edge.credentials import (
    clear_passkey_cookie,
    clear_pending_cookie,
    client_address,
    client_agent,
    passkey_secret,
    pending_secret,
    session_secret,
    set_passkey_cookie,
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
from server.foundation.translation import gettext
from server.people.actions.passkey_sign_in import (
    Answer,
    begin_after_password,
    begin_without_password,
    sign_in_with_passkey,
)
from server.people.actions.passkeys import (
    PATIENCE,
    Made,
    add_passkey,
    begin_passkey,
    is_fresh,
    remove_passkey,
    rename_passkey,
)
from server.people.actions.sessions import Client, SignedIn
from server.people.actions.sign_in import door_of
from server.people.queries.passkeys import passkeys_of
from server.people.webauthn import Site, site_of
from web.pages.account import where_to
from web.pages.frame import done, url_for
from web.pages.refusals import refuse_in_words

passkeys = Blueprint("passkeys", __name__)


def site_here() -> Site | None:
    """Return for whom passkeys are made here; None where people come by a bare address."""
    return site_of(installation().settings.base_url)


def _site() -> Site:
    site = site_here()
    if site is None:
        raise Conflict("passkeys need a server that people reach by a name and over HTTPS")
    return site


@passkeys.route("/account/passkeys", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """Show one's own passkeys; add, name or remove one."""
    if request.method == "GET":
        return _page({})
    session, actor, now = current_session(), current_actor(), current_time()
    act, form = request.form.get("act", ""), request.form
    passkey_id = int(form.get("passkey_id", "0")) if form.get("passkey_id", "0").isdigit() else 0
    try:
        if act == "add":
            return _add()
        if act == "rename":
            rename_passkey(session, actor, passkey_id, form.get("name", ""))
            told = gettext("Saved.")
        else:
            remove_passkey(session, actor, passkey_id, session_secret(), now)
            told = gettext("The passkey is removed.")
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(errors), status
    return done(told, url_for("passkeys.index"))


def _add() -> ResponseReturnValue:
    given = Made(passkey_secret(), request.form.get("answer", ""), request.form.get("name", ""))
    codes = add_passkey(current_session(), current_actor(), given, _site(), current_time())
    if not codes:
        return done(gettext("The passkey is added."), url_for("passkeys.index"))
    response = make_response(render_template("account/recovery_codes.html", codes=codes))
    response.headers["Cache-Control"] = "no-store"
    clear_passkey_cookie(response)
    return response


def _page(errors: dict[str, str]) -> str:
    session = current_session()
    return render_template(
        "account/passkeys.html",
        rows=passkeys_of(session, current_actor().person_id),
        possible=site_here() is not None,
        fresh=is_fresh(session, session_secret(), current_time()),
        errors=errors,
        name=request.form.get("name", "") if request.form.get("act") == "add" else "",
    )


@passkeys.route("/account/passkeys/begin", methods=["POST"])
def begin() -> ResponseReturnValue:
    """Tell the browser what passkey to make."""
    options, secret = begin_passkey(
        current_session(), current_actor(), session_secret(), _site(), current_time()
    )
    return _asking(options, secret)


@passkeys.route("/sign-in/passkey/begin", methods=["POST"])
@for_anybody
@own_transactions
def ask() -> ResponseReturnValue:
    """Tell the browser what to sign: after the password, or instead of one."""
    place, now = installation(), current_time()
    door, pending = door_of(place.settings, place.database), pending_secret()
    if request.form.get("after") == "password":
        return _asking(begin_after_password(door, _site(), pending or "", now), None)
    return _asking(*begin_without_password(door, _site(), client_address(), now))


@passkeys.route("/sign-in/passkey", methods=["POST"])
@for_anybody
@own_transactions
def sign_in() -> ResponseReturnValue:
    """Let in whoever's authenticator has signed what it was asked."""
    after = request.form.get("after") == "password"
    place = installation()
    door = door_of(place.settings, place.database)
    secret = pending_secret() if after else passkey_secret()
    answer = Answer(secret or "", request.form.get("answer", ""))
    client = Client(client_address(), client_agent(), session_secret())
    try:
        signed_in = sign_in_with_passkey(door, _site(), answer, client, current_time())
    except CadastreError as error:
        problem = problem_of(error)
        told = gettext("This passkey does not let you in.")
        if problem.status == 429:
            told = gettext("Too many attempts. Wait a few minutes and try again.")
        page = render_template("account/passkey_refused.html", told=told, next=where_to())
        return page, problem.status, dict(problem.headers)
    return _welcome(signed_in)


def _welcome(signed_in: SignedIn) -> Response:
    must = signed_in.must_change_password
    address = url_for("account.password") if must else where_to()
    response = make_response(redirect(address, code=303))
    clear_pending_cookie(response)
    clear_passkey_cookie(response)
    set_session_cookie(response, signed_in.secret, signed_in.expires_at)
    return response


def _asking(options: dict[str, object], secret: str | None) -> Response:
    response = jsonify(options)
    response.headers["Cache-Control"] = "no-store"
    if secret is not None:
        set_passkey_cookie(response, secret, current_time() + PATIENCE)
    return response
