"""Business services, and drawing a new one together."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from cmdb.model import shipped_model
from cmdb.query.items import ItemFilter
from cmdb.vocabulary import SERVICE
from server.desk.tickets.queries import services_not_up
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items import queries
from server.items.services.drawing import ServiceDraft, create_service
from server.items.services.membership import MemberDraft
from server.items.services.proposals import propose_for_entry
from server.people.queries.groups import GroupFilter, list_groups
from web.pages.choices import organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.lists import asked_page, asked_words, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.values import class_label

services = Blueprint("services", __name__, url_prefix="/services")

_MANY = 1000


@services.route("")
def index() -> ResponseReturnValue:
    """List services with their criticality and owners."""
    session, actor = current_session(), current_actor()
    filters = ItemFilter(text=asked_words(), class_code=SERVICE, stage="in_use")
    page = queries.list_items(session, actor, filters, asked_page("name"))
    return render_template(
        "services/index.html",
        rows=page.rows,
        parties=queries.parties_of(session, [item.id for item in page.rows]),
        states=_states(),
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
    return class_label(shipped_model(), code, reader().language)


@services.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Draw a service: name, owner, criticality, entry point, and the members ticked."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.SERVICE_CREATE)
    entry_id = whole(request.values.get("entry"))
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST" and "name" in request.form:
        try:
            service = create_service(session, actor, _draft(entry_id), current_time())
            address = url_for("items.show", item_id=service.id, tab="relations")
            return done(gettext("The service is drawn. Impact speaks of it from now on."), address)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = render_template(
        "services/new.html",
        errors=errors,
        form_values=request.form,
        ticked=set(request.form.getlist("member")),
        class_name=_class_name,
        organisations=organisation_choices(session, actor, Permission.SERVICE_CREATE),
        **_entry(entry_id),
    )
    return page, status


def _draft(entry_id: int | None) -> ServiceDraft:
    form = request.form
    members = [whole(value) for value in form.getlist("member")]
    group_id = whole(form.get("owner_group_id"))
    return ServiceDraft(
        name=" ".join(form.get("name", "").split()),
        organisation_id=whole(form.get("organisation_id")) or 0,
        criticality=whole(form.get("criticality")),
        owner_person_id=None if group_id else whole(form.get("owner_person_id")),
        owner_group_id=group_id,
        entry_item_id=entry_id,
        listener_id=whole(form.get("listener_id")),
        members=tuple(MemberDraft(member) for member in members if member is not None),
    )


def _entry(entry_id: int | None) -> dict[str, Any]:
    """Return what is known of the entry point; nothing when none has been chosen yet."""
    session, actor = current_session(), current_actor()
    groups = []
    if actor.may(Permission.GROUP_READ):
        found = list_groups(session, actor, GroupFilter(), PageRequest(limit=500))
        groups = [(str(group.id), group.name) for group in found.rows]
    if entry_id is None:
        return {"entry": None, "proposals": [], "listeners": [], "groups": groups, "me": actor}
    entry = queries.get_item(session, actor, entry_id)
    return {
        "entry": entry,
        "proposals": propose_for_entry(session, actor, entry_id),
        "listeners": queries.network_of(session, actor, entry_id).listeners,
        "groups": groups,
        "me": actor,
    }
