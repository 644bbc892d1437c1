"""Changes, what they touch and would break, and who approved what exactly."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Change(Identified, Base):
    """One change. The counts and services are frozen when approval is asked for."""

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint(
            "window_start IS NULL OR window_end IS NULL OR window_start < window_end",
            name="window_runs_forward",
        ),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "is_open", "window_start", "id"),
        Index(None, "organisation_id", "is_open", "id"),
        Index(None, "author_id", "id"),
        Index(None, "implementer_id", "id"),
        Index(None, "window_end", "window_start"),
    )

    #: What people say: "CHG-318".
    reference: Mapped[str] = mapped_column(Key, unique=True)
    kind: Mapped[str] = mapped_column(Key)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String)
    title_key: Mapped[str] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(String, default="")
    state: Mapped[str] = mapped_column(Key)
    is_open: Mapped[bool] = mapped_column(default=True)
    implementation_plan: Mapped[str] = mapped_column(String, default="")
    test_plan: Mapped[str] = mapped_column(String, default="")
    back_out_plan: Mapped[str] = mapped_column(String, default="")
    communication_plan: Mapped[str] = mapped_column(String, default="")
    window_start: Mapped[datetime | None]
    window_end: Mapped[datetime | None]
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    implementer_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: 0 to 100; ``risk_points`` says where each point comes from.
    risk: Mapped[int] = mapped_column(default=0)
    risk_points: Mapped[list[Any]]
    #: What approval was last asked for; see ``rules.digest``. Empty before that, and once voided.
    digest: Mapped[str] = mapped_column(Key, default="")
    #: Which request for approval this is; the approvals of earlier rounds count no more.
    approval_round: Mapped[int] = mapped_column(default=0)
    review: Mapped[str] = mapped_column(String, default="")
    #: What was found after the window: "as_planned", "partly", "deviated", "unknown"; "" before.
    verification: Mapped[str] = mapped_column(Key, default="", server_default="")
    verified_at: Mapped[datetime | None]
    #: Incidents within 72 hours on what was touched or hangs on it.
    incident_count: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The pre-approved template that a standard change follows.
    template_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("change_template.id"))
    release_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("release.id"), index=True)
    #: {question: answer} of the risk questionnaire; see ``rules.questionnaire``.
    answers: Mapped[dict[str, Any] | None]
    #: When it was really begun, and really over.
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    #: When what it plans for the register was written there.
    applied_at: Mapped[datetime | None]
    graph_sequence: Mapped[int | None] = mapped_column(BigId)
    down_count: Mapped[int] = mapped_column(default=0)
    degraded_count: Mapped[int] = mapped_column(default=0)
    at_risk_count: Mapped[int] = mapped_column(default=0)
    service_count: Mapped[int] = mapped_column(default=0)
    worst_criticality: Mapped[int | None]
    people_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class ChangeItem(Base):
    """An item that a change touches, and takes out of service for the window."""

    __tablename__ = "change_item"
    __table_args__ = (Index(None, "item_id", "change_id"),)

    change_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("change.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class ChangeService(Base):
    """A service that suffers while a change's items are out."""

    __tablename__ = "change_service"
    __table_args__ = (Index(None, "item_id", "change_id"),)

    change_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("change.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: "down", "degraded" or "at_risk".
    state: Mapped[str] = mapped_column(Key)


class ChangeApproval(Identified, Base):
    """Somebody who must agree, why, and what they said to what exactly."""

    __tablename__ = "change_approval"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_party"),
        Index(None, "change_id", "round"),
        Index(None, "person_id", "decision", "change_id"),
        Index(None, "group_id", "decision", "change_id"),
        Index(None, "decision", "due_at"),
    )

    change_id: Mapped[int] = mapped_column(BigId, ForeignKey("change.id", ondelete="CASCADE"))
    round: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    #: [{"role": "owner", "of": "touched" | "service", "item_id": …}, …] or
    #: [{"role": "change_manager"}].
    why: Mapped[list[Any]]
    #: "pending", "approved", "rejected" or "void".
    decision: Mapped[str] = mapped_column(Key, default="pending")
    decided_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(String, default="")
    #: The digest of what was approved; that of the change when it was asked for.
    digest: Mapped[str] = mapped_column(Key)
    requested_at: Mapped[datetime]
    #: Until when an answer is waited for; None for as long as it takes.
    due_at: Mapped[datetime | None]
    #: When, for want of an answer in time, it was opened to the change managers.
    escalated_at: Mapped[datetime | None]
    #: "page", "link" or "board".
    decided_by_way: Mapped[str] = mapped_column(Key, default="page", server_default="page")
    #: "self", "deputy" or "place"; "" before a decision, and of those from before it was kept.
    spoke_as: Mapped[str] = mapped_column(Key, default="", server_default="")


class ChangeEntry(Identified, Base):
    """What happened on a change. Rows are added, never changed."""

    __tablename__ = "change_entry"
    __table_args__ = (Index(None, "change_id", "id"),)

    change_id: Mapped[int] = mapped_column(BigId, ForeignKey("change.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: "comment" or "system".
    kind: Mapped[str] = mapped_column(Key)
    text: Mapped[str] = mapped_column(String, default="")
    detail: Mapped[dict[str, Any]]
