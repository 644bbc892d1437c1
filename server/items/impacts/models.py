"""The stored N-1 sweep: what falls with each single item, as of the night it was computed.

Rows of a sweep are written in pieces; it counts once ``finished_at`` is set, and the ones before
it are then cleared away. No foreign keys lead to items: what is derived must never stand in the
way of a deletion, and a row whose item is gone joins nothing.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified


class ImpactSweep(Identified, Base):
    """One sweep over every item of the graph."""

    __tablename__ = "impact_sweep"
    __table_args__ = ({"sqlite_autoincrement": True},)

    #: The change sequence and the moment at which the graph was read.
    sequence: Mapped[int] = mapped_column(BigId)
    built_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    items: Mapped[int] = mapped_column(default=0)
    services: Mapped[int] = mapped_column(default=0)


class SinglePoint(Base):
    """An item whose failure alone takes a service down."""

    __tablename__ = "impact_single_point"
    __table_args__ = (Index(None, "sweep_id", "cause_id"),)

    sweep_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("impact_sweep.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    service_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    cause_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class BlastRow(Base):
    """How much goes down with one item; items that take nothing along have no row."""

    __tablename__ = "impact_blast"
    __table_args__ = (
        Index(None, "sweep_id", "down", "item_id"),
        Index(None, "sweep_id", "services", "item_id"),
    )

    sweep_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("impact_sweep.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    #: Items that go down, itself included.
    down: Mapped[int]
    #: Services among them, itself not included.
    services: Mapped[int]


class GroupLoss(Base):
    """How much goes down with all members of a redundancy group at once.

    Groups whose loss takes nothing along but the members have no row.
    """

    __tablename__ = "impact_group_loss"

    sweep_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("impact_sweep.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    group_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    #: The item that needs the group.
    item_id: Mapped[int] = mapped_column(BigId)
    #: The lowest group of the very same members.
    alike_id: Mapped[int] = mapped_column(BigId)
    members: Mapped[int]
    #: Items that go down, members included.
    down: Mapped[int]
    #: Services among them.
    services: Mapped[int]


class ServiceStanding(Base):
    """How much of what a service stands on takes it down alone."""

    __tablename__ = "impact_service"

    sweep_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("impact_sweep.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    #: Items that have a part in taking it down, over hard relations and groups.
    suppliers: Mapped[int]
    #: Those of them whose failure alone does.
    single_points: Mapped[int]
