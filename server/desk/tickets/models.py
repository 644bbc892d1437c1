"""Tickets, what they touch, and what was said on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class ReferenceCounter(Base):
    """The last number given under each prefix. Numbers may be missing, none is given twice."""

    __tablename__ = "reference_counter"

    prefix: Mapped[str] = mapped_column(Key, primary_key=True)
    last: Mapped[int] = mapped_column(BigId)


class Ticket(Identified, Base):
    """One ticket. The counts are those of the failure of its affected items, when last computed."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "activity_at", "id"),
        Index(None, "is_open", "priority", "id"),
        Index(None, "organisation_id", "is_open", "priority", "id"),
        Index(None, "assignee_id", "is_open", "priority", "id"),
        Index(None, "group_id", "is_open", "priority", "id"),
        Index(None, "requester_id", "created_at", "id"),
        Index(None, "is_open", "due_at", "id"),
        Index(None, "resolved_at", "id"),
    )

    #: What people say: "INC-1042".
    reference: Mapped[str] = mapped_column(Key, unique=True)
    kind: Mapped[str] = mapped_column(Key)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String)
    title_key: Mapped[str] = mapped_column(Key)
    description: Mapped[str] = mapped_column(String, default="")
    state: Mapped[str] = mapped_column(Key)
    #: Whether ``state`` is one in which there is still work to do; for the queues' indexes.
    is_open: Mapped[bool] = mapped_column(default=True)
    urgency: Mapped[str] = mapped_column(Key)
    #: What counts: the suggestion of the graph, or what a person put in its place.
    impact: Mapped[str] = mapped_column(Key)
    suggested_impact: Mapped[str] = mapped_column(Key)
    impact_overridden: Mapped[bool] = mapped_column(default=False)
    impact_reason: Mapped[str] = mapped_column(String, default="")
    #: 1 (most pressing) to 5 (informational).
    priority: Mapped[int]
    #: What a routing rule put in the place of the matrix, until a person says otherwise.
    ruled_priority: Mapped[int | None]
    requester_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    assignee_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    channel: Mapped[str] = mapped_column(Key)
    category: Mapped[str] = mapped_column(Key, default="")
    #: What the category's own fields hold, by code.
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    #: When anything last happened on it, entries included; these leave ``version`` alone.
    activity_at: Mapped[datetime]
    occurred_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    resolution_code: Mapped[str] = mapped_column(Key, default="")
    resolution_text: Mapped[str] = mapped_column(String, default="")
    #: The change sequence of the graph the counts were computed on; None when nothing was.
    graph_sequence: Mapped[int | None] = mapped_column(BigId)
    down_count: Mapped[int] = mapped_column(default=0)
    degraded_count: Mapped[int] = mapped_column(default=0)
    at_risk_count: Mapped[int] = mapped_column(default=0)
    service_count: Mapped[int] = mapped_column(default=0)
    #: The smallest tier number among the services reached.
    worst_criticality: Mapped[int | None]
    people_count: Mapped[int] = mapped_column(default=0)
    #: What its people booked on it, in all.
    booked_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    reopened_count: Mapped[int] = mapped_column(default=0, server_default="0")
    #: When the next promise about it is missed; None: no clock runs.
    due_at: Mapped[datetime | None]
    is_breached: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: What the requester thought of it, 1 to 5.
    rating: Mapped[int | None]
    rating_text: Mapped[str] = mapped_column(String, default="", server_default="")
    #: Nobody of its group fitted when somebody was looked for; a job looks again.
    waits_for_turn: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=1)


class AffectedItem(Base):
    """An item that a ticket is about. What suffers because of it is never stored item by item."""

    __tablename__ = "affected_item"
    __table_args__ = (Index(None, "item_id", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    is_cause: Mapped[bool] = mapped_column(default=False)


class AffectedService(Base):
    """A service that a ticket's failure reaches, and how it stands because of it."""

    __tablename__ = "affected_service"
    __table_args__ = (Index(None, "item_id", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: "down", "degraded" or "at_risk".
    state: Mapped[str] = mapped_column(Key)


class TicketEntry(Identified, Base):
    """One line of a ticket's conversation. Rows are added, never changed."""

    __tablename__ = "ticket_entry"
    __table_args__ = (Index(None, "ticket_id", "id"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    #: None where no person acted.
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: "public" (the requester reads it), "internal", or "system" (what happened; see ``detail``).
    kind: Mapped[str] = mapped_column(Key)
    text: Mapped[str] = mapped_column(String, default="")
    #: For system entries {"event": …} and what belongs to that event.
    detail: Mapped[dict[str, Any]]


class TicketWatcher(Base):
    """Somebody who follows a ticket, and therefore sees it."""

    __tablename__ = "ticket_watcher"
    __table_args__ = (Index(None, "person_id", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class TicketLink(Base):
    """What one ticket is to another: ``ticket`` is <kind> ``other``, as "child_of".

    A ticket has one parent at most, and was merged into one other at most; actions see to it.
    """

    __tablename__ = "ticket_link"
    __table_args__ = (Index(None, "other_id", "kind"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: "child_of", "merged_into", "related_to", "duplicate_of", "blocked_by" or "caused_by".
    kind: Mapped[str] = mapped_column(Key, primary_key=True)
    other_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    at: Mapped[datetime]


class TicketLikeness(Base):
    """Two tickets that are alike, as a job found out about ``ticket``; either side may be asked."""

    __tablename__ = "ticket_likeness"
    __table_args__ = (Index(None, "other_id"),)

    ticket_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    other_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: 0 to 1.
    score: Mapped[float]
    #: ``rules.likeness.Reasons``: ids of items, pairs of them, whether the category, words.
    reasons: Mapped[dict[str, Any]]


class TicketAttachment(Identified, Base):
    """A file on a ticket. Its name is what a person called it, and never part of a path."""

    __tablename__ = "ticket_attachment"
    __table_args__ = (Index(None, "ticket_id", "id"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: "public" (the requester sees it) or "internal".
    kind: Mapped[str] = mapped_column(Key)
    file_name: Mapped[str] = mapped_column(String)
    size: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(Key)
    #: Under which name ``foundation.storage`` keeps it.
    stored_name: Mapped[str] = mapped_column(Key)


class TicketTask(Identified, Base):
    """One step of the work on a ticket: done by whom and when, or still open."""

    __tablename__ = "ticket_task"
    __table_args__ = (Index(None, "ticket_id", "position", "id"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"))
    position: Mapped[int]
    #: The checklist it came with; "" for one of its own.
    checklist: Mapped[str] = mapped_column(String, default="")
    title: Mapped[str] = mapped_column(String)
    assignee_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))


class TicketTime(Identified, Base):
    """Time that somebody worked on a ticket."""

    __tablename__ = "ticket_time"
    __table_args__ = (Index(None, "ticket_id", "id"), Index(None, "person_id", "worked_at"))

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    at: Mapped[datetime]
    worked_at: Mapped[datetime]
    minutes: Mapped[int]
    note: Mapped[str] = mapped_column(String, default="")


class TicketTemplate(Identified, Base):
    """A prepared ticket, or a prepared checklist: what it fills in, and which steps it brings."""

    __tablename__ = "ticket_template"

    code: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    #: Fields of a draft (title, kind, category, urgency, description, group_id), and "tasks".
    document: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


class DeskWords(Base):
    """A section of the desk's words that people changed; the others are as shipped."""

    __tablename__ = "desk_words"

    section: Mapped[str] = mapped_column(Key, primary_key=True)
    #: JSON as text: the order of its codes is the order in which people choose.
    document: Mapped[str] = mapped_column(String)
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
