"""Makers, their models, and which item is one of which model."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Vendor(Identified, Base):
    """Who makes things; ``name_key`` is what all ways of writing it have in common."""

    __tablename__ = "vendor"

    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key, unique=True)
    created_at: Mapped[datetime]


class ProductModel(Identified, Base):
    """A model of a maker: what all its items have in common."""

    __tablename__ = "product_model"
    __table_args__ = (
        Index(None, "vendor_id", "name_key", unique=True),
        Index(None, "name_key", "id"),
        Index(None, "support_ends_on"),
    )

    vendor_id: Mapped[int] = mapped_column(BigId, ForeignKey("vendor.id"))
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    part_number: Mapped[str] = mapped_column(String, default="")
    sale_ends_on: Mapped[date | None]
    support_ends_on: Mapped[date | None]
    life_ends_on: Mapped[date | None]
    #: What items of it have unless somebody says otherwise, by attribute.
    defaults: Mapped[dict[str, Any]]
    #: A person wrote it down; others were read off items, and are seen by who sees one of those.
    by_hand: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class ItemOfModel(Base):
    """An item is one of a model, by what its sources say or (``pinned``) because a person says."""

    __tablename__ = "item_of_model"

    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: None: what the item says names no model.
    model_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("product_model.id"), index=True)
    pinned: Mapped[bool] = mapped_column(default=False)
    #: What was read; the item is looked at again when it says something else.
    vendor_said: Mapped[str] = mapped_column(String, default="")
    model_said: Mapped[str] = mapped_column(String, default="")
    #: Of which model, in which version, the defaults were said of the item last; 0: of none.
    said_model_id: Mapped[int] = mapped_column(BigId, default=0, server_default="0")
    said_version: Mapped[int] = mapped_column(default=0, server_default="0")
