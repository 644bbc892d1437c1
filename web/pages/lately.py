"""What the estate did lately, and what the register could not believe."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from cmdb.model import standing_model
from cmdb.records.history import HistoryEntry
from cmdb.records.items import Item
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.items import lately as queries
from server.items.queries import names_of
from server.people.queries.people import names_of_people
from web.pages.frame import reader, url_for
from web.pages.lists import asked_choice, asked_page, paging_of
from web.presenters.items import HistoryRow, history_row, refused_value, source_label
from web.presenters.lists import Tab
from web.presenters.values import class_label

lately = Blueprint("lately", __name__, url_prefix="/lately")

_DAYS = {"": 1, "week": 7, "month": 30}


@lately.route("")
def show() -> ResponseReturnValue:
    """List what happened in the last day, week or month: new items, or differences."""
    session, actor = current_session(), current_actor()
    kind, span = asked_choice("kind", ("new",)), asked_choice("span", tuple(_DAYS))
    since = current_time() - timedelta(days=_DAYS[span])
    page = queries.recent_differences(
        session, actor, since, asked_page(), first_sights=kind == "new"
    )
    people = {entry.person_id for entry, _ in page.rows if entry.person_id is not None}
    return render_template(
        "lately/show.html",
        rows=_in_words(page.rows),
        paging=paging_of(page),
        people=names_of_people(session, actor, people),
        tabs=_tabs(span),
        kind=kind,
        span=span,
        source_name=lambda source: source_label(source, reader()),
        class_name=_class_name,
    )


def _tabs(span: str) -> tuple[Tab, ...]:
    chosen = span or None
    return (
        Tab("", gettext("Differences"), url_for("lately.show", span=chosen)),
        Tab("new", gettext("New items"), url_for("lately.show", kind="new", span=chosen)),
    )


def _in_words(rows: Iterable[Any]) -> list[tuple[HistoryEntry, Item, HistoryRow]]:
    found = list(rows)
    others = [entry.other_id for entry, _ in found if entry.other_id is not None]
    names = names_of(current_session(), current_actor(), others)
    hidden = gettext("an item outside your view")
    return [
        (
            entry,
            item,
            history_row(
                standing_model(),
                item.class_code,
                entry,
                names.get(entry.other_id or 0, hidden),
                reader(),
            ),
        )
        for entry, item in found
    ]


def _class_name(code: str) -> str:
    return class_label(standing_model(), code, reader().language)


@lately.route("/refused")
def refused() -> ResponseReturnValue:
    """List values that were refused while the rest of their reports landed."""
    page = queries.quarantined_values(current_session(), current_actor(), asked_page())
    return render_template(
        "lately/refused.html",
        rows=[
            (bad, item, refused_value(standing_model(), item.class_code, bad, reader()))
            for bad, item in page.rows
        ],
        paging=paging_of(page),
        source_name=lambda source: source_label(source, reader()),
    )
