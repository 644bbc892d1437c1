"""Consumables: what lies where, and taking and putting with a record."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError, InvalidValue
from server.assets.stock import queries
from server.assets.stock.actions import (
    ArticleDraft,
    MovementDraft,
    create_article,
    edit_article,
    move_stock,
)
from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from web.pages.choices import organisation_choices
from web.pages.frame import done, url_for, whole
from web.pages.lists import asked_page, asked_words, paging_of
from web.pages.refusals import carried_out, refuse_in_words

stock = Blueprint("stock", __name__, url_prefix="/stock")


@stock.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List what lies in stock; write a consumable down."""
    session, actor = current_session(), current_actor()
    errors: dict[str, str] = {}
    status = 200
    if request.method == "POST":
        try:
            made = create_article(session, actor, _draft(), current_time())
            return done(gettext("Written down."), url_for("stock.show", stock_id=made.article.id))
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    low = bool(request.args.get("low"))
    page = queries.list_articles(session, actor, asked_words(), asked_page(), low_only=low)
    body = render_template(
        "assets/stock.html",
        rows=page.rows,
        paging=paging_of(page),
        q=asked_words(),
        low=low,
        organisations=organisation_choices(session, actor, Permission.ITEM_WRITE),
        errors=errors,
        form_values=request.form,
    )
    return body, status


def _draft() -> ArticleDraft:
    form = request.form
    return ArticleDraft(
        whole(form.get("organisation_id")) or 0,
        form.get("name", ""),
        whole(form.get("place_id")),
        _count("minimum"),
        _count("quantity"),
    )


def _count(name: str) -> int:
    given = request.form.get(name, "").strip()
    found = whole(given)
    if given and found is None:
        raise InvalidValue({name: "must be a whole number"})
    return found or 0


@stock.route("/<int:stock_id>")
def show(stock_id: int) -> ResponseReturnValue:
    """Show a consumable with what was taken and put."""
    return _page(stock_id, {}, ""), 200


def _page(stock_id: int, errors: dict[str, str], failed: str) -> str:
    session, actor = current_session(), current_actor()
    row = queries.get_article(session, actor, stock_id)
    page = queries.movements_of(session, actor, stock_id, asked_page())
    return render_template(
        "assets/stock_article.html",
        row=row,
        rows=page.rows,
        paging=paging_of(page),
        errors=errors,
        failed=failed,
        typed=request.form,
    )


@stock.route("/<int:stock_id>/move", methods=["POST"])
def move(stock_id: int) -> ResponseReturnValue:
    """Take some or put some."""
    session, actor, form = current_session(), current_actor(), request.form

    def write() -> None:
        number = _count("number")
        change = number if form.get("act") == "put" else -number
        draft = MovementDraft(change, whole(form.get("person_id")), form.get("note", ""))
        move_stock(session, actor, stock_id, draft, current_time())

    def again(errors: dict[str, str]) -> str:
        errors["number"] = errors.get("number", errors.get("change", ""))
        return _page(stock_id, errors, "move")

    address = url_for("stock.show", stock_id=stock_id)
    return carried_out(write, again, gettext("Written down."), address)


@stock.route("/<int:stock_id>/edit", methods=["POST"])
def edit(stock_id: int) -> ResponseReturnValue:
    """Say anew what a consumable is called, where it lies and how many there should be."""
    session, actor = current_session(), current_actor()
    return carried_out(
        lambda: edit_article(session, actor, stock_id, _draft()),
        lambda errors: _page(stock_id, errors, "edit"),
        gettext("Saved."),
        url_for("stock.show", stock_id=stock_id),
    )
