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


def columns_of_reader() -> tuple[list[ItemColumn], list[ItemColumn]]:
    """Return (all columns on offer, those the reader has chosen)."""
    offer = offered(standing_model(), reader())
    wish = preference(current_session(), current_actor(), PREFERENCE)
    return offer, chosen(offer, wish)


def choose_columns() -> ResponseReturnValue:
    """Remember which columns the reader wants, in the order of the list."""
    known = {column.key for column in offered(standing_model(), reader())}
    wish = [key for key in request.form.getlist("column") if key in known]
    keep_preference(current_session(), current_actor(), PREFERENCE, wish)
    return done(gettext("The list has your columns now."), url_for("items.index"))
