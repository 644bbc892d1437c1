"""Letting go of the graph's past: the oldest rows of the change log, and the terms behind them.

What is let go is no longer answered for (HistoryNotKept); every later moment is answered as before.
The newest change is always kept: sequence numbers go on from it.
"""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cmdb.records.past import GroupPast, ItemPast, RelationPast
from cmdb.records.relations import GraphChange, current_sequence

#: Past terms, each with the sequence at which they ended.
_TERMS = (ItemPast, RelationPast, GroupPast)


def forget_changes(session: Session, before: datetime, at_most: int) -> int:
    """Delete the oldest changes recorded before a moment; return how many.

    Who has asked already may still read: the terms behind them go with `forget_terms`, later.
    """
    newest = select(func.max(GraphChange.seq)).where(GraphChange.at < before)
    last = min(session.scalar(newest) or 0, current_sequence(session) - 1)
    first = session.scalar(select(func.min(GraphChange.seq))) or 0
    upto = min(last, first + at_most - 1)
    if upto < first:
        return 0
    session.execute(delete(GraphChange).where(GraphChange.seq <= upto))
    return upto - first + 1


def forget_terms(session: Session, at_most: int) -> int:
    """Delete the oldest past terms that no moment still answered for needs; return how many."""
    first = session.scalar(select(func.min(GraphChange.seq))) or 0
    gone = 0
    for table in _TERMS:
        ended = select(table.valid_to).where(table.valid_to < first).order_by(table.valid_to)
        upto = session.scalars(ended.limit(at_most)).all()
        if upto:
            session.execute(delete(table).where(table.valid_to <= upto[-1]))
            gone += len(upto)
    return gone
