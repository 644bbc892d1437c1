"""Advisories as they are kept, and which releases of software they mean."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key, unchecked


class Advisory(Identified, Base):
    """A known vulnerability, or the end of support of a cycle of releases.

    ``feed`` is osv, nvd or life_cycle. ``score`` is CVSS; ``rank`` the same with -1 for unknown.
    """

    __tablename__ = "advisory"
    __table_args__ = (
        Index(None, "feed", "code", unique=True),
        Index(None, "rank", "id"),
        {"sqlite_autoincrement": True},
    )

    feed: Mapped[str] = mapped_column(Key)
    code: Mapped[str] = mapped_column(Key)
    summary: Mapped[str] = mapped_column(String)
    aliases: Mapped[list[Any]]
    severity: Mapped[str] = mapped_column(Key)
    score: Mapped[float | None]
    rank: Mapped[float]
    ends_on: Mapped[date | None]
    imported_at: Mapped[datetime]


class AdvisoryRange(Identified, Base):
    """Versions of one package that an advisory means; see ``values.VersionRange``."""

    __tablename__ = "advisory_range"
    __table_args__ = (Index(None, "ecosystem", "name"), Index(None, "advisory_id"))

    advisory_id: Mapped[int] = mapped_column(BigId, ForeignKey("advisory.id", ondelete="CASCADE"))
    ecosystem: Mapped[str] = mapped_column(Key)
    name: Mapped[str] = mapped_column(Key)
    #: As ``beginnings`` keeps it.
    introduced: Mapped[str] = mapped_column(String)
    fixed: Mapped[str] = mapped_column(String)
    last: Mapped[str] = mapped_column(String)
    system: Mapped[str] = mapped_column(Key)
    release: Mapped[str] = mapped_column(Key)
    exact: Mapped[list[Any]]


class AdvisoryMatch(Base):
    """A release of software that an advisory means, on machines of one system or ("") of any."""

    __tablename__ = "advisory_match"
    __table_args__ = (Index(None, "release_id"),)

    advisory_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("advisory.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    release_id: Mapped[int] = mapped_column(
        BigId, primary_key=True, autoincrement=False, info=unchecked("software_release.id")
    )
    system: Mapped[str] = mapped_column(Key, primary_key=True)
    system_release: Mapped[str] = mapped_column(Key, primary_key=True)
    #: The version that mends it, "" for none yet.
    fixed: Mapped[str] = mapped_column(String)


class AdvisoryProgress(Base):
    """Up to which release of the catalogue everything has been matched; one row."""

    __tablename__ = "advisory_progress"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    last_release_id: Mapped[int] = mapped_column(BigId)
