"""Business services: the list, drawing a new one together, and who belongs to one."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from cmdb.model import standing_model
from cmdb.query.items import ItemFilter
from cmdb.vocabulary import SERVICE
from server.desk.tickets.queries import services_not_up
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.permissions import Permission
from server.items import queries
from server.items.services.proposals import count_open
from web.pages import service_drawing, service_members
from web.pages.frame import reader
from web.pages.lists import asked_page, asked_words, paging_of
from web.presenters.values import class_label

services = Blueprint("services", __name__, url_prefix="/services")
services.add_url_rule("/new", "new", service_drawing.new, methods=["GET", "POST"])
services.add_url_rule(
    "/<int:service_id>/members", "members", service_members.members, methods=["GET", "POST"]
)

_MANY = 1000


@services.route("")
def index() -> ResponseReturnValue:
    """List services with their criticality and owners, and for how many somebody has to decide."""
    session, actor = current_session(), current_actor()
    filters = ItemFilter(text=asked_words(), class_code=SERVICE, stage="in_use")
    page = queries.list_items(session, actor, filters, asked_page("name"))
    ids = [item.id for item in page.rows]
    return render_template(
        "services/index.html",
        rows=page.rows,
        parties=queries.parties_of(session, ids),
        states=_states(),
        proposed=count_open(session, ids) if actor.may(Permission.SERVICE_CREATE) else {},
        paging=paging_of(page),
        class_name=_class_name,
        q=filters.text,
    )


def _states() -> dict[int, tuple[str, int]] | None:
    """Return (state, open tickets) of the services that tickets reach; None for no right to it."""
    session, actor = current_session(), current_actor()
    if not actor.may(Permission.TICKET_READ):
        return None
    reached = services_not_up(session, actor, _MANY)
    return {item.id: (state, count) for item, state, count in reached}


def _class_name(code: str) -> str:
    return class_label(standing_model(), code, reader().language)
