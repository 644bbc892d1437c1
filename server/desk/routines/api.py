"""REST over macros and schedules."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.desk.routines import queries, schemas
from server.desk.routines.actions import macros, scheduling
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX

routines = Blueprint(
    "routines",
    __name__,
    url_prefix=PREFIX,
    description="Macros on tickets, and tickets that open by the calendar.",
)


@routines.route("/ticket-macros")
class Macros(MethodView):
    """What is done to tickets with one click."""

    @routines.response(200, schemas.MacroSchema(many=True))
    def get(self) -> Any:
        """List the macros by name."""
        return queries.list_macros(current_session(), current_actor())

    @routines.arguments(schemas.MacroNewSchema)
    @routines.response(201, schemas.MacroSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add a macro."""
        code, macro = body.pop("code"), schemas.macro_draft(body)
        return macros.add_macro(current_session(), current_actor(), code, macro, current_time())


@routines.route("/ticket-macros/<string:macro>")
class OneMacro(MethodView):
    """One macro."""

    @routines.response(200, schemas.MacroSchema)
    def get(self, macro: str) -> Any:
        """Return a macro."""
        return queries.find_macro(current_session(), current_actor(), macro)

    @routines.arguments(schemas.MacroDraftSchema)
    @routines.response(200, schemas.MacroSchema)
    def put(self, body: dict[str, Any], macro: str) -> Any:
        """Write a macro anew."""
        session, actor = current_session(), current_actor()
        queries.find_macro(session, actor, macro)
        return macros.save_macro(session, actor, macro, schemas.macro_draft(body), current_time())

    @routines.response(204)
    def delete(self, macro: str) -> None:
        """Take a macro away."""
        macros.remove_macro(current_session(), current_actor(), macro)


@routines.route("/tickets/<string:reference>/macros")
class TicketMacros(MethodView):
    """Macros on one ticket."""

    @routines.arguments(schemas.MacroRunSchema)
    @routines.response(200, schemas.MacroOutcomeSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Do to a ticket what a macro says, all of it or nothing."""
        session, actor, now = current_session(), current_actor(), current_time()
        return macros.run_macro(session, actor, reference, body["macro"], now)


@routines.route("/ticket-schedules")
class Schedules(MethodView):
    """Recurring and preventive work."""

    @routines.response(200, schemas.ScheduleSchema(many=True))
    def get(self) -> Any:
        """List the schedules, the next to come first."""
        return queries.list_schedules(current_session(), current_actor())

    @routines.arguments(schemas.ScheduleDraftSchema)
    @routines.response(201, schemas.ScheduleSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add a schedule."""
        draft = schemas.schedule_draft(body)
        return scheduling.save_schedule(current_session(), current_actor(), draft, current_time())


@routines.route("/ticket-schedules/<int:schedule_id>")
class OneSchedule(MethodView):
    """One schedule."""

    @routines.response(200, schemas.ScheduleSchema)
    def get(self, schedule_id: int) -> Any:
        """Return a schedule."""
        return queries.find_schedule(current_session(), current_actor(), schedule_id)

    @routines.arguments(schemas.ScheduleDraftSchema)
    @routines.response(200, schemas.ScheduleSchema)
    def put(self, body: dict[str, Any], schedule_id: int) -> Any:
        """Write a schedule anew; what it opened stays."""
        draft, now = schemas.schedule_draft(body), current_time()
        return scheduling.save_schedule(current_session(), current_actor(), draft, now, schedule_id)

    @routines.response(204)
    def delete(self, schedule_id: int) -> None:
        """Take a schedule away; the tickets it opened stay."""
        scheduling.remove_schedule(current_session(), current_actor(), schedule_id)
