"""Contracts, and which items they cover."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Contract(Identified, Base):
    """A promise of a supplier: warranty, support, service, lease or licence."""

    __tablename__ = "contract"
    __table_args__ = (
        Index(None, "organisation_id", "reference", unique=True),
        Index(None, "ends_on"),
        CheckConstraint("ends_on >= starts_on", name="period"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    reference: Mapped[str] = mapped_column(Key)
    name: Mapped[str] = mapped_column(String)
    supplier: Mapped[str] = mapped_column(String)
    kind: Mapped[str] = mapped_column(Key)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime]


class ItemContract(Base):
    """A contract covers an item."""

    __tablename__ = "item_contract"

    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    contract_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("contract.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
