"""Who must approve what by rule, who answers for whom, and links by which one approves."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class ApprovalRule(Identified, Base):
    """A reason for which somebody must approve, and how many of them.

    It holds for changes of its organisation and those below that touch an item of the class (None:
    whatever they touch), at least as critical as ``max_criticality``, in the environment, and as
    risky as ``min_risk``. A board that hears risky changes is a rule with a risk and no class.
    """

    __tablename__ = "approval_rule"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_party"),
        Index(None, "organisation_id", "id"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    class_code: Mapped[str | None] = mapped_column(Key)
    environment: Mapped[str | None] = mapped_column(Key)
    max_criticality: Mapped[int | None]
    min_risk: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    #: "any", "all", "at_least" or "percent"; of the members of the group.
    quorum: Mapped[str] = mapped_column(Key)
    number: Mapped[int] = mapped_column(default=0)
    #: How long they have; 0 for as long as it takes.
    hours: Mapped[int] = mapped_column(default=0)
    #: Whether this is the board that meets over changes.
    is_board: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ApprovalDeputy(Identified, Base):
    """Somebody who approves in another's place for some time."""

    __tablename__ = "approval_deputy"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="runs_forward"),
        Index(None, "person_id", "ends_at"),
        Index(None, "deputy_id", "ends_at"),
    )

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    deputy_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    #: Whether they were named by whom they stand in for: only then do they carry their word.
    by_themselves: Mapped[bool] = mapped_column(default=False, server_default=false())


class ApprovalLink(Identified, Base):
    """A link by which one person decides once, without signing in. Its secret is only hashed."""

    __tablename__ = "approval_link"

    approval_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("change_approval.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id"))
    secret_hash: Mapped[str] = mapped_column(Key, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class BoardMeeting(Identified, Base):
    """A meeting of the board that decides about changes, with its agenda and minutes."""

    __tablename__ = "board_meeting"
    __table_args__ = (Index(None, "organisation_id", "starts_at", "id"),)

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String)
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String, default="")
    minutes: Mapped[str] = mapped_column(String, default="")
    closed_at: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)


class AgendaPoint(Base):
    """A change on a meeting's agenda, and what was said and decided about it there.

    ``seen`` is the digest of what was on the table when it was decided.
    """

    __tablename__ = "agenda_point"
    __table_args__ = (Index(None, "change_id"),)

    meeting_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("board_meeting.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    change_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("change.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    position: Mapped[int]
    note: Mapped[str] = mapped_column(String, default="")
    decision: Mapped[str] = mapped_column(Key, default="")
    seen: Mapped[str] = mapped_column(Key, default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    detail: Mapped[dict[str, Any] | None]
