"""Rules that people wrote or changed, and what people said of single results."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class StoredRule(Identified, Base):
    """A rule of one's own, or what one made of a shipped rule of the same code."""

    __tablename__ = "derivation_rule"

    code: Mapped[str] = mapped_column(Key, unique=True)
    #: As ``cmdb.engine.derivation.read_rule`` takes it.
    document: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))


class DerivationVerdict(Identified, Base):
    """A person said no to a derived relation: it is not derived again until that is taken back."""

    __tablename__ = "derivation_verdict"
    __table_args__ = (
        Index(None, "start_id", "end_id", "type_code", unique=True),
        Index(None, "end_id"),
        Index(None, "organisation_id", "id"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    start_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    end_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    type_code: Mapped[str] = mapped_column(Key)
    rule: Mapped[str] = mapped_column(Key, default="")
    evidence: Mapped[dict[str, Any]]
    #: The relation that a person put in its place.
    instead_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("relation.id", ondelete="SET NULL")
    )
    note: Mapped[str] = mapped_column(String, default="")
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    at: Mapped[datetime]


class ServiceRejection(Base):
    """An item was offered as a member of a service, and a person left it out."""

    __tablename__ = "service_rejection"
    __table_args__ = (Index(None, "item_id"),)

    service_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    at: Mapped[datetime]
