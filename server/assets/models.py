"""Suppliers, contracts with them, and which items those cover."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, column_property, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Supplier(Identified, Base):
    """Whom an organisation buys from."""

    __tablename__ = "supplier"
    __table_args__ = (Index(None, "organisation_id", "name_key", unique=True),)

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    email: Mapped[str] = mapped_column(String, default="")
    phone: Mapped[str] = mapped_column(String, default="")
    website: Mapped[str] = mapped_column(String, default="")
    customer_number: Mapped[str] = mapped_column(String, default="")
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


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
    supplier_id: Mapped[int] = mapped_column(BigId, ForeignKey("supplier.id"), index=True)
    #: What the supplier is called today; read with the row, never written.
    supplier: Mapped[str] = column_property(
        select(Supplier.name)
        .where(Supplier.id == supplier_id)
        .correlate_except(Supplier)
        .scalar_subquery()
    )
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
