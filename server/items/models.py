"""Agents that may report, their tokens, bulk requests answered, views and items watched."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class EnrolmentToken(Identified, Base):
    """Lets agents enrol into one organisation; stored hashed, shown once."""

    __tablename__ = "enrolment_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    name: Mapped[str] = mapped_column(String)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    #: How many agents may still enrol with it; None for any number.
    uses_left: Mapped[int | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Agent(Identified, Base):
    """An enrolled or admitted agent.

    Its key is 256 random bits, so a plain hash of it is safe to store.
    """

    __tablename__ = "agent"
    __table_args__ = (
        Index(None, "item_id"),
        Index(None, "last_report_at"),
        Index(None, "last_boot_id"),
    )

    agent_id: Mapped[str] = mapped_column(Key, unique=True)
    key_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    hostname: Mapped[str] = mapped_column(String, default="")
    version: Mapped[str] = mapped_column(String, default="")
    item_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("item.id", ondelete="SET NULL"))
    enrolled_at: Mapped[datetime]
    last_report_at: Mapped[datetime | None]
    last_sequence: Mapped[int] = mapped_column(BigId, default=-1)
    last_boot_id: Mapped[str] = mapped_column(Key, default="")
    problems: Mapped[dict[str, Any]]
    #: Whose agent it is: cadastre, or the dialect of a foreign one (fusioninventory, glpi, ocs).
    kind: Mapped[str] = mapped_column(Key, default="cadastre", server_default="cadastre")
    #: When it last sent everything it knows; None for never, and after a base was lost.
    last_full_at: Mapped[datetime | None]
    #: Somebody wants a report at this agent's next word to us.
    wanted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class BulkAnswer(Identified, Base):
    """The answer to a bulk request with an idempotency key: the same key gets the same answer."""

    __tablename__ = "bulk_answer"
    __table_args__ = (Index(None, "person_id", "idempotency_key", unique=True), Index(None, "at"))

    person_id: Mapped[int] = mapped_column(BigId)
    idempotency_key: Mapped[str] = mapped_column(Key)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]


class SavedView(Identified, Base):
    """A list that somebody keeps: a query, its columns and its order."""

    __tablename__ = "saved_view"
    __table_args__ = (Index(None, "person_id", "kind", "name_key", unique=True),)

    #: What it is a list of: "items" or "tickets".
    kind: Mapped[str] = mapped_column(Key, default="items", server_default="items")
    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    query: Mapped[str] = mapped_column(String)
    columns: Mapped[list[Any]]
    sort: Mapped[str] = mapped_column(String, default="")
    #: Whether everybody who may read what it lists finds it.
    shared: Mapped[bool] = mapped_column(default=False)
    #: The group whose people find it.
    group_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("party_group.id", ondelete="SET NULL")
    )
    created_at: Mapped[datetime]


class ViewWatch(Base):
    """Somebody is told of what enters a view; ``known`` is what was in it at the last look."""

    __tablename__ = "view_watch"
    __table_args__ = (Index(None, "person_id"),)

    view_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("saved_view.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    since: Mapped[datetime]
    looked_at: Mapped[datetime]
    #: Ids, at most ``listing.watching.MOST``.
    known: Mapped[list[Any]]


class ItemFollower(Base):
    """Somebody who is told what happens to an item, or to what a service lives from."""

    __tablename__ = "item_follower"
    __table_args__ = (Index(None, "person_id", "item_id"),)

    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    since: Mapped[datetime]
    #: How it stood when they were told last: its stage ("": never looked), and whether it was
    #: silent.
    told_stage: Mapped[str] = mapped_column(Key, default="", server_default="")
    told_silent: Mapped[bool] = mapped_column(default=False, server_default=false())
