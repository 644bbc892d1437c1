"""The wire format of impact: whole answers, and what is found out beside them."""

from server.items.impacts.schemas.answers import (
    ImpactAnswerSchema,
    ImpactQuestionSchema,
    ImpactWishSchema,
    impact_question,
)

__all__ = [
    "ImpactAnswerSchema",
    "ImpactQuestionSchema",
    "ImpactWishSchema",
    "impact_question",
]
