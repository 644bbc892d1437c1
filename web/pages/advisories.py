"""What is vulnerable and what runs out of support, and the files that say so."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.tables import CSV, saved_answer
from server.foundation.permissions import Permission
from server.foundation.translation import gettext, ngettext
from server.items.advisories import queries
from server.items.advisories.actions import require_import
from server.items.advisories.details import advisory_detail
from server.items.advisories.exporting import FILE_NAME, affected_csv
from server.items.advisories.importing import bring_advisories
from server.items.advisories.of_items import known_of_item
from server.items.advisories.values import LIFE_CYCLE
from web.pages.frame import done, list_url, reader, url_for
from web.pages.lists import asked_choice, asked_page, asked_words, is_narrowed, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.advisories import meant_versions, severities, support_tone
from web.presenters.lists import Column

advisories = Blueprint("advisories", __name__, url_prefix="/software/advisories")


@advisories.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List what is known to be wrong with what is installed; take another file."""
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            return _brought()
        except CadastreError as error:
            errors, status = refuse_in_words(error)
        except _NoFile:
            errors, status = {"file": gettext("Choose a file.")}, 422
    return _index(errors), status


class _NoFile(Exception):
    """The form came without a file."""


def _brought() -> ResponseReturnValue:
    actor = current_actor()
    require_import(actor)
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise _NoFile
    session, plain, now = current_session(), upload.stream.read(), current_time()
    told = bring_advisories(session, actor, plain, upload.filename, now)
    stands = ngettext("%(num)d advisory stands.", "%(num)d advisories stand.", told.stored)
    if told.refused:
        wrong = ngettext(
            "%(num)d record made no sense.", "%(num)d records made no sense.", told.refused
        )
        stands = f"{stands} {wrong}"
    return done(stands, url_for("advisories.index"))


def _index(errors: dict[str, str]) -> str:
    session, actor = current_session(), current_actor()
    severity = asked_choice("severity", queries.SEVERITIES)
    wanted = queries.AdvisoryFilter(asked_words(), severity)
    page = queries.list_advisories(session, actor, wanted, asked_page("-score"))
    return render_template(
        "advisories/index.html",
        rows=page.rows,
        columns=(
            Column(gettext("Advisory"), main=True),
            Column(gettext("Severity")),
            Column(gettext("CVSS"), numeric=True, narrow_screen=False),
            Column(gettext("Items"), numeric=True),
        ),
        paging=paging_of(page),
        list_url=list_url,
        wanted=wanted,
        severities=severities(reader()),
        narrowed=is_narrowed(),
        cycles=[
            (row, support_tone(row.ends_on, current_time().date()))
            for row in queries.ending_cycles(session, actor)
        ],
        brings=actor.may(Permission.ITEM_IMPORT),
        errors=errors,
    )


@advisories.route("/of/<int:item_id>")
def of_item(item_id: int) -> ResponseReturnValue:
    """Show what is known of one item: a part of its page, fetched once that stands."""
    today = current_time().date()
    return render_template(
        "advisories/of_item.html",
        known=known_of_item(current_session(), current_actor(), item_id),
        tone=lambda ends_on: support_tone(ends_on, today),
        today=today,
    )


@advisories.route("/<int:advisory_id>")
def show(advisory_id: int) -> ResponseReturnValue:
    """Show one advisory, and the items that it means."""
    session, actor = current_session(), current_actor()
    detail = advisory_detail(session, actor, advisory_id)
    found = detail.advisory
    page = queries.affected_by(session, actor, found, asked_page("name"))
    return render_template(
        "advisories/show.html",
        advisory=found,
        items=detail.items,
        meant=meant_versions(detail.ranges, reader()) if found.feed != LIFE_CYCLE else [],
        left_out=max(detail.ranges_total - len(detail.ranges), 0),
        tone=support_tone(found.ends_on, current_time().date()) if found.ends_on else "",
        rows=page.rows,
        columns=(
            Column(gettext("Item"), main=True),
            Column(gettext("Product")),
            Column(gettext("Version"), narrow_screen=False),
            Column(gettext("Mended in"), narrow_screen=False),
        ),
        paging=paging_of(page),
        list_url=list_url,
    )


@advisories.route("/<int:advisory_id>/items.csv")
def table(advisory_id: int) -> ResponseReturnValue:
    """Give the items that an advisory means, all of them, for spreadsheets."""
    text = affected_csv(current_session(), current_actor(), advisory_id)
    return saved_answer(text, CSV, FILE_NAME)
