"""Signing in with an identity provider, and linking one's own account with it."""

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.credentials import (
    clear_round_trip_cookie,
    client_address,
    client_agent,
    round_trip_secret,
    session_secret,
    set_pending_cookie,
    set_round_trip_cookie,
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
from server.foundation.errors import (
    IdentityRefused,
    ProviderUnavailable,
    SessionRequired,
    TooManyAttempts,
)
from server.foundation.translation import gettext
from server.people.actions.identities import unlink_own
from server.people.actions.pending import PATIENCE
from server.people.actions.provider_sign_in import (
    ROUND_TRIP,
    Arrival,
    Departure,
    Gateway,
    Returned,
    Wish,
    come_back,
    gateway_of,
    leave,
)
from server.people.actions.sessions import Client
from server.people.queries.providers import identities_of, providers_of_person
from web.pages.account import sign_in_page, where_to
from web.pages.frame import done, url_for

provider_sign_in = Blueprint("provider_sign_in", __name__)


@provider_sign_in.route("/sign-in/with/<code>")
@for_anybody
@own_transactions
def begin(code: str) -> ResponseReturnValue:
    """Send the browser to the provider."""
    try:
        departure = leave(_gateway(), Wish(code, where_to(), client_address()), current_time())
    except CadastreError as error:
        return _sign_in_again(error)
    return _on_the_way(redirect(departure.url, code=303), departure)


@provider_sign_in.route("/sign-in/back")
@for_anybody
@own_transactions
def back() -> ResponseReturnValue:
    """Take the browser back from the provider, and let in whoever it vouches for."""
    given = request.args
    returned = Returned(
        secret=round_trip_secret() or "",
        state=given.get("state", "")[:500],
        code=given.get("code", "")[:4000],
        error=given.get("error", "")[:200],
        issuer=given.get("iss", "")[:1000],
    )
    client = Client(client_address(), client_agent(), session_secret())
    asker = request_state().actor
    try:
        arrival = come_back(_gateway(), returned, client, current_time(), asker)
    except CadastreError as error:
        if asker is not None:
            response = make_response(done(_sorry(error), url_for("provider_sign_in.identities")))
        else:
            response = _sign_in_again(error)
        clear_round_trip_cookie(response)
        return response
    response = _arrived(arrival)
    clear_round_trip_cookie(response)
    return response


def _arrived(arrival: Arrival) -> Response:
    if arrival.signed_in is not None:
        changing = arrival.signed_in.must_change_password
        address = url_for("account.password") if changing else arrival.next_path
        response = make_response(redirect(address, code=303))
        set_session_cookie(response, arrival.signed_in.secret, arrival.signed_in.expires_at)
        return response
    if arrival.pending is not None:
        address = url_for("second_factor.code", next=arrival.next_path)
        response = make_response(redirect(address, code=303))
        set_pending_cookie(response, arrival.pending, current_time() + PATIENCE)
        return response
    return make_response(done(gettext("Linked: you may sign in with it."), arrival.next_path))


@provider_sign_in.route("/account/identities")
def identities() -> ResponseReturnValue:
    """Show with whom one's account is linked, and may be."""
    session, actor = current_session(), current_actor()
    person_id = actor.person_id or 0
    linked = identities_of(session, person_id)
    taken = {row.provider_id for row, _ in linked}
    free = [row for row in providers_of_person(session, person_id) if row.id not in taken]
    return render_template("account/identities.html", linked=linked, free=free)


@provider_sign_in.route("/account/identities/link/<code>", methods=["POST"])
@own_transactions
def link(code: str) -> ResponseReturnValue:
    """Show the way to the provider that one's account is to be linked with.

    A page of ours stands between: browsers let no form lead to another site here.
    """
    actor = current_actor()
    if actor.kind != "person":
        raise SessionRequired("only somebody who is signed in may do this")
    wish = Wish(code, url_for("provider_sign_in.identities"), client_address())
    departure = leave(_gateway(), wish, current_time(), actor)
    page = render_template("account/link.html", url=departure.url)
    return _on_the_way(make_response(page), departure)


@provider_sign_in.route("/account/identities/<int:external_identity_id>/unlink", methods=["POST"])
def unlink(external_identity_id: int) -> ResponseReturnValue:
    """End one of one's own links."""
    unlink_own(current_session(), current_actor(), external_identity_id)
    return done(gettext("The link is ended."), url_for("provider_sign_in.identities"))


def _on_the_way(response: "Response | object", departure: Departure) -> Response:
    made = make_response(response)
    set_round_trip_cookie(made, departure.secret, current_time() + ROUND_TRIP)
    made.headers["Cache-Control"] = "no-store"
    return made


def _sign_in_again(error: CadastreError) -> Response:
    problem = problem_of(error)
    page = sign_in_page({"": _sorry(error)})
    return make_response(page, problem.status, dict(problem.headers))


def _sorry(error: CadastreError) -> str:
    if isinstance(error, ProviderUnavailable):
        return gettext("The identity provider does not answer. Try again later.")
    if isinstance(error, IdentityRefused):
        return gettext(
            "That did not let you in. If it goes on, ask an administrator to link your account."
        )
    if isinstance(error, TooManyAttempts):
        return gettext("Too many attempts. Wait a few minutes and try again.")
    return gettext("This did not work")


def _gateway() -> Gateway:
    place = installation()
    return gateway_of(place.settings, place.database)
