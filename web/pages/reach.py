"""What the failure of an item reaches beyond items: people, agreements, sites, contracts."""

from typing import cast

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from cmdb.engine.impact.values import State
from server.desk.sla.queries import agreements_of
from server.foundation.edge.requests import current_actor, current_session, installation
from server.items.blast import compute_impact, reached_services
from server.items.impacts.levels import PROMISES, PromiseReader, ServiceLevel
from server.items.impacts.reaching import CONTRACTS, ContractReader, Readers, reach_of
from server.items.queries import get_item
from web.pages.frame import reader
from web.presenters.reached import promise_text, recovery_text, target_text

reach = Blueprint("reach", __name__, url_prefix="/items")

#: Agreements and contracts that are named; the interface tells them all.
_NAMED = 12


@reach.route("/<int:item_id>/reached")
def show(item_id: int) -> ResponseReturnValue:
    """Show what the failure of one item means beyond items. A fragment."""
    session, actor = current_session(), current_actor()
    get_item(session, actor, item_id)
    report, _, _ = compute_impact(session, [item_id])
    lent = installation().lent
    readers = Readers(
        cast("ContractReader", lent[CONTRACTS]), cast("PromiseReader", lent[PROMISES])
    )
    found = None
    if report is not None:
        services = reached_services(session, report)
        found = reach_of(session, actor, report, services, readers)
    return render_template(
        "impact/reached.html",
        reach=found,
        most=_NAMED,
        states=[State.DOWN, State.DEGRADED, State.AT_RISK],
        agreed=_agreed,
    )


def _agreed(level: ServiceLevel) -> list[str]:
    """Say what was agreed about a service, one thing a line."""
    labels = agreements_of(current_session()).labels
    lines = [
        target_text(level.availability_target, reader()),
        recovery_text(level.recovery_minutes, reader()),
        level.service_hours,
    ]
    lines += [
        promise_text(
            promise.measure,
            promise.minutes,
            labels.get(promise.calendar, {}),
            reader(),
        )
        for promise in level.promises
    ]
    return [line for line in lines if line]
