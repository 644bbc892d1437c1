"""Collectors of remote sites: naming one, what to run there, and how all of them stand."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.scanning.collectors import enrolling, queries
from web.pages.choices import organisation_choices, organisation_names
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.presenters.agents import is_loopback
from web.presenters.collectors import collect_line, standing_text, standing_tone
from web.presenters.network import discovery_tabs

collectors = Blueprint("collectors", __name__, url_prefix="/discovery/collectors")


@collectors.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List the collectors, and name another."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            organisation_id = whole(request.form.get("organisation_id")) or 0
            name = request.form.get("name", "")
            return _told(
                enrolling.create_collector(session, actor, organisation_id, name, current_time())
            )
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _list(errors), status


def _list(errors: dict[str, str]) -> str:
    session, actor, now = current_session(), current_actor(), current_time()
    rows = queries.list_collectors(session, actor)
    standings = {row.id: queries.state_of(row, now) for row in rows}
    return render_template(
        "discovery/collectors.html",
        tabs=discovery_tabs(url_for, reader()),
        rows=rows,
        standing_name=lambda row: standing_text(standings[row.id], reader()),
        standing_tone=lambda row: standing_tone(standings[row.id]),
        revoked=lambda row: standings[row.id] == "revoked",
        errands=queries.errands_of(session, [row.id for row in rows]),
        places=organisation_names(session, actor),
        organisations=organisation_choices(session, actor, Permission.DISCOVERY_RUN),
        errors=errors,
        typed=request.form,
    )


@collectors.post("/<int:collector_id>/token")
def renew(collector_id: int) -> ResponseReturnValue:
    """Make another token for a collector."""
    return _told(
        enrolling.renew_token(current_session(), current_actor(), collector_id, current_time())
    )


def _told(named: enrolling.Named) -> str:
    """Show, this once, the line that enrols a collector."""
    server = installation().settings.base_url
    return render_template(
        "discovery/collector_named.html",
        collector=named.collector,
        line=collect_line(server, named.token),
        server=server,
        only_here=is_loopback(server),
    )


@collectors.post("/<int:collector_id>/revoke")
def revoke(collector_id: int) -> ResponseReturnValue:
    """Let a collector in no more."""
    enrolling.revoke_collector(current_session(), current_actor(), collector_id, current_time())
    return done(gettext("The collector is revoked."), url_for("collectors.index"))


def collector_choices() -> list[tuple[str, str]]:
    """Return who may do a scan: this server, and the collectors that were not revoked."""
    rows = queries.list_collectors(current_session(), current_actor())
    here = [("", gettext("this server"))]
    return here + [(str(row.id), row.name) for row in rows if row.revoked_at is None]


def collector_names() -> dict[int, str]:
    """Return the names of all collectors in sight."""
    rows = queries.list_collectors(current_session(), current_actor())
    return {row.id: row.name for row in rows}
