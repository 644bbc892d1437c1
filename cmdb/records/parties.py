"""Organisations, persons and groups: facts only. Log-in and roles live in ``server.people``."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Organisation(Identified, Base):
    """A company, a department or a customer; everything scoped belongs to exactly one."""

    __tablename__ = "organisation"

    parent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisation.id"))
    code: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    created_at: Mapped[datetime]


class OrganisationClosure(Base):
    """Every (ancestor, descendant) pair, itself included: a subtree is one indexed look-up."""

    __tablename__ = "organisation_closure"

    ancestor_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("organisation.id"), primary_key=True, autoincrement=False
    )
    descendant_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("organisation.id"), primary_key=True, autoincrement=False, index=True
    )
    depth: Mapped[int]


class Person(Identified, Base):
    """Somebody the organisation knows, with or without a log-in."""

    __tablename__ = "person"
    __table_args__ = (
        Index(None, "organisation_id", "name_key", "id"),
        Index(None, "name_key", "id"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    display_name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    given_name: Mapped[str] = mapped_column(String, default="")
    family_name: Mapped[str] = mapped_column(String, default="")
    email: Mapped[str] = mapped_column(String, default="")
    email_key: Mapped[str] = mapped_column(Key, default="", index=True)
    phone: Mapped[str] = mapped_column(String, default="")
    title: Mapped[str] = mapped_column(String, default="")
    department: Mapped[str] = mapped_column(String, default="")
    site: Mapped[str] = mapped_column(String, default="")
    #: What the personnel office calls them by; "" where nobody says.
    employee_number: Mapped[str] = mapped_column(Key, default="", server_default="", index=True)
    manager_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    language: Mapped[str] = mapped_column(String, default="en")
    time_zone: Mapped[str] = mapped_column(String, default="UTC")
    active: Mapped[bool] = mapped_column(default=True)
    #: Who says so: "local", or the code of a directory or personnel list.
    source: Mapped[str] = mapped_column(Key, default="local")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Group(Identified, Base):
    """A team that owns, supports or approves."""

    __tablename__ = "party_group"
    __table_args__ = (Index(None, "organisation_id", "name_key", unique=True),)

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key, index=True)
    description: Mapped[str] = mapped_column(String, default="")
    email: Mapped[str] = mapped_column(String, default="")
    active: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(Key, default="local")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Membership(Base):
    """A person belongs to a group."""

    __tablename__ = "membership"

    person_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("person.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    group_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("party_group.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    source: Mapped[str] = mapped_column(Key, default="local")
