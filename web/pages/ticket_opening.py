"""Opening a ticket: the form, and beside it what the graph says while it is being filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, NotFound
from cmdb.model import standing_model
from cmdb.query.items import ItemFilter
from cmdb.records.items import Item
from server.desk.tickets.actions import TicketDraft, open_ticket
from server.desk.tickets.models import Ticket, TicketTemplate
from server.desk.tickets.queries import open_tickets_on
from server.desk.tickets.queries.belongings import list_templates
from server.desk.tickets.rules.priority import Reached, priority_of, suggest_impact
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.errors import PermissionDenied
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.blast import blast_of
from server.items.impact import ImpactAnswer, answer_impact
from server.items.queries import list_items, names_of
from server.people.queries.people import person
from web.pages.frame import done, reader, url_for, whole
from web.pages.item_tabs import reason_of
from web.pages.refusals import of_list, refuse_in_words
from web.pages.wording import ticket_wording
from web.presenters.own_fields import PREFIX, given_fields, inputs_of
from web.presenters.tickets import Reach, reach_text
from web.presenters.values import class_label

#: Items of the requester that stand above the picker, and items one form names at most.
_OWN_SHOWN = 12
_NAMED = 200


def new() -> ResponseReturnValue:
    """Open a ticket."""
    current_actor().require(Permission.TICKET_OPEN)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            draft = _draft()
            ticket = open_ticket(current_session(), current_actor(), draft, current_time())
            address = url_for("tickets.show", reference=ticket.reference)
            told = gettext("%(reference)s is open.") % {"reference": ticket.reference}
            return done(told, address)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _form(errors), status


def _form(errors: dict[str, str]) -> str:
    actor = current_actor()
    templates = list_templates(current_session(), actor)
    typed = _typed(templates)
    requester = _requester()
    own = _own_items(requester)
    chosen = _chosen()
    own_ids = {item.id for item in own}
    return render_template(
        "tickets/new.html",
        errors=errors,
        items_error=of_list(errors, "affected_item_ids"),
        typed=typed,
        templates=templates,
        **own_fields_shown(typed, errors),
        works=actor.may(Permission.TICKET_WORK),
        usual_channel=_usual_channel(),
        requester=requester,
        own=own,
        ticked=set(chosen),
        chosen=[(str(one), name) for one, name in chosen.items() if one not in own_ids],
        wording=ticket_wording(),
        class_name=_class_name,
        **_preview(list(chosen)),
    )


def _usual_channel() -> str:
    """Return how most of what an agent writes down came in."""
    return "phone" if "phone" in ticket_wording().words.channels else "portal"


def _typed(templates: Sequence[TicketTemplate]) -> dict[str, str]:
    """Return what stands in the form: what was typed, before that what the template prepares."""
    typed = request.values.to_dict()
    chosen = next((one for one in templates if one.code == typed.get("template")), None)
    if chosen is None:
        typed.pop("template", None)
        return typed
    document = chosen.document
    prepared = {
        name: str(document[name])
        for name in ("title", "kind", "category", "urgency", "description")
        if document.get(name)
    }
    own = {PREFIX + code: str(value) for code, value in (document.get("fields") or {}).items()}
    return prepared | own | typed


def own_fields() -> ResponseReturnValue:
    """Return the fields that the category in the address asks for. A fragment."""
    current_actor().require(Permission.TICKET_OPEN)
    return render_template(
        "tickets/own_fields.html", **own_fields_shown(request.args.to_dict(), {})
    )


def own_fields_shown(typed: Mapping[str, str], errors: Mapping[str, str]) -> dict[str, Any]:
    """Return what the fields of a category are drawn from, with what was typed in them."""
    values, occurred_at = given_fields(typed, reader())
    wording = ticket_wording()
    stored = values | {"occurred_at": occurred_at}
    inputs = inputs_of(wording, typed.get("category", ""), stored, reader())
    own = {one.removeprefix("fields."): text for one, text in errors.items()}
    return {"inputs": inputs, "own_errors": {PREFIX + code: text for code, text in own.items()}}


def preview() -> ResponseReturnValue:
    """Say what would suffer, and how urgent that makes it, for the form as it stands."""
    current_actor().require(Permission.TICKET_OPEN)
    shown = _preview(list(_chosen()))
    return render_template("tickets/preview.html", wording=ticket_wording(), **shown)


@dataclass(frozen=True)
class _Suggestion:
    """What the graph would make of the ticket."""

    priority: int
    impact: str
    reason: str
    failure: bool


def _preview(item_ids: Sequence[int]) -> dict[str, Any]:
    """Return what the preview shows; ``item_ids`` are in sight."""
    session, actor = current_session(), current_actor()
    answer: ImpactAnswer | None = None
    same: list[Ticket] = []
    if item_ids and actor.may(Permission.ITEM_READ):
        answer = answer_impact(session, actor, item_ids, limit=50)
        same = open_tickets_on(session, actor, item_ids, 10)
    return {
        "answer": answer,
        "same": same,
        "suggestion": _suggest(item_ids, answer),
        "impact_reason": reason_of,
    }


def _suggest(item_ids: Sequence[int], answer: ImpactAnswer | None) -> _Suggestion:
    words, asked = ticket_wording().words, request.values
    kind = words.kinds.get(asked.get("kind", "")) or next(iter(words.kinds.values()))
    urgency = asked.get("urgency", "")
    urgency = urgency if urgency in words.urgencies else "medium"
    if not kind.failure or answer is None:
        impact = suggest_impact(words, ())
        told = gettext("Name what is affected, and the graph says who suffers.")
        if not kind.failure:
            told = gettext("From its urgency: nothing has failed.")
        return _Suggestion(priority_of(words, urgency, impact), impact, told, kind.failure)
    blast = blast_of(current_session(), item_ids)
    reached = [Reached(one.criticality, one.state) for one in blast.services]
    tiers = [item.criticality for item in answer.failed]
    impact = suggest_impact(words, reached, tiers, blast.people)
    reach = None
    if current_actor().may(Permission.IMPACT_COUNT_HIDDEN):
        reach = Reach(len(blast.services), blast.worst_criticality, blast.people)
    priority = priority_of(words, urgency, impact)
    return _Suggestion(priority, impact, reach_text(reach, reader()), failure=True)


@dataclass(frozen=True)
class _Requester:
    """For whom a ticket is opened."""

    id: int
    name: str


def _requester() -> _Requester | None:
    """Return for whom the ticket is; oneself unless one may work on tickets and says otherwise."""
    session, actor = current_session(), current_actor()
    wanted = whole(request.values.get("requester_id"))
    if wanted is None or wanted == actor.person_id or not actor.may(Permission.TICKET_WORK):
        return _Requester(actor.person_id, actor.name) if actor.person_id is not None else None
    try:
        return _Requester(wanted, person(session, actor, wanted).display_name)
    except (NotFound, PermissionDenied):
        return None


def _own_items(requester: _Requester | None) -> list[Item]:
    session, actor = current_session(), current_actor()
    if requester is None or not actor.may(Permission.ITEM_READ):
        return []
    wanted = ItemFilter(person_id=requester.id, stage="in_use")
    return list(list_items(session, actor, wanted, PageRequest("name", limit=_OWN_SHOWN)).rows)


def _chosen() -> dict[int, str]:
    """Return the names of the items the form names, those in sight, in the order given."""
    session, actor = current_session(), current_actor()
    ids = _item_ids()
    if not ids or not actor.may(Permission.ITEM_READ):
        return {}
    names = names_of(session, actor, ids)
    return {item_id: names[item_id] for item_id in ids if item_id in names}


def _item_ids() -> list[int]:
    given = [whole(value) for value in request.values.getlist("item")[:_NAMED]]
    return list(dict.fromkeys(one for one in given if one is not None))


def _draft() -> TicketDraft:
    form = request.form
    own, occurred_at = given_fields(form, reader())
    return TicketDraft(
        title=form.get("title", ""),
        kind=form.get("kind", "incident"),
        description=form.get("description", ""),
        urgency=form.get("urgency", "medium"),
        affected_item_ids=tuple(_item_ids()),
        requester_id=whole(form.get("requester_id")),
        group_id=whole(form.get("group_id")),
        channel=form.get("channel") or "portal",
        category=form.get("category", ""),
        occurred_at=occurred_at,
        fields={code: value for code, value in own.items() if value},
        template=form.get("template", ""),
    )


def _class_name(code: str) -> str:
    return class_label(standing_model(), code, reader().language)
