"""What changed, when it was recorded, when it was observed, who said so and in which request."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key, unchecked

#: A member of a section that came and went again and again within this time flaps: that is said
#: once, and nothing more of it while it lasts.
FLAPPING_WITHIN = timedelta(hours=24)


class HistoryEntry(Identified, Base):
    """One difference.

    ``kind``: created, changed, section, related, unrelated, merged, party; or event, which is none
    but what a device announced by itself, and which ``subject`` names.

    ``detail`` is {"old": …, "new": …} for values; {"section", "added", "removed", "changed"} for
    members of a section; the relation's type and weight for relations, whose far end is
    ``other_id``.
    """

    __tablename__ = "history_entry"
    __table_args__ = (Index(None, "item_id", "id"), Index(None, "other_id", "id"))

    item_id: Mapped[int] = mapped_column(BigId, info=unchecked("item.id"))
    other_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(index=True)
    observed_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Key)
    subject: Mapped[str] = mapped_column(Key, default="")
    detail: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(Key)
    person_id: Mapped[int | None] = mapped_column(BigId)
    request_id: Mapped[str] = mapped_column(Key, default="")
