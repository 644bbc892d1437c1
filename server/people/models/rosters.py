"""Personnel lists, and what each source says of somebody."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Roster(Identified, Base):
    """A second source of people: what the personnel office says of them, as a file or over REST."""

    __tablename__ = "roster"

    #: Names it as a source, as a directory's code does; no two sources share one.
    code: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str] = mapped_column(String)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    #: Our field to the header of their column; see ``rules.roster_lines``.
    columns: Mapped[dict[str, Any]]
    #: The fields in which its word counts before that of directories.
    wins: Mapped[list[Any]]
    #: Each delivery holds everybody: whoever is missing has left.
    complete: Mapped[bool] = mapped_column(default=False)
    #: Whoever nobody else knows is written down.
    creates: Mapped[bool] = mapped_column(default=True)
    enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class RosterRun(Identified, Base):
    """One delivery of a personnel list, and its report."""

    __tablename__ = "roster_run"
    __table_args__ = (Index(None, "roster_id", "id"),)

    roster_id: Mapped[int] = mapped_column(BigId, ForeignKey("roster.id", ondelete="CASCADE"))
    #: What the file was called; "" for one that came over REST.
    file_name: Mapped[str] = mapped_column(String, default="")
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: "queued", "running", "finished", "held" (the guard waits for somebody) or "failed".
    state: Mapped[str] = mapped_column(Key)
    #: ``rules.roster_plan.RosterReport`` as a document.
    report: Mapped[dict[str, Any]]
    #: The lines until they are carried out or fail: JSON, packed by zlib.
    packed: Mapped[bytes | None] = mapped_column(LargeBinary)


class PersonWord(Identified, Base):
    """What one source says of somebody of whom several sources speak.

    Of whom only one speaks, the columns of ``Person`` are its word, and there is no row here.
    """

    __tablename__ = "person_word"
    __table_args__ = (
        Index(None, "person_id", "source", unique=True),
        Index(None, "source", "external_key"),
    )

    person_id: Mapped[int] = mapped_column(BigId, ForeignKey("person.id", ondelete="CASCADE"))
    source: Mapped[str] = mapped_column(Key)
    #: By which a personnel list knows them; "" for the words of other sources.
    external_key: Mapped[str] = mapped_column(Key, default="")
    #: Column of ``Person`` to text.
    said: Mapped[dict[str, Any]]
    #: Of ``said`` and the rest of the line; tells whether a delivery says anything new.
    digest: Mapped[str] = mapped_column(Key, default="")
    #: It says that they are no longer here.
    gone: Mapped[bool] = mapped_column(default=False)
    manager_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    said_at: Mapped[datetime]


class PersonPhoto(Base):
    """What somebody looks like: a small picture put together anew from what was given."""

    __tablename__ = "person_photo"

    person_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("person.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    #: "local", or the code of the directory it comes from.
    source: Mapped[str] = mapped_column(Key)
    #: "image/jpeg" or "image/png".
    media_type: Mapped[str] = mapped_column(Key)
    #: SHA-256 of what was given, to know whether it changed.
    given_digest: Mapped[str] = mapped_column(Key)
    image: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime]
