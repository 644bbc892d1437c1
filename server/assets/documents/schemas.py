"""The wire format of documents."""

from typing import Any

from marshmallow import fields, validate

from server.assets.documents.models import DocumentVersion
from server.assets.documents.queries import DocumentDetails, DocumentRow
from server.assets.documents.rules import KINDS, MOST_SUBJECTS
from server.foundation.edge.fields import Base64, Identifier, Line, Passage, QueryIdentifier
from server.foundation.edge.schemas import Moment, PageQuerySchema, StrictSchema
from server.items.schemas import ItemRefSchema

_MANY = validate.Length(max=MOST_SUBJECTS)


class DocumentQuerySchema(PageQuerySchema):
    """Which documents."""

    q = Line(load_default="", metadata={"description": "Part of the title."})
    kind = fields.String(load_default="", validate=validate.OneOf(["", *KINDS]))
    due_by = fields.Date(
        load_default=None, metadata={"description": "Review is due by then, or overdue."}
    )
    item_id = QueryIdentifier(
        load_default=None, metadata={"description": "About this item, or about its model."}
    )


class DocumentEditSchema(StrictSchema):
    """What a document is; what it is about stays as it was where that is left out."""

    title = Line(required=True, shortest=1, longest=255)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    note = Passage(load_default="", longest=5000)
    owner_id = Identifier(load_default=None, allow_none=True)
    review_on = fields.Date(load_default=None, allow_none=True)
    review_months = fields.Integer(load_default=None, allow_none=True, strict=True)
    item_ids = fields.List(Identifier(), load_default=None, allow_none=True, validate=_MANY)
    product_model_ids = fields.List(
        Identifier(), load_default=None, allow_none=True, validate=_MANY
    )
    contract_ids = fields.List(Identifier(), load_default=None, allow_none=True, validate=_MANY)


class DocumentDraftSchema(DocumentEditSchema):
    """A document to write down; versions are added to it afterwards."""

    organisation_id = Identifier(required=True)


class DocumentVersionSchema(StrictSchema):
    """A document as it was: a kept file, or an address."""

    number = fields.Integer(required=True)
    at = Moment(required=True)
    author_id = fields.Integer(required=True, allow_none=True)
    file_name = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    url = fields.String(required=True)
    note = fields.String(required=True)


class DocumentVersionDraftSchema(StrictSchema):
    """A new version: a file with its name, or an address."""

    file_name = fields.String(load_default="", validate=validate.Length(max=1000))
    content = Base64(load_default=None, metadata={"description": "The file, as base64."})
    url = Line(load_default="", longest=2000)
    note = Line(load_default="", longest=255)


class DocumentReviewSchema(StrictSchema):
    """That a document holds; without a day, its rhythm says when it is looked at next."""

    review_on = fields.Date(load_default=None, allow_none=True)


class DocumentSchema(StrictSchema):
    """What one reads about items, models or contracts."""

    id = fields.Integer(required=True)
    organisation_id = fields.Integer(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)
    note = fields.String(required=True)
    owner_id = fields.Integer(required=True, allow_none=True)
    review_on = fields.Date(required=True, allow_none=True)
    review_months = fields.Integer(required=True, allow_none=True)
    reviewed_at = Moment(required=True, allow_none=True)
    reviewed_by_id = fields.Integer(required=True, allow_none=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)
    newest = fields.Nested(DocumentVersionSchema, required=True, allow_none=True)


class SubjectModelSchema(StrictSchema):
    """A model that a document is about."""

    id = fields.Integer(required=True)
    vendor = fields.String(required=True)
    name = fields.String(required=True)


class SubjectContractSchema(StrictSchema):
    """A contract that a document belongs to."""

    id = fields.Integer(required=True)
    reference = fields.String(required=True)
    name = fields.String(required=True)


class DocumentDetailsSchema(DocumentSchema):
    """The same with all versions, the newest first, and what it is about so far as in sight."""

    versions = fields.List(fields.Nested(DocumentVersionSchema), required=True)
    items = fields.List(fields.Nested(ItemRefSchema), required=True)
    product_models = fields.List(fields.Nested(SubjectModelSchema), required=True)
    contracts = fields.List(fields.Nested(SubjectContractSchema), required=True)


_OWN = (
    *("id", "organisation_id", "title", "kind", "note", "owner_id", "review_on"),
    *("review_months", "reviewed_at", "reviewed_by_id", "created_at", "updated_at", "version"),
)


def document_row(row: DocumentRow) -> dict[str, Any]:
    """Return what ``DocumentSchema`` dumps."""
    return _own(row.document) | {"newest": row.newest}


def details_document(found: DocumentDetails) -> dict[str, Any]:
    """Return what ``DocumentDetailsSchema`` dumps."""
    versions: list[DocumentVersion] = [one for one, _ in found.versions]
    return _own(found.document) | {
        "newest": versions[0] if versions else None,
        "versions": versions,
        "items": found.items,
        "product_models": [
            {"id": one.id, "vendor": vendor.name, "name": one.name} for one, vendor in found.models
        ],
        "contracts": found.contracts,
    }


def _own(document: Any) -> dict[str, Any]:
    return {name: getattr(document, name) for name in _OWN}
