"""What a request presents about who sends it; the session cookie, in and out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from flask import Response, current_app, request

from server.foundation.edge.requests import installation, request_state
from server.foundation.settings import Settings

View = TypeVar("View", bound=Callable[..., object])

_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Presented:
    """The parts of a request that say who sends it, and from where."""

    bearer: str | None
    session_secret: str | None
    #: The form field or header that proves that the page was ours.
    csrf_token: str
    unsafe: bool
    #: Where the browser says the request comes from; "" when it does not say.
    origin: str
    fetch_site: str
    #: Under which origins people reach us.
    own_origins: frozenset[str]
    may_precede_password_change: bool
    now: datetime
    request_id: str


def presented() -> Presented:
    """Read the present request."""
    state = request_state()
    settings = installation().settings
    unsafe = request.method not in _SAFE and not _marked("from_other_sites")
    return Presented(
        bearer=_bearer(),
        session_secret=request.cookies.get(cookie_name(settings)) or None,
        csrf_token=_csrf_token() if unsafe else "",
        unsafe=unsafe,
        origin=request.headers.get("Origin", ""),
        fetch_site=request.headers.get("Sec-Fetch-Site", ""),
        own_origins=frozenset({_origin(settings.base_url), _origin(request.host_url)}),
        may_precede_password_change=_marked("before_password_change"),
        now=state.now,
        request_id=state.request_id,
    )


def before_password_change(view: View) -> View:
    """Mark a view that works with a one-time password: changing it, and signing out."""
    view.before_password_change = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def from_other_sites(view: View) -> View:
    """Mark a view that other sites' pages post to; it acts for nobody who is signed in here."""
    view.from_other_sites = True  # type: ignore[attr-defined]  # a mark on a function
    return view


def client_address() -> str:
    """Return the address the request comes from, as far as the declared proxies can be believed."""
    return request.remote_addr or ""


def client_agent() -> str:
    """Return what the client calls itself, cut to what is worth keeping."""
    return request.headers.get("User-Agent", "")[:200]


def session_secret() -> str | None:
    """Return the secret of the session cookie, if the request has one."""
    return request.cookies.get(cookie_name(installation().settings)) or None


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; browsers accept ``__Host-`` only with Secure, for one host."""
    return "__Host-cadastre" if settings.serves_https else "cadastre"


def set_session_cookie(response: Response, secret: str, expires_at: datetime) -> None:
    """Sign the browser in with this answer."""
    settings = installation().settings
    response.set_cookie(
        cookie_name(settings),
        secret,
        expires=expires_at,
        path="/",
        secure=settings.serves_https,
        httponly=True,
        samesite="Lax",
    )


def clear_session_cookie(response: Response) -> None:
    """Sign the browser out with this answer."""
    settings = installation().settings
    response.delete_cookie(
        cookie_name(settings),
        path="/",
        secure=settings.serves_https,
        httponly=True,
        samesite="Lax",
    )


def pending_secret() -> str | None:
    """Return the secret of a sign-in that waits for its second factor, if the browser has one."""
    return request.cookies.get(_pending_name()) or None


def set_pending_cookie(response: Response, secret: str, expires_at: datetime) -> None:
    """Let the browser show the second factor; this cookie signs nobody in."""
    response.set_cookie(_pending_name(), secret, expires=expires_at, **_cookie_rules())


def clear_pending_cookie(response: Response) -> None:
    """Forget the sign-in that waited."""
    response.delete_cookie(_pending_name(), **_cookie_rules())


def round_trip_secret() -> str | None:
    """Return the secret of a round trip to an identity provider, if this browser began one."""
    return request.cookies.get(_round_trip_name()) or None


def set_round_trip_cookie(response: Response, secret: str, expires_at: datetime) -> None:
    """Let the browser come back from an identity provider; this cookie signs nobody in."""
    response.set_cookie(_round_trip_name(), secret, expires=expires_at, **_cookie_rules())


def clear_round_trip_cookie(response: Response) -> None:
    """Forget the round trip."""
    response.delete_cookie(_round_trip_name(), **_cookie_rules())


def passkey_secret() -> str | None:
    """Return the secret of what this browser's authenticator was asked, if it was."""
    return request.cookies.get(_passkey_name()) or None


def set_passkey_cookie(response: Response, secret: str, expires_at: datetime) -> None:
    """Let the browser answer for its authenticator; this cookie signs nobody in."""
    response.set_cookie(_passkey_name(), secret, expires=expires_at, **_cookie_rules())


def clear_passkey_cookie(response: Response) -> None:
    """Forget what the authenticator was asked."""
    response.delete_cookie(_passkey_name(), **_cookie_rules())


def _passkey_name() -> str:
    return cookie_name(installation().settings) + "-passkey"


def _round_trip_name() -> str:
    return cookie_name(installation().settings) + "-round-trip"


def _pending_name() -> str:
    return cookie_name(installation().settings) + "-pending"


def _cookie_rules() -> dict[str, Any]:
    settings = installation().settings
    return {"path": "/", "secure": settings.serves_https, "httponly": True, "samesite": "Lax"}


def _bearer() -> str | None:
    given = request.authorization
    if given is None or given.type != "bearer":
        return None
    return given.token or ""


def _csrf_token() -> str:
    sent = request.headers.get("X-CSRF-Token")
    if sent is not None:
        return sent
    if request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return request.form.get("csrf_token", "")
    return ""


def _origin(url: str) -> str:
    return "/".join(url.split("/", 3)[:3]).lower()


def _marked(mark: str) -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, mark, False))
