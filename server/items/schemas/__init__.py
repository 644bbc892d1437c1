"""The wire format of the register: schemas build values, never rows."""

from server.items.schemas.impacts import (
    AffectedSchema,
    HopSchema,
    ImpactSchema,
    affected_document,
    impact_document,
)
from server.items.schemas.items import (
    FactSectionSchema,
    HistorySchema,
    ItemDraftSchema,
    ItemPatchSchema,
    ItemQuerySchema,
    ItemRefSchema,
    ItemSchema,
    PartySchema,
    SoftwareSchema,
    item_draft,
    item_filter,
)
from server.items.schemas.programs import (
    AgentSchema,
    EnrolledSchema,
    EnrolmentTokenDraftSchema,
    EnrolmentTokenSchema,
    EnrolSchema,
    TakenSchema,
)
from server.items.schemas.relations import (
    GroupSchema,
    RelationDraftSchema,
    RelationRowSchema,
    RelationSchema,
    relation_draft,
    relation_row,
)

__all__ = [
    "AffectedSchema",
    "AgentSchema",
    "EnrolSchema",
    "EnrolledSchema",
    "EnrolmentTokenDraftSchema",
    "EnrolmentTokenSchema",
    "FactSectionSchema",
    "GroupSchema",
    "HistorySchema",
    "HopSchema",
    "ImpactSchema",
    "ItemDraftSchema",
    "ItemPatchSchema",
    "ItemQuerySchema",
    "ItemRefSchema",
    "ItemSchema",
    "PartySchema",
    "RelationDraftSchema",
    "RelationRowSchema",
    "RelationSchema",
    "SoftwareSchema",
    "TakenSchema",
    "affected_document",
    "impact_document",
    "item_draft",
    "item_filter",
    "relation_draft",
    "relation_row",
]
