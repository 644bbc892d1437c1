"""Where foreign agents may report, and those that wait for somebody to admit them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class InventorySource(Identified, Base):
    """A door for foreign agents of one organisation, at ``/inventory/<slug>``.

    ``authentication`` is none, basic, token or oauth. The secret is 256 random bits, so a plain
    hash of it is safe to store.
    """

    __tablename__ = "inventory_source"

    slug: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    authentication: Mapped[str] = mapped_column(Key)
    user_name: Mapped[str] = mapped_column(String, default="")
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    #: Whether who comes with the right word is taken in at once, or waits like a stranger.
    admits: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]


class WaitingSender(Identified, Base):
    """A foreign agent that nobody has admitted yet; its last whole report waits with it."""

    __tablename__ = "waiting_sender"
    __table_args__ = (
        Index(None, "organisation_id", "device_id", unique=True),
        Index(None, "last_seen_at"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    source_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("inventory_source.id", ondelete="SET NULL")
    )
    device_id: Mapped[str] = mapped_column(Key)
    dialect: Mapped[str] = mapped_column(Key)
    hostname: Mapped[str] = mapped_column(String, default="")
    version: Mapped[str] = mapped_column(String, default="")
    tag: Mapped[str] = mapped_column(String, default="")
    address: Mapped[str] = mapped_column(String, default="")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    messages: Mapped[int] = mapped_column(default=0)
    #: The last whole report as it was sent, packed by zlib; None before the first.
    report: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: An administrator does not want to hear from it.
    refused_at: Mapped[datetime | None]
