"""Accounts of computers that directories hold."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class DirectoryComputer(Identified, Base):
    """One account, as the directory last showed it.

    Which item it stands for is the register's to say: the one that the source "directory" knows in
    ``organisation_id`` by ``external_id``.
    """

    __tablename__ = "directory_computer"
    __table_args__ = (
        Index(None, "directory_id", "external_id", unique=True),
        Index(None, "directory_id", "name_key", "id"),
    )

    directory_id: Mapped[int] = mapped_column(BigId, ForeignKey("directory.id", ondelete="CASCADE"))
    #: entryUUID or objectGUID as a lower-case UUID.
    external_id: Mapped[str] = mapped_column(Key)
    #: Where its item is, or would be: the directory's organisation, or one below it.
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    dn: Mapped[str] = mapped_column(String)
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    fqdn: Mapped[str] = mapped_column(Key)
    os: Mapped[str] = mapped_column(String)
    os_version: Mapped[str] = mapped_column(String)
    last_logon: Mapped[date | None]
    created_on: Mapped[date | None]
    disabled: Mapped[bool]
    #: Why it stands for no item (``rules.computers``); "" when it stands for one.
    why: Mapped[str] = mapped_column(Key)
    first_seen_at: Mapped[datetime]
    #: When a run last saw it there.
    seen_at: Mapped[datetime]
    #: Since when it is missing there; None while it is there.
    gone_at: Mapped[datetime | None]
