"""Photos out of a directory: read apart from people, few at a time, and only where they changed."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue
from server.people.directory import OpenDirectory
from server.people.models import DirectoryEntry, PersonPhoto
from server.people.rules.entries import RawEntry
from server.people.rules.mapping import photo_of, unique_id
from server.people.rules.photos import picture
from server.people.rules.words import LOCAL
from server.people.sync_parties import Work, in_steps

#: Entries in one answer of the directory: photos are large.
_PAGE = 25
_STEP = 100


def write_photos(work: Work, directory: OpenDirectory, condition: str) -> None:
    """Write the photos of people; ``condition`` is the filter for those that changed, "" for all.

    One given by hand stays. What is no picture we can show is noted as a conflict.
    """
    chosen = work.source.chosen
    attributes = chosen.fields.get("photo", ())
    if not attributes:
        return
    having = "".join(f"({name}=*)" for name in attributes)
    wanted = f"(&{condition or f'(|{having})'}{work.source.person_filter})"
    entries = directory.entries(
        work.source.base_dn, wanted, [chosen.unique_id, *attributes], page_size=_PAGE
    )
    seen: set[str] = set()
    while step := list(islice(_photos(work, entries), _STEP)):
        with work.database.writing() as session:
            _write(session, work, step)
        if not condition:
            seen |= {key for key, _ in step}
    if not condition:
        _remove_others(work, seen)


def _photos(work: Work, entries: Iterator[RawEntry]) -> Iterator[tuple[str, bytes]]:
    chosen = work.source.chosen
    for raw in entries:
        if key := unique_id(raw.attributes, chosen.unique_id):
            yield key, photo_of(raw.attributes, chosen)


def _write(session: Session, work: Work, step: Sequence[tuple[str, bytes]]) -> None:
    people = _people(session, work, [key for key, _ in step])
    rows = session.scalars(select(PersonPhoto).where(PersonPhoto.person_id.in_(people.values())))
    stored = {row.person_id: row for row in rows}
    for key, content in step:
        person_id = people.get(key)
        row = stored.get(person_id) if person_id is not None else None
        if person_id is None or (row is not None and row.source == LOCAL):
            continue
        if not content:
            if row is not None:
                session.delete(row)
                work.report.photos_changed += 1
            continue
        digest = hashlib.sha256(content).hexdigest()
        if row is None or row.given_digest != digest:
            _take(session, work, row or PersonPhoto(person_id=person_id), content, digest)


def _take(session: Session, work: Work, row: PersonPhoto, content: bytes, digest: str) -> None:
    try:
        found = picture(content)
    except InvalidValue as error:
        why = error.fields["photo"]
        work.report.note_conflict(f"the photo of person {row.person_id} {why}")
        return
    row.source, row.given_digest, row.updated_at = work.source.code, digest, work.now
    row.media_type, row.image = found.media_type, found.image
    session.add(row)
    work.report.photos_changed += 1


def _remove_others(work: Work, seen: set[str]) -> None:
    """Remove the photos whose people have none any more."""
    with work.database.reading() as session:
        rows = session.execute(
            select(DirectoryEntry.external_id, PersonPhoto.person_id)
            .join(PersonPhoto, PersonPhoto.person_id == DirectoryEntry.person_id)
            .where(
                DirectoryEntry.directory_id == work.source.directory_id,
                PersonPhoto.source == work.source.code,
            )
        )
        surplus = [person_id for key, person_id in rows if key not in seen]
    for step in in_steps(surplus):
        with work.database.writing() as session:
            session.execute(delete(PersonPhoto).where(PersonPhoto.person_id.in_(step)))
    work.report.photos_changed += len(surplus)


def _people(session: Session, work: Work, keys: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(DirectoryEntry.external_id, DirectoryEntry.person_id).where(
            DirectoryEntry.directory_id == work.source.directory_id,
            DirectoryEntry.external_id.in_(keys),
            DirectoryEntry.person_id.is_not(None),
        )
    )
    return {row.external_id: row.person_id for row in rows if row.person_id is not None}
