"""Writing documents down, keeping their versions, reviewing them, letting them go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cmdb.errors import InvalidValue, NotFound
from cmdb.model.text import clean, text_key
from cmdb.query.items import find_items
from cmdb.records.base import Base
from cmdb.records.bulk import insert_rows
from cmdb.records.parties import Person
from server.assets.documents.indexing import index_documents
from server.assets.documents.models import (
    ContractDocument,
    Document,
    DocumentVersion,
    ItemDocument,
    ModelDocument,
)
from server.assets.documents.queries import document_details, documents_in_scope, get_document
from server.assets.documents.rules import (
    DocumentDraft,
    address_problem,
    draft_problems,
    next_review,
)
from server.assets.products.queries import get_model
from server.assets.queries import get_contract
from server.foundation import audit
from server.foundation.allowances import UPLOADS, spend
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Actor, Permission
from server.foundation.search.index import DOCUMENT, forget
from server.foundation.storage import Storage, file_name_of
from server.items.organisations import require_organisation
from server.items.scope import visible_items
from server.people.queries.people import seen_people

_WRITE = Permission.ITEM_WRITE


@dataclass(frozen=True, slots=True)
class Content:
    """What a version holds: a file of at most ``most_bytes``, or the address of one elsewhere."""

    file_name: str = ""
    file: BinaryIO | None = None
    most_bytes: int = 0
    url: str = ""
    note: str = ""


def write_document(
    session: Session, actor: Actor, draft: DocumentDraft, now: datetime, known_id: int | None = None
) -> Document:
    """Write a document down, or anew when it is known; its organisation stays.

    What it is about and the actor may not see stays. Raises ``NotFound``, ``PermissionDenied``,
    ``InvalidValue`` naming each wrong field.
    """
    known = None if known_id is None else _writable(session, actor, known_id)
    actor.require(_WRITE)
    _check(session, actor, draft, known)
    if known is None:
        _require_place(session, actor, draft)
    row = known or Document(organisation_id=draft.organisation_id, created_at=now, version=0)
    row.title, row.title_key = clean(draft.title), text_key(clean(draft.title))
    row.kind, row.note, row.owner_id = draft.kind, draft.note.strip(), draft.owner_id
    row.review_on, row.review_months = draft.review_on, draft.review_months
    row.updated_at, row.version = now, row.version + 1
    session.add(row)
    session.flush()  # what it is about needs its number
    _relate(session, actor, row.id, draft)
    index_documents(session, [row.id])
    audit.record(session, actor, "document.written", f"document:{row.id}", {"title": row.title})
    return row


def add_version(
    session: Session,
    actor: Actor,
    storage: Storage,
    document_id: int,
    content: Content,
    now: datetime,
) -> DocumentVersion:
    """Keep a new version of a document; all earlier ones stay.

    Raises ``NotFound``, ``PermissionDenied``, ``InvalidValue`` naming file, url or note.
    """
    document = _writable(session, actor, document_id)
    url = content.url.strip()
    if (content.file is None) == (not url):
        raise InvalidValue({"file": "give a file or an address, and not both"})
    if problem := address_problem(url) if url else None:
        raise InvalidValue({"url": problem})
    if len(content.note) > 255:
        raise InvalidValue({"note": "must not be longer than 255"})
    row = DocumentVersion(
        document_id=document.id,
        number=document.newest + 1,
        at=now,
        author_id=actor.person_id,
        url=url,
        note=clean(content.note),
        **_kept(session, actor, storage, content, now),
    )
    session.add(row)
    document.newest, document.updated_at = row.number, now
    document.version += 1
    session.flush()  # its number is told
    index_documents(session, [document.id])
    told = {"title": document.title, "number": row.number}
    audit.record(session, actor, "document.version_added", f"document:{document.id}", told)
    return row


def _kept(
    session: Session, actor: Actor, storage: Storage, content: Content, now: datetime
) -> dict[str, Any]:
    if content.file is None:
        return {}
    if actor.person_id is not None:
        spend(session, UPLOADS, f"person:{actor.person_id}", now)
    kept = storage.keep_upload(content.file, content.most_bytes)
    return {
        "file_name": file_name_of(content.file_name),
        "size": kept.size,
        "sha256": kept.sha256,
        "stored_name": kept.name,
    }


def review_document(
    session: Session, actor: Actor, document_id: int, next_on: date | None, now: datetime
) -> Document:
    """Say that a document was looked at and holds; the next review is due as asked, or by rhythm.

    Raises ``NotFound``, ``PermissionDenied``, ``InvalidValue`` naming ``review_on``.
    """
    document = _writable(session, actor, document_id)
    if next_on is not None and next_on <= now.date():
        raise InvalidValue({"review_on": "must lie in the future"})
    document.reviewed_at, document.reviewed_by_id = now, actor.person_id
    document.review_on = next_review(now.date(), next_on, document.review_months)
    document.updated_at = now
    document.version += 1
    told = {"title": document.title, "version": document.newest}
    audit.record(session, actor, "document.reviewed", f"document:{document.id}", told)
    return document


def forget_document(session: Session, actor: Actor, document_id: int) -> None:
    """Let a document go with all its versions; nightly tidying takes the files.

    Raises ``NotFound``, ``PermissionDenied``.
    """
    row = _writable(session, actor, document_id)
    told = {"title": row.title, "versions": row.newest}
    audit.record(session, actor, "document.forgotten", f"document:{row.id}", told)
    for part in (ItemDocument, ModelDocument, ContractDocument, DocumentVersion):
        session.execute(delete(part).where(part.document_id == row.id))
    session.delete(row)
    session.flush()  # nothing finds it any more
    forget(session, DOCUMENT, [document_id])


def _writable(session: Session, actor: Actor, document_id: int) -> Document:
    actor.require(_WRITE)
    get_document(session, actor, document_id)
    locked = select(Document).where(Document.id == document_id).with_for_update()
    session.scalar(locked.execution_options(populate_existing=True))
    query = select(Document).where(Document.id == document_id, documents_in_scope(actor, _WRITE))
    row = session.scalar(query)
    if row is None:
        raise PermissionDenied(_WRITE)
    return row


def _require_place(session: Session, actor: Actor, draft: DocumentDraft) -> None:
    """Raise unless the actor may write there: the organisation, or every item it is to be about."""
    named = set(draft.item_ids or ())
    items = find_items(session, sorted(named), visible_items(actor, _WRITE))
    places = {item.organisation_id for item in items.values()}
    if len(items) < len(named) or draft.organisation_id not in places:
        require_organisation(session, actor, _WRITE, draft.organisation_id)


def _check(session: Session, actor: Actor, draft: DocumentDraft, known: Document | None) -> None:
    problems = draft_problems(draft)
    stays = known is not None and known.owner_id == draft.owner_id
    if draft.owner_id is not None and not stays and not _is_known(session, actor, draft.owner_id):
        problems["owner_id"] = f"there is no active person {draft.owner_id}"
    if not problems:
        problems = _missing(session, actor, draft, known)
    if problems:
        raise InvalidValue(problems)


def _missing(
    session: Session, actor: Actor, draft: DocumentDraft, known: Document | None
) -> dict[str, str]:
    """Return what the draft is about and is not there; what is new must be the actor's to write."""
    problems: dict[str, str] = {}
    given = list(draft.item_ids or ())
    known_id = known.id if known else 0
    about = select(ItemDocument.item_id).where(ItemDocument.document_id == known_id)
    old = set(session.scalars(about))
    readable = find_items(session, given, visible_items(actor))
    writable = find_items(session, given, visible_items(actor, _WRITE))
    for one in given:
        if one not in readable:
            problems["item_ids"] = f"there is no item {one}"
        elif one not in old and one not in writable:
            problems["item_ids"] = f"you may not write on item {one}"
    for field, what, reader in (
        ("product_model_ids", "model", get_model),
        ("contract_ids", "contract", get_contract),
    ):
        for one in getattr(draft, field) or ():
            try:
                reader(session, actor, one)
            except NotFound:
                problems[field] = f"there is no {what} {one}"
    return problems


def _is_known(session: Session, actor: Actor, person_id: int) -> bool:
    query = select(Person.id).where(Person.id == person_id, Person.active, seen_people(actor))
    return session.scalar(query) is not None


def _relate(session: Session, actor: Actor, document_id: int, draft: DocumentDraft) -> None:
    shown = document_details(session, actor, document_id)
    _replace(
        session,
        ItemDocument.item_id,
        document_id,
        [one.id for one in shown.items],
        draft.item_ids,
    )
    _replace(
        session,
        ModelDocument.model_id,
        document_id,
        [one.id for one, _ in shown.models],
        draft.product_model_ids,
    )
    _replace(
        session,
        ContractDocument.contract_id,
        document_id,
        [one.id for one in shown.contracts],
        draft.contract_ids,
    )


def _replace(
    session: Session,
    column: InstrumentedAttribute[int],
    document_id: int,
    seen: Sequence[int],
    wanted: Sequence[int] | None,
) -> None:
    """Let a document be about these instead of those that the actor saw."""
    if wanted is None:
        return
    table: Any = column.class_
    gone = sorted(set(seen) - set(wanted))
    session.execute(delete(table).where(table.document_id == document_id, column.in_(gone)))
    stays = set(session.scalars(select(column).where(table.document_id == document_id)))
    new = [one for one in dict.fromkeys(wanted) if one not in stays]
    entity: type[Base] = table
    insert_rows(session, entity, [{column.key: one, "document_id": document_id} for one in new])
