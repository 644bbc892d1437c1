"""Contracts with what they cover, and racks as they are filled."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.assets import queries
from server.assets.actions import KINDS, ContractDraft, create_contract, edit_contract
from server.assets.ending import delete_contract, ties_of
from server.assets.exporting import contract_csv
from server.assets.models import Contract
from server.assets.purchases.queries import list_suppliers
from server.assets.racks import rack_view
from server.assets.rules.alarms import alarm_due
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.tables import CSV, saved_answer
from server.foundation.paging import PageRequest
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.items.queries import names_of
from web.pages.choices import organisation_choices
from web.pages.frame import done, reader, url_for, whole
from web.pages.item_tabs import class_name
from web.pages.lists import asked_choice, asked_page, asked_words, is_narrowed, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.assets import alarm_tone, contract_kind, contract_states
from web.presenters.urls import with_query

assets = Blueprint("assets", __name__)

_ROWS = 500
#: What the list can be narrowed to; "every" leaves nothing out, not even what is over.
_STATES = (*queries.STATES, "every")


@assets.route("/contracts", methods=["GET", "POST"])
def contracts() -> ResponseReturnValue:
    """List contracts, those that are over only when asked for; write one down."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            made = create_contract(session, actor, _draft(), current_time())
            told = gettext("Written down.")
            return done(told, url_for("assets.contract", contract_id=made.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    body = render_template(
        "assets/contracts.html",
        **_listed(),
        kinds=[(kind, contract_kind(kind, reader())) for kind in KINDS],
        errors=errors,
        form_values=request.form,
        chosen=_chosen(),
        suppliers=_supplier_names(),
        organisations=organisation_choices(session, actor, Permission.ITEM_WRITE),
    )
    return body, status


def _listed() -> dict[str, Any]:
    """Return what the list shows."""
    session, actor, today = current_session(), current_actor(), current_time().date()
    wanted, sort = _asked()
    page = queries.list_contracts(session, actor, wanted, asked_page(sort), today)
    return {
        "rows": page.rows,
        "paging": paging_of(page, queries.count_contracts(session, actor, wanted, today)),
        "wanted": wanted,
        "state": asked_choice("state", _STATES),
        "states": contract_states(reader()),
        "narrowed": is_narrowed(),
        "export": with_query(
            url_for("assets.table"), request.args.to_dict(flat=False), {"after": None}
        ),
        "over": lambda row: row.ends_on < today,
        "tone": lambda row: alarm_tone(alarm_due(row.ends_on, today)),
        "kind_name": lambda kind: contract_kind(kind, reader()),
    }


def _asked() -> tuple[queries.ContractFilter, str]:
    """Return which contracts, in which order: what ends first at the top, what is over last."""
    today = current_time().date()
    state = asked_choice("state", _STATES)
    known = state if state in queries.STATES else ""
    wanted = queries.ContractFilter(asked_words(), known, None if state else today)
    return wanted, "ends_on" if state in {"", "running", "ending"} else "-ends_on"


@assets.route("/contracts/export.csv")
def table() -> ResponseReturnValue:
    """Return the list as it is narrowed now, for a spreadsheet."""
    today = current_time().date()
    text = contract_csv(current_session(), current_actor(), *_asked(), today)
    return saved_answer(text, CSV, "contracts.csv")


def _draft() -> ContractDraft:
    form = request.form
    return ContractDraft(
        whole(form.get("organisation_id")) or 0,
        form.get("reference", ""),
        form.get("name", ""),
        form.get("supplier", ""),
        form.get("kind", ""),
        _day("starts_on"),
        _day("ends_on"),
        [one for one in map(whole, form.getlist("items")) if one is not None],
    )


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError as error:
        raise InvalidValue({name: "must not be empty"}) from error


def _chosen() -> list[tuple[str, str]]:
    """Return the items that a refused form named."""
    ids = [one for one in map(whole, request.form.getlist("items")) if one is not None]
    names = names_of(current_session(), current_actor(), ids)
    return [(str(one), names[one]) for one in ids if one in names]


def _supplier_names() -> list[str]:
    page = list_suppliers(current_session(), current_actor(), "", PageRequest("", "", _ROWS))
    return [row.name for row in page.rows]


@assets.route("/contracts/<int:contract_id>", methods=["GET", "POST"])
def contract(contract_id: int) -> ResponseReturnValue:
    """Show a contract and what it covers; say anew what it is."""
    session, actor, today = current_session(), current_actor(), current_time().date()
    row = queries.get_contract(session, actor, contract_id)
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            edit_contract(session, actor, contract_id, _draft(), current_time())
            return done(gettext("Saved."), url_for("assets.contract", contract_id=contract_id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
            row = queries.get_contract(session, actor, contract_id)
    covered = queries.covered_items(session, actor, contract_id, None)
    body = render_template(
        "assets/contract.html",
        row=row,
        over=row.ends_on < today,
        tone=alarm_tone(alarm_due(row.ends_on, today)),
        kind=contract_kind(row.kind, reader()),
        kinds=[(kind, contract_kind(kind, reader())) for kind in KINDS],
        covered=covered,
        chosen=_chosen() if errors else [(str(one.id), one.name) for one in covered],
        suppliers=_supplier_names(),
        class_name=class_name,
        may_write=actor.may(Permission.ITEM_WRITE, row.organisation_id),
        ties=ties_of(session, actor, row.id),
        errors=errors,
        form_values=request.form or _present(row),
    )
    return body, status


def _present(row: Contract) -> dict[str, str]:
    texts = {name: getattr(row, name) for name in ("reference", "name", "supplier", "kind")}
    return texts | {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat()}


@assets.route("/contracts/<int:contract_id>/delete", methods=["POST"])
def delete(contract_id: int) -> ResponseReturnValue:
    """Let a contract go."""
    delete_contract(current_session(), current_actor(), contract_id)
    return done(gettext("Removed."), url_for("assets.contracts"))


@assets.route("/racks/<int:rack_id>")
def rack(rack_id: int) -> ResponseReturnValue:
    """Show a rack from both sides, unit by unit."""
    view = rack_view(current_session(), current_actor(), rack_id)
    return render_template("assets/rack.html", view=view, class_name=class_name)
