"""What the nightly measurement found, and campaigns in which owners confirm their items.

Figures of a run count once ``finished_at`` is set. No foreign keys lead to items: what is derived
must never stand in the way of a deletion, and a row whose item is gone joins nothing.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class HealthRun(Identified, Base):
    """One measurement of the whole register."""

    __tablename__ = "health_run"
    __table_args__ = ({"sqlite_autoincrement": True},)

    at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    items: Mapped[int] = mapped_column(default=0)


class HealthFigure(Base):
    """The sums over the items of one class, organisation and owner ("group:7", "" for nobody)."""

    __tablename__ = "health_figure"

    run_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("health_run.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    organisation_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    class_code: Mapped[str] = mapped_column(Key, primary_key=True)
    owner: Mapped[str] = mapped_column(Key, primary_key=True)
    items: Mapped[int]
    required: Mapped[int]
    required_filled: Mapped[int]
    recommended: Mapped[int]
    recommended_filled: Mapped[int]
    watched: Mapped[int]
    fresh: Mapped[int]
    orphans: Mapped[int]
    ownerless: Mapped[int]
    duplicates: Mapped[int]
    relations: Mapped[int]
    stale_relations: Mapped[int]
    claims: Mapped[int]
    confirmed: Mapped[int]
    contradicted: Mapped[int]


class HealthOfSource(Base):
    """How many items of a class and organisation a source speaks of, and of how many in time."""

    __tablename__ = "health_source"

    run_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("health_run.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    organisation_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    class_code: Mapped[str] = mapped_column(Key, primary_key=True)
    source: Mapped[str] = mapped_column(Key, primary_key=True)
    items: Mapped[int]
    fresh: Mapped[int]


def _only(condition: str) -> dict[str, object]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class HealthOfItem(Base):
    """What the last measurement found of one item: the way from a figure to its rows."""

    __tablename__ = "item_health"
    __table_args__ = (
        Index("ix_item_health_required", "item_id", **_only("missing_required > 0")),  # type: ignore[arg-type]  # dialect options
        Index("ix_item_health_duplicates", "item_id", **_only("twins > 0")),  # type: ignore[arg-type]  # dialect options
        Index("ix_item_health_contradicted", "item_id", **_only("contradicted > 0")),  # type: ignore[arg-type]  # dialect options
        Index("ix_item_health_relations", "item_id", **_only("stale_relations > 0")),  # type: ignore[arg-type]  # dialect options
    )

    item_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    missing_required: Mapped[int]
    missing_recommended: Mapped[int]
    stale: Mapped[bool]
    orphan: Mapped[bool]
    ownerless: Mapped[bool]
    twins: Mapped[int]
    stale_relations: Mapped[int]
    claims: Mapped[int]
    confirmed: Mapped[int]
    contradicted: Mapped[int]


class Campaign(Identified, Base):
    """Owners are asked to confirm their items until a day."""

    __tablename__ = "attestation_campaign"
    __table_args__ = (Index(None, "organisation_id", "id"), {"sqlite_autoincrement": True})

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    #: In the query language; "" is everything in the organisation.
    query: Mapped[str] = mapped_column(String)
    due_on: Mapped[date]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(BigId)
    #: When those who had not answered were told so.
    reminded_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class Attestation(Identified, Base):
    """One owner is asked about one item. ``answer``: "", "right" or "wrong"."""

    __tablename__ = "attestation"
    __table_args__ = (
        Index(None, "campaign_id", "item_id", unique=True),
        Index(None, "item_id", "answered_at"),
        Index(None, "person_id", "answer", "id"),
        Index(None, "group_id", "answer", "id"),
        {"sqlite_autoincrement": True},
    )

    campaign_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("attestation_campaign.id", ondelete="CASCADE")
    )
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    answer: Mapped[str] = mapped_column(Key, default="")
    note: Mapped[str] = mapped_column(String, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(BigId)
