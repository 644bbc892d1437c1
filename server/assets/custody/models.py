"""Items in the hands of people."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified


class Custody(Identified, Base):
    """An item was given to a person; over once it is returned or declined."""

    __tablename__ = "custody"
    __table_args__ = (
        Index(None, "item_id", "id"),
        Index(None, "person_id", "ended_at", "id"),
        Index(None, "ended_at", "id"),
    )

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    given_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    given_at: Mapped[datetime]
    #: When the person said that they have it.
    accepted_at: Mapped[datetime | None]
    #: When they said that they do not; ``note`` holds why.
    declined_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String, default="")
