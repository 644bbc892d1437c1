"""Emergencies: rights that sleep, taken for hours, signed and reviewed."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_request
from server.foundation.paging import Page
from server.foundation.signing import Signer
from server.people.actions import emergencies as actions
from server.people.models import EmergencyUse
from server.people.queries import emergencies as queries
from server.people.schemas.emergencies import (
    EmergencyReviewSchema,
    EmergencyTakeSchema,
    EmergencyUsePage,
    EmergencyUseSchema,
)

emergencies = Blueprint(
    "emergencies", __name__, url_prefix=PREFIX, description="Rights taken in an emergency."
)


@emergencies.route("/emergency-uses")
class Emergencies(MethodView):
    """Every emergency where the actor administers people."""

    @emergencies.arguments(PageQuerySchema, location="query")
    @emergencies.response(200, EmergencyUsePage)
    def get(self, query: dict[str, Any]) -> Any:
        """List emergencies, and whether each record is what was signed."""
        found = queries.list_uses(current_session(), current_actor(), page_request(query))
        return Page([_shown(use) for use in found.rows], found.next_cursor)

    @emergencies.arguments(EmergencyTakeSchema)
    @emergencies.response(201, EmergencyUseSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Wake a grant that you hold for emergencies; administrators are told."""
        draft = actions.EmergencyDraft(body["reason"], body["hours"])
        return _shown(
            actions.take_emergency(
                current_session(),
                current_actor(),
                _signer(),
                body["grant_id"],
                draft,
                current_time(),
            )
        )


@emergencies.route("/emergency-uses/<int:emergency_use_id>/end", methods=["POST"])
@emergencies.response(200, EmergencyUseSchema)
def end(emergency_use_id: int) -> Any:
    """End your own emergency before its time."""
    session, actor = current_session(), current_actor()
    return _shown(actions.end_emergency(session, actor, emergency_use_id, current_time()))


@emergencies.route("/emergency-uses/<int:emergency_use_id>/review", methods=["POST"])
@emergencies.arguments(EmergencyReviewSchema)
@emergencies.response(200, EmergencyUseSchema)
def review(body: dict[str, Any], emergency_use_id: int) -> Any:
    """Say what you think of somebody else's emergency, once it is over."""
    session, actor, now = current_session(), current_actor(), current_time()
    return _shown(actions.review_emergency(session, actor, emergency_use_id, body["note"], now))


def _signer() -> Signer:
    return Signer(installation().settings.signing_key_file)


def _shown(use: EmergencyUse) -> dict[str, Any]:
    columns = [name for name in EmergencyUseSchema().fields if name != "genuine"]
    genuine = {"genuine": actions.is_genuine(use, _signer())}
    return {name: getattr(use, name) for name in columns} | genuine
