"""How far jobs that follow what is stored have come: most of them fill the index of words."""

from sqlalchemy.orm import Mapped, Session, mapped_column

from cmdb.records.base import Base, BigId, Key


class SearchMark(Base):
    """How far one kind of thing has been taken into the index, or otherwise looked at."""

    __tablename__ = "search_mark"

    kind: Mapped[str] = mapped_column(Key, primary_key=True)
    #: The id of the last one taken.
    position: Mapped[int] = mapped_column(BigId)
    #: Whether all that was there at first is in.
    filled: Mapped[bool] = mapped_column(default=False)


def mark_of(session: Session, kind: str, begins_at: int, *, lost: bool) -> SearchMark:
    """Return a mark, set anew where there is none or the index was ``lost``."""
    mark = session.get(SearchMark, kind)
    if mark is None:
        mark = SearchMark(kind=kind, position=begins_at, filled=False)
        session.add(mark)
    elif lost and mark.filled:
        mark.position, mark.filled = begins_at, False
    return mark
