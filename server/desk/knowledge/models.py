"""Articles and what stood in them before."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cmdb.records.base import Base, BigId, Identified, Key


class KnowledgeArticle(Identified, Base):
    """An article as it stands. Articles are one for the whole desk."""

    __tablename__ = "knowledge_article"
    __table_args__ = (Index(None, "state", "updated_at"), Index(None, "problem_id"))

    title: Mapped[str] = mapped_column(String)
    title_key: Mapped[str] = mapped_column(Key)
    body: Mapped[str] = mapped_column(String)
    #: "agents" or "everyone", who then finds it in the portal.
    audience: Mapped[str] = mapped_column(Key)
    #: "draft", "published" or "retired".
    state: Mapped[str] = mapped_column(Key)
    #: What it is about: a class and those below it, a model; "" is whatever.
    class_code: Mapped[str] = mapped_column(Key, default="")
    model: Mapped[str] = mapped_column(String, default="")
    #: The known error it belongs to.
    problem_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("problem.id", ondelete="SET NULL")
    )
    #: The ticket from which it was drafted.
    ticket_reference: Mapped[str] = mapped_column(Key, default="")
    #: Stems of title and text, between blanks.
    stems: Mapped[str] = mapped_column(String)
    #: When somebody should look at it again.
    review_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
    #: Counts titles and texts.
    version: Mapped[int] = mapped_column(default=1)

    @property
    def edition(self) -> int:
        """Return what is another number after each saving, also of the same text: microseconds."""
        return int(self.updated_at.timestamp() * 1_000_000)


class KnowledgeVersion(Base):
    """What an article said in one of its versions."""

    __tablename__ = "knowledge_version"

    article_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("knowledge_article.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String)
    body: Mapped[str] = mapped_column(String)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("person.id"))
