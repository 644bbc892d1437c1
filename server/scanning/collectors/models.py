"""Collectors of remote sites, and the errands that wait for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Collector(Identified, Base):
    """A program at a remote site that does scans there. Of its secrets only digests are kept."""

    __tablename__ = "collector"
    __table_args__ = (
        Index(None, "organisation_id", "name_key", unique=True),
        Index(None, "key_hash", unique=True),
        Index(None, "token_hash", unique=True),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    #: Of the token with which it may enrol; none once it was used.
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_expires_at: Mapped[datetime | None]
    #: Of the key with which it proves itself.
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: To which credentials are sealed (X25519, base64).
    public_key: Mapped[str] = mapped_column(Key, default="")
    hostname: Mapped[str] = mapped_column(String, default="")
    version: Mapped[str] = mapped_column(String, default="")
    #: Deliveries that waited there when it last asked.
    backlog: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    enrolled_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class CollectorErrand(Identified, Base):
    """One thing a collector is to do. It is deleted when it is done; what came of it stays."""

    __tablename__ = "collector_errand"
    __table_args__ = (
        Index(None, "collector_id", "id"),
        # Ids are never given twice: a late delivery must not meet another errand.
        {"sqlite_autoincrement": True},
    )

    collector_id: Mapped[int] = mapped_column(BigId, ForeignKey("collector.id", ondelete="CASCADE"))
    #: "sweep", "probe" or "check".
    kind: Mapped[str] = mapped_column(Key)
    #: What it is about: ``run_id``, ``probe_id``, or the check with its ticket. No secrets.
    payload: Mapped[dict[str, Any]]
    #: "waiting", "taken" or "stopping".
    state: Mapped[str] = mapped_column(Key, default="waiting")
    #: How often it was handed out; deliveries name it.
    attempt: Mapped[int] = mapped_column(default=0)
    #: So many results of this attempt have been taken.
    delivered: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
