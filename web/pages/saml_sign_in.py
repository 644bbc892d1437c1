"""Signing in with a provider that speaks SAML: what it posts, and who claims it."""

from flask import Blueprint, Response, make_response, redirect, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.credentials import (
    client_address,
    client_agent,
    from_other_sites,
    round_trip_secret,
    session_secret,
)
from server.foundation.edge.requests import (
    current_time,
    for_anybody,
    installation,
    own_transactions,
    request_state,
)
from server.people.actions.saml_sign_in import (
    Claim,
    Posted,
    claim_answer,
    metadata_for,
    take_answer,
)
from server.people.actions.sessions import Client
from web.pages.frame import url_for
from web.pages.provider_sign_in import arrived, gateway, not_let_in, sign_in_again

saml_sign_in = Blueprint("saml_sign_in", __name__, url_prefix="/sign-in/saml")

#: Bindings, 3.4.3: a state is at most 80 bytes; a deep link of a provider may be longer.
_LONGEST_STATE = 1000


@saml_sign_in.route("/<code>/metadata")
@for_anybody
@own_transactions
def metadata(code: str) -> Response:
    """Return what the provider has to know of us."""
    response = make_response(metadata_for(gateway(), installation().settings.base_url, code))
    response.mimetype = "application/samlmetadata+xml"
    return response


@saml_sign_in.route("/<code>/answer", methods=["POST"])
@for_anybody
@own_transactions
@from_other_sites
def answer(code: str) -> ResponseReturnValue:
    """Take what a provider posts through the browser, and send the browser on to claim it.

    No cookie is read here: browsers send none of ours along with another site's POST.
    """
    posted = Posted(
        answer=request.form.get("SAMLResponse", ""),
        relay_state=request.form.get("RelayState", "")[:_LONGEST_STATE],
        address=client_address(),
    )
    base_url = installation().settings.base_url
    try:
        ticket = take_answer(gateway(), base_url, code, posted, current_time())
    except CadastreError as error:
        return sign_in_again(error)
    response = make_response(redirect(url_for("saml_sign_in.back", ticket=ticket), code=303))
    response.headers["Cache-Control"] = "no-store"
    return response


@saml_sign_in.route("/back")
@for_anybody
@own_transactions
def back() -> ResponseReturnValue:
    """Let in whoever the answer is about, in the browser that asked for it."""
    claim = Claim(request.args.get("ticket", "")[:200], round_trip_secret() or "")
    client = Client(client_address(), client_agent(), session_secret())
    asker = request_state().actor
    try:
        return arrived(claim_answer(gateway(), claim, client, current_time(), asker))
    except CadastreError as error:
        return not_let_in(error)
