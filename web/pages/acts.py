"""The record of acts: who did what, narrowed, and as a file."""

from datetime import UTC, date, datetime, time, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.foundation.edge.requests import current_actor, current_session
from server.foundation.edge.tables import CSV, saved_answer
from server.people.queries.acts import ActFilter, acts_csv, kinds_of_acts, list_acts
from server.people.queries.people import names_of_people
from web.pages.frame import reader, whole
from web.pages.lists import asked_day, asked_page, asked_words, is_narrowed, paging_of
from web.presenters.acts import act_text, detail_text, subject_page

#: The first and the last day that the record is asked for.
_DAYS = ("from", "to")


def _asked_acts() -> ActFilter:
    """Read the filters of the record from the address; a day is one of the reader's clock."""
    since, last = (asked_day(name) for name in _DAYS)
    return ActFilter(
        asked_words("act", 60),
        whole(request.args.get("person")),
        asked_words("subject", 100),
        None if since is None else _midnight(since),
        None if last is None else _midnight(last + timedelta(days=1)),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=reader().zone).astimezone(UTC)


def acts_table() -> ResponseReturnValue:
    """Give the same acts, all of them, for a spreadsheet."""
    lines = acts_csv(current_session(), current_actor(), _asked_acts())
    return saved_answer("".join(lines), CSV, "acts.csv")


def acts() -> ResponseReturnValue:
    """List who did what."""
    session, actor = current_session(), current_actor()
    wanted = _asked_acts()
    page = list_acts(session, actor, wanted, asked_page())
    people = {entry.person_id for entry in page.rows if entry.person_id is not None}
    kinds = [(code, act_text(code, reader())) for code in kinds_of_acts(session, actor)]
    return render_template(
        "administration/acts.html",
        rows=page.rows,
        paging=paging_of(page),
        names=names_of_people(session, actor, people),
        kinds=sorted(kinds, key=lambda kind: kind[1]),
        wanted=wanted,
        days=[(name, day.isoformat() if (day := asked_day(name)) else "") for name in _DAYS],
        act_name=lambda code: act_text(code, reader()),
        subject_page=subject_page,
        detail_text=detail_text,
        narrowed=is_narrowed(),
    )
