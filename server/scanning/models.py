"""SNMP credentials, sealed; and probes of devices with what came of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Document, Identified, Key


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


class CredentialFit(Identified, Base):
    """Which credential an address answered to last, as seen from one place: it is tried first."""

    __tablename__ = "credential_fit"
    __table_args__ = (
        Index(None, "organisation_id", "collector_id", "address", "port", unique=True),
        Index(None, "credential_id"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    #: Who asked, for two sites may use the same addresses; 0 is this server.
    collector_id: Mapped[int] = mapped_column(BigId)
    address: Mapped[str] = mapped_column(Key)
    port: Mapped[int]
    credential_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("snmp_credential.id", ondelete="CASCADE")
    )
    #: Digest of the credential as it is kept, sealed: of another secret nothing is remembered.
    mark: Mapped[str] = mapped_column(Key)
    fitted_at: Mapped[datetime]


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
    #: Who visits it; nobody: this server.
    collector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("collector.id"))
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


class ScanRange(Identified, Base):
    """Address ranges that belong together: swept with certain credentials, on a schedule or not."""

    __tablename__ = "scan_range"
    __table_args__ = (Index(None, "organisation_id", "name_key", unique=True),)

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    #: One range a line, as ``discovery.targets.ranges`` reads them.
    addresses: Mapped[str] = mapped_column(String)
    #: Ids of credentials, in the order in which they are tried.
    credential_ids: Mapped[list[int]] = mapped_column(Document)
    port: Mapped[int] = mapped_column(default=161)
    #: Packets a second, at most.
    pace: Mapped[int] = mapped_column(default=2000)
    #: Five cron fields (UTC); empty for a range that is swept when somebody asks.
    cron: Mapped[str] = mapped_column(Key, default="")
    #: Who sweeps it; nobody: this server.
    collector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("collector.id"))
    created_at: Mapped[datetime]


class ScanRun(Identified, Base):
    """One sweep of a range: how far it has come and what came of it."""

    __tablename__ = "scan_run"
    __table_args__ = (Index(None, "organisation_id", "id"), Index(None, "range_id"))

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    range_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("scan_range.id", ondelete="SET NULL")
    )
    name: Mapped[str] = mapped_column(String)
    #: "queued", "running", "done", "stopped" or "failed".
    state: Mapped[str] = mapped_column(Key, default="queued")
    reason: Mapped[str] = mapped_column(String, default="")
    job_id: Mapped[int | None] = mapped_column(BigId)
    #: Who swept it; nobody: this server.
    collector_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("collector.id"))
    asked_by_id: Mapped[int | None] = mapped_column(BigId)
    asked_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    total: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    read: Mapped[int] = mapped_column(default=0)


class ScanOutcome(Identified, Base):
    """What came of one address that answered in a run."""

    __tablename__ = "scan_outcome"
    __table_args__ = (Index(None, "run_id", "id"), Index(None, "item_id"))

    run_id: Mapped[int] = mapped_column(BigId, ForeignKey("scan_run.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(Key)
    #: "found", "review", "unreachable" or "failed".
    state: Mapped[str] = mapped_column(Key)
    #: What the register made of it.
    outcome: Mapped[str] = mapped_column(Key, default="")
    reason: Mapped[str] = mapped_column(String, default="")
    name: Mapped[str] = mapped_column(String, default="")
    item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id", ondelete="SET NULL"))
    seconds: Mapped[float] = mapped_column(default=0.0)
    at: Mapped[datetime]


class DeviceFacts(Identified, Base):
    """Everything the last visit to a device brought, packed: what topology is derived from."""

    __tablename__ = "device_facts"
    __table_args__ = (Index(None, "item_id", unique=True),)

    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    seen_at: Mapped[datetime]
    #: JSON of the findings, compressed with zlib.
    packed: Mapped[bytes] = mapped_column(LargeBinary)


class NetworkLink(Identified, Base):
    """A link between two ports, with its proof; it fades when it is no longer seen."""

    __tablename__ = "network_link"
    __table_args__ = (
        Index(None, "key", unique=True),
        Index(None, "start_id"),
        Index(None, "end_id"),
    )

    #: Of layer, items and ports: the same link has the same key in every run.
    key: Mapped[str] = mapped_column(Key)
    start_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    end_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    start_port: Mapped[str] = mapped_column(String)
    end_port: Mapped[str] = mapped_column(String)
    layer: Mapped[int]
    #: Protocol and end that said so (``lldp:a``: the start; ``b``: the end).
    evidence: Mapped[list[str]] = mapped_column(Document)
    vlans: Mapped[list[int]] = mapped_column(Document)
    shared: Mapped[bool] = mapped_column(default=False)
    confidence: Mapped[float]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class NetworkHalfLink(Identified, Base):
    """A neighbour that a device reports and that joins no known port, and why not."""

    __tablename__ = "network_half_link"
    __table_args__ = (Index(None, "key", unique=True), Index(None, "item_id"))

    key: Mapped[str] = mapped_column(Key)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    port: Mapped[str] = mapped_column(String)
    protocol: Mapped[str] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(String)
    remote_name: Mapped[str] = mapped_column(String, default="")
    remote_chassis: Mapped[str] = mapped_column(String, default="")
    remote_port: Mapped[str] = mapped_column(String, default="")
    remote_description: Mapped[str] = mapped_column(String, default="")
    remote_addresses: Mapped[list[str]] = mapped_column(Document)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
