"""The wire format of precedence, and of who says what."""

from typing import Any

from marshmallow import Schema, fields, validate

from cmdb.engine.precedence_rules import STRATEGIES
from cmdb.records.precedence import StoredPrecedence
from server.foundation.edge.fields import Line
from server.foundation.edge.schemas import Moment, StrictSchema
from server.items.reconciling.setting import PrecedenceTrial
from server.items.reconciling.words import WhoSaysWhat
from server.items.schemas import ItemRefSchema

_SOURCES = validate.Length(max=50)


class PrecedenceDraftSchema(StrictSchema):
    """A rule; without ``attribute`` it is the order of everything, and may set ``fresh_days``."""

    class_code = Line(data_key="class", load_default="")
    attribute = Line(load_default="")
    order = fields.List(Line(longest=100), load_default=list, validate=_SOURCES)
    strategy = fields.String(load_default="highest_source", validate=validate.OneOf(STRATEGIES))
    among = fields.List(Line(longest=100), load_default=list, validate=_SOURCES)
    fresh_days = fields.Dict(keys=fields.String(), values=fields.Float(), load_default=dict)


class PrecedenceTrialDraftSchema(PrecedenceDraftSchema):
    """What to try: a rule, or a source that would come ``first``."""

    first = Line(load_default="", longest=100)


class PrecedenceSchema(StrictSchema):
    """A rule in force."""

    id = fields.Integer(required=True)
    class_code = fields.String(data_key="class", required=True)
    attribute = fields.String(required=True)
    order = fields.List(fields.String(), required=True)
    strategy = fields.String(required=True)
    among = fields.List(fields.String(), required=True)
    fresh_days = fields.Dict(required=True)
    updated_at = Moment(required=True)


def rule_document(row: StoredPrecedence) -> dict[str, Any]:
    """Return what ``PrecedenceSchema`` dumps."""
    said = {"order": [], "strategy": "highest_source", "among": [], "fresh_days": {}} | row.document
    names = ("id", "class_code", "attribute", "updated_at")
    return said | {name: getattr(row, name) for name in names}


class TrialChangeSchema(Schema):
    """One value that would change, and who says each."""

    item = fields.Nested(ItemRefSchema, required=True)
    attribute = fields.String(required=True)
    old = fields.Raw(required=True, allow_none=True)
    old_source = fields.String(required=True, allow_none=True)
    new = fields.Raw(required=True, allow_none=True)
    new_source = fields.String(required=True, allow_none=True)


class PrecedenceTrialSchema(Schema):
    """What would change among the items looked at; the first 50 changes are told."""

    looked_at = fields.Integer(required=True)
    changed_items = fields.Integer(required=True)
    by_attribute = fields.Dict(required=True)
    rows = fields.List(fields.Nested(TrialChangeSchema), required=True)


def trial_document(trial: PrecedenceTrial) -> dict[str, Any]:
    """Return what ``PrecedenceTrialSchema`` dumps."""
    rows = [
        {
            "item": row.item,
            "attribute": row.change.attribute,
            "old": row.change.old,
            "old_source": row.now_said_by,
            "new": row.change.new,
            "new_source": row.change.source,
        }
        for row in trial.rows
    ]
    return {
        "looked_at": trial.looked_at,
        "changed_items": trial.changed_items,
        "by_attribute": dict(trial.by_attribute),
        "rows": rows,
    }


class OverrideSchema(StrictSchema):
    """A person's word, and until when it counts; without ``until`` for ever."""

    values = fields.Dict(keys=fields.String(), required=True)
    until = Moment(load_default=None, allow_none=True)


class WithdrawalQuerySchema(StrictSchema):
    """Which of a source's words to take back; without ``attribute`` all of them."""

    from_text = True

    attribute = fields.List(fields.String(), load_default=list, validate=validate.Length(max=100))


class WordSchema(Schema):
    """What one source says. ``wins``: it counts; ``fresh``: it is young enough to."""

    source = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True)
    since = Moment(required=True)
    seen = Moment(required=True)
    until = Moment(required=True, allow_none=True)
    wins = fields.Boolean(required=True)
    fresh = fields.Boolean(required=True)


class AttributeWordsSchema(Schema):
    """One attribute, how it is decided, and every word on it, the winner first."""

    attribute = fields.String(required=True)
    strategy = fields.String(required=True)
    words = fields.List(fields.Nested(WordSchema), required=True)


class SourceOfItemSchema(Schema):
    """A source of an item; ``id`` serves for taking its words back."""

    id = fields.Integer(required=True)
    source = fields.String(required=True)
    key = fields.String(required=True)
    first_seen_at = Moment(required=True)
    last_seen_at = Moment(required=True)


class WhoSaysWhatSchema(Schema):
    """Who says what of an item."""

    attributes = fields.List(fields.Nested(AttributeWordsSchema), required=True)
    sources = fields.List(fields.Nested(SourceOfItemSchema), required=True)


def words_document(said: WhoSaysWhat) -> dict[str, Any]:
    """Return what ``WhoSaysWhatSchema`` dumps."""
    attributes = [
        {
            "attribute": name,
            "strategy": said.strategies[name],
            "words": [
                {
                    "source": one.source,
                    "value": one.word.value,
                    "since": one.word.since,
                    "seen": one.word.seen,
                    "until": one.word.until,
                    "wins": one.wins,
                    "fresh": one.fresh,
                }
                for one in words
            ],
        }
        for name, words in said.words.items()
    ]
    return {"attributes": attributes, "sources": list(said.sources)}
