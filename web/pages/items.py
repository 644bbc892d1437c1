"""The register: list, item, new and edited items."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, ItemNotFound
from cmdb.model import Attribute, standing_model
from cmdb.query.items import ItemFilter
from cmdb.query.language import QueryFault, explain_fields, is_plain_text
from cmdb.records.items import Item
from cmdb.vocabulary import ClassCode
from server.desk.workspace.queries.dashboard import SILENT_AFTER
from server.foundation.edge.conditional import check_form_version
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import Page, PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items import actions, queries
from server.items.blast import service_classes
from server.items.identity.queries import count_open_reviews, successor_of
from web.pages import item_views, item_words, on_call
from web.pages.choices import class_choices, organisation_choices
from web.pages.frame import done, filled, list_url, reader, url_for, whole
from web.pages.item_codes import by_code
from web.pages.item_columns import choose_columns, columns_of_reader
from web.pages.item_tabs import TABS, class_name, head_of
from web.pages.lists import asked_words
from web.pages.refusals import refuse_in_words
from web.presenters.addresses import is_address
from web.presenters.item_columns import attribute_cell
from web.presenters.lists import Column, Paging, Sorting
from web.presenters.query_faults import query_fault_text
from web.presenters.values import value_options

items = Blueprint("items", __name__, url_prefix="/items")
items.add_url_rule("/by-code", "by_code", by_code)

_TAB_NAMES = ", ".join(TABS)


def item_filters() -> ItemFilter:
    """Read the list's filters from the address; what makes no sense narrows nothing.

    What was typed is the beginning of a name, or a query as soon as anything of it belongs to the
    language.
    """
    given, words = request.args, asked_words(longest=2000)
    plain = is_plain_text(words) or is_address(words)
    return ItemFilter(
        text=words if plain else "",
        query="" if plain else words,
        class_code=given.get("class", ""),
        stage=given.get("stage", ""),
        environment=given.get("environment", ""),
        criticality=whole(given.get("criticality")),
        organisation_id=whole(given.get("organisation")),
        group_id=whole(given.get("group")),
        person_id=whole(given.get("person")),
        seen_before=current_time() - SILENT_AFTER if given.get("silent") else None,
    )


items.add_url_rule("/<int:item_id>/on-call", "on_call", on_call.show_of_item)
items.add_url_rule("/columns", "columns", choose_columns, methods=["POST"])
item_views.KEPT.add_to(items)
items.add_url_rule("/<int:item_id>/override", "override", item_words.override, methods=["POST"])
items.add_url_rule(
    "/<int:item_id>/sources/<int:speaker_id>/forget",
    "forget_words",
    item_words.forget_words,
    methods=["POST"],
)
items.add_url_rule("/many", "edit_many", item_views.edit_many, methods=["GET", "POST"])


@items.route("")
def index() -> ResponseReturnValue:
    """List items with filters."""
    session, actor = current_session(), current_actor()
    filters = item_filters()
    sort = request.args.get("sort", "name")
    fault, status = "", 200
    page: Page[Item] = Page([])
    total = 0
    try:
        asked = PageRequest(sort, request.args.get("after", ""), 50)
        page = queries.list_items(session, actor, filters, asked)
        total = queries.count_items(session, actor, filters)
    except QueryFault as error:
        fault, status = query_fault_text(error, reader()), 422
    next_url = list_url(after=page.next_cursor) if page.next_cursor else None
    offer, wanted = columns_of_reader(filters.class_code)
    shown = ",".join(column.key for column in wanted)
    body = render_template(
        "items/index.html",
        rows=page.rows,
        words=filters.text or filters.query,
        fault=fault,
        vocabulary=explain_fields(standing_model()),
        kept=item_views.KEPT.menu(
            "items", q=filters.text or filters.query, sort=sort, columns=shown
        ),
        offer=offer,
        wanted=[column.key for column in wanted],
        columns=[Column(gettext("Name"), "name", main=True), *(one.column for one in wanted)],
        cell=lambda item, code: attribute_cell(standing_model(), item, code, reader()),
        sorting=Sorting.parse(sort),
        paging=Paging(len(page.rows), total, None, next_url),
        list_url=list_url,
        filters=filters,
        classes=class_choices(reader().language, abstract=True),
        model=standing_model(),
        class_name=class_name,
        to_decide=count_open_reviews(session, actor),
        narrowed=any(
            v for name, v in request.args.items() if name not in {"sort", "after", "columns"}
        ),
    )
    return body, status


@items.route("/<int:item_id>")
@items.route(f"/<int:item_id>/<any({_TAB_NAMES}):tab>")
def show(item_id: int, tab: str = "facts") -> ResponseReturnValue:
    """Show one item."""
    session, actor = current_session(), current_actor()
    try:
        item = queries.get_item(session, actor, item_id)
    except ItemNotFound:
        if (final := successor_of(session, actor, item_id)) is None:
            raise
        return redirect(url_for("items.show", item_id=final))
    context = TABS[tab](item)
    return render_template(
        f"items/{tab}.html",
        head=head_of(item, tab),
        item=item,
        is_service=item.class_code in service_classes(),
        class_name=class_name,
        **context,
    )


@items.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Register an item by hand."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ITEM_WRITE)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        draft = actions.ItemDraft(
            class_code=request.form.get("class", ""),
            organisation_id=whole(request.form.get("organisation_id")) or 0,
            values={"name": ""}
            | filled(request.form, "name", "serial", "vendor", "model", "criticality"),
        )
        try:
            item = actions.create_item(session, actor, draft, current_time())
            return done(gettext("Registered."), url_for("items.show", item_id=item.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = render_template(
        "items/new.html",
        errors=errors,
        form_values=request.form,
        classes=class_choices(reader().language),
        organisations=organisation_choices(session, actor, Permission.ITEM_WRITE),
    )
    return page, status


@items.route("/<int:item_id>/edit", methods=["GET", "POST"])
def edit(item_id: int) -> ResponseReturnValue:
    """Say by hand what an item's values are; an emptied field takes one's word back."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ITEM_WRITE)
    item = queries.get_item(session, actor, item_id)
    version = item.version
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        values = _edited(item)
        try:
            check_form_version(request.form.get("version"), item.version)
            actions.edit_item(session, actor, item_id, values, current_time())
            return done(gettext("Saved."), url_for("items.show", item_id=item_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            item = queries.get_item(session, actor, item_id)
    page = render_template(
        "items/edit.html",
        item=item,
        version=version,
        errors=errors,
        fields=[(a, _present(item, a)) for a in _editable(item.class_code)],
        form_values=request.form,
        label=lambda attribute: standing_model().label(attribute, reader().language),
        options_of=lambda attribute: value_options(attribute, reader()),
    )
    return page, status


def _editable(class_code: str) -> list[Attribute]:
    return [
        attribute
        for attribute in standing_model().attributes_of(ClassCode(class_code))
        if str(attribute.type) not in {"reference", "json", "money"}
    ]


def _present(item: Item, attribute: Attribute) -> str:
    value = getattr(item, attribute.code, None) if attribute.code in _ROOT else None
    if value is None:
        value = item.attributes.get(attribute.code)
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


_ROOT = frozenset({"name", "stage", "environment", "criticality", "vendor", "model", "serial"})


def _edited(item: Item) -> dict[str, Any]:
    """Return only what differs from what the form showed: untouched fields say nothing."""
    found: dict[str, Any] = {}
    for attribute in _editable(item.class_code):
        given = request.form.get(attribute.code)
        # Browsers send the line ends of a text as CR LF, whatever they were shown.
        text = (given or "").replace("\r\n", "\n").strip()
        if given is None or text == _present(item, attribute):
            continue
        parts = [part.strip() for part in text.split(",")]
        found[attribute.code] = parts if attribute.is_list and text else text or None
    return found


@items.route("/<int:item_id>/retire", methods=["POST"])
def retire(item_id: int) -> ResponseReturnValue:
    """Take an item out of use."""
    session, actor = current_session(), current_actor()
    actions.retire_item(session, actor, item_id, current_time())
    return done(gettext("Retired."), url_for("items.show", item_id=item_id))
