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
