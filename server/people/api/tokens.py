"""One's own bearer tokens."""

from typing import Any

from flask.views import MethodView
from flask_smorest import Blueprint

from server.foundation.edge.requests import current_actor, current_session, current_time
from server.foundation.edge.rest import PREFIX
from server.foundation.edge.schemas import PageQuerySchema, page_request
from server.foundation.permissions import Permission
from server.people.actions.tokens import NewToken, TokenWish, create_token, revoke_token
from server.people.queries.tokens import list_own_tokens
from server.people.schemas.access import (
    NewTokenSchema,
    TokenCreateSchema,
    TokenPage,
    TokenSchema,
)

tokens = Blueprint("tokens", __name__, url_prefix=PREFIX, description="One's own tokens.")


@tokens.route("/tokens")
class Tokens(MethodView):
    """Whoever asks sees their own."""

    @tokens.arguments(PageQuerySchema, location="query")
    @tokens.response(200, TokenPage)
    def get(self, query: dict[str, Any]) -> Any:
        """List one's own tokens, without their secrets."""
        return list_own_tokens(current_session(), current_actor(), page_request(query))

    @tokens.arguments(TokenCreateSchema)
    @tokens.response(201, NewTokenSchema)
    def post(self, body: dict[str, Any]) -> Any:
        """Make a token for oneself; its secret is shown this once. A token may not do this."""
        actor = current_actor()
        made = create_token(
            current_session(), actor, actor.person_id or 0, _wish(body), current_time()
        )
        return _new(made)


@tokens.route("/tokens/<int:token_id>")
class OneToken(MethodView):
    """One of one's own tokens."""

    @tokens.response(204)
    def delete(self, token_id: int) -> None:
        """Revoke a token, from the next request on."""
        revoke_token(current_session(), current_actor(), token_id, current_time())


def _wish(body: dict[str, Any]) -> TokenWish:
    codes = body["permissions"]
    permissions = None if codes is None else {Permission(code) for code in codes}
    return TokenWish(body["name"], permissions, body["expires_at"])


def _new(made: NewToken) -> dict[str, Any]:
    shown = {name: getattr(made.token, name) for name in TokenSchema().fields}
    return shown | {"secret": made.secret}
