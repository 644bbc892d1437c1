"""SNMP credentials, sealed; and probes of devices with what came of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class SnmpCredential(Identified, Base):
    """How to ask devices of an organisation. The secrets are sealed and never read back."""

    __tablename__ = "snmp_credential"
    __table_args__ = (Index(None, "organisation_id", "name_key", unique=True),)

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    #: "1", "2c" or "3".
    version: Mapped[str] = mapped_column(Key)
    user: Mapped[str] = mapped_column(String, default="")
    auth_protocol: Mapped[str] = mapped_column(Key, default="")
    priv_protocol: Mapped[str] = mapped_column(Key, default="")
    #: The community, or {"auth": …, "priv": …}; sealed (``foundation.secrets``).
    sealed: Mapped[str] = mapped_column(String, default="")
    created_at: Mapped[datetime]


class Probe(Identified, Base):
    """One visit to one device: asked for, under way, and what came of it."""

    __tablename__ = "probe"
    __table_args__ = (Index(None, "organisation_id", "id"), Index(None, "item_id"))

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    target: Mapped[str] = mapped_column(String)
    port: Mapped[int]
    credential_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("snmp_credential.id", ondelete="SET NULL")
    )
    #: "queued", "found", "review", "unreachable" or "failed".
    state: Mapped[str] = mapped_column(Key, default="queued")
    #: Why there is nothing, in a sentence.
    reason: Mapped[str] = mapped_column(String, default="")
    item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id", ondelete="SET NULL"))
    #: What the register made of it: "created", "updated", "unchanged".
    outcome: Mapped[str] = mapped_column(Key, default="")
    asked_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: Interfaces read, seconds taken, probes that failed.
    detail: Mapped[dict[str, Any]]
