"""The past: an item and the list as of a moment, and baselines with what has left them."""

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.engine.past import differences
from cmdb.errors import CadastreError, HistoryNotKept, ItemNotFound
from cmdb.model import standing_model
from cmdb.query.items import ItemFilter
from cmdb.query.language import QueryFault, is_plain_text
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import Page, PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items import queries
from server.items.past import baselines as kept
from server.items.past import listing, recalling
from server.items.queries import names_of
from web.pages.choices import class_choices, organisation_choices
from web.pages.frame import done, list_url, reader, url_for, whole
from web.pages.item_tabs import class_name
from web.pages.lists import asked_words
from web.pages.moments import asked_moment, form_text
from web.pages.refusals import refuse_in_words
from web.presenters.items import fact_rows, source_label
from web.presenters.lists import Paging
from web.presenters.query_faults import query_fault_text
from web.presenters.values import show_value

past = Blueprint("past", __name__)


@past.route("/past")
def items() -> ResponseReturnValue:
    """List the items as they were recorded at a moment."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ITEM_READ)
    moment = asked_moment() or current_time()
    words = asked_words(longest=2000)
    plain = is_plain_text(words)
    filters = ItemFilter(
        text=words if plain else "",
        query="" if plain else words,
        class_code=request.args.get("class", ""),
        stage=request.args.get("stage", ""),
    )
    since, fault, status = None, "", 200
    page: Page[recalling.PastItem] = Page([])
    try:
        asked = PageRequest("id", request.args.get("after", ""), 50)
        page = listing.items_as_of(session, actor, filters, asked, moment)
    except QueryFault as error:
        fault, status = query_fault_text(error, reader()), 422
    except HistoryNotKept as error:
        since = error.since
    next_url = list_url(after=page.next_cursor) if page.next_cursor else None
    body = render_template(
        "past/items.html",
        words=words,
        fault=fault,
        moment=moment,
        since=since,
        at=form_text(moment),
        filters=filters,
        rows=page.rows,
        paging=Paging(len(page.rows), None, None, next_url),
        classes=class_choices(reader().language, abstract=True),
        class_name=class_name,
        list_url=list_url,
    )
    return body, status


@past.route("/past/<int:item_id>")
def item(item_id: int) -> ResponseReturnValue:
    """Show an item as it was recorded at a moment, and what differs now."""
    session, actor, model = current_session(), current_actor(), standing_model()
    now = queries.get_item(session, actor, item_id)
    moment = asked_moment() or current_time()
    then, since, relations = None, None, []
    try:
        then = recalling.item_as_of(session, actor, item_id, moment)
        relations = recalling.relations_as_of(session, actor, item_id, moment)
    except HistoryNotKept as error:
        since = error.since
    except ItemNotFound:
        then = None
    differing = differences(then.values, kept.present_values(now)) if then else {}
    return render_template(
        "past/item.html",
        item=now,
        then=then,
        since=since,
        moment=moment,
        at=form_text(moment),
        facts=fact_rows(model, then.class_code, then.values, {}, reader()) if then else [],
        differing=[_difference(now.class_code, name, *pair) for name, pair in differing.items()],
        relations=relations,
        verb=_verb,
        class_name=class_name,
        source_name=lambda source: source_label(source, reader()),
    )


def _verb(row: recalling.PastRelation) -> str:
    model = standing_model()
    kind = model.find_relation_type(row.relation.type_code)
    if kind is None:
        return row.relation.type_code
    name = model.label if row.forward else model.reverse_label
    return name(kind, reader().language)


def _difference(class_code: str, name: str, old: Any, new: Any) -> tuple[str, str, str]:
    """Return (attribute, then, now) in the reader's words."""
    if name == "class":
        return gettext("Class"), class_name(str(old)) if old else "", class_name(str(new or ""))
    model = standing_model()
    attribute = model.find_attribute(name, class_code)
    label = model.label(attribute, reader().language) if attribute else name
    if name == "location":
        known = names_of(current_session(), current_actor(), [i for i in (old, new) if i])
        return label, known.get(old, ""), known.get(new, "")
    texts = [show_value(attribute, value, reader()).text for value in (old, new)]
    return label, texts[0], texts[1]


@past.route("/baselines", methods=["GET", "POST"])
def baselines() -> ResponseReturnValue:
    """List baselines, and keep one."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        form = request.form
        draft = kept.BaselineDraft(
            whole(form.get("organisation_id")) or 0,
            form.get("name", ""),
            form.get("query", "")[:2000],
            watched=bool(form.get("watched")),
        )
        try:
            made = kept.take_baseline(session, actor, draft, current_time())
            return done(gettext("Kept."), url_for("past.baseline", baseline_id=made.id))
        except QueryFault as error:
            errors, status = {"query": query_fault_text(error, reader())}, 422
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    body = render_template(
        "past/baselines.html",
        rows=kept.baselines(session, actor),
        errors=errors,
        form_values=request.form,
        organisations=organisation_choices(session, actor, Permission.ITEM_WRITE),
    )
    return body, status


@past.route("/baselines/<int:baseline_id>")
def baseline(baseline_id: int) -> ResponseReturnValue:
    """Show what has left a baseline."""
    session, actor = current_session(), current_actor()
    row = kept.get_baseline(session, actor, baseline_id)
    found = kept.drift_of(session, actor, row)
    texts = [text for one in found for text in (*one.related, *one.unrelated)]
    ends = {int(end) for text in texts for end in text.split(":")[1:]}
    names = names_of(session, actor, sorted(ends))
    return render_template(
        "past/baseline.html",
        row=row,
        found=[(one, _told(one, names)) for one in found[:500]],
        total=len(found),
    )


def _told(one: kept.Drift, names: dict[int, str]) -> list[tuple[str, str, str]]:
    """Return the lines of what became of an item: (what, then, now)."""
    item_class = next((str(v) for v in one.values.get("class", ()) if v), "item")
    lines = [_difference(item_class, name, *pair) for name, pair in one.values.items()]
    lines += [(_relation(text, names), gettext("held"), "") for text in one.unrelated]
    return [*lines, *((_relation(text, names), "", gettext("holds")) for text in one.related)]


def _relation(text: str, names: dict[int, str]) -> str:
    verb, start, end = text.split(":")
    model, hidden = standing_model(), gettext("an item outside your view")
    kind = model.find_relation_type(verb)
    label = model.label(kind, reader().language) if kind else verb
    return f"{names.get(int(start), hidden)} {label} {names.get(int(end), hidden)}"


@past.route("/baselines/<int:baseline_id>/forget", methods=["POST"])
def forget(baseline_id: int) -> ResponseReturnValue:
    """Forget a baseline."""
    kept.drop_baseline(current_session(), current_actor(), baseline_id)
    return done(gettext("Forgotten."), url_for("past.baselines"))
