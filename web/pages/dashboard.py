"""The first page after signing in."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from cmdb.model import standing_model
from cmdb.query.items import ItemFilter
from cmdb.vocabulary import SERVICE
from server.desk.tickets.queries import TicketFilter, count_tickets
from server.desk.workspace.queries import Dashboard
from server.desk.workspace.queries import dashboard as dashboard_of
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext, ngettext
from server.items.enrolled import AgentFilter, count_agents
from server.items.queries import count_items
from web.pages.frame import only_asks, reader, url_for
from web.pages.wording import change_wording, ticket_wording
from web.presenters.agents import SILENT_AFTER
from web.presenters.dashboard import FirstStep, Number, worth_a_look
from web.presenters.values import class_label

dashboard = Blueprint("dashboard", __name__)


@dashboard.route("/")
def show() -> ResponseReturnValue:
    """Show my work, what is not up, what happens today, and what the estate did.

    Whoever only asks for things goes on to their own requests: nothing here is for them.
    """
    if only_asks(current_actor()):
        return redirect(url_for("portal.index"))
    seen = dashboard_of(current_session(), current_actor(), current_time())
    steps = _first_steps(seen)
    return render_template(
        "dashboard/show.html",
        seen=seen,
        steps=[] if all(step.done for step in steps) else steps,
        overnight=_overnight(seen),
        health=_health(seen),
        desk=_desk(seen),
        ticket_words=ticket_wording(),
        change_words=change_wording(),
        class_name=lambda code: class_label(standing_model(), code, reader().language),
    )


def _first_steps(seen: Dashboard) -> tuple[FirstStep, ...]:
    """Return the three steps of a first hour; without the right to read there are none."""
    session, actor = current_session(), current_actor()
    if not (actor.may(Permission.ITEM_READ) and actor.may(Permission.TICKET_READ)):
        return ()
    services = bool(seen.health.items) and count_items(
        session, actor, ItemFilter(class_code=SERVICE)
    )
    return (
        FirstStep(
            gettext("Bring a machine in"),
            gettext("An agent reports its hardware, software, addresses and who talks to whom."),
            gettext("Install an agent"),
            _if_may(Permission.ADMIN_AGENTS, "agents.index"),
            done=bool(seen.health.items),
        ),
        FirstStep(
            gettext("Draw a service on it"),
            gettext("From then on every failure says who suffers, not only what broke."),
            gettext("New service"),
            _if_may(Permission.SERVICE_CREATE, "services.new"),
            done=bool(services),
        ),
        FirstStep(
            gettext("Open a ticket on the machine"),
            gettext("It shows the services that suffer, the owner, and what changed before."),
            gettext("Open a ticket"),
            _if_may(Permission.TICKET_OPEN, "tickets.new"),
            done=bool(count_tickets(session, actor, TicketFilter())),
        ),
    )


def _if_may(permission: Permission, endpoint: str) -> str:
    return url_for(endpoint) if current_actor().may(permission) else ""


def _overnight(seen: Dashboard) -> list[Number]:
    session, actor = current_session(), current_actor()
    if not actor.may(Permission.ITEM_READ):
        return []
    new, different = seen.overnight.new_count, seen.overnight.difference_count
    found = [
        Number(ngettext("new item", "new items", new), new, url_for("lately.show", kind="new")),
        Number(ngettext("difference", "differences", different), different, url_for("lately.show")),
    ]
    if actor.may(Permission.ADMIN_AGENTS):
        since = current_time() - SILENT_AFTER
        silent = count_agents(session, actor, AgentFilter(silent_before=since))
        url = url_for("agents.index", show="silent")
        label = ngettext("agent gone silent", "agents gone silent", silent)
        found.append(Number(label, silent, url, worth_a_look(silent)))
    return found


def _desk(seen: Dashboard) -> list[Number]:
    found = seen.desk
    return [
        Number(
            ngettext("open ticket", "open tickets", found.open),
            found.open,
            url_for("tickets.index", view="all"),
        ),
        Number(
            gettext("nobody's yet"),
            found.unassigned,
            url_for("tickets.index", view="unassigned"),
            worth_a_look(found.unassigned),
        ),
        Number(
            gettext("late"),
            found.breached,
            url_for("tickets.queues"),
            worth_a_look(found.breached, "bad"),
        ),
    ]


def _health(seen: Dashboard) -> list[Number]:
    actor, health = current_actor(), seen.health
    if not actor.may(Permission.ITEM_READ):
        return []
    found = [
        Number(ngettext("item", "items", health.items), health.items, url_for("items.index")),
        Number(
            gettext("not seen for 30 days"),
            health.silent,
            url_for("items.index", silent="yes", sort="last_seen"),
            worth_a_look(health.silent),
        ),
        Number(
            ngettext("refused value", "refused values", health.quarantined),
            health.quarantined,
            url_for("lately.refused"),
            worth_a_look(health.quarantined),
        ),
    ]
    if actor.may(Permission.ITEM_WRITE):
        waiting = health.waiting_for_review
        url = url_for("reviews.index")
        label = ngettext("identity to decide", "identities to decide", waiting)
        found.append(Number(label, waiting, url, worth_a_look(waiting)))
    return found
