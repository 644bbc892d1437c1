"""One at a time: a short critical section that holds across processes until the commit."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def hold_exclusively(session: Session, name: str) -> None:
    """Wait until nobody else holds ``name``, and hold it until this transaction ends.

    On SQLite a writing transaction is alone already. On PostgreSQL it is an advisory lock; take
    it late, and several of them in one order.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    digest = hashlib.sha256(name.encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    session.execute(select(func.pg_advisory_xact_lock(number)))
