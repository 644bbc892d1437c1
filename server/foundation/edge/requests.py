"""One unit of work, one actor and one moment per request, and how a view gets at them.

GET and HEAD read; every other method writes and commits before the answer leaves. A view that
needs its own transactions (long imports, password hashing) says so with ``@own_transactions``.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar, cast

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from server.foundation.clock import utc_now
from server.foundation.database import Database
from server.foundation.edge.identifiers import RowIdConverter
from server.foundation.edge.lengths import WholeRequest
from server.foundation.errors import NotSignedIn
from server.foundation.permissions import Actor
from server.foundation.settings import Settings

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., object])

_SAFE = {"GET", "HEAD", "OPTIONS"}
_EXTENSION = "cadastre"
_WHO = "sign in, or send a bearer token"

#: Finds who asks, from the session cookie or the Authorization header; None for nobody.
Authenticator = Callable[[Session], Actor | None]


@dataclass(slots=True)
class Installation:
    """What one running server consists of; reached through ``installation()``.

    ``lent`` are readers that features lend to those below them, as in ``server.wiring.LENT``.
    """

    settings: Settings
    database: Database
    authenticate: Authenticator
    lent: Mapping[str, Callable[..., object]] = field(default_factory=dict)


@dataclass(slots=True)
class RequestState:
    """What this request works with."""

    session: Session | None
    now: datetime
    request_id: str
    actor: Actor | None = None


class CadastreFlask(Flask):
    """Flask with a unit of work around every view."""

    request_class = WholeRequest

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view inside its unit of work; errors raised by the commit reach the handlers."""
        view = self.view_functions.get(request.endpoint or "")
        if request.routing_exception is not None or view is None or request.method == "OPTIONS":
            return super().dispatch_request()
        if getattr(view, "needs_nothing", False):
            return super().dispatch_request()
        return self._inside_unit_of_work(view)

    def _inside_unit_of_work(self, view: Callable[..., object]) -> ResponseReturnValue:
        place = installation(self)
        state = request_state()
        if getattr(view, "own_transactions", False):
            with place.database.reading() as session:
                state.actor = _asker(place, session, view)
            return super().dispatch_request()
        writes = request.method not in _SAFE
        work = place.database.writing if writes else place.database.reading
        with work() as session:
            state.session = session
            session.info["request_id"] = state.request_id
            try:
                state.actor = _asker(place, session, view)
                # The answer is finished inside, so that templates still have their session.
                return cast("Response", self.make_response(super().dispatch_request()))
            finally:
                state.session = None


def _asker(place: Installation, session: Session, view: Callable[..., object]) -> Actor | None:
    """Return who asks. A stranger is sent away before anything of the request is looked at."""
    actor = place.authenticate(session)
    if actor is None and not getattr(view, "for_anybody", False):
        raise NotSignedIn(_WHO)
    return actor


def install(app: Flask, place: Installation) -> None:
    """Give the application its settings, database and way of knowing people."""
    app.extensions[_EXTENSION] = place
    app.url_map.converters["int"] = RowIdConverter


def installation(app: Flask | None = None) -> Installation:
    """Return what this server consists of."""
    return cast("Installation", (app or current_app).extensions[_EXTENSION])


def request_state() -> RequestState:
    """Return this request's state, made at first use."""
    state = g.get("cadastre_state")
    if state is None:
        state = RequestState(None, utc_now(), _request_id())
        g.cadastre_state = state
    return cast("RequestState", state)


def current_session() -> Session:
    """Return the session of this request's unit of work."""
    session = request_state().session
    if session is None:
        raise RuntimeError("this view has no unit of work of its own")
    return session


def current_actor() -> Actor:
    """Return who asks. Raises ``NotSignedIn`` when nobody is known."""
    actor = request_state().actor
    if actor is None:
        raise NotSignedIn(_WHO)
    return actor


def current_time() -> datetime:
    """Return the moment at which this request began."""
    return request_state().now


def own_transactions(view: View) -> View:
    """Mark a view that opens units of work itself through ``installation().database``."""
    view.own_transactions = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def for_anybody(view: View) -> View:
    """Mark a view that strangers may use too; any other view is only for who is signed in."""
    view.for_anybody = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def needs_nothing(view: View) -> View:
    """Mark a view that needs neither database nor actor (health of the process, static text)."""
    view.needs_nothing = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def _request_id() -> str:
    given = request.headers.get("X-Request-ID", "")
    if 8 <= len(given) <= 64 and given.replace("-", "").isalnum():
        return given
    return secrets.token_hex(8)
