"""Offerings, what each of their publications said, and for whom they are."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Offering(Identified, Base):
    """Something that people may ask for. ``document`` is what is being worked on.

    What people are shown is ``OfferingVersion`` of ``version``.
    """

    __tablename__ = "offering"
    __table_args__ = (Index(None, "state", "name_key", "id"),)

    code: Mapped[str] = mapped_column(Key, unique=True)
    #: Whose it is; who may ask for it is another matter.
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    #: The English name, for the order of lists.
    name_key: Mapped[str] = mapped_column(Key)
    #: "draft" (never published), "published" or "retired".
    state: Mapped[str] = mapped_column(Key)
    #: As ``rules.reading`` reads it.
    document: Mapped[dict[str, Any]]
    #: The version that is or was published last; 0 while none was.
    version: Mapped[int] = mapped_column(default=0)
    #: Whether everybody may ask for what is published; else ``OfferingAudience`` says who.
    for_everyone: Mapped[bool] = mapped_column(default=False)
    #: Stems of what is published, in all languages, between blanks.
    stems: Mapped[str] = mapped_column(String, default="")
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    published_at: Mapped[datetime | None]

    @property
    def edition(self) -> int:
        """Return what is another number after each saving: microseconds."""
        return int(self.updated_at.timestamp() * 1_000_000)

    @property
    def has_changes(self) -> bool:
        """Say whether what is being worked on was saved after the last publication."""
        return self.published_at is None or self.updated_at > self.published_at


class OfferingVersion(Base):
    """What an offering said in one publication; orders point at it."""

    __tablename__ = "offering_version"

    offering_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("offering.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: From when on nobody may order by a form of this version; None: one still may.
    withdrawn_at: Mapped[datetime | None]


class OfferingAudience(Identified, Base):
    """A group, or an organisation with what is below it, that may ask for what is published."""

    __tablename__ = "offering_audience"
    __table_args__ = (
        CheckConstraint("(group_id IS NULL) <> (organisation_id IS NULL)", name="one_party"),
        Index(None, "offering_id"),
    )

    offering_id: Mapped[int] = mapped_column(BigId, ForeignKey("offering.id", ondelete="CASCADE"))
    group_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("party_group.id"))
    organisation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisation.id"))
