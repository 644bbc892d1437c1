"""*New service*: where people enter it, what it stands on, and who answers for it."""

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items import queries
from server.items.services.drawing import ServiceDraft, create_service
from server.items.services.entry import Entry, find_entries, read_target
from server.items.services.proposals import propose_for_entry
from server.people.queries.groups import GroupFilter, list_groups
from web.pages.choices import organisation_choices
from web.pages.frame import done, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.service_choices import by_layer, choice_of, chosen, left_out, wording

_LONGEST_URL = 2000


def new() -> ResponseReturnValue:
    """Draw a service: first its entry point, then name, owner, criticality and members."""
    actor = current_actor()
    actor.require(Permission.SERVICE_CREATE)
    entry_id = whole(request.values.get("entry"))
    if entry_id is None:
        return _choose_entry()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST" and "name" in request.form:
        try:
            service = create_service(current_session(), actor, _draft(entry_id), current_time())
            address = url_for("items.show", item_id=service.id, tab="relations")
            return done(gettext("The service is drawn. Impact speaks of it from now on."), address)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = render_template(
        "services/new.html",
        errors=errors,
        form_values=request.form,
        organisations=organisation_choices(current_session(), actor, Permission.SERVICE_CREATE),
        groups=_groups(),
        me=actor,
        url=request.values.get("url", "")[:_LONGEST_URL],
        listener_id=whole(request.values.get("listener_id")),
        **_entry(entry_id),
        **wording(),
    )
    return page, status


def _choose_entry() -> ResponseReturnValue:
    """Ask where people enter the service; a typed address leads on where one item answers."""
    address = request.values.get("address", "").strip()
    errors: dict[str, str] = {}
    found: list[Entry] = []
    target = None
    if address:
        try:
            target = read_target(address)
            found = find_entries(current_session(), current_actor(), target)
        except CadastreError as error:
            errors, _ = refuse_in_words(error)
        if target is not None and len(found) == 1:
            return redirect(_further(found[0], target.url), code=303)
    page = render_template(
        "services/entry.html",
        address=address,
        errors=errors,
        found=[(one, _further(one, target.url if target else "")) for one in found],
        **wording(),
    )
    return page, 422 if errors else 200


def _further(entry: Entry, url: str) -> str:
    listener_id = entry.listener.id if entry.listener else None
    return url_for("services.new", entry=entry.item.id, listener_id=listener_id, url=url or None)


def _draft(entry_id: int) -> ServiceDraft:
    form = request.form
    group_id = whole(form.get("owner_group_id"))
    members = chosen(form)
    listener_id = whole(form.get("listener_id"))
    # The port stands for the host it listens on.
    if listener_id is not None:
        members = [one for one in members if one.item_id != entry_id]
    return ServiceDraft(
        name=" ".join(form.get("name", "").split()),
        organisation_id=whole(form.get("organisation_id")) or 0,
        criticality=whole(form.get("criticality")),
        owner_person_id=None if group_id else whole(form.get("owner_person_id")),
        owner_group_id=group_id,
        entry_item_id=entry_id,
        listener_id=listener_id,
        url=form.get("url", "").strip()[:_LONGEST_URL],
        members=tuple(members),
        refused_ids=tuple(i for i in left_out(form, members) if i != entry_id),
    )


def _groups() -> list[tuple[str, str]]:
    session, actor = current_session(), current_actor()
    if not actor.may(Permission.GROUP_READ):
        return []
    found = list_groups(session, actor, GroupFilter(), PageRequest(limit=500))
    return [(str(group.id), group.name) for group in found.rows]


def _entry(entry_id: int) -> dict[str, Any]:
    """Return what is known of the entry point, and what lies below it."""
    session, actor = current_session(), current_actor()
    entry = queries.get_item(session, actor, entry_id)
    proposals = propose_for_entry(session, actor, entry_id)
    form = request.form if "name" in request.form else None
    open_ones = [choice_of(one, form) for one in proposals if one.open]
    return {
        "entry": entry,
        "entry_choice": choice_of(proposals[0], form),
        "layers": by_layer(open_ones),
        "along": [one for one in proposals[1:] if not one.open],
        "listeners": queries.network_of(session, actor, entry_id).listeners,
    }
