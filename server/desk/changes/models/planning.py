"""What belongs to a plan: its tasks, what it will make of the register, templates, and rounds."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class ChangeTask(Identified, Base):
    """One step of a plan, in its order, with who does it."""

    __tablename__ = "change_task"
    __table_args__ = (Index(None, "change_id", "position"), Index(None, "owner_id", "change_id"))

    change_id: Mapped[int] = mapped_column(BigId, ForeignKey("change.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String)
    owner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: "plan" for what approval covers, "after" for what follows from its verification.
    phase: Mapped[str] = mapped_column(Key, default="plan")
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))


class PlannedDifference(Identified, Base):
    """What a change will make of the register: a value, a relation more, or one less.

    ``kind`` is "attribute" (``subject`` of ``item_id`` becomes ``value["to"]``), "relate" or
    "unrelate" (a relation of type ``subject`` from ``item_id`` to ``other_id``).
    """

    __tablename__ = "planned_difference"
    __table_args__ = (
        Index(None, "change_id", "position"),
        Index(None, "item_id"),
    )

    change_id: Mapped[int] = mapped_column(BigId, ForeignKey("change.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(Key)
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(Key)
    other_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    #: {"from": what stood there when it was planned, "to": what shall stand there}.
    value: Mapped[dict[str, Any]]


class ChangeTemplate(Identified, Base):
    """A plan that was approved once for all: what follows it exactly is a standard change.

    ``plan`` holds the texts and tasks; ``class_codes`` are the classes it may touch, none for all.
    """

    __tablename__ = "change_template"
    __table_args__ = (Index(None, "organisation_id", "name_key", "id"),)

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    plan: Mapped[dict[str, Any]]
    class_codes: Mapped[list[Any]]
    #: A change that is riskier than this is no standard change.
    max_risk: Mapped[int]
    #: "draft", "approved" or "retired".
    state: Mapped[str] = mapped_column(Key, default="draft")
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    approved_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ChangeRound(Base):
    """What exactly a round of approval is about, frozen: impact, collisions, who must agree how.

    ``impact`` names items by id, so that each reader is shown no more than they may see;
    ``demands`` is [{"key", "quorum", "number"}, …], to which the reasons of approvals refer.
    """

    __tablename__ = "change_round"

    change_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("change.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(Key)
    graph_sequence: Mapped[int | None] = mapped_column(BigId)
    impact: Mapped[dict[str, Any]]
    demands: Mapped[list[Any]]
    asked_at: Mapped[datetime]
    #: When and why it was voided; empty while it stands.
    voided_at: Mapped[datetime | None]
    voided_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: The fields whose edit voided it; [] for a step back that somebody took.
    voided_for: Mapped[list[Any] | None]
