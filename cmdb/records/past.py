"""What rows of the graph said before they were changed: terms with the sequences they held for.

A row stands here for every sequence s with valid_from <= s < valid_to; what holds now stands in the
row itself. Relations and groups that appeared or ended say so themselves.
"""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Key


class ItemPast(Base):
    """What an item was: its name, class, stage, criticality and organisation."""

    __tablename__ = "item_past"

    valid_to: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("item.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    valid_from: Mapped[int] = mapped_column(BigId)
    name: Mapped[str]
    class_code: Mapped[str] = mapped_column(Key)
    stage: Mapped[str] = mapped_column(Key)
    criticality: Mapped[int | None]
    organisation_id: Mapped[int] = mapped_column(BigId)


class RelationPast(Base):
    """The terms on which a relation held."""

    __tablename__ = "relation_past"

    valid_to: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    relation_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("relation.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    valid_from: Mapped[int] = mapped_column(BigId)
    group_id: Mapped[int | None] = mapped_column(BigId)
    weight: Mapped[float]
    capacity: Mapped[float]


class GroupPast(Base):
    """The terms on which a redundancy group held."""

    __tablename__ = "redundancy_group_past"

    valid_to: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    group_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("redundancy_group.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    valid_from: Mapped[int] = mapped_column(BigId)
    rule: Mapped[str] = mapped_column(Key)
    threshold: Mapped[float]
