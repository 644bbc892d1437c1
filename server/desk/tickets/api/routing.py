"""REST over routing rules, desk groups, queues, absences and hand-overs."""

from typing import Any

from flask.views import MethodView

from server.desk.routing.queries import desk_groups, handovers_of
from server.desk.tickets.actions import absences, bulk, escalating, grouping, ruling
from server.desk.tickets.api.blueprint import tickets
from server.desk.tickets.api.tickets import answer_ticket
from server.desk.tickets.queries import find_ticket, may_work_on
from server.desk.tickets.queries.queues import queues
from server.desk.tickets.schemas.routing import (
    AbsenceDraftSchema,
    AbsenceMadeSchema,
    AbsenceSchema,
    DeskGroupDraftSchema,
    DeskGroupSchema,
    HandoverDraftSchema,
    HandoverSchema,
    RoutingExampleWishSchema,
    RoutingOrderSchema,
    RoutingRuleDraftSchema,
    RoutingRuleSchema,
    RoutingTrialSchema,
    RoutingTrialWishSchema,
    TicketBulkOutcomeSchema,
    TicketBulkSchema,
    TicketQueueSchema,
    desk_group_row,
    queue_row,
    rule_row,
    trial_document,
)
from server.desk.tickets.schemas.tickets import TicketSchema, move_draft
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.people.queries.groups import group


@tickets.route("/routing-rules")
class RoutingRules(MethodView):
    """Rules that say who gets which ticket."""

    @tickets.response(200, RoutingRuleSchema(many=True))
    def get(self) -> Any:
        """List the rules in the order in which they are asked."""
        return [rule_row(one) for one in ruling.list_rules(current_session(), current_actor())]

    @tickets.arguments(RoutingRuleDraftSchema)
    @tickets.response(201, RoutingRuleSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add a rule after the others."""
        enabled = body.pop("enabled")
        session, actor = current_session(), current_actor()
        return rule_row(ruling.add_rule(session, actor, body, current_time(), enabled=enabled))


@tickets.route("/routing-rules/<int:routing_rule_id>")
class OneRoutingRule(MethodView):
    """One rule."""

    @tickets.response(200, RoutingRuleSchema)
    def get(self, routing_rule_id: int) -> Any:
        """Return a rule with its examples."""
        return rule_row(ruling.find_rule(current_session(), current_actor(), routing_rule_id))

    @tickets.arguments(RoutingRuleDraftSchema)
    @tickets.response(200, RoutingRuleSchema)
    def put(self, body: dict[str, Any], routing_rule_id: int) -> Any:
        """Write a rule anew."""
        enabled = body.pop("enabled")
        row = ruling.change_rule(
            current_session(),
            current_actor(),
            routing_rule_id,
            body,
            current_time(),
            enabled=enabled,
        )
        return rule_row(row)

    @tickets.response(204)
    def delete(self, routing_rule_id: int) -> None:
        """Take a rule away; tickets stay where it sent them."""
        ruling.remove_rule(current_session(), current_actor(), routing_rule_id)


@tickets.route("/routing-rules/<int:routing_rule_id>/examples")
class RoutingExamples(MethodView):
    """Cases kept with a rule."""

    @tickets.arguments(RoutingExampleWishSchema)
    @tickets.response(201, RoutingRuleSchema)
    def post(self, body: dict[str, Any], routing_rule_id: int) -> Any:
        """Keep a ticket's facts as an example, coming out as it does now."""
        session, actor = current_session(), current_actor()
        reference = body["reference"]
        return rule_row(
            ruling.keep_example(session, actor, routing_rule_id, reference, current_time())
        )


@tickets.route("/routing-rules/order")
class RoutingOrder(MethodView):
    """In which order rules are asked."""

    @tickets.arguments(RoutingOrderSchema)
    @tickets.response(200, RoutingRuleSchema(many=True))
    def put(self, body: dict[str, Any]) -> Any:
        """Ask the rules in another order."""
        session, actor = current_session(), current_actor()
        ruling.order_rules(session, actor, body["ids"])
        return [rule_row(one) for one in ruling.list_rules(session, actor)]


@tickets.route("/routing-rules/trial")
class RoutingTrial(MethodView):
    """A rule on paper."""

    @tickets.arguments(RoutingTrialWishSchema)
    @tickets.response(200, RoutingTrialSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Say what a rule would have done to the newest tickets; nothing is written."""
        tried = ruling.try_rule(
            current_session(), current_actor(), body["rule"], body["rule_id"], body["limit"]
        )
        return trial_document(tried)


@tickets.route("/desk-groups/<int:group_id>")
class OneDeskGroup(MethodView):
    """How a group works on tickets."""

    @tickets.response(200, DeskGroupSchema)
    def get(self, group_id: int) -> Any:
        """Return how a group works; one of which nothing was said is first line."""
        session = current_session()
        group(session, current_actor(), group_id)
        return desk_group_row(group_id, desk_groups(session, [group_id]).get(group_id))

    @tickets.arguments(DeskGroupDraftSchema)
    @tickets.response(200, DeskGroupSchema)
    def put(self, body: dict[str, Any], group_id: int) -> Any:
        """Say which line and department a group is, and how its tickets find somebody."""
        session, actor, now = current_session(), current_actor(), current_time()
        draft = grouping.DeskGroupDraft(**body)
        row = grouping.put_desk_group(session, actor, group_id, draft, now)
        return desk_group_row(group_id, row)


@tickets.route("/ticket-queues")
class Queues(MethodView):
    """What waits where."""

    @tickets.response(200, TicketQueueSchema(many=True))
    def get(self) -> Any:
        """List the queues of open tickets in sight."""
        return [queue_row(one) for one in queues(current_session(), current_actor())]


@tickets.route("/ticket-bulk")
class Bulk(MethodView):
    """The same act on many tickets."""

    @tickets.arguments(TicketBulkSchema)
    @tickets.response(200, TicketBulkOutcomeSchema(many=True))
    def post(self, body: dict[str, Any]) -> Any:
        """Assign, move or note many tickets; each is done or refused by itself."""
        references, step = body.pop("references"), body.pop("move")
        draft = bulk.BulkDraft(**body, move=move_draft(step) if step else None)
        current_actor().require(Permission.TICKET_WORK)
        return bulk.change_many(
            current_session(), current_actor(), references, draft, current_time()
        )


@tickets.route("/absences")
class Absences(MethodView):
    """Who is away."""

    @tickets.response(200, AbsenceSchema(many=True))
    def get(self) -> Any:
        """List who is or will be away."""
        found = absences.seen_absences(current_session(), current_actor(), current_time())
        return [row for row, _ in found]

    @tickets.arguments(AbsenceDraftSchema)
    @tickets.response(201, AbsenceMadeSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write down an absence; whoever is away gets no tickets by turn."""
        draft = absences.AbsenceDraft(**body)
        row, passed = absences.add_absence(
            current_session(), current_actor(), draft, current_time()
        )
        names = ("id", "person_id", "starts_at", "ends_at", "note")
        return {name: getattr(row, name) for name in names} | {"passed_on": passed}


@tickets.route("/absences/<int:absence_id>")
class OneAbsence(MethodView):
    """One absence."""

    @tickets.response(204)
    def delete(self, absence_id: int) -> None:
        """Say that somebody is not away after all."""
        absences.remove_absence(current_session(), current_actor(), absence_id)


@tickets.route("/tickets/<string:reference>/handovers")
class Handovers(MethodView):
    """From group to group."""

    @tickets.response(200, HandoverSchema(many=True))
    def get(self, reference: str) -> Any:
        """List the hand-overs, the newest first; for those who work on the ticket."""
        session, actor = current_session(), current_actor()
        ticket = find_ticket(session, actor, reference)
        works = may_work_on(session, actor, ticket.id)
        return handovers_of(session, ticket.id) if works else []

    @tickets.arguments(HandoverDraftSchema)
    @tickets.response(201, HandoverSchema)
    def post(self, body: dict[str, Any], reference: str) -> Any:
        """Hand a ticket over to another group: state, clock, pack and notice in one act."""
        draft = escalating.HandoverDraft(**body)
        return escalating.escalate(
            current_session(), current_actor(), reference, draft, current_time()
        )


@tickets.route("/tickets/<string:reference>/handovers/accept")
class Accepting(MethodView):
    """Taking on what was handed over."""

    @tickets.response(200, TicketSchema)
    def post(self, reference: str) -> Any:
        """Accept a ticket: it is the caller's, and work on it goes on."""
        ticket = escalating.accept_handover(
            current_session(), current_actor(), reference, current_time()
        )
        return answer_ticket(ticket)
