"""Statistics of the desk: which targets the last time says could be kept."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from server.desk.sla.queries import agreements_of
from server.desk.sla.rules.achieving import LEAST_CASES
from server.desk.tickets.queries.achieving import MOST_TICKETS, achievable_targets
from server.foundation.edge.requests import current_actor, current_session, current_time
from web.pages.frame import reader, whole
from web.pages.wording import ticket_wording
from web.presenters.clocks import measure_text
from web.presenters.ticket_parts import minutes_text

_DAYS = (30, 90, 180, 365)
_SHARES = (80, 90, 95)
_SHOWN = 200


def show() -> ResponseReturnValue:
    """Show, by service, measure and priority, what was kept and what could be promised."""
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
            row.priority,
        ),
    )
    labels, language = agreements_of(session).labels, reader().language
    return render_template(
        "tickets/statistics.html",
        history=history,
        rows=rows[:_SHOWN],
        left_out=max(len(rows) - _SHOWN, 0),
        days=days,
        share=share,
        all_days=_DAYS,
        all_shares=_SHARES,
        most=MOST_TICKETS,
        least=LEAST_CASES,
        wording=ticket_wording(),
        measure_text=lambda measure: measure_text(measure, reader()),
        minutes_text=lambda minutes: minutes_text(minutes, reader()),
        calendar_text=lambda code: labels.get(code, {}).get(language) or code,
    )
