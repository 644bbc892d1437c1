"""Address ranges: kept, scheduled, swept; and the sweeps with what came of each address."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import names_of
from server.scanning import queries
from server.scanning import ranges as acts
from server.scanning.models import ScanRange
from web.pages.choices import organisation_choices
from web.pages.collectors import collector_choices, collector_names
from web.pages.frame import done, reader, url_for, whole
from web.pages.lists import asked_page, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.discovery import visit_text, visit_tone
from web.presenters.network import discovery_tabs, run_text, run_tone

sweeps = Blueprint("sweeps", __name__, url_prefix="/discovery")

_UNDER_WAY = ("queued", "running")


@sweeps.get("/ranges")
def ranges() -> str:
    """List the ranges with their schedule."""
    session, actor = current_session(), current_actor()
    return render_template(
        "discovery/ranges.html",
        tabs=discovery_tabs(url_for, reader()),
        rows=queries.list_ranges(session, actor),
        credential_names=_credential_names(),
        collectors=collector_names(),
    )


def _credential_names() -> dict[int, str]:
    rows = queries.list_credentials(current_session(), current_actor())
    return {row.id: row.name for row in rows}


@sweeps.route("/ranges/new", methods=["GET", "POST"])
def new_range() -> ResponseReturnValue:
    """Keep a range."""
    actor = current_actor()
    actor.require(Permission.DISCOVERY_RUN)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            acts.create_range(current_session(), actor, _draft(), current_time())
            return done(gettext("The range is kept."), url_for("sweeps.ranges"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _form(None, errors), status


@sweeps.route("/ranges/<int:range_id>", methods=["GET", "POST"])
def edit_range(range_id: int) -> ResponseReturnValue:
    """Change a range."""
    session, actor = current_session(), current_actor()
    row = queries.get_range(session, actor, range_id)
    actor.require(Permission.DISCOVERY_RUN, row.organisation_id)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            acts.edit_range(session, actor, range_id, _draft(row))
            return done(gettext("The range is kept."), url_for("sweeps.ranges"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _form(row, errors), status


def _draft(row: ScanRange | None = None) -> acts.RangeDraft:
    form = request.form
    organisation_id = row.organisation_id if row else whole(form.get("organisation_id")) or 0
    chosen = (whole(one) for one in form.getlist("credential_ids"))
    return acts.RangeDraft(
        organisation_id=organisation_id,
        name=form.get("name", ""),
        addresses=form.get("addresses", ""),
        credential_ids=tuple(one for one in chosen if one),
        port=whole(form.get("port")) or 0,
        pace=whole(form.get("pace")) or 0,
        cron=form.get("cron", ""),
        collector_id=whole(form.get("collector_id")),
    )


def _form(row: ScanRange | None, errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    typed: Any = request.form if request.method == "POST" else _kept(row)
    chosen = request.form.getlist("credential_ids") if request.method == "POST" else None
    if chosen is None:
        chosen = [str(one) for one in (row.credential_ids if row else ())]
    return render_template(
        "discovery/range.html",
        row=row,
        errors=errors,
        typed=typed,
        chosen=chosen,
        credentials=queries.list_credentials(session, actor),
        collectors=collector_choices(),
        organisations=organisation_choices(session, actor, Permission.DISCOVERY_RUN),
    )


def _kept(row: ScanRange | None) -> dict[str, object]:
    if row is None:
        return {"port": 161, "pace": 2000}
    names = ("name", "addresses", "port", "pace", "cron", "collector_id")
    return {name: getattr(row, name) for name in names}


@sweeps.post("/ranges/<int:range_id>/delete")
def delete_range(range_id: int) -> ResponseReturnValue:
    """Forget a range."""
    acts.delete_range(current_session(), current_actor(), range_id)
    return done(
        gettext("The range is forgotten. What it has found stays."), url_for("sweeps.ranges")
    )


@sweeps.post("/ranges/<int:range_id>/run")
def run(range_id: int) -> ResponseReturnValue:
    """Sweep a range now."""
    row = acts.ask_run(current_session(), current_actor(), range_id, current_time())
    told = gettext("Under way. What answers appears below.")
    return done(told, url_for("sweeps.show_run", run_id=row.id))


@sweeps.get("/runs")
def runs() -> str:
    """List the sweeps, newest first."""
    page = queries.list_runs(current_session(), current_actor(), asked_page())
    return render_template(
        "discovery/runs.html",
        tabs=discovery_tabs(url_for, reader()),
        rows=page.rows,
        paging=paging_of(page),
        run_name=lambda row: run_text(row.state, reader()),
        run_tone=run_tone,
        collectors=collector_names(),
    )


@sweeps.get("/runs/<int:run_id>")
def show_run(run_id: int) -> str:
    """Show a sweep: how far it has come, and what came of each address that answered."""
    session, actor = current_session(), current_actor()
    row = queries.get_run(session, actor, run_id)
    page = queries.list_outcomes(session, actor, run_id, asked_page())
    found = sorted({one.item_id for one in page.rows if one.item_id is not None})
    return render_template(
        "discovery/run.html",
        run=row,
        rows=page.rows,
        paging=paging_of(page),
        under_way=row.state in _UNDER_WAY,
        items=names_of(session, actor, found),
        run_name=run_text(row.state, reader()),
        run_tone=run_tone(row.state),
        collector=collector_names().get(row.collector_id or 0, ""),
        visit_name=lambda one: visit_text(one.state, one.outcome, reader()),
        visit_tone=visit_tone,
    )


@sweeps.post("/runs/<int:run_id>/stop")
def stop(run_id: int) -> ResponseReturnValue:
    """Stop a sweep."""
    acts.stop_run(current_session(), current_actor(), run_id)
    told = gettext("It stops. What it has found stays.")
    return done(told, url_for("sweeps.show_run", run_id=run_id))
