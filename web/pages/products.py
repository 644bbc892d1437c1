"""Models of makers: their items, dates, and how often they fail."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from cmdb.model import standing_model
from server.assets.products import queries
from server.assets.products.actions import ModelDraft, create_model, edit_model
from server.assets.products.api import failure_reader
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.people.actions.rights import holds_everywhere
from web.pages.frame import done, reader, url_for
from web.pages.item_tabs import class_name
from web.pages.lists import asked_page, asked_words, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.assets import defaults_from, defaults_text
from web.presenters.ownership import mean_time
from web.presenters.values import Shown, show_value

products = Blueprint("products", __name__, url_prefix="/product-models")

_SHOWN = 200
_DAYS = ("sale_ends_on", "support_ends_on", "life_ends_on")


@products.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List models; write one down."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            made = create_model(
                session, actor, _draft(request.form.get("vendor", ""), {}), current_time()
            )
            address = url_for("products.show", product_id=made.model.id)
            return done(gettext("Written down."), address)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = queries.list_models(session, actor, asked_words(), None, asked_page())
    body = render_template(
        "assets/products.html",
        rows=page.rows,
        paging=paging_of(page),
        q=asked_words(),
        today=current_time().date(),
        errors=errors,
        form_values=request.form,
    )
    return body, status


@products.route("/<int:product_id>", methods=["GET", "POST"])
def show(product_id: int) -> ResponseReturnValue:
    """Show a model with its items and failures; say anew what it is."""
    session, actor = current_session(), current_actor()
    row = queries.get_model(session, actor, product_id)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            draft = _draft(row.vendor.name, row.model.defaults)
            edit_model(session, actor, product_id, draft, current_time())
            return done(gettext("Saved."), url_for("products.show", product_id=product_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            row = queries.get_model(session, actor, product_id)
    found = queries.reliability_of_model(
        session, actor, failure_reader(), product_id, current_time()
    )
    body = render_template(
        "assets/product.html",
        row=row,
        items=queries.items_of_model(session, actor, product_id, _SHOWN),
        defaults=_defaults(row),
        default_errors=" ".join(
            f"{name.removeprefix('defaults.')}: {why}"
            for name, why in errors.items()
            if name.startswith("defaults.")
        ),
        may_set_defaults=holds_everywhere(actor, Permission.ITEM_WRITE),
        reliability=found,
        mean=mean_time(found.mean_days, reader()),
        class_name=class_name,
        today=current_time().date(),
        errors=errors,
        form_values=request.form or _present(row),
    )
    return body, status


def _defaults(row: queries.ModelRow) -> list[tuple[str, Shown]]:
    """Return what the model says of its items: names of attributes, and values in words."""
    model, found = standing_model(), []
    for name, value in sorted(row.model.defaults.items()):
        attribute = next(iter(model.attributes_named(name)), None)
        label = model.label(attribute, reader().language) if attribute else name
        found.append((label, show_value(attribute, value, reader())))
    return found


def _present(row: queries.ModelRow) -> dict[str, str]:
    days = {name: getattr(row.model, name) for name in _DAYS}
    texts = {"name": row.model.name, "part_number": row.model.part_number}
    texts["defaults"] = defaults_text(row.model.defaults)
    return texts | {name: day.isoformat() if day else "" for name, day in days.items()}


def _draft(vendor: str, defaults: Mapping[str, Any]) -> ModelDraft:
    form = request.form
    if "defaults" in form and form["defaults"].strip() != defaults_text(defaults).strip():
        defaults = defaults_from(form["defaults"])
    return ModelDraft(
        vendor=vendor,
        name=form.get("name", ""),
        part_number=form.get("part_number", ""),
        sale_ends_on=day_of("sale_ends_on"),
        support_ends_on=day_of("support_ends_on"),
        life_ends_on=day_of("life_ends_on"),
        defaults=defaults,
    )


def day_of(name: str) -> date | None:
    """Return a day of the form; None when it is left empty. Raises ``InvalidValue``."""
    given = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise InvalidValue({name: "is not a day"}) from error
