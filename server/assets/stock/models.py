"""What lies in stock, and every taking and putting."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class StockArticle(Identified, Base):
    """A consumable in one place."""

    __tablename__ = "stock_article"
    __table_args__ = (
        Index(None, "organisation_id", "name_key", "id"),
        CheckConstraint("quantity >= 0", name="quantity"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    #: The item (site, building, room, rack) in which it lies.
    place_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="SET NULL"), index=True
    )
    quantity: Mapped[int] = mapped_column(default=0)
    #: Fewer are too few.
    minimum: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class StockMovement(Identified, Base):
    """Some were put or taken. Rows are added, never changed."""

    __tablename__ = "stock_movement"
    __table_args__ = (Index(None, "article_id", "id"),)

    article_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("stock_article.id", ondelete="CASCADE")
    )
    at: Mapped[datetime]
    #: Positive: put; negative: taken.
    change: Mapped[int]
    #: How many there were afterwards.
    quantity: Mapped[int]
    #: Who did it; the name stays when the person goes.
    actor: Mapped[str] = mapped_column(String)
    #: For whom it was taken.
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String, default="")
