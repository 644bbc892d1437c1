"""Which columns the item list has: chosen by its reader, and remembered."""

from flask import request
from flask.typing import ResponseReturnValue

from cmdb.model import standing_model
from server.foundation.edge.requests import current_actor, current_session
from server.foundation.translation import gettext
from server.people.actions.preferences import keep_preference
from server.people.queries.preferences import preference
from web.pages.frame import done, reader, url_for
from web.presenters.item_columns import ItemColumn, chosen, offered

PREFERENCE = "items.columns"


def columns_of_reader(class_code: str = "") -> tuple[list[ItemColumn], list[ItemColumn]]:
    """Return (columns on offer for a class, those of the address or of the reader's choice)."""
    everything = offered(standing_model(), reader(), None)
    named = [key for key in request.args.get("columns", "").split(",") if key]
    wish = named or preference(current_session(), current_actor(), PREFERENCE)
    wanted = chosen(everything, wish)
    keys = {column.key for column in wanted}
    offer = offered(standing_model(), reader(), class_code)
    also = [column for column in wanted if column.key not in {one.key for one in offer}]
    return [*offer, *also] if keys else offer, wanted


def choose_columns() -> ResponseReturnValue:
    """Remember which columns the reader wants, in the order of the list."""
    known = {column.key for column in offered(standing_model(), reader(), None)}
    wish = [key for key in request.form.getlist("column") if key in known]
    keep_preference(current_session(), current_actor(), PREFERENCE, wish)
    return done(gettext("The list has your columns now."), url_for("items.index"))
