"""Roles, who holds them where, and the breaking of the glass."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Role(Identified, Base):
    """A named set of permissions. Shipped roles are refreshed from code at every start."""

    __tablename__ = "role"

    code: Mapped[str] = mapped_column(Key, unique=True)
    #: Language to text: {"en": …, "es": …, "ru": …}.
    labels: Mapped[dict[str, Any]]
    permissions: Mapped[list[Any]]
    #: How far its permissions reach unless a grant says less.
    reach: Mapped[str] = mapped_column(Key, default="all")
    builtin: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class RoleGrant(Identified, Base):
    """A role given to a person or to a group, inside one organisation subtree."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="one_party"),
        Index(None, "person_id"),
        Index(None, "group_id"),
    )

    role_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("role.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE")
    )
    group_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("party_group.id", ondelete="CASCADE")
    )
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    #: Only items of this class and the classes below it.
    class_code: Mapped[str | None] = mapped_column(Key)
    reach: Mapped[str] = mapped_column(Key, default="all")
    #: It counts only while its holder has broken the glass: ``EmergencyUse``.
    emergency: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]


class EmergencyUse(Identified, Base):
    """Somebody broke the glass: why, until when, and what others thought of it afterwards."""

    __tablename__ = "emergency_use"

    #: None when the grant has been taken back since, or a log-in was opened from the command line.
    grant_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("role_grant.id", ondelete="SET NULL"), index=True
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    #: The code of the role; "" for a log-in that the command line opened.
    role: Mapped[str] = mapped_column(Key)
    reason: Mapped[str] = mapped_column(String)
    taken_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: Of all of the above but ``ended_at``; see ``rules.emergencies.signed_document``.
    signature: Mapped[str] = mapped_column(String, default="")
    reviewed_by: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    reviewed_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String, default="")
