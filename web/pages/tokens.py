"""One's own API tokens: made, shown once, revoked."""

from datetime import timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from cmdb.errors import CadastreError
from server.foundation.edge.requests import (
    current_actor,
    current_session,
    current_time,
    installation,
)
from server.foundation.permissions import Permission
from server.foundation.translation import gettext
from server.people.actions.tokens import TokenWish, create_token, revoke_token
from server.people.queries.tokens import list_own_tokens
from server.people.schemas.access import TokenCreateSchema
from web.pages.forms import read_form
from web.pages.frame import done, reader, url_for, whole
from web.pages.lists import asked_page, paging_of
from web.pages.refusals import refuse_in_words
from web.presenters.permissions import permission_choices, permission_text

tokens = Blueprint("tokens", __name__, url_prefix="/account/tokens")


@tokens.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List one's tokens and make another; its secret is shown this once."""
    session, actor, now = current_session(), current_actor(), current_time()
    errors: dict[str, str] = {}
    status, made = 200, None
    if request.method == "POST":
        try:
            made = create_token(session, actor, actor.person_id or 0, _wish(), now)
        except CadastreError as error:
            errors, status = refuse_in_words(error)
    page = list_own_tokens(session, actor, asked_page("-created_at"))
    held = [code for code in Permission if actor.may(code)]
    return render_template(
        "tokens/index.html",
        rows=page.rows,
        paging=paging_of(page),
        made=made,
        errors=errors,
        typed=request.form,
        ticked=set(request.form.getlist("permission")),
        choices=permission_choices(held, reader()),
        permission_name=lambda code: permission_text(code, reader()),
        server=installation().settings.base_url,
        now=now,
    ), status


def _wish() -> TokenWish:
    name = read_form(TokenCreateSchema(only=("name",)), request.form)["name"]
    days = whole(request.form.get("days"))
    known = {str(code) for code in Permission}
    ticked = [Permission(code) for code in request.form.getlist("permission") if code in known]
    return TokenWish(name, ticked or None, current_time() + timedelta(days=days) if days else None)


@tokens.route("/<int:token_id>/revoke", methods=["POST"])
def revoke(token_id: int) -> ResponseReturnValue:
    """Revoke one of one's own tokens."""
    revoke_token(current_session(), current_actor(), token_id, current_time())
    return done(gettext("The token is revoked."), url_for("tokens.index"))
