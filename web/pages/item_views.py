"""Views of the item list that people keep, and edits of many items at once."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from cmdb.model import Attribute, ValueType, standing_model
from cmdb.query.items import ItemFilter
from cmdb.query.language import QueryFault
from cmdb.records.items import Item
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext, ngettext
from server.items.listing import editing
from server.items.listing.views import ITEM_VIEWS
from server.items.models import SavedView
from web.pages.frame import done, reader, url_for, whole
from web.pages.kept_views import KeptViews
from web.pages.refusals import refuse_in_words
from web.presenters.faults import fault_text
from web.presenters.query_faults import query_fault_text
from web.presenters.urls import with_query
from web.presenters.values import show_value, value_options

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
    query, act = given.get("q", ""), request.form.get("act", "")
    errors: dict[str, str] = {}
    status, preview = 200, None
    items: list[Item] = []
    values: dict[str, Any] = {}
    try:
        if ids or query.strip():
            filters = None if ids else ItemFilter(query=query)
            items = editing.choose_items(session, actor, filters, ids)
        # Without an act, only another attribute was chosen: its field is wanted.
        if act:
            values = _values()
            if act == "apply" and request.form.get("seen") == _seen(items, values):
                made = editing.edit_items(session, actor, items, values, current_time())
                return done(_told(len(made.changing)), url_for("items.index", q=query or None))
            preview = editing.preview_edit(session, actor, items, values)
            if act == "apply":
                told = gettext("It is not what you looked at any more. Look again, then change it.")
                errors, status = {"": told}, 409
    except QueryFault as error:
        errors, status = {"": query_fault_text(error, reader())}, 422
    except CadastreError as error:
        errors, status = refuse_in_words(error)
    attributes = _attributes(items)
    chosen = given.get("attribute", "")
    page = render_template(
        "items/many.html",
        items=items,
        ids=ids,
        query=query,
        attributes=_choices(attributes),
        chosen=chosen,
        field=attributes.get(chosen),
        options=lambda one: value_options(one, reader()),
        value=request.form.get("value", ""),
        emptied="emptied" in request.form,
        preview=preview,
        seen=_seen(items, values) if preview else "",
        shown=_SHOWN,
        tell=_tell,
        fault=lambda why: fault_text(why, reader()),
        errors=errors,
    )
    return page, status


def _told(number: int) -> str:
    return ngettext("%(num)d item was changed.", "%(num)d items were changed.", number)


def _seen(items: Sequence[Item], values: Mapping[str, Any]) -> str:
    """Return what a previewed form carries: it changes with the items and with what is set."""
    text = json.dumps([[(item.id, item.version) for item in items], values], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]


def _values() -> dict[str, Any]:
    """Return {attribute: value} of the form; None takes people's word back."""
    name = request.form.get("attribute", "")
    text = request.form.get("value", "").strip()
    if not name:
        return {}
    if "emptied" in request.form:
        return {name: None}
    if not text:
        # An empty field is more often forgotten than meant.
        raise InvalidValue({"value": "must not be empty"})
    several = any(one.is_list for one in standing_model().attributes_named(name))
    return {name: [part.strip() for part in text.split(",")] if several else text}


def _choices(attributes: Mapping[str, Attribute]) -> list[tuple[str, str]]:
    model, language = standing_model(), reader().language
    found = [(code, model.label(one, language)) for code, one in attributes.items()]
    return sorted(found, key=lambda choice: choice[1].casefold())


def _attributes(items: Sequence[Item]) -> dict[str, Attribute]:
    """Return the attributes that all of the items have, and that many may get at once."""
    model = standing_model()
    shared: dict[str, Attribute] | None = None
    for class_code in {item.class_code for item in items}:
        own = {str(one.code): one for one in model.attributes_of(class_code)}
        shared = own if shared is None else {k: v for k, v in shared.items() if k in own}
    return {
        code: one
        for code, one in (shared or {}).items()
        if code not in _SINGULAR and one.type not in _ODD
    }


def _tell(item: Item, name: str, value: Any) -> str:
    attribute = standing_model().find_attribute(name, item.class_code)
    return show_value(attribute, value, reader()).text or "-"
