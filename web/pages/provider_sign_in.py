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
    ExtraMissing,
    IdentityRefused,
    ProviderUnavailable,
    SessionRequired,
    TooManyAttempts,
)
from server.foundation.permissions import Actor
from server.foundation.translation import gettext
from server.people.actions.identities import unlink_own
from server.people.actions.pending import PATIENCE
from server.people.actions.provider_sign_in import Returned, come_back, gateway_of, leave
from server.people.actions.saml_sign_in import leave_saml
from server.people.actions.sessions import Client
from server.people.actions.vouching import ROUND_TRIP, Arrival, Departure, Gateway, Wish
from server.people.models import SAML
from server.people.queries.providers import identities_of, protocol_of, providers_of_person
from web.pages.account import sign_in_page, where_to
from web.pages.frame import done, url_for

provider_sign_in = Blueprint("provider_sign_in", __name__)


@provider_sign_in.route("/sign-in/with/<code>")
@for_anybody
@own_transactions
def begin(code: str) -> ResponseReturnValue:
    """Send the browser to the provider."""
    try:
        departure = _departure(Wish(code, where_to(), client_address()))
    except CadastreError as error:
        return sign_in_again(error)
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
        arrival = come_back(gateway(), returned, client, current_time(), asker)
    except CadastreError as error:
        return not_let_in(error)
    return arrived(arrival)


def arrived(arrival: Arrival) -> Response:
    """Answer a browser whose round trip ended well: signed in, half signed in, or linked."""
    if arrival.signed_in is not None:
        changing = arrival.signed_in.must_change_password
        address = url_for("account.password") if changing else arrival.next_path
        response = make_response(redirect(address, code=303))
        set_session_cookie(response, arrival.signed_in.secret, arrival.signed_in.expires_at)
    elif arrival.pending is not None:
        address = url_for("second_factor.code", next=arrival.next_path)
        response = make_response(redirect(address, code=303))
        set_pending_cookie(response, arrival.pending, current_time() + PATIENCE)
    else:
        told = gettext("Linked: you may sign in with it.")
        response = make_response(done(told, arrival.next_path))
    clear_round_trip_cookie(response)
    return response


def not_let_in(error: CadastreError) -> Response:
    """Answer a browser whose round trip let nobody in, where its person can go on."""
    if request_state().actor is not None:
        response = make_response(done(sorry(error), url_for("provider_sign_in.identities")))
    else:
        response = sign_in_again(error)
    clear_round_trip_cookie(response)
    return response


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
    departure = _departure(wish, actor)
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


def sign_in_again(error: CadastreError) -> Response:
    """Return the page of signing in, with why it did not work."""
    problem = problem_of(error)
    page = sign_in_page({"": sorry(error)})
    return make_response(page, problem.status, dict(problem.headers))


def sorry(error: CadastreError) -> str:
    """Say to the reader why an identity provider did not let them in, without particulars."""
    if isinstance(error, ProviderUnavailable):
        return gettext("The identity provider does not answer. Try again later.")
    if isinstance(error, ExtraMissing):
        return gettext("This server was installed without SAML. Ask an administrator.")
    if isinstance(error, IdentityRefused):
        return gettext(
            "That did not let you in. If it goes on, ask an administrator to link your account."
        )
    if isinstance(error, TooManyAttempts):
        return gettext("Too many attempts. Wait a few minutes and try again.")
    return gettext("This did not work")


def gateway() -> Gateway:
    """Return what a round trip works with here."""
    place = installation()
    return gateway_of(place.settings, place.database)


def _departure(wish: Wish, linking: Actor | None = None) -> Departure:
    place = installation()
    with place.database.reading() as session:
        speaks = protocol_of(session, wish.code)
    if speaks == SAML:
        return leave_saml(gateway(), place.settings.base_url, wish, current_time(), linking)
    return leave(gateway(), wish, current_time(), linking)
