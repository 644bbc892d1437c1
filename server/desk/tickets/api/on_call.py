"""REST over who is on call, and over the turns that a group takes at it."""

from typing import Any

from flask.views import MethodView

from cmdb.errors import NotFound
from server.desk.routing.actions import on_call as actions
from server.desk.routing.queries.on_call import duty_of, stand_ins_of, turn_people
from server.desk.tickets.api.blueprint import tickets
from server.desk.tickets.queries.on_call import (
    on_call_of_group,
    on_call_of_item,
    on_call_of_ticket,
)
from server.desk.tickets.schemas.on_call import (
    DutyDraftSchema,
    DutySchema,
    GroupOnCallSchema,
    OnCallQuerySchema,
    StandInDraftSchema,
    StandInSchema,
    duty_row,
    group_on_call_row,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.people.queries.groups import group as find_group


@tickets.route("/groups/<int:group_id>/on-call")
class OnCallOfGroup(MethodView):
    """Who of a group is on call."""

    @tickets.arguments(OnCallQuerySchema, location="query")
    @tickets.response(200, GroupOnCallSchema)
    def get(self, query: dict[str, Any], group_id: int) -> Any:
        """Return who is on call at a moment, until when, and how they are reached.

        Of another moment than now it is reckoned with today's turns and today's members.
        """
        at = query["at"] or current_time()
        found = on_call_of_group(current_session(), current_actor(), group_id, at)
        return group_on_call_row(found)


@tickets.route("/tickets/<string:reference>/on-call")
class OnCallOfTicket(MethodView):
    """Who is on call for a ticket."""

    @tickets.response(200, GroupOnCallSchema(many=True))
    def get(self, reference: str) -> Any:
        """List who is on call now of its group, and of those who see to what it touches."""
        found = on_call_of_ticket(current_session(), current_actor(), reference, current_time())
        return [group_on_call_row(one) for one in found]


@tickets.route("/items/<int:item_id>/on-call")
class OnCallOfItem(MethodView):
    """Who is on call for an item."""

    @tickets.response(200, GroupOnCallSchema(many=True))
    def get(self, item_id: int) -> Any:
        """List who is on call now of the groups that support an item, or else own it."""
        found = on_call_of_item(current_session(), current_actor(), item_id, current_time())
        return [group_on_call_row(one) for one in found]


@tickets.route("/desk-groups/<int:group_id>/on-call-duty")
class Duty(MethodView):
    """How a group takes turns at being on call."""

    @tickets.response(200, DutySchema)
    def get(self, group_id: int) -> Any:
        """Return the turns; 404 of a group that takes none."""
        _see(group_id)
        row = duty_of(current_session(), group_id)
        if row is None:
            raise NotFound("on-call duty of group", group_id)
        return duty_row(row, turn_people(current_session(), group_id))

    @tickets.arguments(DutyDraftSchema)
    @tickets.response(200, DutySchema)
    def put(self, body: dict[str, Any], group_id: int) -> Any:
        """Say who takes turns and how, all of it; who stands in stays."""
        session, actor = current_session(), current_actor()
        draft = actions.DutyDraft(**body)
        row = actions.put_duty(session, actor, group_id, draft, current_time())
        return duty_row(row, turn_people(session, group_id))

    @tickets.response(204)
    def delete(self, group_id: int) -> None:
        """Let the group take turns no more; who stands in is forgotten too."""
        actions.remove_duty(current_session(), current_actor(), group_id)


@tickets.route("/desk-groups/<int:group_id>/stand-ins")
class StandIns(MethodView):
    """Who has the duty on some days, whoever's turn it is."""

    @tickets.response(200, StandInSchema(many=True))
    def get(self, group_id: int) -> Any:
        """List who stands in today and later, by their days."""
        _see(group_id)
        return stand_ins_of(current_session(), group_id, current_time().date())

    @tickets.arguments(StandInDraftSchema)
    @tickets.response(201, StandInSchema)
    def post(self, body: dict[str, Any], group_id: int) -> Any:
        """Let somebody have the duty on some days."""
        session, actor = current_session(), current_actor()
        draft = actions.StandInDraft(**body)
        return actions.add_stand_in(session, actor, group_id, draft, current_time())


@tickets.route("/desk-stand-ins/<int:stand_in_id>")
class OneStandIn(MethodView):
    """One stand-in."""

    @tickets.response(204)
    def delete(self, stand_in_id: int) -> None:
        """Give the days back to whose turn it is."""
        actions.remove_stand_in(current_session(), current_actor(), stand_in_id)


def _see(group_id: int) -> None:
    """Raise unless the caller works on tickets and sees the group."""
    actor = current_actor()
    actor.require(Permission.TICKET_WORK)
    find_group(current_session(), actor, group_id)
