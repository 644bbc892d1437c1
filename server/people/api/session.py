"""Whoever asks: who they are, and what they may do."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.permissions import Actor, Grant
from server.people.actions.availability import own_availability, say_availability
from server.people.actions.people import change_own_preferences
from server.people.authentication import load_actor
from server.people.schemas.access import (
    AvailabilityDraftSchema,
    AvailabilitySchema,
    PreferencesSchema,
    SessionSchema,
)

session = Blueprint("session", __name__, url_prefix=PREFIX, description="Whoever asks.")


@session.route("/session")
class CurrentSession(MethodView):
    """Whoever asks."""

    @session.response(200, SessionSchema)
    def get(self) -> Any:
        """Say who asks, and what they may do where."""
        return _shown(current_actor())

    @session.arguments(PreferencesSchema)
    @session.response(200, SessionSchema)
    def patch(self, body: dict[str, Any]) -> Any:
        """Set one's own language and time zone."""
        actor = current_actor()
        change_own_preferences(current_session(), actor, body, current_time())
        current_session().flush()
        return _shown(load_actor(current_session(), actor.person_id or 0) or actor)


@session.route("/session/availability")
class Availability(MethodView):
    """Whether one takes tickets by turn now."""

    @session.response(200, AvailabilitySchema)
    def get(self) -> Any:
        """Return what counts now of what one said of oneself."""
        return _availability()

    @session.arguments(AvailabilityDraftSchema)
    @session.response(200, AvailabilitySchema)
    def put(self, body: dict[str, Any]) -> Any:
        """Say it of oneself; after twelve hours one counts as available again."""
        actor, now = current_actor(), current_time()
        say_availability(current_session(), actor, body["state"], now)
        return _availability()


def _availability() -> dict[str, Any]:
    state, said_at = own_availability(current_session(), current_actor(), current_time())
    return {"state": state, "said_at": said_at}


def _shown(actor: Actor) -> dict[str, Any]:
    return {
        "kind": actor.kind,
        "person_id": actor.person_id,
        "name": actor.name,
        "organisation_id": actor.organisation_id,
        "group_ids": sorted(actor.group_ids),
        "language": actor.language,
        "time_zone": actor.time_zone,
        "grants": [_grant(grant) for grant in actor.grants],
        "scope": None if actor.scope is None else sorted(actor.scope),
    }


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "permissions": sorted(grant.permissions),
        "organisation_id": grant.organisation_id,
        "class_codes": None if grant.class_codes is None else sorted(grant.class_codes),
        "reach": grant.reach,
    }
