"""From what a scanner read off a label to the item's page."""

from flask import redirect, request
from flask.typing import ResponseReturnValue

from server.foundation.edge.requests import current_actor, current_session
from server.items.coded import items_by_code
from web.pages.frame import url_for


def by_code() -> ResponseReturnValue:
    """Lead to the item that carries a code; where none or several do, to the list of what fits."""
    code = request.args.get("code", "").strip()[:200]
    found = items_by_code(current_session(), current_actor(), code)
    if len(found) == 1:
        return redirect(url_for("items.show", item_id=found[0].id))
    return redirect(url_for("items.index", q=code))
