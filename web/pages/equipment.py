"""What one has oneself: what was given, the answer to it, and what else is in one's name."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, NotFound
from cmdb.query.items import ItemFilter
from cmdb.records.items import Item
from cmdb.vocabulary import LifeStage
from server.assets.custody.actions import answer_custody
from server.assets.custody.queries import list_custody
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import list_items
from web.pages.frame import done, url_for
from web.pages.item_tabs import class_name
from web.pages.refusals import refuse_in_words

equipment = Blueprint("equipment", __name__)

_LOOKED_AT = 200
_OWN_SHOWN = 50


@equipment.route("/mine")
def mine() -> ResponseReturnValue:
    """Show what was given to oneself, ask to confirm it, and show what else one has."""
    return _mine({}), 200


def _mine(errors: dict[str, str], failed: int = 0) -> str:
    session, actor = current_session(), current_actor()
    asked = PageRequest(limit=_LOOKED_AT)
    person_id = actor.person_id or 0
    page = list_custody(session, actor, asked, person_id=person_id, open_only=True)
    given = {row.item.id for row in page.rows}
    return render_template(
        "assets/mine.html",
        rows=page.rows,
        own=[item for item in _own_items() if item.id not in given],
        errors=errors,
        failed=failed,
        class_name=class_name,
    )


def _own_items() -> Sequence[Item]:
    actor = current_actor()
    if actor.person_id is None or not actor.may(Permission.ITEM_READ):
        return ()
    wanted = ItemFilter(person_id=actor.person_id, stage=LifeStage.IN_USE)
    return list_items(current_session(), actor, wanted, PageRequest("name", limit=_OWN_SHOWN)).rows


@equipment.route("/mine/<int:custody_id>", methods=["POST"])
def answer(custody_id: int) -> ResponseReturnValue:
    """Say that one has what was given to oneself, or that one has not."""
    session, actor, now = current_session(), current_actor(), current_time()
    has_it, note = request.form.get("has_it") == "yes", request.form.get("note", "")
    try:
        answer_custody(session, actor, custody_id, has_it=has_it, note=note, now=now)
    except NotFound:
        raise
    except CadastreError as error:
        errors, status = refuse_in_words(error)
        return _mine(errors, custody_id), status
    return done(gettext("Thank you."), url_for("equipment.mine"))
