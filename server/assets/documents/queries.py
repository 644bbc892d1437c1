"""Reading documents for an actor: those of their organisations, and those about items in sight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, aliased

from cmdb.errors import NotFound
from cmdb.model.text import text_key
from cmdb.records.items import Item
from cmdb.records.parties import OrganisationClosure, Person
from server.assets.documents.indexing import holding
from server.assets.documents.models import (
    ContractDocument,
    Document,
    DocumentVersion,
    ItemDocument,
    ModelDocument,
)
from server.assets.documents.rules import MOST_SUBJECTS
from server.assets.models import Contract
from server.assets.products.models import ItemOfModel, ProductModel, Vendor
from server.assets.products.queries import models_in_sight
from server.foundation.paging import Page, PageRequest, SortKey, fetch_page
from server.foundation.permissions import Actor, Permission, ScopeColumns, visible
from server.items.queries import get_item
from server.items.scope import items_in_reach, visible_items

_SORTS = {"title": SortKey(Document.title_key)}
_SHOWN = 500


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents: their words, kind, due by a day, about an item or its model.

    ``text`` is part of the title, or words that the index finds it by.
    """

    text: str = ""
    kind: str = ""
    due_by: date | None = None
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document with who keeps it right, and its newest version if there is one."""

    document: Document
    owner: Person | None
    newest: DocumentVersion | None


@dataclass(frozen=True, slots=True)
class DocumentDetails:
    """All there is to a document; what it is about is what the actor may see of that."""

    document: Document
    owner: Person | None
    reviewer: Person | None
    versions: tuple[tuple[DocumentVersion, Person | None], ...]
    items: tuple[Item, ...]
    models: tuple[tuple[ProductModel, Vendor], ...]
    contracts: tuple[Contract, ...]


def documents_in_scope(
    actor: Actor, permission: Permission = Permission.ITEM_READ
) -> ColumnElement[bool]:
    """Return the condition on ``Document`` for what the actor may read, or write.

    Read: where its organisation is in reach, it is one's own, an item it is about is in sight, or
    an item of a model it is about is, below the document's organisation: a manual that a company
    keeps holds in its branches, and in no other company. Written: where its organisation is, it is
    one's own, or *every* item it is about is.
    """
    nobody = actor.person_id is None
    own = false() if nobody else Document.owner_id == actor.person_id
    columns = ScopeColumns(Document.organisation_id, own=own, team=own)
    direct = visible(actor, permission, columns)
    about = (
        select(ItemDocument.item_id)
        .join(Item, Item.id == ItemDocument.item_id)
        .where(ItemDocument.document_id == Document.id)
        .correlate(Document)
    )
    through = about.where(visible_items(actor, permission)).exists()
    if permission is not Permission.ITEM_READ:
        beyond = about.where(~items_in_reach(actor, permission)).exists()
        return or_(direct, and_(through, ~beyond))
    by_model = (
        select(ModelDocument.document_id)
        .join(ItemOfModel, ItemOfModel.model_id == ModelDocument.model_id)
        .join(Item, Item.id == ItemOfModel.item_id)
        .join(OrganisationClosure, OrganisationClosure.descendant_id == Item.organisation_id)
        .where(
            ModelDocument.document_id == Document.id,
            OrganisationClosure.ancestor_id == Document.organisation_id,
            visible_items(actor),
        )
        .correlate(Document)
    )
    return or_(direct, through, by_model.exists())


def list_documents(
    session: Session, actor: Actor, wanted: DocumentFilter, request: PageRequest
) -> Page[DocumentRow]:
    """Return one page of documents by title. Raises ``ItemNotFound`` for an item out of sight."""
    actor.require(Permission.ITEM_READ)
    if wanted.item_id is not None:
        get_item(session, actor, wanted.item_id)
    query = _rows().where(documents_in_scope(actor), *_conditions(wanted))
    asked = PageRequest("title", request.cursor, request.limit)
    page = fetch_page(session, query, asked, _SORTS, Document.id)
    return Page([DocumentRow(*row) for row in page.rows], page.next_cursor)


def due_documents(
    session: Session, actor: Actor, wanted: DocumentFilter, limit: int = _SHOWN
) -> list[DocumentRow]:
    """Return documents whose review is due by ``wanted.due_by``, the longest overdue first."""
    actor.require(Permission.ITEM_READ)
    query = _rows().where(documents_in_scope(actor), *_conditions(wanted))
    rows = session.execute(query.order_by(Document.review_on, Document.id).limit(limit))
    return [DocumentRow(*row) for row in rows]


def documents_about(
    session: Session, actor: Actor, item_ids: Sequence[int], limit: int = 50
) -> list[DocumentRow]:
    """Return the documents about any of these items in sight, or about their models; by title."""
    if not actor.may(Permission.ITEM_READ):
        return []
    seen = select(Item.id).where(Item.id.in_(item_ids), visible_items(actor))
    query = _rows().where(documents_in_scope(actor), _is_about(seen))
    rows = session.execute(query.order_by(Document.title_key, Document.id).limit(limit))
    return [DocumentRow(*row) for row in rows]


def documents_of_model(session: Session, actor: Actor, model_id: int) -> list[DocumentRow]:
    """Return the documents about a model; the caller has found it to be in sight."""
    about = select(ModelDocument.document_id).where(ModelDocument.model_id == model_id)
    return _among(session, actor, about)


def documents_of_contract(session: Session, actor: Actor, contract_id: int) -> list[DocumentRow]:
    """Return the documents of a contract; the caller has found it to be in sight."""
    about = select(ContractDocument.document_id).where(ContractDocument.contract_id == contract_id)
    return _among(session, actor, about)


def _among(session: Session, actor: Actor, ids: Select[int]) -> list[DocumentRow]:
    query = _rows().where(Document.id.in_(ids), documents_in_scope(actor))
    rows = session.execute(query.order_by(Document.title_key, Document.id).limit(_SHOWN))
    return [DocumentRow(*row) for row in rows]


def get_document(
    session: Session, actor: Actor, document_id: int, permission: Permission = Permission.ITEM_READ
) -> Document:
    """Return one document. Raises ``NotFound``."""
    actor.require(permission)
    query = select(Document).where(
        Document.id == document_id, documents_in_scope(actor, permission)
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("document", document_id)
    return found


def may_write(session: Session, actor: Actor, document_id: int) -> bool:
    """Say whether the actor may write a document anew."""
    query = select(Document.id).where(
        Document.id == document_id, documents_in_scope(actor, Permission.ITEM_WRITE)
    )
    return actor.may(Permission.ITEM_WRITE) and session.scalar(query) is not None


def kept_files(session: Session) -> set[str]:
    """Return the stored names of all versions: files that nobody may tidy away."""
    query = select(DocumentVersion.stored_name).where(DocumentVersion.stored_name != "")
    return set(session.scalars(query))


def document_details(session: Session, actor: Actor, document_id: int) -> DocumentDetails:
    """Return all there is to one document. Raises ``NotFound``."""
    row = get_document(session, actor, document_id)
    people = {one for one in (row.owner_id, row.reviewed_by_id) if one is not None}
    known = {
        one.id: one for one in session.scalars(select(Person).where(Person.id.in_(sorted(people))))
    }
    versions = session.execute(
        select(DocumentVersion, Person)
        .outerjoin(Person, Person.id == DocumentVersion.author_id)
        .where(DocumentVersion.document_id == document_id)
        .order_by(DocumentVersion.number.desc())
        .limit(_SHOWN)
    )
    return DocumentDetails(
        row,
        known.get(row.owner_id or 0),
        known.get(row.reviewed_by_id or 0),
        tuple((one[0], one[1]) for one in versions),
        tuple(session.scalars(_items(actor, document_id))),
        tuple((one[0], one[1]) for one in session.execute(_models(actor, document_id))),
        tuple(session.scalars(_contracts(actor, document_id))),
    )


def document_version(
    session: Session, actor: Actor, document_id: int, number: int
) -> DocumentVersion:
    """Return one version of a document. Raises ``NotFound``."""
    get_document(session, actor, document_id)
    query = select(DocumentVersion).where(
        DocumentVersion.document_id == document_id, DocumentVersion.number == number
    )
    found = session.scalar(query) if number < 2**31 else None
    if found is None:
        raise NotFound("document_version", number)
    return found


def _rows() -> Select[Document, Person, DocumentVersion]:
    newest = aliased(DocumentVersion)
    return (
        select(Document, Person, newest)
        .outerjoin(Person, Person.id == Document.owner_id)
        .outerjoin(
            newest, and_(newest.document_id == Document.id, newest.number == Document.newest)
        )
    )


def _conditions(wanted: DocumentFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        named = Document.title_key.contains(text_key(wanted.text), autoescape=True)
        found.append(or_(named, holding(wanted.text)))
    if wanted.kind:
        found.append(Document.kind == wanted.kind)
    if wanted.due_by is not None:
        found.append(Document.review_on <= wanted.due_by)
    if wanted.item_id is not None:
        found.append(_is_about(select(Item.id).where(Item.id == wanted.item_id)))
    return found


def _is_about(items: Select[int]) -> ColumnElement[bool]:
    directly = select(ItemDocument.document_id).where(ItemDocument.item_id.in_(items))
    by_model = (
        select(ModelDocument.document_id)
        .join(ItemOfModel, ItemOfModel.model_id == ModelDocument.model_id)
        .where(ItemOfModel.item_id.in_(items))
    )
    return or_(Document.id.in_(directly), Document.id.in_(by_model))


def _items(actor: Actor, document_id: int) -> Select[Item]:
    about = select(ItemDocument.item_id).where(ItemDocument.document_id == document_id)
    query = select(Item).where(Item.id.in_(about), visible_items(actor))
    return query.order_by(Item.name_key, Item.id).limit(MOST_SUBJECTS)


def _models(actor: Actor, document_id: int) -> Select[ProductModel, Vendor]:
    about = select(ModelDocument.model_id).where(ModelDocument.document_id == document_id)
    return (
        select(ProductModel, Vendor)
        .join(Vendor, Vendor.id == ProductModel.vendor_id)
        .where(ProductModel.id.in_(about), models_in_sight(actor))
        .order_by(ProductModel.name_key, ProductModel.id)
    )


def _contracts(actor: Actor, document_id: int) -> Select[Contract]:
    about = select(ContractDocument.contract_id).where(ContractDocument.document_id == document_id)
    scope = visible(actor, Permission.ITEM_READ, ScopeColumns(Contract.organisation_id))
    query = select(Contract).where(Contract.id.in_(about), scope)
    return query.order_by(Contract.reference, Contract.id)
