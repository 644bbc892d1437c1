"""Routing rules, what the desk knows of groups and people, and hand-overs of tickets."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class RoutingRule(Identified, Base):
    """A rule as ``rules.reading`` reads it; rules are asked in the order of ``position``."""

    __tablename__ = "routing_rule"
    __table_args__ = (Index(None, "position", "id"),)

    position: Mapped[int]
    enabled: Mapped[bool] = mapped_column(default=True)
    document: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))


class DeskGroup(Base):
    """How a group works on tickets; a group without a row is first line and takes no turns."""

    __tablename__ = "desk_group"

    group_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("party_group.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    #: "1", "1.5", "2", "3" or "supplier".
    line: Mapped[str] = mapped_column(Key)
    #: Whose desk it is: IT, facilities, finance …
    department: Mapped[str] = mapped_column(String, default="")
    #: How somebody is chosen, one of ``rules.turns.MODES``.
    assignment: Mapped[str] = mapped_column(Key)
    #: Who has as many open tickets gets no more by itself; 0 is no limit.
    most_open: Mapped[int] = mapped_column(default=0)
    last_assigned_id: Mapped[int | None] = mapped_column(BigId)
    #: What everybody must be able to do who gets a ticket of it: [code, least level].
    skills: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    #: Only who has a shift now, only who was seen in the pages lately.
    needs_shift: Mapped[bool] = mapped_column(default=False, server_default=false())
    needs_presence: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: What somebody has when their shift ends goes to who has one; up to when that was done.
    pass_at_shift_end: Mapped[bool] = mapped_column(default=False, server_default=false())
    shifts_passed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class Skill(Base):
    """Something that people are able to do: "linux", "sap", "Spanish"."""

    __tablename__ = "desk_skill"

    code: Mapped[str] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String)
    updated_at: Mapped[datetime]


class PersonSkill(Base):
    """Somebody is able to do something, from 1 (a beginner) to 5."""

    __tablename__ = "person_skill"
    __table_args__ = (Index(None, "skill_code", "person_id"),)

    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    skill_code: Mapped[str] = mapped_column(
        Key, ForeignKey("desk_skill.code", ondelete="CASCADE"), primary_key=True
    )
    level: Mapped[int]


class Shift(Identified, Base):
    """Hours of a week in which some of a group work, or a rota over several weeks."""

    __tablename__ = "desk_shift"
    __table_args__ = (Index(None, "group_id", "id"),)

    group_id: Mapped[int] = mapped_column(BigId, ForeignKey("party_group.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String)
    #: Zone, hours and holidays as ``sla.rules.agreements.read_calendar`` reads them.
    calendar: Mapped[dict[str, Any]]
    #: After how many weeks it begins anew, and the day in whose week it began.
    weeks: Mapped[int]
    since: Mapped[date]
    #: Whoever works it is on call for the group.
    on_call: Mapped[bool] = mapped_column(default=False, server_default=false())
    updated_at: Mapped[datetime]


class ShiftMember(Base):
    """Who works a shift, in which week of its rota, counted from 0."""

    __tablename__ = "desk_shift_member"
    __table_args__ = (Index(None, "person_id"),)

    shift_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("desk_shift.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    week: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class OnCallDuty(Base):
    """How the people of a group take turns at being on call; ``since`` begins the first turn."""

    __tablename__ = "on_call_duty"

    group_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("party_group.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    zone: Mapped[str] = mapped_column(String)
    since: Mapped[date]
    #: At which minute of the local day one hands over to the next, and after how many days.
    minute: Mapped[int]
    days: Mapped[int]
    updated_at: Mapped[datetime]


class OnCallTurn(Base):
    """Whose turn comes at which place, counted from 0; after the last it begins anew."""

    __tablename__ = "on_call_turn"
    __table_args__ = (Index(None, "person_id"),)

    group_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("on_call_duty.group_id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))


class OnCallStandIn(Identified, Base):
    """Somebody has the duty on some days, whoever's turn it is; both days included."""

    __tablename__ = "on_call_stand_in"
    __table_args__ = (Index(None, "group_id", "last_day"), Index(None, "person_id"))

    group_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("on_call_duty.group_id", ondelete="CASCADE")
    )
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    note: Mapped[str] = mapped_column(String, default="")
    created_at: Mapped[datetime]


class Absence(Identified, Base):
    """Somebody is away and gets no tickets by turn."""

    __tablename__ = "absence"
    __table_args__ = (Index(None, "person_id", "ends_at"),)

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String, default="")
    #: What they have when it begins goes to whose turn it is; ``passed_at`` says that it did.
    pass_on: Mapped[bool] = mapped_column(default=False, server_default=false())
    passed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class TicketHandover(Identified, Base):
    """A ticket goes from one group to another, with what the first knew of it."""

    __tablename__ = "ticket_handover"
    __table_args__ = (Index(None, "ticket_id", "id"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    from_group_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("party_group.id", ondelete="SET NULL")
    )
    to_group_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("party_group.id", ondelete="SET NULL")
    )
    #: What is known, what was tried, and what is asked of the other group.
    known: Mapped[str] = mapped_column(String, default="")
    tried: Mapped[str] = mapped_column(String, default="")
    asked: Mapped[str] = mapped_column(String, default="")
    #: Under which number a supplier keeps it.
    supplier_reference: Mapped[str] = mapped_column(String, default="")
    #: How the ticket stood: items, services, clocks, time booked.
    pack: Mapped[dict[str, Any]]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
