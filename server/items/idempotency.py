"""The same bulk request sent twice (a lost answer, an impatient client) has one effect."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from server.items.models import BulkAnswer

#: How long an answer is remembered.
KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """Who asks for what, under which key ("" for none), on which terms."""

    person_id: int
    key: str
    organisation_id: int
    source: str
    body: bytes

    def digest(self) -> bytes:
        """Return what tells this request from another: the terms are part of it."""
        terms = f"{self.organisation_id}\n{self.source}\n".encode()
        return hashlib.sha256(terms + self.body).digest()


def earlier_answer(session: Session, asked: BulkRequest) -> bytes | None:
    """Return the answer given to this key before, if any.

    Raises ``Conflict`` when the key was used for another request.
    """
    found = session.scalar(
        select(BulkAnswer).where(
            BulkAnswer.person_id == asked.person_id, BulkAnswer.idempotency_key == asked.key
        )
    )
    if found is None:
        return None
    if found.body_hash != asked.digest():
        raise Conflict("this Idempotency-Key was used for another request")
    return gzip.decompress(found.answer)


def remember_answer(session: Session, asked: BulkRequest, answer: bytes, now: datetime) -> None:
    """Keep the answer, and drop answers that have grown old.

    Of two that were asked at once the first is kept: both had one effect.
    """
    session.execute(delete(BulkAnswer).where(BulkAnswer.at < now - KEPT))
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    make = postgresql.insert if is_postgresql else sqlite.insert
    row = {
        "person_id": asked.person_id,
        "idempotency_key": asked.key,
        "body_hash": asked.digest(),
        "answer": gzip.compress(answer, 3),
        "at": now,
    }
    session.execute(make(BulkAnswer).values(row).on_conflict_do_nothing())
