"""What the estate risks: the widest blasts, single points, services without redundancy."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from server.foundation.edge.requests import current_actor, current_session
from server.foundation.jobs.queue import enqueue
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.impacts.group_losses import ranked_groups
from server.items.impacts.jobs import SWEEP_IMPACT
from server.items.impacts.queries import (
    latest_sweep,
    riskiest_items,
    services_without_redundancy,
    weakest_services,
)
from server.people.actions.rights import require_everywhere
from web.pages.frame import done, url_for
from web.pages.item_tabs import class_name

risk = Blueprint("risk", __name__, url_prefix="/risk")

_ROWS = 20


@risk.route("")
def show() -> ResponseReturnValue:
    """Show what the nightly sweep found, worst first, and how old it is."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ITEM_READ)
    stamp = latest_sweep(session)
    return render_template(
        "impact/risk.html",
        stamp=stamp,
        loaded=riskiest_items(session, actor, _ROWS, by="services").rows,
        widest=riskiest_items(session, actor, _ROWS, by="down").rows,
        bare=services_without_redundancy(session, actor, _ROWS).rows,
        weakest=weakest_services(session, actor, _ROWS).rows,
        together=ranked_groups(session, actor, PageRequest("-services", limit=_ROWS)).rows,
        may_count=actor.may(Permission.IMPACT_COUNT_HIDDEN),
        class_name=class_name,
    )


@risk.route("/compute", methods=["POST"])
def compute() -> ResponseReturnValue:
    """Ask for a sweep now; one that waits already is enough."""
    require_everywhere(current_actor(), Permission.ADMIN_JOBS)
    enqueue(current_session(), SWEEP_IMPACT, key=SWEEP_IMPACT)
    told = gettext("The sweep runs in the background. Come back in a moment.")
    return done(told, url_for("risk.show"))
