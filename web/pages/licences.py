"""Licences of software: how each stands, what was bought, and where it is used."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.assets.licences import queries
from server.assets.licences.actions import (
    EntitlementDraft,
    LicenceDraft,
    add_entitlement,
    forget_licence,
    remove_entitlement,
    write_licence,
)
from server.assets.licences.rules import STATES
from server.assets.purchases.queries import list_suppliers
from server.assets.queries import ContractFilter, list_contracts
from server.assets.rules.alarms import alarm_due
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from web.pages.choices import organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.lists import asked_choice, asked_page, asked_words, is_narrowed, paging_of
from web.pages.refusals import carried_out, refuse_in_words
from web.presenters.assets import alarm_tone
from web.presenters.licences import metric_names, state_names, state_tone

licences = Blueprint("licences", __name__, url_prefix="/licences")

_OFFERED = PageRequest("", "", 200)


@licences.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List licences with how each stands; write one down."""
    session, actor, now = current_session(), current_actor(), current_time()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            made = write_licence(session, actor, _draft(), now)
            return done(gettext("Written down."), url_for("licences.show", licence_id=made.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    text, state = asked_words(), asked_choice("state", STATES)
    page = queries.list_licences(session, actor, text, state, asked_page(), now.date())
    body = render_template(
        "assets/licences.html",
        rows=page.rows,
        paging=paging_of(page),
        q=text,
        state=state,
        narrowed=is_narrowed(),
        organisations=organisation_choices(session, actor, Permission.ITEM_WRITE),
        errors=errors,
        form_values=request.form,
        **_words(),
    )
    return body, status


@licences.route("/<int:licence_id>", methods=["GET", "POST"])
def show(licence_id: int) -> ResponseReturnValue:
    """Show a licence; say anew what it is about."""
    if request.method == "GET":
        return _page(licence_id, {}, ""), 200
    session, actor, now = current_session(), current_actor(), current_time()
    return carried_out(
        lambda: write_licence(session, actor, _draft(), now, licence_id),
        lambda errors: _page(licence_id, errors, "edit"),
        gettext("Saved."),
        url_for("licences.show", licence_id=licence_id),
    )


@licences.route("/<int:licence_id>/buy", methods=["POST"])
def buy(licence_id: int) -> ResponseReturnValue:
    """Write down that some were bought."""
    session, actor, now = current_session(), current_actor(), current_time()
    return carried_out(
        lambda: add_entitlement(session, actor, licence_id, _bought(), now),
        lambda errors: _page(licence_id, errors, "buy"),
        gettext("Written down."),
        url_for("licences.show", licence_id=licence_id),
    )


@licences.route("/<int:licence_id>/entitlements/<int:entitlement_id>/remove", methods=["POST"])
def remove(licence_id: int, entitlement_id: int) -> ResponseReturnValue:
    """Take back that some were bought."""
    remove_entitlement(current_session(), current_actor(), licence_id, entitlement_id)
    return done(gettext("Removed."), url_for("licences.show", licence_id=licence_id))


@licences.route("/<int:licence_id>/forget", methods=["POST"])
def forget(licence_id: int) -> ResponseReturnValue:
    """Let a licence go."""
    forget_licence(current_session(), current_actor(), licence_id)
    return done(gettext("Removed."), url_for("licences.index"))


def _page(licence_id: int, errors: dict[str, str], failed: str) -> str:
    session, actor, today = current_session(), current_actor(), current_time().date()
    row = queries.licence_details(session, actor, licence_id, today)
    page = queries.items_using(session, actor, licence_id, asked_page())
    suppliers = list_suppliers(session, actor, "", _OFFERED).rows
    wanted = ContractFilter(ends_after=today)
    contracts = list_contracts(session, actor, wanted, _OFFERED, today).rows
    return render_template(
        "assets/licence.html",
        row=row,
        rows=page.rows,
        paging=paging_of(page),
        today=today,
        suppliers=[(str(one.id), one.name) for one in suppliers],
        contracts=[(str(one.id), f"{one.reference} {one.name}") for one in contracts],
        errors=errors,
        failed=failed,
        typed=request.form,
        **_words(),
    )


def _words() -> dict[str, Any]:
    today = current_time().date()
    return {
        "metrics": metric_names(reader()),
        "states": state_names(reader()),
        "state_tone": state_tone,
        "end_tone": lambda day: alarm_tone(alarm_due(day, today)),
    }


def _draft() -> LicenceDraft:
    form = request.form
    return LicenceDraft(
        whole(form.get("organisation_id")) or 0,
        form.get("name", ""),
        form.get("metric", ""),
        tuple(form.get("covers", "").splitlines()),
        form.get("vendor", ""),
    )


def _bought() -> EntitlementDraft:
    form = request.form
    return EntitlementDraft(
        whole(form.get("quantity")) or 0,
        _day("starts_on"),
        _day("ends_on"),
        whole(form.get("supplier_id")),
        whole(form.get("contract_id")),
        form.get("note", ""),
    )


def _day(name: str) -> date | None:
    given = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise InvalidValue({name: "is not a day"}) from error
