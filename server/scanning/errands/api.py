"""REST for collectors, and for those who name them."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint
from werkzeug.exceptions import RequestEntityTooLarge

from cmdb.errors import InvalidValue
from discovery.collector.deliveries import delivery_from
from discovery.findings.wire import BadDocument
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    for_anybody,
    installation,
    own_transactions,
    request_state,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.errors import NotSignedIn
from server.foundation.secrets import SecretBox
from server.items.payload import TooLarge, read_json, unpack
from server.scanning.collectors import enrolling, queries
from server.scanning.collectors.models import Collector
from server.scanning.errands.delivering import Delivered, take_delivery
from server.scanning.errands.handing import Standing, hand_out
from server.scanning.errands.schemas import (
    CollectorDraftSchema,
    CollectorKeySchema,
    CollectorOrdersSchema,
    CollectorSchema,
    CollectorStandingSchema,
    CollectorTokenSchema,
    CollectorWishSchema,
    DeliveryAcceptedSchema,
)

#: A collector asks this often; a check from a ticket waits no longer to begin.
_EVERY_SECONDS = 5.0

collectors = Blueprint(
    "collectors", __name__, url_prefix=f"{PREFIX}/collectors", description="Remote sites."
)


@dataclass(frozen=True, slots=True)
class _Shown:
    row: Collector
    state: str
    errands: int


def _shown(*rows: Collector) -> list[_Shown]:
    counts = queries.errands_of(current_session(), [row.id for row in rows])
    now = current_time()
    return [_Shown(row, queries.state_of(row, now), counts.get(row.id, 0)) for row in rows]


@collectors.route("")
class Collectors(MethodView):
    """Programs at remote sites."""

    @collectors.response(200, CollectorSchema(many=True))
    def get(self) -> Any:
        """List collectors and how they stand."""
        return _shown(*queries.list_collectors(current_session(), current_actor()))

    @collectors.arguments(CollectorDraftSchema)
    @collectors.response(201, CollectorTokenSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Name a collector; the token that lets it enrol is shown this once."""
        return enrolling.create_collector(
            current_session(), current_actor(), now=current_time(), **body
        )


@collectors.route("/<int:collector_id>")
class OneCollector(MethodView):
    """One collector."""

    @collectors.response(200, CollectorSchema)
    def get(self, collector_id: int) -> Any:
        """Return a collector and how it stands."""
        row = queries.get_collector(current_session(), current_actor(), collector_id)
        return _shown(row)[0]

    @collectors.response(204)
    @collectors.alt_response(409, description="It was revoked already.")
    def delete(self, collector_id: int) -> None:
        """Revoke a collector: it is let in no more, and what it had to do has failed."""
        enrolling.revoke_collector(current_session(), current_actor(), collector_id, current_time())


@collectors.route("/<int:collector_id>/token")
class CollectorToken(MethodView):
    """A token to enrol anew."""

    @collectors.response(201, CollectorTokenSchema)
    def post(self, collector_id: int) -> Any:
        """Make another token; the collector's key works until it is used."""
        return enrolling.renew_token(
            current_session(), current_actor(), collector_id, current_time()
        )


@collectors.route("/enrol", methods=["POST"])
@collectors.doc(security=[])
@collectors.arguments(CollectorWishSchema)
@collectors.response(201, CollectorKeySchema)
@for_anybody
def enrol(body: dict[str, Any]) -> Any:
    """Enrol a collector with its token; its key is shown this once."""
    wish = enrolling.CollectorWish(**body)
    return enrolling.enrol_collector(current_session(), wish, current_time())


@collectors.route("/errands", methods=["POST"])
@collectors.arguments(CollectorStandingSchema)
@collectors.response(200, CollectorOrdersSchema)
@for_anybody
def fetch(standing: Standing) -> Any:
    """Tell how the collector stands, and get what it is to do."""
    session = current_session()
    collector = enrolling.collector_with_key(session, _bearer())
    secrets = SecretBox(installation().settings.key_file)
    orders = hand_out(session, collector, standing, secrets, current_time())
    return {"errands": orders.errands, "stop": orders.stop, "next_seconds": _EVERY_SECONDS}


@collectors.route("/deliveries", methods=["POST"])
@collectors.doc(requestBody={"required": True, "content": {"application/json": {"schema": {}}}})
@collectors.response(202, DeliveryAcceptedSchema)
@for_anybody
@own_transactions
def deliver() -> Any:
    """Take what came of an errand. 202 means that it has been committed."""
    key = _bearer()
    with installation().database.reading() as session:
        enrolling.collector_with_key(session, key)
    try:
        body = unpack(request.get_data(cache=False), request.headers.get("Content-Encoding", ""))
        head, results = delivery_from(read_json(body))
    except TooLarge as error:
        raise RequestEntityTooLarge(str(error)) from error
    except BadDocument as error:
        raise InvalidValue({"body": str(error)}) from error
    came = Delivered(key, head, results, current_time(), request_state().request_id)
    return {"accepted": True, "new": take_delivery(installation().database, came)}


def _bearer() -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not key:
        raise NotSignedIn("send the collector's key as a bearer token")
    return key.strip()
