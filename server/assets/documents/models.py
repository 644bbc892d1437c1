"""Documents with their versions, and what each is about."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class Document(Identified, Base):
    """A manual, a diagram, a certificate: what one reads about items, models or contracts."""

    __tablename__ = "document"
    __table_args__ = (
        Index(None, "organisation_id", "title_key", "id"),
        Index(None, "review_on", "id"),
        CheckConstraint("review_months > 0", name="review_months"),
    )

    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String)
    title_key: Mapped[str] = mapped_column(Key)
    kind: Mapped[str] = mapped_column(Key)
    note: Mapped[str] = mapped_column(String, default="")
    #: Who keeps it right, and is told when it is to be reviewed.
    owner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"), index=True)
    #: The day by which somebody has to look whether it still holds; None: never.
    review_on: Mapped[date | None]
    #: After a review, the next one is due so many months later.
    review_months: Mapped[int | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: The number of the newest version; 0: nothing was kept yet.
    newest: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class DocumentVersion(Identified, Base):
    """A document as it was at a time: a kept file, or an address. Rows are added, not changed."""

    __tablename__ = "document_version"
    __table_args__ = (
        Index(None, "document_id", "number", unique=True),
        CheckConstraint("(stored_name = '') <> (url = '')", name="content"),
    )

    document_id: Mapped[int] = mapped_column(BigId, ForeignKey("document.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: What a person called the file; never part of a path.
    file_name: Mapped[str] = mapped_column(String, default="")
    size: Mapped[int] = mapped_column(BigId, default=0)
    sha256: Mapped[str] = mapped_column(Key, default="")
    #: Under which name ``foundation.storage`` keeps it.
    stored_name: Mapped[str] = mapped_column(Key, default="", index=True)
    url: Mapped[str] = mapped_column(String, default="")
    #: What is new in it.
    note: Mapped[str] = mapped_column(String, default="")


class ItemDocument(Base):
    """A document is about an item."""

    __tablename__ = "item_document"

    item_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    document_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("document.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )


class ModelDocument(Base):
    """A document is about every item of a model."""

    __tablename__ = "product_model_document"

    model_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("product_model.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    document_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("document.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )


class ContractDocument(Base):
    """A document belongs to a contract: its text, an annex."""

    __tablename__ = "contract_document"

    contract_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("contract.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    document_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("document.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
