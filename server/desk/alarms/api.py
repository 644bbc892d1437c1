"""REST over rules of alarms and the alarms there are."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.desk.alarms.actions import ruling
from server.desk.alarms.queries import standing
from server.desk.alarms.schemas import (
    AlarmQuerySchema,
    AlarmRuleDraftSchema,
    AlarmRuleMadeSchema,
    AlarmRuleSchema,
    AlarmSchema,
    AlarmTrialSchema,
    AlarmTrialWishSchema,
    alarm_row,
    rule_row,
    trial_document,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX

alarms = Blueprint(
    "alarms", __name__, url_prefix=PREFIX, description="Tickets that discovery and agents open."
)


@alarms.route("/alarm-rules")
class AlarmRules(MethodView):
    """Rules that make tickets of what goes wrong."""

    @alarms.response(200, AlarmRuleSchema(many=True))
    def get(self) -> Any:
        """List the rules, the shipped ones first, with how many alarms each has."""
        return [rule_row(one) for one in standing.list_rules(current_session(), current_actor())]

    @alarms.arguments(AlarmRuleMadeSchema)
    @alarms.response(201, AlarmRuleSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Add a rule of one's own."""
        code = body.pop("code")
        session, actor = current_session(), current_actor()
        return rule_row(ruling.add_rule(session, actor, code, body, current_time()))


@alarms.route("/alarm-trials")
class AlarmTrials(MethodView):
    """A rule on paper."""

    @alarms.arguments(AlarmTrialWishSchema)
    @alarms.response(200, AlarmTrialSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Say which tickets a rule would have opened over the past; nothing is written."""
        session, actor = current_session(), current_actor()
        rule = ruling.checked_rule(session, actor, "trial", body["rule"])
        return trial_document(ruling.try_rule(session, actor, rule, body["days"], current_time()))


@alarms.route("/alarm-rules/<string:alarm_rule>")
class OneAlarmRule(MethodView):
    """One rule."""

    @alarms.response(200, AlarmRuleSchema)
    def get(self, alarm_rule: str) -> Any:
        """Return a rule with its examples."""
        return rule_row(standing.find_rule(current_session(), current_actor(), alarm_rule))

    @alarms.arguments(AlarmRuleDraftSchema)
    @alarms.response(200, AlarmRuleSchema)
    def put(self, body: dict[str, Any], alarm_rule: str) -> Any:
        """Write a rule anew; a shipped one too."""
        session, actor = current_session(), current_actor()
        return rule_row(ruling.change_rule(session, actor, alarm_rule, body, current_time()))

    @alarms.response(204)
    def delete(self, alarm_rule: str) -> None:
        """Take away a rule of one's own, or what was made of a shipped one; tickets stay."""
        ruling.remove_rule(current_session(), current_actor(), alarm_rule)


@alarms.route("/alarms")
class Alarms(MethodView):
    """What is or was wrong."""

    @alarms.arguments(AlarmQuerySchema, location="query")
    @alarms.response(200, AlarmSchema(many=True))
    def get(self, query: dict[str, Any]) -> Any:
        """List the latest alarms, on or over, each with its ticket."""
        found = standing.list_alarms(current_session(), current_actor(), query["rule"])
        return [alarm_row(alarm, reference) for alarm, reference in found]
