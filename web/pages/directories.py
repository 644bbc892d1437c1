"""Directories that people and groups come from: set up, tried out, synchronised."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.problems import problem_of
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
    own_transactions,
)
from server.foundation.jobs.queries import jobs_in
from server.foundation.jobs.queue import enqueue
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.secrets import SecretBox
from server.foundation.translation import gettext
from server.people.actions.directories import change_directory, create_directory
from server.people.jobs import SYNC_DIRECTORY, sync_key
from server.people.models import Directory
from server.people.queries import directories as queries
from server.people.queries.people import names_of_people
from server.people.schemas.directories import DirectoryChangeSchema, DirectoryCreateSchema
from server.people.sources import access_of, source_of, try_out
from web.pages.choices import organisation_choices, organisation_names
from web.pages.forms import read_form
from web.pages.frame import done, reader, url_for
from web.pages.refusals import refuse_in_words
from web.presenters.directories import (
    FLAVOURS,
    conflict_text,
    doubt_text,
    last_run,
    run_counts,
    way_text,
    why_text,
)

directories = Blueprint("directories", __name__, url_prefix="/administration/directories")

_TICKS = ("start_tls", "enabled", "computer_items")
_RUNS = 10


@directories.route("")
def index() -> ResponseReturnValue:
    """List the directories the reader administers."""
    session, actor = current_session(), current_actor()
    found = queries.list_directories(session, actor, PageRequest(limit=100)).rows
    latest = {
        row.id: last_run(queries.list_runs(session, actor, row.id, _latest(1)).rows)
        for row in found
    }
    return render_template("directories/index.html", rows=found, latest=latest)


def _latest(limit: int) -> PageRequest:
    return PageRequest("-started_at", "", limit)


@directories.route("/<int:directory_id>")
def show(directory_id: int) -> ResponseReturnValue:
    """Show a directory, what its synchronisations did, and what waits for somebody's word."""
    session, actor = current_session(), current_actor()
    directory = queries.directory(session, actor, directory_id)
    runs = queries.list_runs(session, actor, directory_id, _latest(_RUNS)).rows
    newest = last_run(runs)
    leaving = newest.report.get("leaving", []) if newest and newest.state == "held" else []
    return render_template(
        "directories/show.html",
        directory=directory,
        looked_at=_looked_at(directory),
        way=way_text(directory.changes_by, reader()),
        why=why_text(directory.changes_by_why, reader()),
        organisation=organisation_names(session, actor).get(directory.organisation_id),
        runs=[(run, run_counts(run.report)) for run in runs],
        newest=newest,
        doubt=doubt_text(newest.report.get("doubt", ""), reader()) if newest else "",
        held_computers=bool(newest and newest.report.get("held_part")),
        conflicts=[
            conflict_text(one, reader())
            for one in (newest.report.get("conflicts", []) if newest else [])
        ],
        leaving=sorted(names_of_people(session, actor, leaving).items(), key=lambda p: p[1]),
        under_way=_under_way(directory_id) or (newest is not None and newest.state == "running"),
    )


def _looked_at(directory: Directory) -> datetime | None:
    """Return when it was last read to the end, be it that nothing had changed."""
    text = directory.state.get("looked_at")
    return datetime.fromisoformat(text) if text else None


def _under_way(directory_id: int) -> bool:
    waiting = jobs_in(current_session(), ("queued", "running"), 200)
    return any(
        job.kind == SYNC_DIRECTORY and job.payload.get("directory_id") == directory_id
        for job in waiting
    )


@directories.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a directory."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ADMIN_DIRECTORY)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            values = read_form(DirectoryCreateSchema(), _given(), _TICKS)
            made = create_directory(session, actor, values, _secrets(), current_time())
            told = gettext("Kept. Try it out before the first synchronisation.")
            return done(told, url_for("directories.show", directory_id=made.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    shown = request.form.to_dict() or {"start_tls": "1", "enabled": "1"}
    return _form(None, shown, errors), status


@directories.route("/<int:directory_id>/edit", methods=["GET", "POST"])
def edit(directory_id: int) -> ResponseReturnValue:
    """Change a directory; another address blanks its password unless it is typed again."""
    session, actor = current_session(), current_actor()
    directory = queries.directory(session, actor, directory_id)
    errors: dict[str, str] = {}
    status = 200
    shown = {name: getattr(directory, name) for name in _shown_fields()}
    if request.method == "POST":
        try:
            check_form_version(request.form.get("version"), directory.version)
            values = read_form(DirectoryChangeSchema(), _given(), _TICKS)
            change_directory(session, actor, directory, values, _secrets(), current_time())
            return done(gettext("Saved."), url_for("directories.show", directory_id=directory_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            directory = queries.directory(session, actor, directory_id)
            shown |= dict.fromkeys(_TICKS, "") | request.form.to_dict()
    return _form(directory, shown, errors), status


def _shown_fields() -> list[str]:
    secret = {"password", "mapping"}
    return [name for name in DirectoryChangeSchema().fields if name not in secret]


def _given() -> Mapping[str, str]:
    """Return the form without what was left empty on purpose: a password, the usual filters."""
    optional = {"password", "person_filter", "group_filter"}
    return {name: value for name, value in request.form.items() if value or name not in optional}


def _form(directory: Directory | None, shown: Mapping[str, object], errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    return render_template(
        "directories/edit.html",
        directory=directory,
        shown=shown,
        errors=errors,
        flavours=FLAVOURS,
        organisations=organisation_choices(session, actor, Permission.ADMIN_DIRECTORY),
    )


def _secrets() -> SecretBox:
    return SecretBox(installation().settings.key_file)


@directories.route("/<int:directory_id>/try", methods=["POST"])
@own_transactions
def try_it(directory_id: int) -> ResponseReturnValue:
    """Connect, bind and show what the first entries would become; nothing is stored."""
    try:
        with installation().database.reading() as session:
            directory = queries.directory(session, current_actor(), directory_id)
            name, source = directory.name, source_of(directory, access_of(installation().settings))
        trial, why = try_out(source), ""
    except CadastreError as error:
        problem = problem_of(error)
        if problem.status < 500:
            raise
        name, trial, why = "", None, problem.detail
    return render_template(
        "directories/trial.html", directory_id=directory_id, name=name, trial=trial, why=why
    )


@directories.route("/<int:directory_id>/synchronise", methods=["POST"])
def synchronise(directory_id: int) -> ResponseReturnValue:
    """Ask for a synchronisation; ``confirm`` carries out one that was held back."""
    session = current_session()
    found = queries.directory(session, current_actor(), directory_id)
    confirm = request.form.get("confirm") == "yes"
    # One that disables many was asked for by name; it must not merge with one that was not.
    key = sync_key(found.id) + (":confirmed" if confirm else "")
    enqueue(session, SYNC_DIRECTORY, {"directory_id": found.id, "confirm": confirm}, key=key)
    told = gettext("Asked for. Its report appears below.")
    return done(told, url_for("directories.show", directory_id=directory_id))
