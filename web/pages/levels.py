"""How available services were: the list of a month, a service's own, and outages corrected."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import InvalidValue
from server.desk.availability.actions.correcting import (
    MissedPromise,
    OutageCorrection,
    correct_outage,
    explain_miss,
)
from server.desk.availability.queries.listing import Levels, levels_sheet, list_levels
from server.desk.availability.queries.outages import find_outage, outage_of
from server.desk.availability.rules.months import Month
from server.desk.sla.queries import agreements_of
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.tables import CSV, saved_answer
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import get_item
from web.pages.change_form import no_moment
from web.pages.frame import reader, url_for, whole
from web.pages.refusals import carried_out
from web.presenters.levels import LevelLine, level_line, month_text, outage_text
from web.presenters.windows import field_of, moment_of

levels = Blueprint("levels", __name__, url_prefix="/service-levels")

_SHOWN = 300
#: Months that are offered; others by their address.
_MONTHS = 13


@levels.route("")
def index() -> ResponseReturnValue:
    """List the promises about services in a month, missed ones first."""
    found = _found(request.args.get("month", ""), None)
    lines = _lines(found)
    return render_template(
        "levels/index.html",
        lines=lines[:_SHOWN],
        left_out=max(len(lines) - _SHOWN, 0),
        months=_months(found.month),
        month=str(found.month),
        month_name=month_text(found.month, reader()),
        file_url=url_for("levels.table", month=str(found.month)),
        works=current_actor().may(Permission.TICKET_WORK),
    )


@levels.route("/availability.csv")
def table() -> ResponseReturnValue:
    """Give the same list for spreadsheets."""
    month, now = _month(request.args.get("month", "")), current_time()
    text = levels_sheet(current_session(), current_actor(), month, now)
    return saved_answer(text, CSV, "availability.csv")


@levels.route("/of/<int:service_id>")
def of_service(service_id: int) -> ResponseReturnValue:
    """Show the promises about one service, and which outages they come from. A fragment."""
    get_item(current_session(), current_actor(), service_id)
    found = _found(request.args.get("month", ""), service_id)
    outages = {one.id: one for level in found.rows for one in level.outages}
    return render_template(
        "levels/of_service.html",
        service_id=service_id,
        lines=_lines(found),
        month=str(found.month),
        month_name=month_text(found.month, reader()),
        before=str(found.month.before()),
        after=str(found.month.after()),
        outages=sorted(outages.values(), key=lambda one: one.began_at, reverse=True),
        tickets=found.tickets,
        outage_text=lambda one: outage_text(one, reader()),
    )


@levels.route("/of/<int:service_id>/reason", methods=["POST"])
def explain(service_id: int) -> ResponseReturnValue:
    """Say why a promise was missed."""
    session, actor, form = current_session(), current_actor(), request.form
    month = _month(form.get("month", ""))
    missed = MissedPromise(
        service_id, form.get("measure", ""), month, whole(form.get("organisation_id"))
    )
    address = url_for("service.show", service_id=service_id, month=month or None, _anchor="levels")
    return carried_out(
        lambda: explain_miss(session, actor, missed, form.get("reason", ""), current_time()),
        lambda errors: _refused(service_id, errors),
        gettext("Saved."),
        address,
    )


def _refused(service_id: int, errors: Mapping[str, str]) -> str:
    item = get_item(current_session(), current_actor(), service_id)
    return render_template("levels/refused.html", item=item, errors=errors)


@levels.route("/outages/<int:outage_id>", methods=["GET", "POST"])
def outage(outage_id: int) -> ResponseReturnValue:
    """Correct when a service was not up, or say that it was."""
    if request.method == "GET":
        return _form(outage_id, {})
    session, actor = current_session(), current_actor()
    row, _ = find_outage(session, actor, outage_id)
    address = url_for("service.show", service_id=row.item_id, _anchor="levels")
    return carried_out(
        lambda: correct_outage(session, actor, outage_id, _draft(), current_time()),
        lambda errors: _form(outage_id, errors),
        gettext("Saved."),
        address,
    )


def _draft() -> OutageCorrection:
    form, moments, faults = request.form, {}, {}
    for name in ("began_at", "ended_at"):
        try:
            moments[name] = moment_of(form.get(name, ""), reader())
        except ValueError as error:
            faults[name] = no_moment(error)
    if faults:
        raise InvalidValue(faults)
    return OutageCorrection(
        form.get("reason", ""),
        moments["began_at"],
        moments["ended_at"],
        counts=form.get("none") is None,
    )


def _form(outage_id: int, errors: Mapping[str, str]) -> str:
    session, actor = current_session(), current_actor()
    row, ticket = find_outage(session, actor, outage_id)
    form = request.form
    values = {
        "began_at": form.get("began_at", field_of(row.said_began_at, reader())),
        "ended_at": form.get("ended_at", field_of(row.said_ended_at, reader())),
        "reason": form.get("reason", row.reason),
        "none": "none" in form if form else not row.counts,
    }
    return render_template(
        "levels/outage.html",
        item=get_item(session, actor, row.item_id),
        row=row,
        ticket=ticket,
        told=outage_text(outage_of(row, ticket), reader()),
        values=values,
        errors=errors,
    )


def _month(text: str) -> str:
    """Return the month of an address; what is none is the present one."""
    return "" if Month.read(text) is None else text


def _found(month: str, service_id: int | None) -> Levels:
    session, actor, now = current_session(), current_actor(), current_time()
    return list_levels(session, actor, _month(month), now, service_id)


def _lines(found: Levels) -> list[LevelLine]:
    language = reader().language
    labels = agreements_of(current_session()).labels
    calendars = {code: texts.get(language) or code for code, texts in labels.items()}
    return [level_line(found, one, calendars, reader()) for one in found.rows]


def _months(chosen: Month) -> list[tuple[str, str]]:
    month = Month.of(current_time(), reader().zone)
    offered: dict[Month, Any] = {}
    for _ in range(_MONTHS):
        offered[month] = None
        month = month.before()
    offered[chosen] = None
    return [(str(one), month_text(one, reader())) for one in sorted(offered, reverse=True)]
