"""Personnel lists: set up, delivered, and what each delivery did."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.people.actions.rosters import change_roster, confirm_run, create_roster, deliver
from server.people.models import Roster, RosterRun
from server.people.queries import rosters as queries
from server.people.queries.people import names_of_people
from server.people.rules.roster_lines import FIELDS, USUALLY_WINS, WINNABLE, rows_of_csv
from server.people.schemas.rosters import RosterChangeSchema, RosterCreateSchema
from web.pages.choices import organisation_choices, organisation_names
from web.pages.forms import read_form
from web.pages.frame import done, reader, url_for
from web.pages.refusals import refuse_in_words
from web.presenters.directories import doubt_text, last_run
from web.presenters.rosters import (
    attribute_labels,
    delivery_lines,
    given_columns,
    line_fault_text,
    roster_fields,
)

rosters = Blueprint("rosters", __name__, url_prefix="/administration/rosters")

_TICKS = ("complete", "creates", "enabled")
_RUNS = 20


def _latest(limit: int) -> PageRequest:
    return PageRequest("-started_at", "", limit)


@rosters.route("")
def index() -> ResponseReturnValue:
    """List the personnel lists the reader administers."""
    session, actor = current_session(), current_actor()
    found = queries.list_rosters(session, actor, PageRequest(limit=100)).rows
    latest = {
        row.id: last_run(queries.list_roster_runs(session, actor, row.id, _latest(1)).rows)
        for row in found
    }
    return render_template("rosters/index.html", rows=found, latest=latest)


@rosters.route("/<int:roster_id>", methods=["GET", "POST"])
def show(roster_id: int) -> ResponseReturnValue:
    """Show a list and its deliveries, and take one."""
    session, actor = current_session(), current_actor()
    roster = queries.roster(session, actor, roster_id)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            run = _take(roster)
            told = gettext("Taken. What it does appears here.")
            url = url_for("rosters.run", roster_id=roster_id, roster_run_id=run.id)
            return done(told, url)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            errors = {name: line_fault_text(why, reader()) for name, why in errors.items()}
            roster = queries.roster(session, actor, roster_id)
    return _show(roster, errors), status


def _take(roster: Roster) -> RosterRun:
    upload = request.files.get("file")
    content = upload.stream.read() if upload is not None else b""
    name = (upload.filename if upload is not None else "") or ""
    session, actor = current_session(), current_actor()
    rows = rows_of_csv(content)
    return deliver(session, actor, roster, rows, current_time(), file_name=name)


def _show(roster: Roster, errors: Mapping[str, str]) -> str:
    session, actor = current_session(), current_actor()
    runs = queries.list_roster_runs(session, actor, roster.id, _latest(_RUNS)).rows
    labels = attribute_labels(reader())
    return render_template(
        "rosters/show.html",
        roster=roster,
        organisation=organisation_names(session, actor).get(roster.organisation_id),
        wins=[labels[name] for name in labels if name in roster.wins],
        runs=runs,
        errors=errors,
    )


@rosters.route("/<int:roster_id>/runs/<int:roster_run_id>")
def run(roster_id: int, roster_run_id: int) -> ResponseReturnValue:
    """Show what one delivery said and did."""
    session, actor = current_session(), current_actor()
    roster = queries.roster(session, actor, roster_id)
    found = queries.run_of_roster(session, actor, roster_id, roster_run_id)
    report: Mapping[str, Any] = found.report
    leaving = names_of_people(session, actor, report.get("leaving", []))
    return render_template(
        "rosters/run.html",
        roster=roster,
        run=found,
        under_way=found.state in {"queued", "running"},
        lines=delivery_lines(report, reader()),
        error=line_fault_text(report.get("error", ""), reader()),
        doubt=doubt_text(report.get("doubt", ""), reader()),
        conflicts=[line_fault_text(one, reader()) for one in report.get("conflicts", [])],
        more=max(0, report.get("conflict_count", 0) - len(report.get("conflicts", []))),
        leaving=sorted(leaving.items(), key=lambda pair: pair[1]),
    )


@rosters.route("/<int:roster_id>/runs/<int:roster_run_id>/confirm", methods=["POST"])
def confirm(roster_id: int, roster_run_id: int) -> ResponseReturnValue:
    """Have a delivery that was held back carried out all the same."""
    session, actor = current_session(), current_actor()
    roster = queries.roster(session, actor, roster_id)
    found = queries.run_of_roster(session, actor, roster_id, roster_run_id)
    confirm_run(session, actor, roster, found)
    url = url_for("rosters.run", roster_id=roster_id, roster_run_id=roster_run_id)
    return done(gettext("Asked for. Its report appears below."), url)


@rosters.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a personnel list."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ADMIN_DIRECTORY)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            values = read_form(RosterCreateSchema(), request.form, _TICKS) | _chosen()
            made = create_roster(session, actor, values, current_time())
            told = gettext("Kept. Now it wants its first delivery.")
            return done(told, url_for("rosters.show", roster_id=made.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    shown: dict[str, object] = {"creates": "1", "enabled": "1"}
    if request.method == "POST":
        shown = dict(request.form)
    chosen = _chosen() if request.method == "POST" else {"columns": {}, "wins": [*USUALLY_WINS]}
    return _form(None, shown, chosen, errors), status


@rosters.route("/<int:roster_id>/edit", methods=["GET", "POST"])
def edit(roster_id: int) -> ResponseReturnValue:
    """Change what a list's columns are, where it wins and what a delivery means."""
    session, actor = current_session(), current_actor()
    roster = queries.roster(session, actor, roster_id)
    errors: dict[str, str] = {}
    status = 200
    shown: dict[str, object] = {name: getattr(roster, name) for name in ("name", *_TICKS)}
    chosen: dict[str, Any] = {"columns": roster.columns, "wins": roster.wins}
    if request.method == "POST":
        try:
            check_form_version(request.form.get("version"), roster.version)
            values = read_form(RosterChangeSchema(), request.form, _TICKS) | _chosen()
            change_roster(session, actor, roster, values, current_time())
            told = gettext("Saved. It counts from the next delivery on.")
            return done(told, url_for("rosters.show", roster_id=roster_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            roster = queries.roster(session, actor, roster_id)
            shown, chosen = dict(request.form), _chosen()
    return _form(roster, shown, chosen, errors), status


def _chosen() -> dict[str, Any]:
    wins = [name for name in request.form.getlist("wins_over") if name in WINNABLE]
    return {"columns": given_columns(request.form, FIELDS), "wins": wins}


def _form(
    roster: Roster | None,
    shown: Mapping[str, object],
    chosen: Mapping[str, Any],
    errors: Mapping[str, str],
) -> str:
    session, actor = current_session(), current_actor()
    return render_template(
        "rosters/edit.html",
        roster=roster,
        shown=shown,
        fields=roster_fields(chosen["columns"], chosen["wins"], reader()),
        errors=errors,
        organisations=organisation_choices(session, actor, Permission.ADMIN_DIRECTORY),
    )
