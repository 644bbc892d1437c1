"""Views of the item list that people keep, and edits of many items at once."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from cmdb.model import Attribute, ValueType, standing_model
from cmdb.query.items import ItemFilter
from cmdb.records.items import Item
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import ngettext
from server.items.listing import editing
from server.items.listing.views import ITEM_VIEWS
from server.items.models import SavedView
from web.pages.frame import done, reader, url_for, whole
from web.pages.kept_views import KeptViews
from web.pages.refusals import refuse_in_words
from web.presenters.urls import with_query
from web.presenters.values import show_value

#: What many items never get at once.
_SINGULAR = {"name", "serial", "code"}
_ODD = {ValueType.REFERENCE, ValueType.JSON, ValueType.MONEY}
_SHOWN = 50


def _address(view: SavedView) -> str:
    given = {"q": view.query, "sort": view.sort, "columns": ",".join(view.columns)}
    return with_query(url_for("items.index"), {}, {k: v for k, v in given.items() if v})


#: Views of the list of items.
KEPT = KeptViews(ITEM_VIEWS, _address)


def edit_many() -> ResponseReturnValue:
    """Choose what to set on many items, see what would change, and do it."""
    session, actor = current_session(), current_actor()
    actor.require(Permission.ITEM_WRITE)
    given = request.form if request.method == "POST" else request.args
    ids = [n for n in (whole(text) for text in given.getlist("selected")) if n is not None]
    query = given.get("q", "")
    errors: dict[str, str] = {}
    status, preview = 200, None
    items: list[Item] = []
    try:
        if ids or query.strip():
            filters = None if ids else ItemFilter(query=query)
            items = editing.choose_items(session, actor, filters, ids)
        if request.method == "POST":
            values = _values()
            if request.form.get("act") == "apply":
                made = editing.edit_items(session, actor, items, values, current_time())
                return done(_told(len(made.changing)), url_for("items.index", q=query or None))
            preview = editing.preview_edit(session, actor, items, values)
    except CadastreError as error:
        errors, status = refuse_in_words(error)
    page = render_template(
        "items/many.html",
        items=items,
        ids=ids,
        query=query,
        attributes=_attributes(items),
        chosen=request.form.get("attribute", ""),
        value=request.form.get("value", ""),
        emptied="emptied" in request.form,
        preview=preview,
        shown=_SHOWN,
        tell=_tell,
        errors=errors,
    )
    return page, status


def _told(number: int) -> str:
    return ngettext("%(num)d item was changed.", "%(num)d items were changed.", number)


def _values() -> dict[str, Any]:
    name = request.form.get("attribute", "")
    text = request.form.get("value", "").strip()
    if not name:
        return {}
    found = standing_model().attributes_named(name)
    if "emptied" in request.form or not text:
        return {name: None}
    several = any(one.is_list for one in found)
    return {name: [part.strip() for part in text.split(",")] if several else text}


def _attributes(items: list[Item]) -> list[tuple[str, str]]:
    """Return the attributes that all of the items have."""
    model, language = standing_model(), reader().language
    shared: dict[str, Attribute] | None = None
    for class_code in {item.class_code for item in items}:
        own = {str(one.code): one for one in model.attributes_of(class_code)}
        shared = own if shared is None else {k: v for k, v in shared.items() if k in own}
    choices = [
        (code, model.label(one, language))
        for code, one in (shared or {}).items()
        if code not in _SINGULAR and one.type not in _ODD
    ]
    return sorted(choices, key=lambda choice: choice[1].casefold())


def _tell(item: Item, name: str, value: Any) -> str:
    attribute = standing_model().find_attribute(name, item.class_code)
    return show_value(attribute, value, reader()).text or "-"
