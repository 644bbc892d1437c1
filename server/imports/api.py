"""REST over imports and exports."""

from io import BytesIO
from typing import Any

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_of, page_request
from server.foundation.edge.tables import CSV, saved_answer
from server.foundation.storage import Storage
from server.imports import actions
from server.imports.exporting import bill_of_materials, csv_lines, workbook_of
from server.imports.jobs import UPLOADS
from server.imports.mapping import ColumnMapping
from server.imports.schemas import (
    ImportLineSchema,
    ImportRunSchema,
    LineQuerySchema,
    MappingSchema,
    RehearsalSchema,
    UploadQuerySchema,
    rehearsal_document,
)
from server.imports.workbooks import WORKBOOK, pieces_of
from server.items.schemas import ItemQuerySchema, item_filter

imports = Blueprint(
    "imports", __name__, url_prefix=PREFIX, description="Lists of others, in and out."
)


def uploads() -> Storage:
    """Return where files on their way in are kept."""
    return Storage(installation().settings.home / UPLOADS)


@imports.route("/imports")
class Imports(MethodView):
    """Files on their way in."""

    @imports.arguments(PageQuerySchema, location="query")
    @imports.response(200, page_of(ImportRunSchema, "ImportPage"))
    def get(self, query: dict[str, Any]) -> Any:
        """List imports, the latest first."""
        return actions.list_runs(current_session(), current_actor(), page_request(query))

    @imports.doc(
        requestBody={
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    )
    @imports.arguments(UploadQuerySchema, location="query")
    @imports.response(201, ImportRunSchema)
    def post(self, query: dict[str, Any]) -> Any:
        """Send a CSV or XLSX file as the body; its columns get a first meaning."""
        upload = (query["file_name"], BytesIO(request.get_data()))
        where = (query["organisation_id"], query["source"])
        return actions.begin_import(
            current_session(), current_actor(), uploads(), upload, where, current_time()
        )


@imports.route("/imports/<int:import_id>")
class OneImport(MethodView):
    """One import."""

    @imports.response(200, ImportRunSchema)
    def get(self, import_id: int) -> Any:
        """Return an import and how far it is."""
        return actions.find_run(current_session(), current_actor(), import_id)


@imports.route("/imports/<int:import_id>/mapping")
class OneMapping(MethodView):
    """What the columns mean."""

    @imports.arguments(MappingSchema)
    @imports.response(200, ImportRunSchema)
    def put(self, body: dict[str, Any], import_id: int) -> Any:
        """Say what each column means; it is kept for the next file of this source."""
        mapping = ColumnMapping(**body)
        return actions.map_columns(current_session(), current_actor(), import_id, mapping)


@imports.route("/imports/<int:import_id>/rehearsal")
class Rehearsal(MethodView):
    """Dry runs."""

    @imports.response(200, RehearsalSchema)
    def post(self, import_id: int) -> Any:
        """Tell what the first thousand lines would do. Nothing stays written."""
        outcomes = actions.rehearse_import(
            current_session(), current_actor(), uploads(), import_id, current_time()
        )
        return rehearsal_document(outcomes)


@imports.route("/imports/<int:import_id>/run")
class Running(MethodView):
    """Carrying it out."""

    @imports.response(202, ImportRunSchema)
    def post(self, import_id: int) -> Any:
        """Record the file in the background."""
        return actions.start_import(current_session(), current_actor(), import_id)


@imports.route("/imports/<int:import_id>/undo")
class Undoing(MethodView):
    """The way back."""

    @imports.response(202, ImportRunSchema)
    def post(self, import_id: int) -> Any:
        """Take a finished import back, in the background; the counts of the import tell how far."""
        return actions.undo_import(current_session(), current_actor(), import_id)


@imports.route("/imports/<int:import_id>/lines")
class Lines(MethodView):
    """What became of each line."""

    @imports.arguments(LineQuerySchema, location="query")
    @imports.response(200, page_of(ImportLineSchema, "ImportLinePage"))
    def get(self, query: dict[str, Any], import_id: int) -> Any:
        """List lines that did something or were refused."""
        outcome = query.pop("outcome")
        page = page_request(query)
        return actions.lines_of(current_session(), current_actor(), import_id, page, outcome)


@imports.route("/items/export.csv")
class Export(MethodView):
    """The list as a file."""

    @imports.doc(
        responses={
            "200": {"description": "CSV", "content": {"text/csv": {"schema": {"type": "string"}}}}
        }
    )
    @imports.arguments(ItemQuerySchema, location="query")
    def get(self, query: dict[str, Any]) -> Any:
        """Return the items that fit as CSV that no spreadsheet runs."""
        page_request(query)
        lines = csv_lines(current_session(), current_actor(), item_filter(query))
        return saved_answer("".join(lines), CSV, "items.csv")


@imports.route("/items/export.xlsx")
class Workbook(MethodView):
    """The list as a workbook."""

    @imports.doc(
        responses={
            "200": {
                "description": "XLSX",
                "content": {WORKBOOK: {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    )
    @imports.arguments(ItemQuerySchema, location="query")
    def get(self, query: dict[str, Any]) -> Any:
        """Return the items that fit as a workbook without formulas."""
        page_request(query)
        book = workbook_of(current_session(), current_actor(), item_filter(query))
        return saved_answer(pieces_of(book), WORKBOOK, "items.xlsx")


@imports.route("/items/<int:item_id>/sbom")
class Bill(MethodView):
    """What is installed on an item."""

    @imports.response(200, content_type="application/vnd.cyclonedx+json")
    def get(self, item_id: int) -> Any:
        """Return a CycloneDX 1.6 bill of materials."""
        return bill_of_materials(current_session(), current_actor(), item_id, current_time())
