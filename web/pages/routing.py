"""Administration of routing: rules with their trial and examples."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from cmdb.model import standing_model
from cmdb.vocabulary import SERVICE
from server.desk.routing.queries import desk_groups, skill_names
from server.desk.routing.rules.skills import levels_text, parse_levels
from server.desk.tickets.actions import ruling
from server.desk.tickets.actions.templating import require_rules
from server.desk.tickets.schemas.routing import rule_row
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import names_of
from server.people.queries.groups import GroupFilter, list_groups, names_of_groups
from server.people.queries.people import names_of_people
from web.pages import on_call, routing_groups, routing_skills
from web.pages.choices import class_choices, organisation_choices, organisation_names
from web.pages.frame import done, reader, url_for, whole
from web.pages.refusals import refuse_in_words
from web.pages.wording import ticket_wording
from web.presenters.routing import (
    SLOTS,
    assignment_texts,
    condition_text,
    given_conditions,
    line_texts,
    other_conditions,
    slot_values,
)
from web.presenters.values import class_label

routing = Blueprint("routing", __name__, url_prefix="/administration/desk/routing")

routing.add_url_rule(
    "/groups/<int:group_id>", "group", routing_groups.group, methods=["GET", "POST"]
)
routing.add_url_rule(
    "/groups/<int:group_id>/shifts/new",
    "new_shift",
    routing_groups.new_shift,
    methods=["GET", "POST"],
)
routing.add_url_rule(
    "/shifts/<int:shift_id>", "shift", routing_groups.shift, methods=["GET", "POST"]
)
routing.add_url_rule(
    "/shifts/<int:shift_id>/remove", "remove_shift", routing_groups.remove_shift, methods=["POST"]
)
routing.add_url_rule(
    "/groups/<int:group_id>/on-call", "on_call", on_call.group, methods=["GET", "POST"]
)
routing.add_url_rule(
    "/groups/<int:group_id>/on-call/stand-ins", "stand_in", on_call.stand_in, methods=["POST"]
)
routing.add_url_rule(
    "/groups/<int:group_id>/on-call/end", "end_on_call", on_call.end, methods=["POST"]
)
routing.add_url_rule(
    "/stand-ins/<int:stand_in_id>/remove",
    "remove_stand_in",
    on_call.remove_stand_in,
    methods=["POST"],
)
routing.add_url_rule("/skills", "skills", routing_skills.index, methods=["GET", "POST"])
routing.add_url_rule(
    "/skills/<string:skill_code>/remove", "remove_skill", routing_skills.remove, methods=["POST"]
)
routing.add_url_rule(
    "/people/<int:person_id>", "person", routing_skills.person, methods=["GET", "POST"]
)

#: Which conditions hold ids of what.
_ITEMS, _PEOPLE, _GROUPS = ("item", "service"), ("requester",), ("requester_group",)


@routing.route("")
def index() -> ResponseReturnValue:
    """Show the rules in the order in which they are asked, and the groups."""
    session, actor = current_session(), current_actor()
    rules = [rule_row(one) for one in ruling.list_rules(session, actor)]
    names = _names(rules)
    groups = list_groups(session, actor, GroupFilter(active=True), PageRequest("name", limit=200))
    return render_template(
        "routing/index.html",
        rules=[(one, _in_words(one, names)) for one in rules],
        names=names,
        wording=ticket_wording(),
        levels_text=levels_text,
        groups=groups.rows,
        desks=desk_groups(session, [one.id for one in groups.rows]),
        lines=dict(line_texts(reader())),
        ways=dict(assignment_texts(reader())),
    )


def _in_words(rule: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> list[str]:
    return [
        condition_text(
            one,
            [names.get(one["field"], {}).get(value, value) for value in one["values"]],
            reader(),
        )
        for one in rule["conditions"]
    ]


def _names(rules: Collection[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the names of what rules hold by id or code: field to value to name."""
    session, actor, wording = current_session(), current_actor(), ticket_wording()
    model, language = standing_model(), reader().language
    items = names_of(session, actor, sorted(_ids(rules, _ITEMS)))
    people = _ids(rules, _PEOPLE) | {one["assignee_id"] for one in rules} - {None}
    groups = _ids(rules, _GROUPS) | {one["group_id"] for one in rules} - {None}
    by_person = _texts(names_of_people(session, actor, people))
    by_group = _texts(names_of_groups(session, actor, groups))
    found = {
        "item": _texts(items),
        "service": _texts(items),
        "requester": by_person,
        "assignee_id": by_person,
        "requester_group": by_group,
        "group_id": by_group,
        "organisation": _texts(organisation_names(session, actor)),
        "item_class": {str(c.code): class_label(model, c.code, language) for c in model.classes},
    }
    return found | {
        name: dict(wording.choices(name)) for name in ("kind", "category", "channel", "urgency")
    }


def _ids(rules: Collection[Mapping[str, Any]], fields: Collection[str]) -> set[int]:
    values = [
        value
        for rule in rules
        for one in rule["conditions"]
        if one["field"] in fields
        for value in one["values"]
    ]
    return {number for value in values if (number := whole(value)) is not None}


def _texts(names: Mapping[int, str]) -> dict[str, str]:
    return {str(number): name for number, name in names.items()}


@routing.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a rule."""
    require_rules(current_actor())
    return _rule(None)


@routing.route("/<int:routing_rule_id>", methods=["GET", "POST"])
def edit(routing_rule_id: int) -> ResponseReturnValue:
    """Change a rule, or try it on past tickets."""
    return _rule(routing_rule_id)


def _rule(rule_id: int | None) -> ResponseReturnValue:
    session, actor = current_session(), current_actor()
    stored: dict[str, Any] = {"name": "", "conditions": [], "examples": [], "enabled": True}
    if rule_id is not None:
        stored = rule_row(ruling.find_rule(session, actor, rule_id))
    shown, status = dict(stored), 200
    errors: dict[str, str] = {}
    tried: list[ruling.Tried] | None = None
    if request.method == "POST":
        try:
            shown |= _given(stored)
            if request.form.get("act") == "try":
                tried = ruling.try_rule(session, actor, shown, rule_id)
            else:
                _save(rule_id, shown)
                return done(gettext("The rule is saved."), url_for("routing.index"))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    return _form(rule_id, shown, errors, tried), status


def _save(rule_id: int | None, document: Mapping[str, Any]) -> None:
    session, actor, now = current_session(), current_actor(), current_time()
    enabled = request.form.get("enabled") == "1"
    if rule_id is None:
        ruling.add_rule(session, actor, document, now, enabled=enabled)
    else:
        ruling.change_rule(session, actor, rule_id, document, now, enabled=enabled)


def _given(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rule that the form asks for; what it does not show stays."""
    form = request.form
    forgotten = set(form.getlist("forget"))
    conditions = given_conditions({name: form.getlist(name) for name in SLOTS})
    return {
        "name": form.get("name", ""),
        "conditions": conditions + list(other_conditions(stored["conditions"])),
        "group_id": whole(form.get("group_id")),
        "assignee_id": whole(form.get("assignee_id")),
        "priority": whole(form.get("priority")),
        "skills": parse_levels(form.get("skills", ""), skill_names(current_session())),
        "final": form.get("final") == "1",
        "enabled": form.get("enabled") == "1",
        "examples": [one for one in stored["examples"] if one["name"] not in forgotten],
    }


def _form(
    rule_id: int | None,
    shown: Mapping[str, Any],
    errors: Mapping[str, str],
    tried: list[ruling.Tried] | None,
) -> str:
    nothing = {"group_id": None, "assignee_id": None, "priority": None, "final": False}
    whole_rule: dict[str, Any] = {**nothing, "skills": {}, **shown}
    names = _names([whole_rule])
    matched = [one for one in tried or () if one.matched]
    given = [one.decision.outcome for one in matched]
    would = [one.group_id for one in given] + [one.ticket.group_id for one in matched]
    session, actor = current_session(), current_actor()
    return render_template(
        "routing/rule.html",
        rule_id=rule_id,
        rule=whole_rule,
        skills=request.form.get("skills") or levels_text(whole_rule["skills"]),
        values=slot_values(whole_rule["conditions"]),
        others=_in_words({"conditions": other_conditions(whole_rule["conditions"])}, names),
        names=names,
        errors=errors,
        wording=ticket_wording(),
        classes=class_choices(reader().language, abstract=True),
        organisations=organisation_choices(session, actor, Permission.TICKET_READ),
        service_class=SERVICE,
        tried=tried,
        matched=matched[:100],
        matched_count=len(matched),
        groups=names_of_groups(session, actor, set(filter(None, would))),
        people=names_of_people(
            session, actor, {one.assignee_id for one in given if one.assignee_id}
        ),
    )


@routing.route("/<int:routing_rule_id>/remove", methods=["POST"])
def remove(routing_rule_id: int) -> ResponseReturnValue:
    """Take a rule away."""
    ruling.remove_rule(current_session(), current_actor(), routing_rule_id)
    return done(gettext("The rule is gone."), url_for("routing.index"))


@routing.route("/<int:routing_rule_id>/earlier", methods=["POST"])
def earlier(routing_rule_id: int) -> ResponseReturnValue:
    """Ask a rule before the one that now comes before it."""
    session, actor = current_session(), current_actor()
    ruling.find_rule(session, actor, routing_rule_id)
    ids = [one.id for one in ruling.list_rules(session, actor)]
    place = ids.index(routing_rule_id)
    if place:
        ids[place - 1], ids[place] = ids[place], ids[place - 1]
        ruling.order_rules(session, actor, ids)
    return done(gettext("It is asked earlier now."), url_for("routing.index"))


@routing.route("/<int:routing_rule_id>/examples", methods=["POST"])
def keep(routing_rule_id: int) -> ResponseReturnValue:
    """Keep a ticket as an example of a rule."""
    session, actor, now = current_session(), current_actor(), current_time()
    ruling.find_rule(session, actor, routing_rule_id)
    reference = request.form.get("reference", "").strip()
    here = url_for("routing.edit", routing_rule_id=routing_rule_id)
    try:
        ruling.keep_example(session, actor, routing_rule_id, reference, now)
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        stored = rule_row(ruling.find_rule(session, actor, routing_rule_id))
        told = {"reference": errors.get("reference") or next(iter(errors.values()), "")}
        return _form(routing_rule_id, stored, told, None), status
    return done(gettext("Kept as an example."), here)
