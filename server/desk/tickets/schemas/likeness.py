"""The wire format of tickets that are like another."""

from typing import Any

from marshmallow import fields

from server.desk.tickets.queries.likeness import SimilarTicket
from server.desk.tickets.schemas.tickets import TicketRowSchema, ticket_document
from server.foundation.edge.schemas import StrictSchema
from server.foundation.permissions import Actor
from server.items.schemas import ItemRefSchema


class LikeModelSchema(StrictSchema):
    """A model that items of both tickets are of."""

    vendor = fields.String(required=True)
    model = fields.String(required=True)


class SimilarTicketSchema(StrictSchema):
    """A ticket like another: how alike, 0 to 1, and what both share, as far as one may see it."""

    ticket = fields.Nested(TicketRowSchema, required=True)
    score = fields.Float(required=True)
    items = fields.Nested(ItemRefSchema(many=True), required=True)
    models = fields.Nested(LikeModelSchema(many=True), required=True)
    classes = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Classes of items of both, where neither item nor model is one."},
    )
    same_category = fields.Boolean(required=True)
    words = fields.List(fields.String(), required=True)


def similar_document(actor: Actor, one: SimilarTicket) -> dict[str, Any]:
    """Return a similar ticket as the actor may read it."""
    told: dict[str, Any] = SimilarTicketSchema(exclude=("ticket",)).dump(
        {
            "score": one.score,
            "items": one.items,
            "models": one.models,
            "classes": [item.class_code for item in one.classes],
            "same_category": one.same_category,
            "words": one.words,
        }
    )
    return {"ticket": ticket_document(actor, one.ticket, TicketRowSchema), **told}
