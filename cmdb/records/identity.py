"""What people decide about identity: questions, merges and splits, and values that say nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class IdentityReview(Identified, Base):
    """An observation that fits several items: a person decides, nothing is picked silently.

    ``resolution`` is "same", "new" or "ignored" once ``resolved_at`` is set. The answer is
    remembered: the same evidence under the same key is not asked about again.
    """

    __tablename__ = "identity_review"
    __table_args__ = (
        Index(None, "organisation_id", "source", "key"),
        Index(None, "resolved_at", "id"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    source: Mapped[str] = mapped_column(Key)
    key: Mapped[str] = mapped_column(Key, default="")
    class_code: Mapped[str] = mapped_column(Key)
    name: Mapped[str] = mapped_column(String, default="")
    #: A digest of the evidence that can tell machines apart.
    fingerprint: Mapped[str] = mapped_column(Key, default="", server_default="")
    observation: Mapped[dict[str, Any]]
    candidates: Mapped[list[Any]]
    why: Mapped[str] = mapped_column(String, default="", server_default="")
    at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolution: Mapped[str] = mapped_column(String, default="")
    resolved_by_id: Mapped[int | None] = mapped_column(BigId)
    item_id: Mapped[int | None] = mapped_column(BigId)


class IdentityAct(Identified, Base):
    """Two items became one ("merged"), or one became two ("split").

    ``trail`` holds what it takes to undo it. ``other_id`` is the item that was merged away, or
    the one that was split off.
    """

    __tablename__ = "identity_act"
    __table_args__ = (Index(None, "item_id", "id"), Index(None, "other_id", "id"))

    kind: Mapped[str] = mapped_column(Key)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId)
    trail: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(BigId)


class JunkValue(Identified, Base):
    """A value that an administrator has declared to identify nobody.

    ``identifies``: the other way round, a value of a shipped list (``kind`` is the list's name)
    that identifies after all.
    """

    __tablename__ = "junk_value"
    __table_args__ = (Index(None, "identifies", "kind", "value", unique=True),)

    #: A kind of evidence.
    kind: Mapped[str] = mapped_column(Key)
    #: In its normal form; of a MAC address the beginning is enough, a serial stands without maker.
    value: Mapped[str] = mapped_column(Key)
    note: Mapped[str] = mapped_column(String, default="")
    identifies: Mapped[bool] = mapped_column(default=False, server_default=false())
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId)


def exempt_values(session: Session) -> frozenset[tuple[str, str]]:
    """Return the values of shipped lists that identify after all, as (list, value)."""
    query = select(JunkValue.kind, JunkValue.value).where(JunkValue.identifies)
    return frozenset((row.kind, row.value) for row in session.execute(query))
