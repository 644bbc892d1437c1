"""The calendar: month and week, by site and service; a change is dragged, or moved by a form."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from cmdb.model import standing_model
from server.desk.changes import actions
from server.desk.changes.models import CalendarWindow
from server.desk.changes.queries import (
    Calendar,
    Narrowed,
    calendar_of,
    collisions_between,
    find_change,
    list_feeds,
    list_windows,
    services_hit,
)
from server.desk.changes.rules.windows import Period
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import names_of
from server.items.sites import sites_in_sight
from web.pages.change_corners import corners
from web.pages.change_form import no_moment
from web.pages.choices import class_choices, organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import change_wording
from web.presenters.calendar import (
    Entry,
    Span,
    heading_of,
    midnight,
    span_of,
    weekday_of,
    weeks_of,
)
from web.presenters.values import class_label
from web.presenters.windows import moment_of

_DAY = timedelta(days=1)


def calendar() -> ResponseReturnValue:
    """Show a month or a week."""
    return _page({})


def collisions() -> str:
    """Show which changes of the days shown get in each other's way, two by two."""
    session, actor = current_session(), current_actor()
    days = _period(span_of(_view(), _shown()))
    found = collisions_between(session, actor, days, _narrowed())
    return render_template("changes/collisions.html", found=found, wording=change_wording())


def move() -> ResponseReturnValue:
    """Let a change begin on another day at the same hour; refused with the reason."""
    form = request.form
    session, actor = current_session(), current_actor()
    try:
        change = find_change(session, actor, form.get("reference", ""))
        day = _day(form.get("day", ""))
        if day is None or change.window_start is None:
            raise InvalidValue({"day": "must not be empty"})
        zone = reader().zone
        hour: time = change.window_start.astimezone(zone).time()
        start = datetime.combine(day, hour, zone)
        actions.move_window(session, actor, change.id, start, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(errors), status
    told = gettext("%(reference)s begins on another day now.") % {"reference": change.reference}
    return done(told, _back(day))


def _back(day: date) -> str:
    """Return the address of the calendar as it was narrowed, around a day."""
    site, service = whole(request.args.get("site")), whole(request.args.get("service"))
    return url_for("changes.calendar", view=_view(), day=day, site=site, service=service)


def add_window() -> ResponseReturnValue:
    """Let a freeze or a window for maintenance hold."""
    form = request.form
    try:
        draft = actions.WindowDraft(
            form.get("kind", ""),
            form.get("name", ""),
            _moment("starts_at"),
            _moment("ends_at"),
            whole(form.get("organisation_id")),
            form.get("reason", ""),
            form.get("repeats", ""),
            str(reader().zone),
            item_ids=_numbers("item"),
            class_codes=[one for one in form.getlist("class_code") if one],
            service_ids=_numbers("service_id"),
            site_ids=_numbers("site_id"),
        )
        actions.add_window(current_session(), current_actor(), draft, current_time())
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(errors), status
    return done(gettext("It holds from now on."), url_for("changes.calendar"))


def suspend_window(calendar_window_id: int) -> ResponseReturnValue:
    """Let one hold no longer."""
    try:
        actions.suspend_window(
            current_session(),
            current_actor(),
            calendar_window_id,
            request.form.get("reason", ""),
            current_time(),
        )
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _page(errors), status
    return done(gettext("It holds no longer."), url_for("changes.calendar"))


def open_feed() -> ResponseReturnValue:
    """Open a feed and show its address once."""
    try:
        _feed, secret = actions.open_feed(
            current_session(), current_actor(), request.form.get("name", ""), current_time()
        )
    except InvalidValue as error:
        errors, status = refuse_in_words(error)
        return _page(errors), status
    return _page({}, f"{installation().settings.base_url}/api/v1/calendar/{secret}")


def revoke_feed(feed_id: int) -> ResponseReturnValue:
    """Let a feed be read no longer."""
    actions.revoke_feed(current_session(), current_actor(), feed_id, current_time())
    return done(gettext("That address shows nothing any more."), url_for("changes.calendar"))


def _numbers(name: str) -> list[int]:
    return [one for one in map(whole, request.form.getlist(name)) if one]


def _moment(name: str) -> datetime:
    try:
        found = moment_of(request.form.get(name, ""), reader())
    except ValueError as error:
        raise InvalidValue({name: no_moment(error)}) from None
    if found is None:
        raise InvalidValue({name: "must not be empty"})
    return found


def _view() -> str:
    return "week" if request.values.get("view") == "week" else "month"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _today() -> date:
    return current_time().astimezone(reader().zone).date()


def _shown() -> date:
    """Return the day around which days are shown."""
    asked = _day(request.args.get("day", ""))
    return asked if asked and 1971 <= asked.year <= 2999 else _today()


def _period(span: Span) -> Period:
    zone = reader().zone
    return Period(midnight(span.first, zone), midnight(span.last + _DAY, zone))


def _narrowed() -> Narrowed:
    return Narrowed(whole(request.args.get("site")), whole(request.args.get("service")))


def _page(errors: dict[str, str], opened: str = "") -> str:
    session, actor = current_session(), current_actor()
    actor.require(Permission.CHANGE_READ)
    zone, today = reader().zone, _today()
    view, shown = _view(), _shown()
    span = span_of(view, shown)
    days, narrowed = _period(span), _narrowed()
    found = calendar_of(session, actor, days, narrowed)
    service = narrowed.service_id
    hit = services_hit(session, actor, days) if service is None else []
    windows = [row for row in list_windows(session, actor) if row.suspended_at is None]
    return render_template(
        "changes/calendar.html",
        view=view,
        shown=shown,
        today=today,
        span=span,
        heading=heading_of(view, span, shown, reader()),
        weekday=lambda day: weekday_of(day, reader()),
        weeks=weeks_of(span, shown, today, _entries(found), zone),
        zone=zone,
        site=narrowed.site_id,
        service=names_of(session, actor, [service]) if service else {},
        services=[(str(one.id), one.name) for one in hit],
        sites=[(str(one.id), one.name) for one in sites_in_sight(session, actor)],
        windows=windows,
        classes=class_choices(reader().language, abstract=True),
        about=_about(windows),
        feeds=list_feeds(session, actor),
        opened=opened,
        errors=errors,
        typed=request.form,
        corners=corners(),
        wording=change_wording(),
        organisations=organisation_choices(session, actor, Permission.CHANGE_APPROVE),
        home=actor.organisation_id,
    )


def _about(windows: Sequence[CalendarWindow]) -> Callable[[CalendarWindow], list[str]]:
    """Return what tells by name what a window is about; nothing for one about everything."""
    named = {
        item_id for row in windows for item_id in (*row.item_ids, *row.service_ids, *row.site_ids)
    }
    names = names_of(current_session(), current_actor(), sorted(named)) if named else {}
    unseen = gettext("an item outside your view")

    def names_in(row: CalendarWindow) -> list[str]:
        ids = (*row.item_ids, *row.service_ids, *row.site_ids)
        model, language = standing_model(), reader().language
        classes = [class_label(model, code, language) for code in row.class_codes]
        return classes + [names.get(item_id, unseen) for item_id in ids]

    return names_in


def _entries(found: Calendar) -> list[Entry]:
    windows = [Entry(row, here.start, here.end, row.kind) for row, here in found.windows]
    windows += [Entry(row, here.start, here.end, "release") for row, here in found.releases]
    return windows + [
        Entry(change, change.window_start, change.window_end, "change")
        for change in found.changes
        if change.window_start and change.window_end
    ]
