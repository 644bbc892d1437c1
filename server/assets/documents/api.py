"""REST over documents: what is read about items, its versions, and its reviews."""

from io import BytesIO
from typing import Any

from flask import Response, jsonify, make_response, redirect
from flask.views import MethodView
from flask_smorest import Blueprint

from server.assets.documents import queries
from server.assets.documents.actions import (
    Content,
    add_version,
    forget_document,
    review_document,
    write_document,
)
from server.assets.documents.rules import DocumentDraft
from server.assets.documents.schemas import (
    DocumentDetailsSchema,
    DocumentDraftSchema,
    DocumentEditSchema,
    DocumentQuerySchema,
    DocumentReviewSchema,
    DocumentSchema,
    DocumentVersionDraftSchema,
    DocumentVersionSchema,
    details_document,
    document_row,
)
from server.foundation.edge.conditional import check_version, tagged
from server.foundation.edge.document import CHECKS_VERSION, LOOKS_UP, READS_VERSION
from server.foundation.edge.files import OPAQUE, file_answer
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import page_of, page_request, schema_of
from server.foundation.paging import Page
from server.foundation.storage import Storage, attachments_at

documents = Blueprint(
    "documents", __name__, url_prefix=PREFIX, description="Documents about items, and their review."
)


def document_files() -> Storage:
    """Return where this installation keeps the files of documents: with all attached files."""
    return attachments_at(installation().settings.home)


def version_answer(document_id: int, number: int) -> Any:
    """Return a kept file to be saved, or lead to the address that a version is."""
    session, actor = current_session(), current_actor()
    row = queries.document_version(session, actor, document_id, number)
    if row.url:
        return redirect(row.url, 303)
    return file_answer(document_files(), row.stored_name, row.file_name)


@documents.route("/documents")
class Documents(MethodView):
    """What one reads about items, models and contracts."""

    @documents.doc(**LOOKS_UP)
    @documents.arguments(DocumentQuerySchema, location="query")
    @documents.response(200, page_of(DocumentSchema, "DocumentPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List documents by title."""
        wanted = queries.DocumentFilter(
            query["q"], query["kind"], query["due_by"], query["item_id"]
        )
        page = queries.list_documents(
            current_session(), current_actor(), wanted, page_request(query)
        )
        return Page([document_row(row) for row in page.rows], page.next_cursor)

    @documents.arguments(DocumentDraftSchema)
    @documents.response(201, DocumentDetailsSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Write a document down, with what it is about."""
        session, actor, now = current_session(), current_actor(), current_time()
        made = write_document(session, actor, DocumentDraft(**body), now)
        return details_document(queries.document_details(session, actor, made.id))


@documents.route("/documents/<int:document_id>")
class OneDocument(MethodView):
    """One document."""

    @documents.doc(**READS_VERSION)
    @documents.response(200, DocumentDetailsSchema)
    def get(self, document_id: int) -> Any:
        """Return a document with all its versions; its ETag serves If-Match."""
        return _answer(document_id)

    @documents.doc(**CHECKS_VERSION)
    @documents.arguments(DocumentEditSchema)
    @documents.response(200, DocumentDetailsSchema)
    def put(self, body: dict[str, Any], document_id: int) -> Any:
        """Say anew what a document is; with If-Match only what was read last."""
        session, actor, now = current_session(), current_actor(), current_time()
        check_version(queries.get_document(session, actor, document_id).version)
        write_document(session, actor, DocumentDraft(0, **body), now, document_id)
        return _answer(document_id)

    @documents.response(204)
    def delete(self, document_id: int) -> None:
        """Let a document go with all its versions."""
        forget_document(current_session(), current_actor(), document_id)


@documents.route("/documents/<int:document_id>/versions")
class Versions(MethodView):
    """A document as it was and is."""

    @documents.arguments(DocumentVersionDraftSchema)
    @documents.response(201, DocumentVersionSchema)
    def post(self, body: dict[str, Any], document_id: int) -> Any:
        """Keep a new version: a file, or an address."""
        most = installation().settings.max_attachment_megabytes * 2**20
        given = body.pop("content")
        file = None if given is None else BytesIO(given)
        content = Content(file=file, most_bytes=most, **body)
        session, actor, now = current_session(), current_actor(), current_time()
        return add_version(session, actor, document_files(), document_id, content, now)


@documents.route("/documents/<int:document_id>/versions/<int:number>")
class OneVersion(MethodView):
    """One version of a document."""

    @documents.alt_response(303, description="The version is an address.")
    @documents.response(200, {"type": "string", "format": "binary"}, content_type=OPAQUE)
    def get(self, document_id: int, number: int) -> Any:
        """Return the file as it was sent, or lead to the address."""
        return version_answer(document_id, number)


@documents.route("/documents/<int:document_id>/review")
class Reviewing(MethodView):
    """Looking whether a document still holds."""

    @documents.arguments(DocumentReviewSchema)
    @documents.response(200, DocumentDetailsSchema)
    def post(self, body: dict[str, Any], document_id: int) -> Any:
        """Say that a document holds; the next review is due on the day given, or by its rhythm."""
        session, actor, now = current_session(), current_actor(), current_time()
        review_document(session, actor, document_id, body["review_on"], now)
        return details_document(queries.document_details(session, actor, document_id))


def _answer(document_id: int) -> Response:
    found = queries.document_details(current_session(), current_actor(), document_id)
    dumped = schema_of(DocumentDetailsSchema).dump(details_document(found))
    return tagged(make_response(jsonify(dumped)), found.document.version)
