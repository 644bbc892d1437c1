"""Which source wins where, as people set it, and words of people that will not hold for ever."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class StoredPrecedence(Identified, Base):
    """One rule; ``class_code`` and ``attribute`` are "" where it holds for all."""

    __tablename__ = "precedence_rule"
    __table_args__ = (Index(None, "class_code", "attribute", unique=True),)

    class_code: Mapped[str] = mapped_column(Key)
    attribute: Mapped[str] = mapped_column(Key)
    #: order, strategy, among, fresh_days
    document: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId)


class WordExpiry(Base):
    """A person's word on an attribute counts until then; the next source counts afterwards."""

    __tablename__ = "word_expiry"
    __table_args__ = (Index(None, "until"),)

    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    attribute: Mapped[str] = mapped_column(Key, primary_key=True)
    until: Mapped[datetime]


def stored_precedence(session: Session) -> list[StoredPrecedence]:
    """Return the rules that people set, the general one first."""
    order = (StoredPrecedence.class_code, StoredPrecedence.attribute)
    return list(session.scalars(select(StoredPrecedence).order_by(*order)))
