"""Saying no to a derived relation, putting it right, and taking that back."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from cmdb.model import standing_model
from cmdb.records.items import Item
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items import queries
from server.items.deriving import verdicts
from server.items.deriving.explaining import Explanation, explain_relation
from server.items.deriving.rulebook import standing_rules
from server.items.drafts import RelationDraft
from server.people.queries.people import names_of_people
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.lists import asked_page
from web.pages.refusals import refuse_in_words
from web.pages.service_choices import wording
from web.presenters.derivation import rule_label
from web.presenters.lists import Paging
from web.presenters.names import middle_cut

#: How much a dependant leans on what it only suffers without.
_SOFT = 0.5
#: So much of a name is shown beside another one.
_NAME_WIDTH = 28


def rejected() -> ResponseReturnValue:
    """List the relations that people rejected or corrected."""
    session, actor = current_session(), current_actor()
    page = verdicts.list_verdicts(session, actor, asked_page())
    rows = [verdicts.VerdictRow(*row) for row in page.rows]
    rules = {code: one.rule.labels for code, one in standing_rules(session).items()}
    model, language = standing_model(), reader().language
    people = {row.verdict.person_id for row in rows if row.verdict.person_id is not None}
    next_url = list_url(after=page.next_cursor) if page.next_cursor else None
    return render_template(
        "derivation/rejected.html",
        rows=rows,
        people=names_of_people(session, actor, people),
        paging=Paging(len(rows), None, None, next_url),
        verb=lambda code: model.label(model.relation_type(code), language),
        rule_name=lambda code: rule_label(rules.get(code, {}), code, reader()),
    )


def reject(relation_id: int) -> ResponseReturnValue:
    """End a derived relation for good."""
    session, actor = current_session(), current_actor()
    note = request.form.get("note", "")
    verdicts.reject_relation(session, actor, relation_id, current_time(), note)
    told = gettext("The relation is rejected. It is not derived again.")
    return done(told, _back())


def _back() -> str:
    """Return the page of the item from which the request came; the list of verdicts otherwise."""
    item_id = whole(request.form.get("item"))
    if item_id is None:
        return url_for("derivation.rejected")
    return url_for("items.show", item_id=item_id, tab="relations")


def take_back(verdict_id: int) -> ResponseReturnValue:
    """Forget a verdict: what is seen counts again."""
    verdicts.take_back(current_session(), current_actor(), verdict_id, current_time())
    return done(gettext("What was seen counts again."), _back())


def correct(relation_id: int) -> ResponseReturnValue:
    """Put a relation by hand in the place of a derived one."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ITEM_WRITE)
    found = explain_relation(session, actor, relation_id)
    start, end = (
        queries.get_item(session, actor, item_id)
        for item_id in (found.relation.start_id, found.relation.end_id)
    )
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            draft = _draft(found)
            verdicts.correct_relation(session, actor, relation_id, draft, current_time())
            address = url_for("items.show", item_id=start.id, tab="relations")
            return done(gettext("The relation is as you say."), address)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = render_template(
        "derivation/correct.html",
        found=found,
        start=start,
        end=end,
        ways=_ways(start, end, found.relation.type_code),
        errors=errors,
        form_values=request.form,
        **wording(),
    )
    return page, status


def _draft(found: Explanation) -> RelationDraft:
    form = request.form
    verb, _, way = form.get("way", "").partition(" ")
    if not verb or way not in {"forward", "reverse"}:
        raise InvalidValue({"way": "Missing data for required field."})
    ends = (found.relation.start_id, found.relation.end_id)
    start, end = ends if way == "forward" else reversed(ends)
    weight = _SOFT if form.get("need") == "soft" else 1.0
    return RelationDraft(verb, start, end, weight=weight, note=form.get("note", "")[:1000])


def _ways(start: Item, end: Item, derived: str) -> list[tuple[str, str]]:
    """Return what a person may say of the two items, as (value, sentence).

    What was derived comes first: often only the strength of it is wrong.
    """
    model, language = standing_model(), reader().language
    found: list[tuple[str, str]] = []
    for near, far, way in ((start, end, "forward"), (end, start, "reverse")):
        for kind in _kinds(near, far, derived):
            names = [middle_cut(item.name, _NAME_WIDTH) for item in (near, far)]
            said = f"{names[0]} {model.label(kind, language)} {names[1]}"
            found.append((f"{kind.code} {way}", said))
    return found


def _kinds(near: Item, far: Item, derived: str) -> list[Any]:
    """Return the relationship types a person may choose: those that carry impact between them."""
    model = standing_model()
    suggested = model.suggested_relations(near.class_code, far.class_code)
    usual = [model.relation_type(code) for code in (derived, "depends_on")]
    return [
        kind
        for kind in dict.fromkeys([*usual, *suggested])
        if kind.provider
        and not kind.derived_only
        and model.allows(kind.code, near.class_code, far.class_code)
    ]
