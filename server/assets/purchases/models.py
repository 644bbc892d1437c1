"""How an item was bought."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Key


class ItemPurchase(Base):
    """How an item was bought. Money is in hundredths of ``currency``."""

    __tablename__ = "item_purchase"
    __table_args__ = (
        Index(None, "warranty_ends_on"),
        Index(None, "supplier_id"),
        CheckConstraint("price_hundredths IS NULL OR currency <> ''", name="currency"),
    )

    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    supplier_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("supplier.id"))
    order_number: Mapped[str] = mapped_column(String, default="")
    bought_on: Mapped[date | None]
    price_hundredths: Mapped[int | None] = mapped_column(BigId)
    currency: Mapped[str] = mapped_column(Key, default="")
    warranty_ends_on: Mapped[date | None]
    #: Over how many months its worth goes down to ``residual_hundredths``; None: nobody has said.
    months: Mapped[int | None]
    residual_hundredths: Mapped[int] = mapped_column(BigId, default=0)
    updated_at: Mapped[datetime]
