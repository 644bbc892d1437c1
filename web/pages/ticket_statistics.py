"""Statistics of the desk: what the first line solves, and which targets could be kept."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.desk.sla.queries import agreements_of
from server.desk.sla.rules.achieving import LEAST_CASES
from server.desk.tickets.queries.achieving import MOST_TICKETS, achievable_targets
from server.desk.tickets.queries.first_line import first_line
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from web.pages.frame import reader, url_for, whole
from web.pages.wording import ticket_wording
from web.presenters.clocks import holder_text, whose_text
from web.presenters.ticket_parts import minutes_text

_DAYS = (30, 90, 180, 365)
_SHARES = (80, 90, 95)
_SHOWN = 200
#: Categories and services of which the share of the first line is told.
_SHARES_SHOWN = 50


def show() -> ResponseReturnValue:
    """Show what the first line solved, and what was kept and could be promised."""
    session, actor = current_session(), current_actor()
    days, share = whole(request.args.get("days")), whole(request.args.get("share"))
    days, share = days if days in _DAYS else 180, share if share in _SHARES else 90
    history = achievable_targets(session, actor, days, share / 100, current_time())
    rows = sorted(
        history.rows,
        key=lambda row: (
            row.achievable is None,
            row.service_id is None,
            history.names.get(row.service_id or 0, "").casefold(),
            row.service_id or 0,
            row.measure,
            row.holder,
            row.priority,
        ),
    )
    wording = ticket_wording()
    solved = first_line(session, actor, days, current_time())
    labels, language = agreements_of(session).labels, reader().language
    return render_template(
        "tickets/statistics.html",
        history=history,
        solved=solved,
        categories=[
            (wording.category(code) if code else gettext("no category"), "", share)
            for code, share in solved.categories[:_SHARES_SHOWN]
        ],
        services=[
            (solved.names[item_id], url_for("items.show", item_id=item_id), share)
            for item_id, share in solved.services[:_SHARES_SHOWN]
        ],
        shares_left_out=_left_out(len(solved.categories)) + _left_out(len(solved.services)),
        rows=rows[:_SHOWN],
        left_out=max(len(rows) - _SHOWN, 0),
        days=days,
        share=share,
        all_days=_DAYS,
        all_shares=_SHARES,
        most=MOST_TICKETS,
        least=LEAST_CASES,
        wording=wording,
        promise_text=lambda one: holder_text(
            one.measure, one.holder, history.holders.get(one.holder, ""), reader()
        ),
        whose_text=lambda one: whose_text(one.measure, one.holder, reader()),
        minutes_text=lambda minutes: minutes_text(minutes, reader()),
        calendar_text=lambda code: labels.get(code, {}).get(language) or code,
    )


def _left_out(count: int) -> int:
    return max(count - _SHARES_SHOWN, 0)
