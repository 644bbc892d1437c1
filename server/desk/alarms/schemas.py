"""The wire format of rules of alarms, alarms, and rules on paper."""

from typing import Any

from marshmallow import fields, validate

from server.desk.alarms.actions.ruling import MAX_DAYS, Trial
from server.desk.alarms.models import Alarm
from server.desk.alarms.queries.standing import StandingRule
from server.desk.alarms.rules.reading import rule_document
from server.desk.alarms.rules.values import SIGNALS
from server.foundation.edge.fields import Code, Identifier, Line
from server.foundation.edge.schemas import Moment, StrictSchema

#: Tickets of a rule on paper that are told one by one.
_MOST_TOLD = 200


class AlarmExampleSchema(StrictSchema):
    """A case kept with a rule: an item of a class and tier, the part, how bad, and the outcome."""

    name = Line(longest=120, shortest=1, required=True)
    class_code = Line(longest=120, load_default="")
    tier = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 9))
    subject = Line(longest=400, load_default="")
    measure = fields.Float(load_default=0, validate=validate.Range(-1e9, 1e9))
    fits = fields.Boolean(load_default=True)


class AlarmRuleDraftSchema(StrictSchema):
    """Which trouble becomes which ticket; examples that come out otherwise refuse the rule."""

    name = Line(longest=120, shortest=1, required=True)
    signal = fields.String(required=True, validate=validate.OneOf(list(SIGNALS)))
    threshold = fields.Float(load_default=None, allow_none=True)
    enabled = fields.Boolean(load_default=False)
    class_codes = fields.List(
        Line(longest=120, shortest=1), load_default=list, validate=validate.Length(max=50)
    )
    organisation_id = Identifier(load_default=None, allow_none=True)
    worst_tier = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(0, 9))
    words = fields.List(
        Line(longest=120, shortest=1), load_default=list, validate=validate.Length(max=50)
    )
    not_words = fields.List(
        Line(longest=120, shortest=1), load_default=list, validate=validate.Length(max=50)
    )
    kind = Line(longest=40, load_default="incident")
    category = Line(longest=120, load_default="")
    urgency = Line(longest=40, load_default="medium")
    priority = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 9))
    group_id = Identifier(load_default=None, allow_none=True)
    resolves = fields.Boolean(load_default=True)
    reopen_hours = fields.Integer(load_default=24, validate=validate.Range(0, 24 * 30))
    quiet_hours = fields.Integer(load_default=4, validate=validate.Range(1, 24 * 7))
    most_open = fields.Integer(load_default=50, validate=validate.Range(1, 1000))
    examples = fields.List(
        fields.Nested(AlarmExampleSchema), load_default=list, validate=validate.Length(max=50)
    )


class AlarmRuleMadeSchema(AlarmRuleDraftSchema):
    """A rule of one's own, with the code by which it is called."""

    code = Code(required=True, shortest=1)


class AlarmRuleSchema(AlarmRuleDraftSchema):
    """A rule in force: whether it is shipped, was changed, and how many alarms it has."""

    code = fields.String(required=True)
    shipped = fields.Boolean(required=True)
    changed = fields.Boolean(required=True)
    alarms_on = fields.Integer(required=True)
    tickets_open = fields.Integer(required=True)


def rule_row(one: StandingRule) -> dict[str, Any]:
    """Return what ``AlarmRuleSchema`` dumps."""
    return rule_document(one.rule) | {
        "code": one.rule.code,
        "shipped": one.shipped,
        "changed": one.changed,
        "alarms_on": one.on,
        "tickets_open": one.open,
    }


class AlarmQuerySchema(StrictSchema):
    """Which alarms: those of one rule."""

    from_text = True

    rule = Line(longest=60, load_default="")


class AlarmPartSchema(StrictSchema):
    """A part of an item, and its measure (percent, days, hours … as the rule counts)."""

    subject = fields.String(required=True)
    measure = fields.Float(required=True)


class AlarmSchema(StrictSchema):
    """Something is (``on``) or was wrong with an item; ``count``: how often it was told."""

    id = fields.Integer(required=True)
    rule = fields.String(required=True)
    item_id = fields.Integer(required=True)
    ticket = fields.String(required=True)
    on = fields.Boolean(required=True)
    parts = fields.List(fields.Nested(AlarmPartSchema), required=True)
    count = fields.Integer(required=True)
    first_at = Moment(required=True)
    last_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)


def alarm_row(alarm: Alarm, reference: str) -> dict[str, Any]:
    """Return what ``AlarmSchema`` dumps."""
    return {
        "id": alarm.id,
        "rule": alarm.rule_code,
        "item_id": alarm.item_id,
        "ticket": reference,
        "on": alarm.on,
        "parts": [{"subject": part, "measure": measure} for part, measure in alarm.subjects],
        "count": alarm.count,
        "first_at": alarm.first_at,
        "last_at": alarm.last_at,
        "ended_at": alarm.ended_at,
    }


class AlarmTrialWishSchema(StrictSchema):
    """A rule to be tried on the last days."""

    rule = fields.Nested(AlarmRuleDraftSchema, required=True)
    days = fields.Integer(load_default=14, validate=validate.Range(1, MAX_DAYS))


class AlarmEpisodeSchema(StrictSchema):
    """A ticket that would have been."""

    item_id = fields.Integer(required=True)
    subjects = fields.List(fields.String(), required=True)
    opened_at = Moment(required=True)
    resolved_at = Moment(required=True, allow_none=True)
    count = fields.Integer(required=True)
    reopened = fields.Integer(required=True)


class AlarmTrialSchema(StrictSchema):
    """What a rule would have done since then; without history, only by how things stand now."""

    since = Moment(required=True)
    from_history = fields.Boolean(required=True)
    tickets = fields.Integer(required=True)
    rows = fields.List(fields.Nested(AlarmEpisodeSchema), required=True)


def trial_document(trial: Trial) -> dict[str, Any]:
    """Return what ``AlarmTrialSchema`` dumps."""
    return {
        "since": trial.since,
        "from_history": trial.from_history,
        "tickets": len(trial.episodes),
        "rows": trial.episodes[:_MOST_TOLD],
    }
