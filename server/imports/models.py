"""Runs of imports: what was sent, how it was read, what became of each line, and the way back."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class ImportRun(Identified, Base):
    """One file on its way in. ``state``: mapped, running, done, failed, undoing, undone."""

    __tablename__ = "import_run"
    __table_args__ = (Index(None, "organisation_id", "id"), {"sqlite_autoincrement": True})

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: The name the source has in the register, as "import:sheet".
    source: Mapped[str] = mapped_column(Key)
    file_name: Mapped[str] = mapped_column(String)
    stored_name: Mapped[str] = mapped_column(Key)
    headers: Mapped[list[Any]]
    mapping: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(Key)
    #: outcome -> how many lines
    counts: Mapped[dict[str, Any]]
    problem: Mapped[str] = mapped_column(String, default="")
    at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportLine(Base):
    """What became of one line; lines that changed nothing are only counted."""

    __tablename__ = "import_line"
    __table_args__ = (Index(None, "run_id", "outcome", "number"), {"sqlite_with_rowid": False})

    run_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("import_run.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(Key)
    item_id: Mapped[int | None] = mapped_column(BigId)
    #: {column: what is wrong}
    problems: Mapped[dict[str, Any]]
    #: What the source had said of the item before: {attribute: [value, since]}; for the undo.
    before: Mapped[dict[str, Any] | None]
