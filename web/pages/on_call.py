"""Who is on call: beside tickets and items, and the page on which a group's turns are kept."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue, NotFound
from server.desk.routing.actions import on_call as actions
from server.desk.routing.queries.on_call import (
    duties_of,
    duty_of,
    people_on_call,
    stand_ins_of,
    turn_people,
)
from server.desk.routing.rules.on_call import clock_text, spells
from server.desk.tickets.actions.templating import require_rules
from server.desk.tickets.queries.on_call import GroupOnCall, on_call_of_item, on_call_of_ticket
from server.desk.tickets.queries.team import team_of
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.errors import PermissionDenied
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.people.queries.groups import group as find_group
from server.people.queries.people import names_of_people
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.presenters.on_call import dial_url, places_shown, reason_text, turns_given

_NOT_NUMBERS = "must be numbers with commas between them"


def show_of_ticket(reference: str) -> ResponseReturnValue:
    """Show who is on call for a ticket."""
    session, actor = current_session(), current_actor()
    return _around(on_call_of_ticket(session, actor, reference, current_time()), side=True)


def show_of_item(item_id: int) -> ResponseReturnValue:
    """Show who is on call for an item."""
    session, actor = current_session(), current_actor()
    return _around(on_call_of_item(session, actor, item_id, current_time()), side=False)


def _around(groups: list[GroupOnCall], *, side: bool) -> ResponseReturnValue:
    return render_template("on_call/around.html", groups=groups, side=side, say=wording())


def wording() -> dict[str, Any]:
    """Return what the macro ``on_call_person`` asks for the words and addresses it shows."""
    sees = current_actor().may(Permission.PERSON_READ)

    def person_url(person_id: int) -> str | None:
        return url_for("people.show", person_id=person_id) if sees else None

    def reason(code: str) -> str:
        return reason_text(code, reader())

    return {"dial_url": dial_url, "reason": reason, "person_url": person_url}


def group(group_id: int) -> ResponseReturnValue:
    """Say how a group takes turns at being on call, and see whose turns come."""
    require_rules(current_actor())
    if request.method == "POST":
        try:
            session, actor = current_session(), current_actor()
            actions.put_duty(session, actor, group_id, _duty_draft(), current_time())
            return done(gettext("Saved."), url_for("routing.on_call", group_id=group_id))
        except (NotFound, PermissionDenied):
            raise
        except CadastreError as error:
            return _page(group_id, "turns", *refuse_in_words(error))
    return _page(group_id, "", {}, 200)


def stand_in(group_id: int) -> ResponseReturnValue:
    """Let somebody have the duty on some days."""
    session, actor = current_session(), current_actor()
    require_rules(actor)
    try:
        actions.add_stand_in(session, actor, group_id, _stand_in_draft(), current_time())
        return done(gettext("Written down."), url_for("routing.on_call", group_id=group_id))
    except (NotFound, PermissionDenied):
        raise
    except CadastreError as error:
        return _page(group_id, "stand_in", *refuse_in_words(error))


def remove_stand_in(stand_in_id: int) -> ResponseReturnValue:
    """Give the days back to whose turn it is."""
    group_id = actions.remove_stand_in(current_session(), current_actor(), stand_in_id)
    return done(gettext("Taken back."), url_for("routing.on_call", group_id=group_id))


def end(group_id: int) -> ResponseReturnValue:
    """Let a group take turns no more."""
    actions.remove_duty(current_session(), current_actor(), group_id)
    told = gettext("The group takes no turns at being on call any more.")
    return done(told, url_for("routing.group", group_id=group_id))


def _page(group_id: int, act: str, errors: Mapping[str, str], status: int) -> ResponseReturnValue:
    session, actor, now = current_session(), current_actor(), current_time()
    found = find_group(session, actor, group_id)
    row = duty_of(session, group_id)
    duty = duties_of(session, [group_id], now).get(group_id)
    coming = spells(duty, now) if duty is not None else []
    standing_in = stand_ins_of(session, group_id, now.date()) if row is not None else ()
    named = {one.person_id for one in coming} | {one.person_id for one in standing_in}
    typed = request.form if act else {}
    members = team_of(session, actor, group_id, now)
    body = render_template(
        "on_call/group.html",
        group=found,
        duty=row,
        people=people_on_call(session, actor, [group_id], now),
        coming=coming,
        stand_ins=standing_in,
        names=names_of_people(session, actor, named),
        members=members,
        member_choices=[(one.member.person_id, one.member.name) for one in members],
        shown=_shown(group_id) | (dict(typed) if act == "turns" else {}),
        typed=typed if act == "stand_in" else {},
        errors=errors if act == "turns" else {},
        refused=errors if act == "stand_in" else {},
        say=wording(),
    )
    return body, status


def _shown(group_id: int) -> dict[str, Any]:
    """Return what the form shows of the turns as they are kept, by the names of its inputs."""
    session = current_session()
    row = duty_of(session, group_id)
    if row is None:
        today = current_time().astimezone(reader().zone).date()
        zone = current_actor().time_zone
        return {"zone": zone, "since": today.isoformat(), "hands_over_at": "08:00", "days": 7}
    return {
        "zone": row.zone,
        "since": row.since.isoformat(),
        "hands_over_at": clock_text(row.minute),
        "days": row.days,
        **places_shown(turn_people(session, group_id)),
    }


def _duty_draft() -> actions.DutyDraft:
    form = request.form
    people, wrong = turns_given(form)
    faults = dict.fromkeys(wrong, _NOT_NUMBERS)
    since = _day("since", faults)
    if faults or since is None:
        raise InvalidValue(faults)
    return actions.DutyDraft(
        form.get("zone", "").strip(),
        since,
        people,
        whole(form.get("days")) or 0,
        form.get("hands_over_at", "").strip()[:5],
    )


def _stand_in_draft() -> actions.StandInDraft:
    form = request.form
    faults: dict[str, str] = {}
    first, last = _day("first_day", faults), _day("last_day", faults)
    if faults or first is None or last is None:
        raise InvalidValue(faults)
    person_id = whole(form.get("person_id")) or 0
    return actions.StandInDraft(person_id, first, last, form.get("note", ""))


def _day(name: str, faults: dict[str, str]) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        faults[name] = gettext("This is no date.")
        return None
