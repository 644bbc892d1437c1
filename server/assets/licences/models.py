"""Licences of software, what each is about, and what was bought of it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class SoftwareLicence(Identified, Base):
    """The right to use some software in an organisation and those below it."""

    __tablename__ = "software_licence"
    __table_args__ = (Index(None, "organisation_id", "name_key", unique=True),)

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    vendor: Mapped[str] = mapped_column(String, default="")
    #: By what it is counted: device, user or core.
    metric: Mapped[str] = mapped_column(Key)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class LicencePattern(Identified, Base):
    """Which products a licence is about: a name in which ``*`` stands for anything."""

    __tablename__ = "licence_pattern"
    __table_args__ = (Index(None, "licence_id"),)

    licence_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("software_licence.id", ondelete="CASCADE")
    )
    #: One ecosystem, or "" for any.
    ecosystem: Mapped[str] = mapped_column(Key, default="")
    pattern: Mapped[str] = mapped_column(String)
    #: The same as the database compares it with the keys of products: those from one key up to
    #: another are looked at, so that their index leads to them.
    name_like: Mapped[str] = mapped_column(String)
    name_from: Mapped[str] = mapped_column(Key, server_default="")
    name_until: Mapped[str] = mapped_column(Key, server_default="")
    #: Of a pattern that begins with ``*``: its products up to this one are rows of their own.
    seen_until: Mapped[int] = mapped_column(BigId, default=0, server_default="0")


class PatternProduct(Base):
    """A product that a pattern beginning with ``*`` means: no range of keys leads to it."""

    __tablename__ = "licence_pattern_product"
    __table_args__ = {"sqlite_with_rowid": False}

    pattern_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("licence_pattern.id", ondelete="CASCADE"), primary_key=True
    )
    product_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("software_product.id", ondelete="CASCADE"), primary_key=True
    )


class LicenceEntitlement(Identified, Base):
    """So many were bought, for a time or for good."""

    __tablename__ = "licence_entitlement"
    __table_args__ = (
        Index(None, "licence_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("ends_on >= starts_on", name="period"),
    )

    licence_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("software_licence.id", ondelete="CASCADE")
    )
    quantity: Mapped[int]
    starts_on: Mapped[date | None]
    #: The last day on which it holds; None: for good.
    ends_on: Mapped[date | None]
    supplier_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("supplier.id"), index=True)
    contract_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("contract.id", ondelete="SET NULL"), index=True
    )
    note: Mapped[str] = mapped_column(String, default="")
    created_at: Mapped[datetime]
