"""Administration of macros and schedules, and macros on a ticket's page."""

from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.desk.routines import queries
from server.desk.routines.actions import macros, scheduling
from server.desk.routines.models import TicketMacro, TicketSchedule
from server.desk.routines.rules.macros import Macro, document_of
from server.desk.tickets.actions.templating import require_rules
from server.desk.tickets.queries import find_ticket
from server.desk.tickets.queries.belongings import list_templates
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import current_time_zone, gettext
from server.items.queries import names_of
from server.people.queries.groups import names_of_groups
from web.pages.change_form import no_moment
from web.pages.choices import class_choices, organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import ticket_wording
from web.presenters.routines import rhythm_text, rhythm_texts
from web.presenters.windows import field_of, moment_of

routines = Blueprint("routines", __name__)

_HOME = "/administration/desk/routines"
_TEXTS = tuple(name for name in document_of(Macro("")) if name != "group_id")


@routines.route(_HOME)
def index() -> ResponseReturnValue:
    """Show macros and schedules."""
    session, actor = current_session(), current_actor()
    schedules = queries.list_schedules(session, actor)
    ids = sorted({one.item_id for one in schedules if one.item_id is not None})
    return render_template(
        "routines/index.html",
        macros=queries.list_macros(session, actor),
        schedules=[(one, rhythm_text(one, reader())) for one in schedules],
        items=names_of(session, actor, ids),
        classes=dict(class_choices(reader().language, abstract=True)),
    )


@routines.route(f"{_HOME}/macros/new", methods=["GET", "POST"])
def new_macro() -> ResponseReturnValue:
    """Add a macro."""
    require_rules(current_actor())
    return _macro(None)


@routines.route(f"{_HOME}/macros/<string:macro>", methods=["GET", "POST"])
def edit_macro(macro: str) -> ResponseReturnValue:
    """Change a macro."""
    require_rules(current_actor())
    return _macro(queries.find_macro(current_session(), current_actor(), macro))


@routines.route(f"{_HOME}/macros/<string:macro>/remove", methods=["POST"])
def remove_macro(macro: str) -> ResponseReturnValue:
    """Take a macro away."""
    macros.remove_macro(current_session(), current_actor(), macro)
    return done(gettext("The macro is gone."), url_for("routines.index"))


def _macro(row: TicketMacro | None) -> ResponseReturnValue:
    session, actor, now, form = current_session(), current_actor(), current_time(), request.form
    code = row.code if row else None
    shown: dict[str, Any] = dict(row.document) if row else {}
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        texts: dict[str, Any] = {name: form.get(name, "") for name in _TEXTS if name in form}
        shown = texts | {"group_id": whole(form.get("group_id"))}
        try:
            if code is None:
                macros.add_macro(session, actor, _code(), Macro(**{"name": ""} | shown), now)
            else:
                macros.save_macro(session, actor, code, Macro(**{"name": ""} | shown), now)
            return done(gettext("Saved."), url_for("routines.index"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    group_id = shown.get("group_id")
    body = render_template(
        "routines/macro.html",
        code=code,
        shown=shown | {"code": form.get("code", "")},
        errors=errors,
        groups=list(names_of_groups(session, actor, [group_id] if group_id else []).items()),
        templates=[(one.code, one.name) for one in list_templates(session, actor)],
        wording=ticket_wording(),
    )
    return body, status


def _code() -> str:
    wanted = request.form.get("code", "").strip()
    plain = wanted.replace("_", "").replace("-", "")
    if not (plain.isascii() and plain.isalnum()) or wanted != wanted.lower() or len(wanted) > 60:
        raise InvalidValue({"code": "must be lower-case letters, digits, - and _"})
    return wanted


@routines.route(f"{_HOME}/schedules/new", methods=["GET", "POST"])
def new_schedule() -> ResponseReturnValue:
    """Add a schedule."""
    require_rules(current_actor())
    return _schedule(None)


@routines.route(f"{_HOME}/schedules/<int:schedule_id>", methods=["GET", "POST"])
def edit_schedule(schedule_id: int) -> ResponseReturnValue:
    """Change a schedule, and see what it opened."""
    return _schedule(queries.find_schedule(current_session(), current_actor(), schedule_id))


@routines.route(f"{_HOME}/schedules/<int:schedule_id>/remove", methods=["POST"])
def remove_schedule(schedule_id: int) -> ResponseReturnValue:
    """Take a schedule away."""
    scheduling.remove_schedule(current_session(), current_actor(), schedule_id)
    return done(gettext("The schedule is gone."), url_for("routines.index"))


def _schedule(row: TicketSchedule | None) -> ResponseReturnValue:
    session, actor, form = current_session(), current_actor(), request.form
    schedule_id = row.id if row else None
    shown = _shown(row)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        shown = form.to_dict()
        try:
            draft = _schedule_draft()
            scheduling.save_schedule(session, actor, draft, current_time(), schedule_id)
            return done(gettext("Saved."), url_for("routines.index"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    item_id = whole(str(shown.get("item_id") or ""))
    body = render_template(
        "routines/schedule.html",
        schedule_id=schedule_id,
        shown=shown,
        errors=errors,
        templates=[(one.code, one.name) for one in list_templates(session, actor)],
        rhythms=rhythm_texts(reader()),
        classes=class_choices(reader().language, abstract=True),
        organisations=organisation_choices(session, actor, Permission.TICKET_OPEN),
        zones=[(one, one) for one in sorted(available_timezones()) if "/" in one or one == "UTC"],
        chosen=list(names_of(session, actor, [item_id]).items()) if item_id else [],
        opened=queries.opened_by(session, actor, schedule_id) if schedule_id else (),
    )
    return body, status


def _shown(row: TicketSchedule | None) -> dict[str, Any]:
    if row is None:
        return {"every": 1, "rhythm": "month", "enabled": "1", "time_zone": current_time_zone()}
    names = ("name", "template", "rhythm", "every", "time_zone", "item_id", "class_code")
    shown: dict[str, Any] = {name: getattr(row, name) for name in names}
    shown["first_at"] = field_of(row.first_at, reader())
    shown["organisation_id"] = row.organisation_id
    return shown | {"enabled": "1" if row.enabled else ""}


def _schedule_draft() -> scheduling.ScheduleDraft:
    form = request.form
    try:
        first_at = moment_of(form.get("first_at", ""), reader())
    except ValueError as error:
        raise InvalidValue({"first_at": no_moment(error)}) from error
    return scheduling.ScheduleDraft(
        name=form.get("name", ""),
        template=form.get("template", ""),
        first_at=first_at,
        rhythm=form.get("rhythm", "month"),
        every=whole(form.get("every")) or 0,
        time_zone=form.get("time_zone", "") or current_time_zone(),
        organisation_id=whole(form.get("organisation_id")),
        item_id=whole(form.get("item_id")),
        class_code=form.get("class_code", ""),
        enabled=form.get("enabled") == "1",
    )


@routines.route("/tickets/<string:reference>/macros", methods=["GET"])
def for_ticket(reference: str) -> ResponseReturnValue:
    """Show the entries of a ticket's menu by which macros are run. A fragment."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.TICKET_WORK)
    rows = queries.list_macros(session, actor)
    ticket = find_ticket(session, actor, reference)
    return render_template("routines/for_ticket.html", macros=rows, ticket=ticket)


@routines.route("/tickets/<string:reference>/macros", methods=["POST"])
def run(reference: str) -> ResponseReturnValue:
    """Run a macro on a ticket, all of it or nothing."""
    session, actor, now = current_session(), current_actor(), current_time()
    code = request.form.get("macro", "")
    find_ticket(session, actor, reference)
    address = url_for("tickets.show", reference=reference)
    try:
        name = queries.find_macro(session, actor, code).name
        macros.run_macro(session, actor, reference, code, now)
    except InvalidValue as error:
        errors, _ = refuse_in_words(error)
        flash(gettext("Nothing was done. %(why)s") % {"why": " ".join(errors.values())}, "error")
        return done(gettext("The ticket stands as it did."), address)
    return done(gettext("%(name)s: done.") % {"name": name}, address)
