"""Which graph a question is answered on: the one of now, or that of a past moment."""

from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from cmdb.snapshot.live import LIVE, Snapshot

#: A moment, a change sequence, or None for now.
AsOf = datetime | int | None


def graph_at(session: Session, as_of: AsOf = None) -> Snapshot:
    """Return the graph as the register had it recorded.

    Raises ``HistoryNotKept`` for what lies before the horizon of retention, and ``InvalidValue``
    for a change sequence that is none.
    """
    if as_of is None:
        return LIVE.at(session)
    if isinstance(as_of, int) and as_of < 0:
        raise InvalidValue({"as_of": "a change sequence is not negative"})
    return LIVE.as_of(session, as_of)
