"""Relations, redundancy groups, and the change log that keeps every process's graph true.

``valid_from`` and ``valid_to`` are change-sequence numbers: a row holds for every sequence s with
valid_from <= s and (valid_to is null or s < valid_to).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Executable, ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from cmdb.errors import HistoryNotKept
from cmdb.records.asking import asked
from cmdb.records.base import Base, BigId, Identified, Key, unchecked
from cmdb.records.bulk import insert_rows
from cmdb.records.summing import checksum_after, keep_past

__all__ = [
    "GraphChange",
    "RedundancyGroup",
    "Relation",
    "current_sequence",
    "keep_past",
    "next_sequence",
    "require_kept",
    "sequence_at",
    "write_changes",
]

_LIVE = text("valid_to IS NULL")
_GROUPED = text("group_id IS NOT NULL")


class RedundancyGroup(Identified, Base):
    """Several suppliers of one dependant, of which so many must be up."""

    __tablename__ = "redundancy_group"
    __table_args__ = (
        Index(
            "uq_redundancy_group_live",
            "dependant_id",
            "name",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    dependant_id: Mapped[int] = mapped_column(BigId, ForeignKey("item.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Key)
    rule: Mapped[str] = mapped_column(Key)
    threshold: Mapped[float]
    valid_from: Mapped[int] = mapped_column(BigId)
    valid_to: Mapped[int | None] = mapped_column(BigId)


class Relation(Identified, Base):
    """A relation in its type's reading direction, as one source says it."""

    __tablename__ = "relation"
    __table_args__ = (
        Index(
            "uq_relation_live",
            "start_id",
            "end_id",
            "type_code",
            "source",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(None, "start_id", "type_code"),
        Index(None, "end_id", "type_code"),
        Index(None, "organisation_id", "id"),
        Index(None, "group_id", sqlite_where=_GROUPED, postgresql_where=_GROUPED),
        {"sqlite_autoincrement": True},
    )

    #: That of the item at the start.
    organisation_id: Mapped[int] = mapped_column(BigId, info=unchecked("organisation.id"))
    type_code: Mapped[str] = mapped_column(Key)
    #: Whoever writes a relation locks its ends first (``cmdb.inventory.ends``).
    start_id: Mapped[int] = mapped_column(BigId, info=unchecked("item.id"))
    end_id: Mapped[int] = mapped_column(BigId, info=unchecked("item.id"))
    group_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("redundancy_group.id", ondelete="CASCADE")
    )
    capacity: Mapped[float] = mapped_column(default=1.0)
    weight: Mapped[float] = mapped_column(default=1.0)
    source: Mapped[str] = mapped_column(Key)
    confidence: Mapped[float] = mapped_column(default=1.0)
    evidence: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(String, default="")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    valid_from: Mapped[int] = mapped_column(BigId)
    valid_to: Mapped[int | None] = mapped_column(BigId)


class GraphChange(Base):
    """One step of the graph, written in the transaction that made it."""

    __tablename__ = "graph_change"
    __table_args__ = (Index(None, "at"),)

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    #: "item", "relation" or "group", with "+", "~" or "-": what appeared, changed or ended.
    op: Mapped[str] = mapped_column(Key)
    row_id: Mapped[int] = mapped_column(BigId)
    #: The sum of ``cmdb.records.sums`` over all rows of the graph, in the last row of each batch.
    checksum: Mapped[int | None] = mapped_column(BigInteger)


_FIRST_KEPT = select(GraphChange.seq, GraphChange.at).order_by(GraphChange.seq).limit(1)

#: The number under which PostgreSQL lets one log writer in at a time. Sequence numbers would
#: otherwise become visible out of order, and a reader of "seq > last" would skip some for ever.
_LOG_LOCK = 0x0CADA57E


def current_sequence(session: Session) -> int:
    """Return the sequence number of the newest change that is visible; 0 for an empty log."""
    return _newest(session).scalar() or 0


@asked
def _newest(_dialect: str) -> Executable:
    return select(func.max(GraphChange.seq))


def sequence_at(session: Session, moment: datetime) -> int:
    """Return the sequence number of the newest change recorded until ``moment``."""
    newest = select(func.max(GraphChange.seq)).where(GraphChange.at <= moment)
    found = session.scalar(newest)
    if found is None:
        first = session.execute(_FIRST_KEPT).first()
        if first is not None and first.seq > 1:
            raise HistoryNotKept(first.at)
    return found or 0


def require_kept(session: Session, sequence: int) -> None:
    """Raise HistoryNotKept when the log no longer reaches back to ``sequence``."""
    first = session.execute(_FIRST_KEPT).first()
    if first is not None and sequence < first.seq - 1:
        raise HistoryNotKept(first.at)


def next_sequence(session: Session) -> int:
    """Return the next free sequence number; it and those after it are this transaction's.

    Log writers wait for each other until the transaction ends; SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        _let_no_other_log(session, key=_LOG_LOCK)
    return current_sequence(session) + 1


@asked
def _let_no_other_log(_dialect: str) -> Executable:
    return text("SELECT pg_advisory_xact_lock(:key)")


def write_changes(
    session: Session,
    first: int,
    at: datetime,
    changes: Sequence[tuple[str, int]],
    inserted: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write the change log: ``changes`` are (op, row id), numbered from ``first``.

    The only writer of this table. What appeared or changed must be in the database by now, what
    ends must still be there; of what changed, ``keep_past`` has kept what it was. ``inserted`` are
    rows of one table as they were just written, when they are at hand: they are not read again.
    """
    rows = [
        {"seq": first + offset, "at": at, "op": op, "row_id": row_id, "checksum": None}
        for offset, (op, row_id) in enumerate(changes)
    ]
    if rows:
        rows[-1]["checksum"] = checksum_after(session, first, changes, inserted)
        insert_rows(session, GraphChange, rows)
        # Tells cmdb.snapshot that this transaction's graph is its own until it commits.
        session.info["graph_changed"] = True
