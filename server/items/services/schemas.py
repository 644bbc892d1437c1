"""The wire format of services: drawing one, and who belongs to it."""

from typing import Any

from marshmallow import fields, validate

from server.foundation.edge.fields import Identifier, Line
from server.foundation.edge.schemas import Moment, StrictSchema
from server.items.deriving.schemas import ExplanationSchema, explanation_document
from server.items.schemas import ItemRefSchema
from server.items.services.drawing import ServiceDraft
from server.items.services.entry import Entry
from server.items.services.membership import MOST_MEMBERS, MemberDraft, Membership
from server.items.services.proposals import Proposal

_NEEDS = ("hard", "soft", "group")
_MANY = validate.Length(max=MOST_MEMBERS)


class MemberDraftSchema(StrictSchema):
    """A member. Without it the service stops (hard), suffers (soft), or loses one of a group."""

    item_id = Identifier(required=True)
    need = fields.String(load_default="hard", validate=validate.OneOf(_NEEDS))
    group = Line(load_default="", longest=255)
    threshold = fields.Float(load_default=1.0, validate=validate.Range(min=0, max=1e9))


class MembersSchema(StrictSchema):
    """Who belongs to a service, and who was left out; both lists replace what was said before."""

    members = fields.List(fields.Nested(MemberDraftSchema), required=True, validate=_MANY)
    rejected_ids = fields.List(Identifier(), load_default=list, validate=_MANY)


class ServiceDraftSchema(StrictSchema):
    """A new business service: name, owner, criticality, entry point, and the members ticked.

    ``member_ids`` are members that the service cannot do without; ``members`` say how.
    ``rejected_ids`` were offered and left out, and are not offered again.
    """

    name = Line(required=True, longest=255, shortest=1)
    organisation_id = Identifier(required=True)
    criticality = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(min=0, max=4)
    )
    owner_person_id = Identifier(load_default=None, allow_none=True)
    owner_group_id = Identifier(load_default=None, allow_none=True)
    entry_item_id = Identifier(load_default=None, allow_none=True)
    listener_id = Identifier(load_default=None, allow_none=True)
    url = Line(load_default="", longest=2000)
    member_ids = fields.List(Identifier(), load_default=list, validate=_MANY)
    members = fields.List(fields.Nested(MemberDraftSchema), load_default=list, validate=_MANY)
    rejected_ids = fields.List(Identifier(), load_default=list, validate=_MANY)


def service_draft(body: dict[str, Any]) -> ServiceDraft:
    """Return the draft that a body describes."""
    plain = [MemberDraft(item_id) for item_id in body.pop("member_ids")]
    members = (*plain, *member_drafts(body.pop("members")))
    refused = tuple(body.pop("rejected_ids"))
    return ServiceDraft(**body, members=members, refused_ids=refused)


def member_drafts(given: list[dict[str, Any]]) -> list[MemberDraft]:
    """Return the members that a body describes."""
    return [MemberDraft(**one) for one in given]


class ProposedGroupSchema(StrictSchema):
    """Items of which some are enough."""

    name = fields.String(required=True)
    rule = fields.String(required=True)
    threshold = fields.Float(required=True)
    members = fields.Integer(required=True)


class ProposalSchema(StrictSchema):
    """An item that may belong to a service.

    ``stand``: entry, open (somebody decides), along (falls with the service anyway), follows (comes
    with one that is open). ``evidence``: entry, or needed. ``why`` is the relation it was found by.
    """

    item = fields.Nested(ItemRefSchema, required=True)
    layer = fields.Integer(required=True)
    evidence = fields.String(required=True)
    stand = fields.String(required=True)
    need = fields.String(required=True)
    via = fields.Nested(ItemRefSchema, required=True, allow_none=True)
    group = fields.Nested(ProposedGroupSchema, required=True, allow_none=True)
    why = fields.Nested(ExplanationSchema, required=True, allow_none=True)


def proposal_document(one: Proposal) -> dict[str, Any]:
    """Return a proposal as the wire wants it."""
    return {
        "item": one.item,
        "layer": one.layer,
        "evidence": "needed" if one.layer else "entry",
        "stand": one.stand,
        "need": one.need,
        "via": one.via,
        "group": one.group,
        "why": explanation_document(one.why) if one.why else None,
    }


class ServiceMemberSchema(StrictSchema):
    """A member that a service has."""

    item = fields.Nested(ItemRefSchema, required=True)
    need = fields.String(required=True)
    group = fields.String(required=True)
    threshold = fields.Float(required=True, allow_none=True)
    relation_id = fields.Integer(required=True)
    source = fields.String(required=True)


class RefusedSchema(StrictSchema):
    """An item that a person left out."""

    item = fields.Nested(ItemRefSchema, required=True)
    at = Moment(required=True)


class MembershipSchema(StrictSchema):
    """A service's members, what is proposed beside them, what comes along, what was left out."""

    service = fields.Nested(ItemRefSchema, required=True)
    members = fields.List(fields.Nested(ServiceMemberSchema), required=True)
    proposals = fields.List(fields.Nested(ProposalSchema), required=True)
    along = fields.List(fields.Nested(ProposalSchema), required=True)
    rejected = fields.List(fields.Nested(RefusedSchema), required=True)


def membership_document(found: Membership) -> dict[str, Any]:
    """Return a membership as the wire wants it."""
    return {
        "service": found.service,
        "members": [
            {
                "item": one.item,
                "need": one.need,
                "group": one.group.name if one.group else "",
                "threshold": one.group.threshold if one.group else None,
                "relation_id": one.relation.id,
                "source": one.relation.source,
            }
            for one in found.members
        ],
        "proposals": [proposal_document(one) for one in found.proposals],
        "along": [proposal_document(one) for one in found.below if not one.open],
        "rejected": [{"item": one.item, "at": one.at} for one in found.refused],
    }


class ServiceEntryQuerySchema(StrictSchema):
    """An address as people use it."""

    from_text = True

    address = fields.String(required=True, validate=validate.Length(min=1, max=2000))


class ServiceEntrySchema(StrictSchema):
    """An item behind an address, and the listening port there if one was named and is known."""

    item = fields.Nested(ItemRefSchema, required=True)
    listener_id = fields.Integer(required=True, allow_none=True)
    port = fields.Integer(required=True, allow_none=True)
    process = fields.String(required=True)
    found_by = fields.String(required=True)


def entry_document(entry: Entry) -> dict[str, Any]:
    """Return an entry point as the wire wants it."""
    listener = entry.listener
    return {
        "item": entry.item,
        "listener_id": listener.id if listener else None,
        "port": listener.port if listener else None,
        "process": listener.process if listener else "",
        "found_by": entry.found_by,
    }
