"""What an item cost, which model it is, and who has it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import InvalidValue
from server.assets.custody import queries as custody
from server.assets.custody.actions import give_item, take_back
from server.assets.products import queries as products
from server.assets.products.actions import pin_model
from server.assets.products.api import failure_reader
from server.assets.purchases import queries as purchases
from server.assets.purchases.actions import PurchaseDraft, write_purchase
from server.assets.rules.money import amount_text
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.translation import gettext
from server.items.queries import get_item
from web.pages.frame import reader, url_for, whole
from web.pages.item_tabs import class_name
from web.pages.lists import asked_page, paging_of
from web.pages.products import day_of
from web.pages.refusals import carried_out
from web.presenters.ownership import conflict_text, mean_time, money

ownership = Blueprint("ownership", __name__)

_CHOICES = 500
_PAST = 20
_LOOKED_AT = 200


@ownership.route("/items/<int:item_id>/ownership")
def show(item_id: int) -> ResponseReturnValue:
    """Show what an item cost, which model it is, and who has or had it."""
    return _page(item_id, {}, {}), 200


@ownership.route("/items/<int:item_id>/ownership/summary")
def summary(item_id: int) -> ResponseReturnValue:
    """Show the same in few lines: a part of the item's page, fetched once that stands."""
    return render_template("assets/ownership_summary.html", **_known(item_id))


def _known(item_id: int) -> dict[str, Any]:
    session, actor, now = current_session(), current_actor(), current_time()
    item = get_item(session, actor, item_id)
    found = products.reliability_of_item(session, actor, failure_reader(), item_id, now)
    return {
        "item": item,
        "today": now.date(),
        "bought": purchases.bought(session, actor, item_id, now.date()),
        "model": products.model_of_item(session, actor, item_id),
        "reliability": found,
        "mean": mean_time(found.mean_days, reader()),
        "holder": custody.holder_of(session, actor, item_id),
        "money": lambda amount, currency: money(amount, currency, reader()),
    }


def _page(item_id: int, errors: dict[str, str], typed: dict[str, str], failed: str = "") -> str:
    session, actor = current_session(), current_actor()
    known = _known(item_id)
    page = custody.list_custody(session, actor, PageRequest(limit=_PAST), item_id=item_id)
    suppliers = purchases.list_suppliers(session, actor, "", PageRequest("name", "", _CHOICES))
    models = products.list_models(session, actor, "", None, PageRequest("name", "", _CHOICES))
    return render_template(
        "assets/ownership.html",
        past=page.rows,
        suppliers=[(str(one.id), one.name) for one in suppliers.rows],
        models=[(str(one.model.id), f"{one.vendor.name} {one.model.name}") for one in models.rows],
        errors=errors,
        failed=failed,
        form_values=typed or _present(known["bought"]),
        class_name=class_name,
        **known,
    )


def _present(found: purchases.Bought) -> dict[str, str]:
    row = found.purchase
    if row is None:
        return {}
    texts = {name: getattr(row, name) for name in ("order_number", "currency")}
    days = {name: getattr(row, name) for name in ("bought_on", "warranty_ends_on")}
    texts |= {name: day.isoformat() if day else "" for name, day in days.items()}
    texts |= {"supplier_id": str(row.supplier_id or ""), "months": str(row.months or "")}
    residual = amount_text(row.residual_hundredths) if row.residual_hundredths else ""
    return texts | {"price": amount_text(row.price_hundredths) or "", "residual": residual or ""}


def _act(item_id: int, form: str, write: Callable[[], object], told: str) -> ResponseReturnValue:
    def again(errors: dict[str, str]) -> str:
        return _page(item_id, errors, request.form.to_dict(), form)

    return carried_out(write, again, told, url_for("ownership.show", item_id=item_id))


@ownership.route("/items/<int:item_id>/ownership/purchase", methods=["POST"])
def buy(item_id: int) -> ResponseReturnValue:
    """Say how an item was bought."""
    session, actor, now = current_session(), current_actor(), current_time()

    def write() -> None:
        write_purchase(session, actor, item_id, _draft(), now)

    return _act(item_id, "purchase", write, gettext("Saved."))


def _draft() -> PurchaseDraft:
    form = request.form
    months = form.get("months", "").strip()
    if months and whole(months) is None:
        raise InvalidValue({"months": "must be from 1 to 600"})
    return PurchaseDraft(
        supplier_id=whole(form.get("supplier_id")),
        order_number=form.get("order_number", ""),
        bought_on=day_of("bought_on"),
        price=form.get("price", ""),
        currency=form.get("currency", ""),
        warranty_ends_on=day_of("warranty_ends_on"),
        months=whole(months),
        residual=form.get("residual", ""),
    )


@ownership.route("/items/<int:item_id>/ownership/model", methods=["POST"])
def choose_model(item_id: int) -> ResponseReturnValue:
    """Say which model an item is; nothing lets its sources say it again."""
    session, actor, now = current_session(), current_actor(), current_time()
    chosen = whole(request.form.get("model_id"))

    def write() -> None:
        pin_model(session, actor, item_id, chosen, now)

    return _act(item_id, "model", write, gettext("Saved."))


@ownership.route("/items/<int:item_id>/ownership/give", methods=["POST"])
def give(item_id: int) -> ResponseReturnValue:
    """Give an item to a person."""
    session, actor, now = current_session(), current_actor(), current_time()
    person_id, note = whole(request.form.get("person_id")) or 0, request.form.get("note", "")

    def write() -> None:
        give_item(session, actor, item_id, person_id, note, now)

    return _act(item_id, "give", write, gettext("Given. The person is asked to confirm it."))


@ownership.route("/items/<int:item_id>/ownership/back", methods=["POST"])
def back(item_id: int) -> ResponseReturnValue:
    """Say that an item has come back."""
    session, actor, now = current_session(), current_actor(), current_time()
    custody_id, note = whole(request.form.get("custody_id")) or 0, request.form.get("condition", "")

    def write() -> None:
        get_item(session, actor, item_id)
        take_back(session, actor, custody_id, note, now)

    return _act(item_id, "back", write, gettext("It is back."))


@ownership.route("/custody")
def conflicts() -> ResponseReturnValue:
    """Show where what is written down of custody does not fit what was observed."""
    session, actor, now = current_session(), current_actor(), current_time()
    page = custody.list_conflicts(session, actor, asked_page(limit=_LOOKED_AT), now)
    return render_template(
        "assets/conflicts.html",
        rows=page.rows,
        paging=paging_of(page),
        conflict=lambda code: conflict_text(code, reader()),
    )
