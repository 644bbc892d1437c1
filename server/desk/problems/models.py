"""Problems with their tickets, items, notes and verdicts; a known error is a problem."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Problem(Identified, Base):
    """What lies behind incidents. The match columns say on which items a known error is told."""

    __tablename__ = "problem"
    __table_args__ = (
        Index(None, "is_open", "priority", "id"),
        Index(None, "organisation_id", "is_open", "id"),
        Index(None, "published", "is_open"),
    )

    #: What people say: "PRB-7".
    reference: Mapped[str] = mapped_column(Key, unique=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String)
    title_key: Mapped[str] = mapped_column(Key)
    description: Mapped[str] = mapped_column(String, default="")
    state: Mapped[str] = mapped_column(Key)
    is_open: Mapped[bool] = mapped_column(default=True)
    priority: Mapped[int]
    assignee_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    #: Why, and why that: each answer with what shows it; the last is the root.
    whys: Mapped[list[Any]] = mapped_column(default=list)
    cause: Mapped[str] = mapped_column(String, default="")
    workaround: Mapped[str] = mapped_column(String, default="")
    resolution: Mapped[str] = mapped_column(String, default="")
    #: Who is told of the known error on the items it fits: "" nobody, "agents", "everyone".
    published: Mapped[str] = mapped_column(Key, default="")
    #: It fits items of this model …
    match_model: Mapped[str] = mapped_column(String, default="")
    #: … and items on which this software is installed, below this version if one is named.
    match_software: Mapped[str] = mapped_column(Key, default="")
    match_below: Mapped[str] = mapped_column(String, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    updated_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class ProblemItem(Base):
    """An item that a problem is about."""

    __tablename__ = "problem_item"
    __table_args__ = (Index(None, "item_id", "problem_id"),)

    problem_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("problem.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    is_cause: Mapped[bool] = mapped_column(default=False)


class ProblemTicket(Base):
    """A ticket behind which a problem lies."""

    __tablename__ = "problem_ticket"
    __table_args__ = (Index(None, "ticket_id", "problem_id"),)

    problem_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("problem.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class ProblemEntry(Identified, Base):
    """A note on a problem, or what happened to it. Rows are added, never changed."""

    __tablename__ = "problem_entry"
    __table_args__ = (Index(None, "problem_id", "id"),)

    problem_id: Mapped[int] = mapped_column(BigId, ForeignKey("problem.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: "note" or "moved".
    kind: Mapped[str] = mapped_column(Key)
    text: Mapped[str] = mapped_column(String, default="")
    detail: Mapped[dict[str, Any]]


class ProblemVerdict(Identified, Base):
    """What somebody holds of an item's part in a problem. Rows are added; the newest counts."""

    __tablename__ = "problem_verdict"
    __table_args__ = (Index(None, "problem_id", "id"), Index(None, "item_id"))

    problem_id: Mapped[int] = mapped_column(BigId, ForeignKey("problem.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: "ruled_out", "suspected", "confirmed", or "open": it is taken back.
    verdict: Mapped[str] = mapped_column(Key)
    note: Mapped[str] = mapped_column(String, default="")


class MajorIncident(Base):
    """An incident that is run as a major one: who leads, and when it began and ended."""

    __tablename__ = "major_incident"
    __table_args__ = (Index(None, "ended_at", "declared_at"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    declared_at: Mapped[datetime]
    declared_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    manager_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    technical_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    communications_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: Where its people meet.
    bridge: Mapped[str] = mapped_column(String, default="")
    ended_at: Mapped[datetime | None]
    #: What was learnt, for the report.
    lessons: Mapped[str] = mapped_column(String, default="")


class MajorUpdate(Identified, Base):
    """A line of a major incident's time line; an announcement went to everybody concerned."""

    __tablename__ = "major_update"
    __table_args__ = (Index(None, "ticket_id", "id"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("major_incident.ticket_id", ondelete="CASCADE")
    )
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: "fact" or "announcement".
    kind: Mapped[str] = mapped_column(Key)
    text: Mapped[str] = mapped_column(String)
    #: Tickets whose requesters were told.
    told: Mapped[int] = mapped_column(default=0)
