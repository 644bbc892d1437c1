"""The wire format of impact: whole answers, and what is found out beside them."""

from server.items.impacts.schemas.answers import (
    ExportQuerySchema,
    ImpactAnswerSchema,
    ImpactQuestionSchema,
    ImpactWishSchema,
    impact_question,
)
from server.items.impacts.schemas.findings import (
    CausesSchema,
    GroupLossesSchema,
    NeedsQuerySchema,
    NeedsSchema,
    RankingQuerySchema,
    RankingSchema,
    SymptomsSchema,
    WayQuerySchema,
    WaySchema,
    WeakPointsQuerySchema,
    WeakPointsSchema,
    WeakServiceQuerySchema,
    WeakServicesSchema,
)
from server.items.impacts.schemas.outages import (
    OutageAnswerSchema,
    OutageQuerySchema,
    OutageQuestionSchema,
)

__all__ = [
    "CausesSchema",
    "ExportQuerySchema",
    "GroupLossesSchema",
    "ImpactAnswerSchema",
    "ImpactQuestionSchema",
    "ImpactWishSchema",
    "NeedsQuerySchema",
    "NeedsSchema",
    "OutageAnswerSchema",
    "OutageQuerySchema",
    "OutageQuestionSchema",
    "RankingQuerySchema",
    "RankingSchema",
    "SymptomsSchema",
    "WayQuerySchema",
    "WaySchema",
    "WeakPointsQuerySchema",
    "WeakPointsSchema",
    "WeakServiceQuerySchema",
    "WeakServicesSchema",
    "impact_question",
]
