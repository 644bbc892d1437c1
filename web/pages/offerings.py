"""The catalogue as people meet it: what one may ask for, and the form by which one asks."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, NotFound
from cmdb.model import standing_model
from cmdb.model.values import label_of
from cmdb.records.parties import Person
from server.desk.catalogue import queries
from server.desk.catalogue.queries import Offered
from server.desk.catalogue.rules.answers import OfferingWithdrawn
from server.desk.catalogue.rules.offering import FormField
from server.desk.catalogue.rules.reading import ICONS
from server.desk.ordering.actions.placing import OrderDraft, place_order
from server.desk.ordering.queries import items_for, people_choices, people_for
from server.desk.tickets.models import Ticket
from server.foundation.allowances import PORTAL_TICKETS, spend
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.events import whole_or_not
from server.foundation.translation import gettext
from server.people.queries.people import names_of_people
from web.pages.frame import done, reader, url_for, whole
from web.pages.lists import asked_words
from web.pages.offering_parts import KeptFile, chosen_in, kept_files
from web.pages.refusals import faults_in_words
from web.presenters.offerings import PREFIX, asked_fields, given_answers, icon_of
from web.presenters.orders import approver_text
from web.presenters.values import class_label

offerings = Blueprint("offerings", __name__, url_prefix="/catalogue")


@dataclass(frozen=True)
class Door:
    """An offering in the list."""

    code: str
    name: str
    description: str
    icon: str
    cost: str
    delivery: str


@offerings.get("")
def index() -> ResponseReturnValue:
    """Show what the reader may ask for, by section; narrowed by words."""
    session, actor, language = current_session(), current_actor(), reader().language
    words, section = asked_words(), asked_words("section", 60)
    found = queries.list_offerings(session, actor, words)
    # Sections in which nothing fits the words are not offered.
    sections = {one.form.section.code: label_of(one.form.section.labels, language) for one in found}
    groups: dict[str, list[Door]] = {}
    for one in found:
        if section not in {"", one.form.section.code}:
            continue
        groups.setdefault(label_of(one.form.section.labels, language), []).append(_door(one))
    return render_template(
        "offerings/index.html",
        groups=[
            (label, sorted(doors, key=lambda door: door.name.casefold()))
            for label, doors in sorted(groups.items(), key=lambda group: group[0].casefold())
        ],
        sections=sorted(sections.items(), key=lambda pair: pair[1].casefold()),
        section=section,
        words=words,
    )


def _door(one: Offered) -> Door:
    form, language = one.form, reader().language
    return Door(
        one.offering.code,
        label_of(form.names, language),
        label_of(form.descriptions, language),
        icon_of(form.icon, ICONS),
        label_of(form.cost, language),
        label_of(form.delivery, language),
    )


@offerings.route("/<code>", methods=["GET", "POST"])
def show(code: str) -> ResponseReturnValue:
    """Show an offering and its form, and take an order."""
    if request.method == "POST":
        return _ordered(code)
    offered = queries.find_offered(current_session(), current_actor(), code)
    return _page(offered, {}, {}), 200


def _ordered(code: str) -> ResponseReturnValue:
    """Place the order of a form; what was typed and sent stays where it is refused."""
    session, actor = current_session(), current_actor()
    try:
        shown = queries.find_offered(session, actor, code, whole(request.form.get("version")))
    except OfferingWithdrawn as error:
        return _withdrawn(error)
    kept, errors = kept_files(shown.form)
    if not errors:
        try:
            reference = _place(shown, {name: one.id for name, one in kept.items()})
            thanks = gettext("Thank you. We have it as %(reference)s.")
            address = url_for("orders.show", reference=reference)
            return done(thanks % {"reference": reference}, address)
        except OfferingWithdrawn as error:
            return _withdrawn(error)
        except CadastreError as error:
            faults, status = faults_in_words(error)
            return _page(shown, faults, kept), status
    return _page(shown, errors, kept), 422


def _place(shown: Offered, file_ids: Mapping[str, int]) -> str:
    """Place the order and return its reference.

    What was refused is undone; files that came with the form stay for the next attempt.
    """
    session, actor, now = current_session(), current_actor(), current_time()
    draft = OrderDraft(
        given_answers(shown.form, _typed(), file_ids),
        version=shown.version,
        for_person_id=whole(request.form.get("for_person_id")),
    )
    with whole_or_not(session):
        spend(session, PORTAL_TICKETS, f"person:{actor.person_id}", now)
        order = place_order(session, actor, shown.offering.code, draft, now)
        return session.get_one(Ticket, order.ticket_id).reference


def _withdrawn(error: OfferingWithdrawn) -> ResponseReturnValue:
    """Show the newest form with what was typed, or where nothing is offered, what was typed."""
    session, actor = current_session(), current_actor()
    try:
        newest = queries.find_offered(session, actor, error.code)
    except NotFound:
        lines = [f"{code}: {', '.join(values)}" for code, values in _typed().items() if any(values)]
        return render_template("offerings/gone.html", lines=lines), 409
    kept, errors = kept_files(newest.form)
    return _page(newest, errors, kept, newer=True), 409


def _typed() -> dict[str, list[str]]:
    """Return what was typed, by question."""
    given = request.form if request.method == "POST" else request.args
    return {
        name.removeprefix(PREFIX): values
        for name, values in given.lists()
        if name.startswith(PREFIX)
    }


def _page(
    one: Offered, errors: Mapping[str, str], kept: Mapping[str, KeptFile], *, newer: bool = False
) -> str:
    form, language, actor = one.form, reader().language, current_actor()
    for_person = request.form.get("for_person_id") or str(actor.person_id or "")
    people = {
        str(person.id): person.display_name for person in people_for(current_session(), actor)
    }
    chosen = chosen_in(form, _typed(), whole(for_person))
    return render_template(
        "offerings/show.html",
        code=one.offering.code,
        name=label_of(form.names, language),
        description=label_of(form.descriptions, language),
        cost=label_of(form.cost, language),
        delivery=label_of(form.delivery, language),
        version=one.version,
        newer=newer,
        errors=errors,
        fields=asked_fields(form, _typed(), chosen, reader()),
        pickers=_pickers(one),
        kept=kept,
        for_whom=list((people | _named(for_person)).items()),
        for_person=for_person,
        approvers=[approver_text(step.who, reader()) for step in form.approvals],
    )


def _named(person_id: str) -> dict[str, str]:
    """Return the name of whom an order is for, who may not be among the first."""
    number = whole(person_id)
    if number is None:
        return {}
    names = names_of_people(current_session(), current_actor(), {number})
    return {str(one): name for one, name in names.items()}


def _pickers(one: Offered) -> dict[str, str]:
    endpoints = {"item": "offerings.pick_items", "person": "offerings.pick_people"}
    return {
        field.code: url_for(endpoints[field.type], code=one.offering.code, field=field.code)
        for field in one.form.fields
        if field.type in endpoints
    }


@offerings.get("/<code>/for-whom")
def pick_for_whom(code: str) -> ResponseReturnValue:
    """Offer the people for whom the reader may ask for something."""
    session, actor = current_session(), current_actor()
    queries.find_offered(session, actor, code)
    return jsonify(results=[_person(one) for one in people_for(session, actor, asked_words())])


@offerings.get("/<code>/items/<field>")
def pick_items(code: str, field: str) -> ResponseReturnValue:
    """Offer what a question asks for among items; ``for_person_id`` says whose they are."""
    session, actor = current_session(), current_actor()
    asked = _question(code, field, "item")
    whose = whole(request.args.get("for_person_id")) or actor.person_id
    found = items_for(session, actor, asked, whose, asked_words())
    results = [
        {"value": str(one.id), "text": one.name, "detail": _class_name(one.class_code)}
        for one in found
    ]
    return jsonify(results=results)


@offerings.get("/<code>/people/<field>")
def pick_people(code: str, field: str) -> ResponseReturnValue:
    """Offer whom a question may name."""
    session, actor = current_session(), current_actor()
    _question(code, field, "person")
    return jsonify(results=[_person(one) for one in people_choices(session, actor, asked_words())])


def _question(code: str, field: str, sort: str) -> FormField:
    found = queries.find_offered(current_session(), current_actor(), code).form.field(field)
    if found is None or found.type != sort:
        raise NotFound("question", field)
    return found


def _person(one: Person) -> dict[str, str]:
    return {"value": str(one.id), "text": one.display_name, "detail": one.department or ""}


def _class_name(code: str) -> str:
    return class_label(standing_model(), code, reader().language)
