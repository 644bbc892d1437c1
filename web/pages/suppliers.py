"""Suppliers: whom organisations buy from, what came from them, and contracts with them."""

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.assets.models import Supplier
from server.assets.purchases import queries
from server.assets.purchases.actions import SupplierDraft, write_supplier
from server.assets.rules.alarms import STEPS, alarm_due
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from web.pages.choices import organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.lists import asked_page, asked_words, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.assets import alarm_tone
from web.presenters.ownership import money

suppliers = Blueprint("suppliers", __name__, url_prefix="/suppliers")

_SHOWN = 200
_FIELDS = ("name", "email", "phone", "website", "customer_number")


@suppliers.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List suppliers and the warranties that end soon; write a supplier down."""
    session, actor, today = current_session(), current_actor(), current_time().date()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            made = write_supplier(session, actor, _draft(), current_time())
            return done(gettext("Written down."), url_for("suppliers.show", supplier_id=made.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = queries.list_suppliers(session, actor, asked_words(), asked_page())
    until = today + timedelta(days=max(STEPS))
    body = render_template(
        "assets/suppliers.html",
        rows=page.rows,
        paging=paging_of(page),
        ending=queries.warranties_ending(session, actor, today, until, _SHOWN),
        tone=lambda row: alarm_tone(alarm_due(row.warranty_ends_on, today)),
        organisations=organisation_choices(session, actor, Permission.ITEM_WRITE),
        errors=errors,
        form_values=request.form,
    )
    return body, status


@suppliers.route("/<int:supplier_id>", methods=["GET", "POST"])
def show(supplier_id: int) -> ResponseReturnValue:
    """Show a supplier with what came from it; say anew who it is."""
    session, actor = current_session(), current_actor()
    row = queries.get_supplier(session, actor, supplier_id)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            write_supplier(session, actor, _draft(), current_time(), supplier_id)
            return done(gettext("Saved."), url_for("suppliers.show", supplier_id=supplier_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            row = queries.get_supplier(session, actor, supplier_id)
    body = render_template(
        "assets/supplier.html",
        row=row,
        items=queries.supplied_items(session, actor, supplier_id, _SHOWN),
        contracts=queries.contracts_with(session, actor, row),
        money=lambda one: money(one.price_hundredths, one.currency, reader()),
        errors=errors,
        form_values=request.form or _present(row),
    )
    return body, status


def _present(row: Supplier) -> dict[str, str]:
    return {name: getattr(row, name) for name in _FIELDS}


def _draft() -> SupplierDraft:
    form = request.form
    return SupplierDraft(
        whole(form.get("organisation_id")) or 0, *(form.get(name, "") for name in _FIELDS)
    )
