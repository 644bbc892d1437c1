"""How a group works on tickets: who gets them, who is there, and who works when."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from cmdb.records.parties import Group
from server.desk.routing.actions import shifts
from server.desk.routing.models import Shift
from server.desk.routing.queries import desk_groups, shifts_of, skill_names, turns_of
from server.desk.routing.queries.on_call import people_on_call
from server.desk.routing.rules.shifts import ShiftDraft
from server.desk.routing.rules.skills import levels_text, parse_levels
from server.desk.tickets.actions import grouping
from server.desk.tickets.actions.templating import require_rules
from server.desk.tickets.queries.team import team_of
from server.desk.tickets.schemas.routing import desk_group_row
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.people.queries.groups import group as find_group
from web.pages.frame import done, reader, url_for, whole
from web.pages.on_call import wording
from web.pages.refusals import refuse_in_words
from web.presenters.routing import (
    assignment_texts,
    day_texts,
    line_texts,
    passed_text,
    weeks_given,
    weeks_shown,
)

_SWITCHES = ("needs_shift", "needs_presence", "pass_at_shift_end")


def group(group_id: int) -> ResponseReturnValue:
    """Say how a group works on tickets, and see who is there."""
    session, actor, form = current_session(), current_actor(), request.form
    require_rules(actor)
    found = find_group(session, actor, group_id)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            grouping.put_desk_group(session, actor, group_id, _group_draft(), current_time())
            here = url_for("routing.group", group_id=group_id)
            return done(gettext("Saved."), here)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            found = find_group(session, actor, group_id)
    row = desk_group_row(group_id, desk_groups(session, [group_id]).get(group_id))
    switches = {name: name in form if errors else row[name] for name in _SWITCHES}
    works = actor.may(Permission.TICKET_WORK)
    body = render_template(
        "routing/group.html",
        group=found,
        desk=row | switches | {"skills": levels_text(row["skills"])},
        errors=errors,
        typed=form,
        lines=line_texts(reader()),
        ways=assignment_texts(reader()),
        team=team_of(session, actor, group_id, current_time()) if works else [],
        passed_text=lambda one: passed_text(one.why, one.detail, reader()),
        levels_text=levels_text,
        shifts=shifts_of(session, group_id),
        on_call=people_on_call(session, actor, [group_id], current_time()),
        say=wording(),
        zone=actor.time_zone,
    )
    return body, status


def _group_draft() -> grouping.DeskGroupDraft:
    form = request.form
    return grouping.DeskGroupDraft(
        form.get("line", ""),
        form.get("department", ""),
        form.get("assignment", ""),
        whole(form.get("most_open")) or 0,
        parse_levels(form.get("skills", ""), skill_names(current_session())),
        needs_shift="needs_shift" in form,
        needs_presence="needs_presence" in form,
        pass_at_shift_end="pass_at_shift_end" in form,
    )


def new_shift(group_id: int) -> ResponseReturnValue:
    """Add a shift to a group."""
    session, actor = current_session(), current_actor()
    require_rules(actor)
    return _shift_page(find_group(session, actor, group_id), None)


def shift(shift_id: int) -> ResponseReturnValue:
    """Change a shift."""
    session, actor = current_session(), current_actor()
    row = shifts.find_shift(session, actor, shift_id)
    return _shift_page(find_group(session, actor, row.group_id), row)


def _shift_page(group: Group, row: Shift | None) -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), current_time()
    group_id, shift_id = group.id, row.id if row else None
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            if shift_id is None:
                shifts.add_shift(session, actor, group_id, _shift_draft(), now)
            else:
                shifts.change_shift(session, actor, shift_id, _shift_draft(), now)
            return done(gettext("Saved."), url_for("routing.group", group_id=group_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            group = find_group(session, actor, group_id)
            row = shifts.find_shift(session, actor, shift_id) if shift_id else None
    body = render_template(
        "routing/shift.html",
        group=group,
        shift=row,
        shown=_shown(row) | dict(request.form),
        on_call="on_call" in request.form if errors else bool(row and row.on_call),
        members=team_of(session, actor, group_id, now),
        days=day_texts(reader()),
        errors=errors,
    )
    return body, status


def _shown(row: Shift | None) -> dict[str, Any]:
    """Return what the form shows of a stored shift, by the names of its inputs."""
    if row is None:
        usual = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08:00-16:00")
        return {"zone": current_actor().time_zone, "weeks": 1, **usual}
    turns: Mapping[int, set[int]] = turns_of(current_session(), [row.id])[row.id]
    return {
        "name": row.name,
        "zone": row.calendar.get("zone", ""),
        "holidays": ", ".join(row.calendar.get("holidays", ())),
        "weeks": row.weeks,
        "since": row.since.isoformat(),
        **{day: ", ".join(spans) for day, spans in row.calendar.get("hours", {}).items()},
        **{f"weeks-{one}": weeks_shown(weeks, row.weeks) for one, weeks in turns.items()},
    }


def _shift_draft() -> ShiftDraft:
    form = request.form
    faults: dict[str, str] = {}
    members = []
    for name in (one for one in form if one.startswith("weeks-")):
        try:
            weeks = weeks_given(form[name])
        except ValueError:
            faults[name] = "must be *, or numbers with commas between them"
            continue
        if weeks is not None:
            members.append((whole(name.removeprefix("weeks-")) or 0, weeks))
    since = None
    try:
        if form.get("since"):
            since = date.fromisoformat(form["since"])
    except ValueError:
        faults["since"] = gettext("This is no date.")
    if faults:
        raise InvalidValue(faults)
    return ShiftDraft(
        form.get("name", "").strip(),
        form.get("zone", "").strip(),
        {day: _parts(form.get(day, "")) for day, _ in day_texts(reader())},
        _parts(form.get("holidays", "")),
        whole(form.get("weeks")) or 0,
        since,
        members,
        on_call="on_call" in form,
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def remove_shift(shift_id: int) -> ResponseReturnValue:
    """Forget a shift."""
    group_id = shifts.remove_shift(current_session(), current_actor(), shift_id)
    return done(gettext("The shift is gone."), url_for("routing.group", group_id=group_id))
