"""Keeping letters: their bytes on the disk, their rows in one transaction, each letter once.

A letter is known by its number in a state of its folder, and by a digest; both are unique in its
mailbox.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.desk.mail.models import Mailbox, ReceivedLetter
from server.desk.mail.rules.knowing import digest_of, digest_of_whole
from server.desk.mail.rules.reading import read_letter
from server.desk.mail.rules.states import HELD, WAITING
from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.exclusive import hold_exclusively
from server.foundation.imap import LetterHead, MailboxUnavailable, OpenMailbox
from server.foundation.storage import Storage, StoredFile

#: So many bytes are under way at a time.
_BYTES_AT_ONCE = 16 << 20
_TOO_LARGE = "too_large"


@dataclass(slots=True)
class Fetched:
    """What one look came to: letters that were kept, and those that were known already."""

    kept: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a mailbox."""

    database: Database
    storage: Storage
    mailbox_id: int
    organisation_id: int
    most_bytes: int
    go_on: Callable[[], None]
    fetched: Fetched = field(default_factory=Fetched)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A letter whose bytes are on the disk, or that is too large for that (``stored`` None)."""

    head: LetterHead
    digest: str
    stored: StoredFile | None


def keep(look: Look, box: OpenMailbox, heads: Sequence[LetterHead]) -> dict[int, bool]:
    """Keep some letters in one transaction; return {uid: whether the server may put it away}."""
    with look.database.reading() as session:
        known = _digests(session, look.mailbox_id, [digest_of(one.headers) for one in heads])
    kept = [one for head in heads if (one := _taken_down(look, box, head, known)) is not None]
    # Where this fails the files stay behind: whether it was committed is not sure, and the nightly
    # tidying knows.
    with look.database.writing() as session:
        doubles = _write(session, look, box.uid_validity, kept)
    _forget(look.storage, doubles)
    look.fetched.kept += len(kept) - len(doubles)
    look.fetched.known += len(doubles)
    return {one.head.uid: one.stored is not None or known.get(one.digest, False) for one in kept}


def _taken_down(
    look: Look, box: OpenMailbox, head: LetterHead, known: Mapping[str, bool]
) -> _Kept | None:
    """Return a letter with its bytes on the disk; None when it is gone from the server."""
    digest = digest_of(head.headers)
    if digest in known:
        return _Kept(head, digest, None)
    if head.size > look.most_bytes:
        return _Kept(head, digest or digest_of_whole(head.headers), None)
    raw = box.letter(head.uid)
    if raw is None:
        return None
    stored = look.storage.keep(io.BytesIO(raw))
    return _Kept(head, digest or digest_of_whole(raw), stored)


def _write(session: Session, look: Look, uid_validity: int, kept: Sequence[_Kept]) -> list[_Kept]:
    """Write the rows of letters; return those that are known already, whose place is noted."""
    # Another look at the same mailbox may have been as quick.
    hold_exclusively(session, f"mailbox:{look.mailbox_id}")
    if session.get(Mailbox, look.mailbox_id) is None:
        raise MailboxUnavailable("the mailbox was removed meanwhile")
    places = known_places(session, look.mailbox_id, uid_validity, [one.head.uid for one in kept])
    known = _digests(session, look.mailbox_id, [one.digest for one in kept])
    doubles: list[_Kept] = []
    now = utc_now()
    for one in kept:
        if one.head.uid in places:
            doubles.append(one)
        elif one.digest in known:
            _move(session, look.mailbox_id, one, uid_validity)
            doubles.append(one)
        else:
            session.add(_row(look, one, uid_validity, now))
            known[one.digest] = True
            session.flush()
    return doubles


def _move(session: Session, mailbox_id: int, one: _Kept, uid_validity: int) -> None:
    """Note where a known letter lies now."""
    query = (
        update(ReceivedLetter)
        .where(ReceivedLetter.mailbox_id == mailbox_id, ReceivedLetter.digest == one.digest)
        .values(uid_validity=uid_validity, uid=one.head.uid)
    )
    session.execute(query)


def _row(look: Look, one: _Kept, uid_validity: int, now: datetime) -> ReceivedLetter:
    told = read_letter(one.head.headers)
    row = ReceivedLetter(
        organisation_id=look.organisation_id,
        mailbox_id=look.mailbox_id,
        uid_validity=uid_validity,
        uid=one.head.uid,
        digest=one.digest,
        message_id=told.message_id,
        from_address=told.from_address,
        from_name=told.from_name,
        subject=told.subject,
        sent_at=told.sent_at,
        received_at=now,
        size=one.head.size,
        state=WAITING,
    )
    if one.stored is None:
        row.state, row.reason = HELD, _TOO_LARGE
        row.note = f"it has {one.head.size >> 20} MB; {look.most_bytes >> 20} MB are taken in"
    else:
        row.size, row.sha256 = one.stored.size, one.stored.sha256
        row.stored_name = one.stored.name
    return row


def batches(heads: Sequence[LetterHead]) -> Iterator[list[LetterHead]]:
    """Part letters so that few bytes are under way at a time; a large one goes by itself."""
    batch: list[LetterHead] = []
    size = 0
    for head in heads:
        if batch and size + head.size > _BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(head)
        size += head.size
    if batch:
        yield batch


def _forget(storage: Storage, kept: Sequence[_Kept]) -> None:
    for one in kept:
        if one.stored is not None:
            storage.remove(one.stored.name)


def known_places(
    session: Session, mailbox_id: int, uid_validity: int, uids: Sequence[int]
) -> dict[int, bool]:
    """Return {uid: whether the server may put it away} of letters that are known at a place."""
    query = select(ReceivedLetter.uid, ReceivedLetter.reason).where(
        ReceivedLetter.mailbox_id == mailbox_id,
        ReceivedLetter.uid_validity == uid_validity,
        ReceivedLetter.uid.in_(uids),
    )
    return {uid: reason != _TOO_LARGE for uid, reason in session.execute(query)}


def _digests(session: Session, mailbox_id: int, digests: Sequence[str]) -> dict[str, bool]:
    """Return {digest: whether the server may put it away} of letters that are known."""
    query = select(ReceivedLetter.digest, ReceivedLetter.reason).where(
        ReceivedLetter.mailbox_id == mailbox_id, ReceivedLetter.digest.in_(digests)
    )
    return {digest: reason != _TOO_LARGE for digest, reason in session.execute(query)}
