"""REST over baselines and the retention of history."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.items.past import baselines, sealing
from server.items.past.schemas import (
    BaselineDraftSchema,
    BaselineSchema,
    DriftSchema,
    HistoryRangeSchema,
    HistoryVerdictSchema,
    RetentionDraftSchema,
    RetentionSchema,
    drift_document,
)

past = Blueprint(
    "past", __name__, url_prefix=PREFIX, description="Baselines, drift, and how long history lasts."
)


@past.route("/baselines")
class Baselines(MethodView):
    """What items were, kept on purpose."""

    @past.response(200, BaselineSchema(many=True))
    def get(self) -> Any:
        """List baselines, newest first."""
        return baselines.baselines(current_session(), current_actor())

    @past.arguments(BaselineDraftSchema)
    @past.response(201, BaselineSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Keep what the items that fit are now."""
        draft = baselines.BaselineDraft(**body)
        return baselines.take_baseline(current_session(), current_actor(), draft, current_time())


@past.route("/baselines/<int:baseline_id>")
class OneBaseline(MethodView):
    """One baseline."""

    @past.response(200, BaselineSchema)
    def get(self, baseline_id: int) -> Any:
        """Return a baseline."""
        return baselines.get_baseline(current_session(), current_actor(), baseline_id)

    @past.response(204)
    def delete(self, baseline_id: int) -> None:
        """Forget a baseline."""
        baselines.drop_baseline(current_session(), current_actor(), baseline_id)


@past.route("/baselines/<int:baseline_id>/drift")
class BaselineDrift(MethodView):
    """What has left a baseline."""

    @past.response(200, DriftSchema(many=True))
    def get(self, baseline_id: int) -> Any:
        """List what differs from a baseline now."""
        session, actor = current_session(), current_actor()
        row = baselines.get_baseline(session, actor, baseline_id)
        return [drift_document(one) for one in baselines.drift_of(session, actor, row)]


@past.route("/history-ranges")
class Ranges(MethodView):
    """Sealed ranges of history."""

    @past.response(200, HistoryRangeSchema(many=True))
    def get(self) -> Any:
        """List sealed ranges, newest first, at most 200."""
        return sealing.ranges(current_session(), current_actor())


@past.route("/history-verification")
class Verification(MethodView):
    """Whether history is what was sealed."""

    @past.response(200, HistoryVerdictSchema)
    def get(self) -> Any:
        """Hash all that is kept again, and compare."""
        broken = sealing.verify_ranges(current_session(), current_actor())
        return {"whole": not broken, "broken": broken}


@past.route("/history-retention")
class Retention(MethodView):
    """How long history is kept."""

    @past.response(200, RetentionSchema)
    def get(self) -> Any:
        """Return the rule in force."""
        found = sealing.retention(current_session(), current_actor())
        return found or {"days": None, "reason": "", "at": None}

    @past.arguments(RetentionDraftSchema)
    @past.response(200, RetentionSchema)
    def put(self, body: dict[str, Any]) -> Any:
        """Decide how long history is kept, and say why."""
        session, actor = current_session(), current_actor()
        return sealing.set_retention(session, actor, body["days"], body["reason"], current_time())
