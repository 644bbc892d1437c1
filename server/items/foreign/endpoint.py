"""The one address for agents of other makers, ``/inventory`` and the addresses they are used to.

No part of the REST interface: bodies and answers are in the agents' own protocols, packed as they
pack them. Whatever is answered with success has been committed.
"""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue, NotFound
from server.foundation.edge.credentials import client_address
from server.foundation.edge.problems import problem_of
from server.foundation.edge.requests import (
    current_time,
    for_anybody,
    installation,
    own_transactions,
    request_state,
)
from server.foundation.edge.wariness import slow_down
from server.foundation.errors import NotSignedIn, TooManyAttempts
from server.items.foreign.answers import Answer, answer_to, json_answer, refusal
from server.items.foreign.doors import (
    Credentials,
    CredentialsWanted,
    access_token,
    find_source,
    open_door,
)
from server.items.foreign.messages import Dialect, Message, read_json_message
from server.items.foreign.taking import Knock, take
from server.items.foreign.wire import Packing, packed, packing_of, unpacked
from server.items.foreign.xml_reading import read_xml_message
from server.items.payload import TooLarge, read_json

inventory = Blueprint("inventory", __name__)

#: Where the agents' own servers used to listen: an agent that is not told a path may stay as it is.
_USUAL = ("/front/inventory.php", "/ocsinventory", "/plugins/fusioninventory/", "/inventory")
#: OCS reads a zlib stream under this name, and nothing else.
_TYPES = {Packing.ZLIB: "application/x-compress-zlib", Packing.GZIP: "application/x-compress-gzip"}
#: After too many wrong passwords.
_RETRY_SECONDS = 600
#: Tasks of GLPI Agent that ask before they do anything; there is nothing for them to do.
_NOTHING_TO_DO: dict[str, object] = {}


def take_message(slug: str = "") -> ResponseReturnValue:
    """Take one message of a foreign agent."""
    body = request.get_data(cache=False)
    packing = packing_of(body)
    as_json = False
    try:
        if not body:
            raise InvalidValue({"body": "is empty, or came under the Content-Type of a form"})
        plain = unpacked(body)
        as_json = plain.lstrip()[:1] == b"{"
        message = read_json_message(plain) if as_json else _read_xml(plain)
        answer = _taken(slug, message, plain)
    except CadastreError as error:
        return _refused(error, packing, as_json=as_json)
    return _told(answer, packing)


def _read_xml(plain: bytes) -> Message:
    return read_xml_message(plain, request.headers.get("User-Agent", ""))


def _taken(slug: str, message: Message, plain: bytes) -> Answer:
    now = current_time()
    state = request_state()
    with installation().database.writing() as session:
        door = open_door(session, slug, _credentials(), now)
        knock = Knock(door, message, now, client_address(), state.request_id, plain)
        verdict = take(session, knock)
    prefers_json = bool(request.headers.get("GLPI-Agent-ID")) and message.dialect is not Dialect.OCS
    return answer_to(message, verdict, prefers_json=prefers_json)


def _credentials() -> Credentials:
    given = request.authorization
    if given is None:
        return Credentials()
    if given.type == "basic":
        return Credentials(given.username or "", given.password or "")
    return Credentials(bearer=(given.token or "") if given.type == "bearer" else "")


def _told(answer: Answer, packing: Packing) -> Response:
    kind = _TYPES.get(packing, answer.content_type)
    response = Response(packed(answer.body, packing), answer.status, content_type=kind)
    asked = request.headers.get("GLPI-Request-ID", "")
    # The agent knows its question by this; it is echoed only where it can be one.
    if len(asked) == 8 and asked.isalnum():
        response.headers["GLPI-Request-ID"] = asked
    return response


def _refused(error: CadastreError, packing: Packing, *, as_json: bool) -> Response:
    status = 400
    if isinstance(error, TooLarge):
        status = 413
    elif isinstance(error, NotFound):
        status = 404
    elif isinstance(error, NotSignedIn):
        status = slow_down(problem_of(error)).status
    elif isinstance(error, TooManyAttempts):
        status = 429
    fields = error.fields if isinstance(error, InvalidValue) else {}
    why = "; ".join(f"{name} {what}" for name, what in fields.items()) or str(error)
    response = _told(refusal(status, why, as_json=as_json), packing)
    if status == 429:
        waiting = getattr(error, "retry_after_seconds", _RETRY_SECONDS)
        response.headers["Retry-After"] = str(waiting)
    if isinstance(error, CredentialsWanted):
        response.headers["WWW-Authenticate"] = error.challenge
    return response


def ask(slug: str = "") -> ResponseReturnValue:
    """Answer what agents ask beside their reports: nothing to do, or that all is well.

    A GLPI Agent asks by GET for jobs of single tasks, and again after an answer that was pending;
    ours never are.
    """
    del slug  # the answer is the same at every door, and gives nothing away
    if request.args.get("action"):
        return _told(json_answer(_NOTHING_TO_DO), Packing.NONE)
    return _told(json_answer({"status": "ok", "expiration": 24}), Packing.NONE)


def give_token(slug: str) -> ResponseReturnValue:
    """Give an OAuth client of a source its access token (RFC 6749, client credentials)."""
    try:
        wish = read_json(request.get_data(cache=False))
        wish = wish if isinstance(wish, dict) else {}
        if wish.get("grant_type") != "client_credentials":
            raise InvalidValue({"grant_type": "must be client_credentials"})
        names = (str(wish.get("client_id") or ""), str(wish.get("client_secret") or ""))
        with installation().database.reading() as session:
            source = find_source(session, slug)
            token = access_token(source, Credentials(*names), current_time())
    except CadastreError as error:
        return _refused(error, Packing.NONE, as_json=True)
    given = {"token_type": "Bearer", "expires_in": 3600, "access_token": token}
    return _told(json_answer(given), Packing.NONE)


def _open() -> None:
    taking = own_transactions(for_anybody(take_message))
    asking = own_transactions(for_anybody(ask))
    for place in _USUAL:
        name = place.strip("/").replace("/", "_").replace(".", "_")
        inventory.add_url_rule(place, f"take_{name}", taking, methods=["POST"])
        inventory.add_url_rule(place, f"ask_{name}", asking, methods=["GET"])
    inventory.add_url_rule("/inventory/<slug>", "take_at", taking, methods=["POST"])
    inventory.add_url_rule("/inventory/<slug>", "ask_at", asking, methods=["GET"])
    token = own_transactions(for_anybody(give_token))
    inventory.add_url_rule("/inventory/<slug>/api.php/token", "token", token, methods=["POST"])


_open()
