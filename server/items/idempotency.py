"""The same bulk request sent twice (a lost answer, an impatient client) has one effect."""

import gzip
import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import Conflict
from server.items.models import BulkAnswer

#: How long an answer is remembered.
KEPT = timedelta(days=2)


def earlier_answer(session: Session, person_id: int, key: str, body: bytes) -> bytes | None:
    """Return the answer given to this key before, if any.

    Raises ``Conflict`` when the key was used for another body.
    """
    found = session.scalar(
        select(BulkAnswer).where(
            BulkAnswer.person_id == person_id, BulkAnswer.idempotency_key == key
        )
    )
    if found is None:
        return None
    if found.body_hash != hashlib.sha256(body).digest():
        raise Conflict("this Idempotency-Key was used for another body")
    return gzip.decompress(found.answer)


def remember_answer(
    session: Session, person_id: int, asked: tuple[str, bytes], answer: bytes, now: datetime
) -> None:
    """Keep the answer to ``asked`` (key, body), and drop answers that have grown old."""
    key, body = asked
    session.execute(delete(BulkAnswer).where(BulkAnswer.at < now - KEPT))
    session.add(
        BulkAnswer(
            person_id=person_id,
            idempotency_key=key,
            body_hash=hashlib.sha256(body).digest(),
            answer=gzip.compress(answer, 3),
            at=now,
        )
    )
