"""Who says what of an item, and what a person does about it."""

from datetime import datetime, time
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from cmdb.model import ValueType, standing_model
from cmdb.records.items import Item
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.translation import gettext
from server.items.reconciling import words
from web.pages.frame import done, reader, url_for
from web.presenters.items import source_label
from web.presenters.precedence import strategy_name
from web.presenters.values import show_value

_ODD = {ValueType.REFERENCE, ValueType.JSON, ValueType.MONEY}


def words_tab(item: Item) -> dict[str, Any]:
    """Return what the tab of sources shows."""
    said = words.who_says_what(current_session(), current_actor(), item.id, current_time())
    model, language = standing_model(), reader().language

    def label(code: str) -> str:
        attribute = model.find_attribute(code, item.class_code)
        return model.label(attribute, language) if attribute else code

    def tell(code: str, value: Any) -> str:
        return show_value(model.find_attribute(code, item.class_code), value, reader()).text or "-"

    attributes = model.attributes_of(item.class_code)
    choices = [(str(a.code), model.label(a, language)) for a in attributes if a.type not in _ODD]
    return {
        "said": said,
        "label": label,
        "tell": tell,
        "source_name": lambda source: source_label(source, reader()),
        "strategy_name": lambda code: strategy_name(code, reader()),
        "choices": sorted(choices, key=lambda one: one[1].casefold()),
    }


def override(item_id: int) -> ResponseReturnValue:
    """Let a person's word count, until a day if one is given."""
    form = request.form
    name, text = form.get("attribute", ""), form.get("value", "").strip()
    several = any(one.is_list for one in standing_model().attributes_named(name))
    value: Any = [part.strip() for part in text.split(",")] if several and text else text or None
    session, actor, now = current_session(), current_actor(), current_time()
    words.override(session, actor, item_id, {name: value}, _until(form.get("until", "")), now)
    address = url_for("items.show", item_id=item_id, tab="sources")
    return done(gettext("Your word counts."), address)


def _until(text: str) -> datetime | None:
    """Return the end of a day where the reader lives; None for no day."""
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError:
        return None
    return datetime.combine(day, time(23, 59, 59), reader().zone)


def forget_words(item_id: int, speaker_id: int) -> ResponseReturnValue:
    """Forget what one source said, all of it or of one attribute."""
    name = request.form.get("attribute", "")
    named = (name,) if name else ()
    session, actor, now = current_session(), current_actor(), current_time()
    words.take_words_back(session, actor, item_id, speaker_id, named, now)
    address = url_for("items.show", item_id=item_id, tab="sources")
    return done(gettext("What it said is taken back."), address)
