"""The wire format of questions of identity, merges, splits and junk values."""

from typing import Any

from marshmallow import fields, validate

from cmdb.inventory.merging import MergePreview
from cmdb.inventory.splitting import SplitPreview
from cmdb.observation import Identifier as Evidence
from cmdb.vocabulary import IdentifierKind
from server.foundation.edge.fields import Identifier, Line, QueryIdentifier
from server.foundation.edge.schemas import Moment, StrictSchema
from server.items.identity.explaining import Explanation
from server.items.identity.queries import CandidateRow, ReviewView
from server.items.identity.reviewing import ANSWERS
from server.items.modelling.evidence import ClassEvidence
from server.items.schemas import ItemRefSchema

_MANY = validate.Length(max=100)


class ReviewSchema(StrictSchema):
    """A question of identity; ``resolution`` is empty while it waits."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    source = fields.String(required=True)
    key = fields.String(required=True)
    item_class = fields.String(data_key="class", attribute="class_code", required=True)
    name = fields.String(required=True)
    why = fields.String(required=True)
    at = Moment(required=True)
    resolved_at = Moment(required=True, allow_none=True)
    resolution = fields.String(required=True)
    item_id = fields.Integer(required=True, allow_none=True)


class LineSchema(StrictSchema):
    """One piece of evidence weighed against a candidate; ``weight`` is signed."""

    kind = fields.String(required=True)
    value = fields.String(required=True)
    weight = fields.Float(required=True)
    verdict = fields.String(required=True)
    why = fields.String(required=True)


class CandidateSchema(StrictSchema):
    """An item that the question could mean; ``item`` is null when it is out of sight."""

    item = fields.Nested(ItemRefSchema, required=True, allow_none=True)
    score = fields.Float(required=True)
    writable = fields.Boolean(required=True)
    lines = fields.List(fields.Nested(LineSchema), required=True)


class EvidenceSchema(StrictSchema):
    """An identifier, in its normal form."""

    kind = Line(required=True, longest=40, shortest=1)
    value = Line(required=True, longest=400, shortest=1)


class ComparedSchema(StrictSchema):
    """One attribute: what was reported, and what each candidate says (by item id)."""

    attribute = fields.String(required=True)
    reported = fields.Raw(required=True, allow_none=True)
    candidates = fields.Dict(keys=fields.String(), required=True)


class ReviewViewSchema(ReviewSchema):
    """A question with its candidates side by side, weighed on what is known now.

    ``outcome`` is what would be decided today: match, create, review or ignore.
    """

    outcome = fields.String(required=True)
    evidence = fields.List(fields.Nested(EvidenceSchema), required=True)
    candidates = fields.List(fields.Nested(CandidateSchema), required=True)
    values = fields.List(fields.Nested(ComparedSchema), required=True)


def review_document(view: ReviewView) -> dict[str, Any]:
    """Return what ``ReviewViewSchema`` writes."""
    review = view.review
    return {
        **{name: getattr(review, name) for name in _REVIEW},
        "why": view.why,
        "outcome": view.outcome,
        "evidence": view.seen.identifiers,
        "candidates": [_candidate(row) for row in view.candidates],
        "values": [
            {
                "attribute": name,
                "reported": said,
                "candidates": {str(item_id): value for item_id, value in theirs.items()},
            }
            for name, (said, theirs) in view.values.items()
        ],
    }


_REVIEW = (
    "id",
    "organisation_id",
    "source",
    "key",
    "class_code",
    "name",
    "at",
    "resolved_at",
    "resolution",
    "item_id",
)


def _candidate(row: CandidateRow) -> dict[str, Any]:
    """Return a candidate; what out-of-sight items carry is not told."""
    lines = row.lines if row.item is not None else ()
    return {"item": row.item, "score": row.score, "writable": row.writable, "lines": lines}


class AnswerSchema(StrictSchema):
    """The decision of a question; ``item_id`` goes with "same", ``class`` with "new"."""

    answer = fields.String(required=True, validate=validate.OneOf([*ANSWERS]))
    item_id = Identifier(load_default=None, allow_none=True)
    class_code = Line(data_key="class", load_default="", longest=100)


class OtherQuerySchema(StrictSchema):
    """Which item would be merged into the one of the address."""

    from_text = True

    other_id = QueryIdentifier(required=True)


class MergeSchema(StrictSchema):
    """A merge: ``other_id`` goes; ``other_version`` is what was read of it."""

    other_id = Identifier(required=True)
    other_version = fields.Integer(load_default=None, allow_none=True)


class ValueChoiceSchema(StrictSchema):
    """One attribute of two items, and what will stand."""

    attribute = fields.String(required=True)
    kept = fields.Raw(required=True, allow_none=True)
    gone = fields.Raw(required=True, allow_none=True)
    result = fields.Raw(required=True, allow_none=True)
    conflict = fields.Boolean(required=True)


class MergePreviewSchema(StrictSchema):
    """What a merge would do. ``rows`` are rows that move and rows both items have, by table."""

    kept_id = fields.Integer(required=True)
    gone_id = fields.Integer(required=True)
    gone_version = fields.Integer(required=True)
    item_class = fields.String(data_key="class", attribute="class_code", required=True)
    values = fields.List(fields.Nested(ValueChoiceSchema), required=True)
    sources = fields.List(fields.Dict(keys=fields.String()), required=True)
    rival_facts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    identifiers = fields.Integer(required=True)
    relations = fields.Integer(required=True)
    history = fields.Integer(required=True)
    rows = fields.Dict(keys=fields.String(), required=True)


def merge_document(shown: MergePreview) -> dict[str, Any]:
    """Return what ``MergePreviewSchema`` writes."""
    return {
        "kept_id": shown.kept.id,
        "gone_id": shown.gone.id,
        "gone_version": shown.gone.version,
        "class_code": shown.class_code,
        "values": shown.values,
        "sources": [{"source": s, "key": k, "words": n} for s, k, n in shown.sources],
        "rival_facts": shown.rival_facts,
        "identifiers": shown.identifiers,
        "relations": shown.relations,
        "history": shown.history,
        "rows": {name: {"move": m, "double": d} for name, (m, d) in shown.rows.items()},
    }


class SplitSchema(StrictSchema):
    """A split: which sources (ids of the item's sources) and which evidence leave."""

    source_ids = fields.List(Identifier(), required=True, validate=_MANY)
    identifiers = fields.List(fields.Nested(EvidenceSchema), load_default=list, validate=_MANY)


def evidence_in(body: dict[str, Any]) -> list[Evidence]:
    """Return the evidence that a split names."""
    return [Evidence(IdentifierKind(one["kind"]), one["value"]) for one in body["identifiers"]]


class SplitPreviewSchema(StrictSchema):
    """What a split would do: in ``values`` kept is now, gone the new item, result what stays."""

    values = fields.List(fields.Nested(ValueChoiceSchema), required=True)
    sources = fields.List(fields.Dict(keys=fields.String()), required=True)
    evidence = fields.List(fields.Nested(EvidenceSchema), required=True)
    shared = fields.List(fields.Nested(EvidenceSchema), required=True)
    facts = fields.List(fields.String(), required=True)


def split_document(shown: SplitPreview) -> dict[str, Any]:
    """Return what ``SplitPreviewSchema`` writes."""
    return {
        "values": shown.values,
        "sources": [{"source": source, "key": key} for source, key in shown.sources],
        "evidence": shown.evidence,
        "shared": shown.shared,
        "facts": shown.facts,
    }


class IdentityActSchema(StrictSchema):
    """A merge or a split: ``other_id`` went into ``item_id``, or came out of it."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["merged", "split"]))
    item_id = fields.Integer(required=True)
    other_id = fields.Integer(required=True)
    at = Moment(required=True)
    person_id = fields.Integer(required=True, allow_none=True)
    undone_at = Moment(required=True, allow_none=True)


class WeighedSchema(EvidenceSchema):
    """An identifier of an item: who told it, what it is worth, and why not more.

    ``why`` is alone, shared, crowd, dock, asks (never decides), junk or ignored (does not count
    for its class).
    """

    source = fields.String(required=True)
    first_seen_at = Moment(required=True, allow_none=True)
    last_seen_at = Moment(required=True)
    carriers = fields.Integer(required=True)
    weight = fields.Float(required=True)
    why = fields.String(required=True)


class SpeakerSchema(StrictSchema):
    """A source that speaks of an item; ``id`` is what a split names."""

    id = fields.Integer(required=True)
    source = fields.String(required=True)
    key = fields.String(required=True)
    first_seen_at = Moment(required=True)
    last_seen_at = Moment(required=True)


class ClassEvidenceSchema(StrictSchema):
    """What one kind of evidence is worth for items of a class.

    ``weight`` speaks for an item that carries the same, ``against`` against one that carries
    another; ``alone``: it may decide by itself. ``said_by`` is the class whose rule says so, ""
    what holds for all. ``keys`` are attributes which together identify.
    """

    kind = fields.String(required=True)
    counts = fields.Boolean(required=True)
    weight = fields.Float(required=True)
    against = fields.Float(required=True)
    alone = fields.Boolean(required=True)
    said_by = fields.String(required=True)
    keys = fields.List(fields.List(fields.String()), required=True)


def class_evidence(rule: ClassEvidence) -> dict[str, Any]:
    """Return what ``ClassEvidenceSchema`` writes."""
    return {
        "kind": rule.kind,
        "counts": rule.counts,
        "weight": rule.weight.in_favour,
        "against": rule.weight.against,
        "alone": rule.alone,
        "said_by": rule.said_by,
        "keys": rule.keys,
    }


class IdentitySchema(StrictSchema):
    """Why an item is what it is; ``rules`` are those of its class."""

    evidence = fields.List(fields.Nested(WeighedSchema), required=True)
    sources = fields.List(fields.Nested(SpeakerSchema), required=True)
    acts = fields.List(fields.Nested(IdentityActSchema), required=True)
    decisions = fields.List(fields.Nested(ReviewSchema), required=True)
    rules = fields.List(fields.Nested(ClassEvidenceSchema), required=True)


def identity_document(found: Explanation) -> dict[str, Any]:
    """Return what ``IdentitySchema`` writes."""
    return {
        "evidence": [
            {
                "kind": row.identifier.kind,
                "value": row.identifier.value,
                "source": row.source,
                "first_seen_at": row.first_seen_at,
                "last_seen_at": row.last_seen_at,
                "carriers": row.carriers,
                "weight": row.worth.weight,
                "why": row.worth.why,
            }
            for row in found.evidence
        ],
        "sources": found.sources,
        "acts": found.acts,
        "decisions": found.decisions,
        "rules": [class_evidence(rule) for rule in found.rules],
    }


class JunkDraftSchema(StrictSchema):
    """A value to be declared junk; of a MAC address the first three bytes are enough."""

    kind = Line(required=True, longest=40, shortest=1)
    value = Line(required=True, longest=200, shortest=1)
    note = Line(load_default="", longest=200)


class JunkSchema(StrictSchema):
    """A value that an administrator has declared to identify nobody."""

    id = fields.Integer(required=True)
    kind = fields.String(required=True)
    value = fields.String(required=True)
    note = fields.String(required=True)
    at = Moment(required=True)
    person_id = fields.Integer(required=True, allow_none=True)


class ExemptDraftSchema(StrictSchema):
    """A value of a shipped list that identifies after all; ``list`` is text, uuid, mac or dock."""

    kind = Line(data_key="list", required=True, longest=40, shortest=1)
    value = Line(required=True, longest=200, shortest=1)
    note = Line(load_default="", longest=200)


class ExemptSchema(StrictSchema):
    """A value that an administrator has taken off a shipped list."""

    id = fields.Integer(required=True)
    kind = fields.String(data_key="list", required=True)
    value = fields.String(required=True)
    note = fields.String(required=True)
    at = Moment(required=True)
    person_id = fields.Integer(required=True, allow_none=True)


class JunkListSchema(StrictSchema):
    """The whole list: ``shipped`` as it counts, what was added, and what was taken off."""

    shipped = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    own = fields.List(fields.Nested(JunkSchema), required=True)
    exempt = fields.List(fields.Nested(ExemptSchema), required=True)
