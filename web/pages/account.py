"""Signing in and out, one's own password, language and profile."""

from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.credentials import (
    before_password_change,
    clear_session_cookie,
    client_address,
    client_agent,
    session_secret,
    set_pending_cookie,
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
    request_state,
)
from server.foundation.errors import NotSignedIn, SecondFactorRequired
from server.foundation.translation import COOKIE, LANGUAGES, gettext
from server.people.actions.availability import say_availability
from server.people.actions.passwords import PasswordChange, change_password
from server.people.actions.pending import PATIENCE
from server.people.actions.people import change_own_preferences
from server.people.actions.sessions import Client
from server.people.actions.sign_in import Credentials, Door, door_of
from server.people.actions.sign_in import sign_in as open_session_for
from server.people.actions.sign_in import sign_out as end_session
from server.people.queries.providers import open_providers
from server.people.webauthn import site_of
from web.pages.frame import done, reader, url_for
from web.pages.refusals import refuse_in_words
from web.presenters.faults import fault_text

account = Blueprint("account", __name__)


def _door() -> Door:
    place = installation()
    return door_of(place.settings, place.database)


def where_to() -> str:
    """Return where to go after signing in; only a path of our own, never somebody's address."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    if ours and not parts.scheme and not parts.netloc and "\\" not in wanted:
        return wanted
    return url_for("dashboard.show")


@account.route("/sign-in", methods=["GET", "POST"])
@for_anybody
@own_transactions
def sign_in() -> ResponseReturnValue:
    """Sign in with login and password."""
    if request.method == "GET":
        return sign_in_page({})
    login = request.form.get("login", "")
    client = Client(client_address(), client_agent(), session_secret())
    try:
        credentials = Credentials(login, request.form.get("password", ""))
        signed_in = open_session_for(_door(), credentials, client, current_time())
    except SecondFactorRequired as needed:
        response = make_response(redirect(url_for("second_factor.code", next=where_to()), code=303))
        set_pending_cookie(response, needed.pending, current_time() + PATIENCE)
        return response
    except CadastreError as error:
        problem = problem_of(error)
        told = gettext("The login or the password is not right.")
        if problem.status == 429:
            told = gettext("Too many attempts. Wait a few minutes and try again.")
        return sign_in_page({"": told}, login), problem.status, dict(problem.headers)
    address = url_for("account.password") if signed_in.must_change_password else where_to()
    response = make_response(redirect(address, code=303))
    set_session_cookie(response, signed_in.secret, signed_in.expires_at)
    return response


def sign_in_page(errors: dict[str, str], login: str = "") -> str:
    """Return the page of signing in, with every way in that is open here."""
    with installation().database.reading() as session:
        providers = open_providers(session)
    return render_template(
        "account/sign_in.html",
        errors=errors,
        login=login,
        next=where_to(),
        providers=providers,
        passkeys=site_of(installation().settings.base_url) is not None,
    )


@account.route("/sign-out", methods=["POST"])
@for_anybody
@before_password_change
def sign_out() -> ResponseReturnValue:
    """Sign out, here and wherever the session was copied to."""
    secret = session_secret()
    if secret is not None and request_state().actor is not None:
        end_session(current_session(), current_actor(), secret, current_time())
    response = make_response(redirect(url_for("account.sign_in"), code=303))
    clear_session_cookie(response)
    return response


@account.route("/account/password", methods=["GET", "POST"])
@before_password_change
@own_transactions
def password() -> ResponseReturnValue:
    """Choose a new password."""
    current_actor()
    if request.method == "GET":
        return render_template("account/password.html", errors={})
    secret = session_secret()
    if secret is None:
        raise NotSignedIn("sign in first")
    form = request.form
    errors: dict[str, str] = {}
    if form.get("new") != form.get("again"):
        errors["again"] = gettext("The two are not the same.")
        return render_template("account/password.html", errors=errors), 422
    try:
        wish = PasswordChange(form.get("current", ""), form.get("new", ""))
        signed_in = change_password(_door(), secret, wish, _client(), current_time())
    except CadastreError as error:
        problem = problem_of(error)
        fields = dict(problem.fields) or {"": problem.detail}
        errors = {name: fault_text(fault, reader()) for name, fault in fields.items()}
        return render_template("account/password.html", errors=errors), problem.status
    response = make_response(done(gettext("Your password is changed."), url_for("dashboard.show")))
    set_session_cookie(response, signed_in.secret, signed_in.expires_at)
    return response


def _client() -> Client:
    return Client(client_address(), client_agent(), session_secret())


@account.route("/account", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """Show and change one's own language and time zone."""
    actor = current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        wanted = {name: request.form.get(name, "") for name in ("language", "time_zone")}
        try:
            change_own_preferences(current_session(), actor, wanted, current_time())
            return done(gettext("Saved."), url_for("account.profile"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = render_template("account/profile.html", errors=errors, actor=actor, languages=LANGUAGES)
    return page, status


@account.route("/account/language", methods=["POST"])
@for_anybody
@before_password_change
def language() -> ResponseReturnValue:
    """Change the language of the pages, also for somebody who is not signed in."""
    wanted = request.form.get("language", "")
    response = make_response(redirect(_back(), code=303))
    if wanted in LANGUAGES:
        actor = request_state().actor
        if actor is not None and actor.person_id is not None:
            change_own_preferences(current_session(), actor, {"language": wanted}, current_time())
        response.set_cookie(COOKIE, wanted, max_age=31_536_000, samesite="Lax", httponly=True)
    return response


@account.route("/account/availability", methods=["POST"])
def availability() -> ResponseReturnValue:
    """Say whether one is available, busy or away."""
    state = request.form.get("state", "")
    say_availability(current_session(), current_actor(), state, current_time())
    told = {
        "available": gettext("You are available: tickets come to you by turn."),
        "busy": gettext("You are busy: no ticket comes to you by turn for twelve hours."),
        "away": gettext("You are away: no ticket comes to you by turn for twelve hours."),
    }
    return done(told[state], _back())


def _back() -> str:
    parts = urlsplit(request.headers.get("Referer", ""))
    same = parts.netloc == request.host and parts.path.startswith("/")
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if same and not path.startswith("//") else url_for("dashboard.show")
