"""The import wizard: a file, what its columns mean, a rehearsal, the run, and the way back."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from cmdb.model import standing_model
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.edge.tables import CSV, saved, saved_answer
from server.foundation.permissions import Permission
from server.foundation.storage import Storage
from server.foundation.translation import gettext
from server.imports import actions
from server.imports.exporting import bill_of_materials, csv_lines, workbook_of
from server.imports.jobs import UPLOADS
from server.imports.mapping import CLASS, KEY, ColumnMapping
from server.imports.models import ImportLine, ImportRun
from server.imports.presets import preset_for, presets
from server.imports.running import LineOutcome
from server.imports.workbooks import WORKBOOK, pieces_of
from server.items.queries import names_of
from web.pages.choices import class_choices, organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.items import item_filters
from web.pages.lists import asked_choice, asked_page, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.imports import field_name, line_fault_text, outcome_name, state_name
from web.presenters.values import show_value

imports = Blueprint("imports", __name__, url_prefix="/imports")

_OUTCOMES = (actions.FAULTY, "refused", "review", "created", "updated")
_SHOWN = 100


def _uploads() -> Storage:
    return Storage(installation().settings.home / UPLOADS)


@imports.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List imports, and take a file."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        upload = request.files.get("file")
        where = (whole(request.form.get("organisation_id")) or 0, request.form.get("source", ""))
        try:
            if upload is None or not upload.filename:
                actor.require(Permission.ITEM_IMPORT)
                errors, status = {"file": gettext("Choose a file.")}, 422
            else:
                given = (upload.filename, cast("BinaryIO", upload.stream))
                run = actions.begin_import(session, actor, _uploads(), given, where, current_time())
                return done(gettext("The file is here."), url_for("imports.show", import_id=run.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            errors = {name: line_fault_text(why, reader()) for name, why in errors.items()}
    page = actions.list_runs(session, actor, asked_page())
    body = render_template(
        "imports/index.html",
        rows=page.rows,
        paging=paging_of(page),
        organisations=organisation_choices(session, actor, Permission.ITEM_IMPORT),
        presets=[preset.label for preset in presets()],
        state_name=lambda state: state_name(state, reader()),
        outcome_name=lambda outcome: outcome_name(outcome, reader()),
        errors=errors,
        form_values=request.form,
    )
    return body, status


@imports.route("/<int:import_id>")
def show(import_id: int) -> ResponseReturnValue:
    """Show an import: what its columns mean, or what became of its lines."""
    run = actions.find_run(current_session(), current_actor(), import_id)
    if run.state in {"mapped", "failed"}:
        return _mapping_page(run, {}, None), 200
    outcome = asked_choice("outcome", _OUTCOMES)
    page = actions.lines_of(
        current_session(), current_actor(), import_id, asked_page(limit=_SHOWN), outcome
    )
    return render_template(
        "imports/lines.html",
        run=run,
        rows=page.rows,
        names=_names(page.rows),
        under_way=run.state in {"running", "undoing"},
        paging=paging_of(page),
        outcome=outcome,
        **_words(run),
    )


def _names(lines: Sequence[ImportLine]) -> dict[int, str]:
    ids = [line.item_id for line in lines if line.item_id is not None]
    return names_of(current_session(), current_actor(), ids)


def _words(run: ImportRun) -> dict[str, Any]:
    columns = run.mapping.get("columns", {})
    return {
        "field": lambda name: field_name(name, columns, standing_model(), reader()),
        "outcomes": _OUTCOMES,
        "outcome_name": lambda outcome: outcome_name(outcome, reader()),
        "state_name": lambda state: state_name(state, reader()),
        "fault": lambda why: line_fault_text(why, reader()),
    }


def _mapping_page(
    run: ImportRun, errors: dict[str, str], rehearsed: list[LineOutcome] | None
) -> str:
    model, language = standing_model(), reader().language
    named: dict[str, str] = {}
    for attribute in model.attributes:
        named.setdefault(str(attribute.code), model.label(attribute, language))
    meanings = sorted(named.items(), key=lambda one: one[1].casefold())
    preset = preset_for(run.headers)
    told = sorted(rehearsed or [], key=lambda one: (not one.problems, one.outcome == "unchanged"))
    return render_template(
        "imports/mapping.html",
        run=run,
        sample=actions.sample_of(_uploads(), run),
        meanings=[(KEY, gettext("its key in the list")), (CLASS, gettext("its class")), *meanings],
        classes=class_choices(language),
        preset=preset.label if preset else "",
        errors=errors,
        rehearsed=rehearsed,
        seen=_seen(run) if rehearsed is not None else "",
        told=told[:_SHOWN],
        counts=_counted(rehearsed or []),
        tell=_tell,
        **_words(run),
    )


def _seen(run: ImportRun) -> str:
    """Return what a rehearsed form carries: it changes with what the columns mean."""
    return sha256(json.dumps(run.mapping, sort_keys=True).encode()).hexdigest()[:16]


def _counted(rehearsed: list[LineOutcome]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in rehearsed:
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
    return counts


def _tell(name: str, value: Any) -> str:
    found = standing_model().attributes_named(name)
    return show_value(found[0] if found else None, value, reader()).text or "-"


@imports.route("/<int:import_id>/map", methods=["POST"])
def map_columns(import_id: int) -> ResponseReturnValue:
    """Say what the columns mean; rehearse, or start."""
    session, actor = current_session(), current_actor()
    run = actions.find_run(session, actor, import_id)
    rehearsed, wanted = None, request.form.get("act") == "run"
    try:
        if any(name.startswith("column-") for name in request.form):
            columns = {
                header: request.form.get(f"column-{position}", "")
                for position, header in enumerate(run.headers)
            }
            mapping = ColumnMapping(columns, request.form.get("class", ""))
            run = actions.map_columns(session, actor, import_id, mapping)
        if wanted and request.form.get("seen") == _seen(run):
            actions.start_import(session, actor, import_id)
            address = url_for("imports.show", import_id=import_id)
            return done(gettext("The import runs in the background."), address)
        rehearsed = actions.rehearse_import(session, actor, _uploads(), import_id, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        errors = {name: line_fault_text(why, reader()) for name, why in errors.items()}
        run = actions.find_run(session, actor, import_id)
        return _mapping_page(run, errors, None), status
    if wanted:
        unseen = gettext("This is what it would do with these columns. Look at it, then import.")
        return _mapping_page(run, {"": unseen}, rehearsed), 409
    return _mapping_page(run, {}, rehearsed)


@imports.route("/<int:import_id>/undo", methods=["POST"])
def undo(import_id: int) -> ResponseReturnValue:
    """Take a finished import back."""
    actions.undo_import(current_session(), current_actor(), import_id)
    told = gettext("The import is taken back in the background.")
    return done(told, url_for("imports.show", import_id=import_id))


def export_list() -> Response:
    """Return the list as it is narrowed now, for a spreadsheet."""
    lines = csv_lines(current_session(), current_actor(), item_filters())
    return saved_answer("".join(lines), CSV, "items.csv")


def export_workbook() -> Response:
    """Return the list as it is narrowed now as a workbook."""
    book = workbook_of(current_session(), current_actor(), item_filters())
    return saved_answer(pieces_of(book), WORKBOOK, "items.xlsx")


def bill(item_id: int) -> Response:
    """Return what is installed on an item as a CycloneDX document."""
    document = bill_of_materials(current_session(), current_actor(), item_id, current_time())
    return saved(jsonify(document), f"sbom-{item_id}.json")


exports = Blueprint("exports", __name__, url_prefix="/items")
exports.add_url_rule("/export.csv", "items", export_list)
exports.add_url_rule("/export.xlsx", "workbook", export_workbook)
exports.add_url_rule("/<int:item_id>/sbom.json", "bill", bill)
