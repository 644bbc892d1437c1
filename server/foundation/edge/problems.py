"""The only table from errors to HTTP, answered as RFC 9457 ``application/problem+json``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.exceptions import HTTPException

from cmdb import errors as register
from server.foundation import errors as desk
from server.foundation.edge.outages import is_outage

_URN = "urn:cadastre:problem:"


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure as a client sees it. ``fields`` maps a field to what is wrong with it."""

    slug: str
    status: int
    title: str
    detail: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Return the stable identifier that clients and translations key on."""
        return _URN + self.slug

    def document(self, request_id: str = "") -> dict[str, Any]:
        """Return the JSON body."""
        body: dict[str, Any] = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail or self.title,
        }
        if self.fields:
            body["errors"] = [{"field": k, "message": v} for k, v in sorted(self.fields.items())]
        if request_id:
            body["request_id"] = request_id
        return body


#: The most specific class wins; order does not matter.
TABLE: Mapping[type[register.CadastreError], tuple[str, int, str]] = {
    register.InvalidValue: ("invalid-value", 422, "Some values cannot be accepted"),
    register.NotFound: ("not-found", 404, "There is no such thing"),
    register.Conflict: ("conflict", 409, "This does not fit what is stored"),
    register.DuplicateName: ("duplicate-name", 409, "The name is taken"),
    register.StaleVersion: ("stale-version", 412, "Somebody else changed it first"),
    register.HistoryNotKept: ("history-not-kept", 410, "History of that time is not kept"),
    desk.NotSignedIn: ("not-signed-in", 401, "Sign in first"),
    desk.SignInRefused: ("sign-in-refused", 401, "The sign-in was refused"),
    desk.SecondFactorRequired: ("second-factor-required", 401, "A second factor must follow"),
    desk.PasswordChangeRequired: ("password-change-required", 403, "Change the password first"),
    desk.ForgeryRefused: ("forgery-refused", 403, "The request was not sent by our own pages"),
    desk.PasskeyRefused: ("sign-in-refused", 401, "The sign-in was refused"),
    desk.FreshSessionRequired: ("fresh-session-required", 403, "A person must sign in anew"),
    desk.SessionRequired: ("session-required", 403, "A person must do this, signed in"),
    desk.PermissionDenied: ("permission-denied", 403, "This is not allowed"),
    desk.IllegalMove: ("illegal-move", 409, "The life cycle does not allow this"),
    desk.SegregationOfDuties: ("segregation-of-duties", 403, "Somebody else must do this"),
    desk.TooManyAttempts: ("too-many-attempts", 429, "Slow down"),
    desk.SecretUnreadable: ("secret-unreadable", 500, "A stored secret cannot be opened"),
    desk.AddressRefused: ("address-refused", 422, "This address is not connected to"),
    desk.WebUnreachable: ("web-unreachable", 503, "Another server does not answer"),
    desk.ProviderUnavailable: ("provider-unavailable", 503, "The identity provider fails"),
    desk.ExtraMissing: ("extra-missing", 503, "This server was installed without it"),
    desk.DirectoryUnavailable: ("directory-unavailable", 503, "The directory does not answer"),
    desk.DatabaseNotReady: ("database-not-ready", 503, "The database cannot be used"),
}

#: What the database said stands in the log; ``cadastre doctor`` says it to whoever may know.
_OUTAGE = Problem(
    *TABLE[desk.DatabaseNotReady],
    "the database does not answer, or has no room left; try again",
    headers={"Retry-After": "10"},
)


def problem_of(error: Exception) -> Problem:
    """Turn any exception into a problem; what is not known stays a bare 500 without details."""
    if isinstance(error, register.CadastreError):
        return _known(error)
    if isinstance(error, HTTPException):
        return _http(error)
    if is_outage(error):
        return _OUTAGE
    return Problem("internal", 500, "Something failed on our side")


def _known(error: register.CadastreError) -> Problem:
    for kind in type(error).__mro__:
        if kind in TABLE:
            slug, status, title = TABLE[kind]
            return Problem(slug, status, title, str(error), _fields(error), _headers(error))
    return Problem("internal", 500, "Something failed on our side")


def _fields(error: register.CadastreError) -> dict[str, str]:
    if isinstance(error, register.InvalidValue):
        return error.fields
    named = getattr(error, "field", None)
    return {named: str(error)} if named else {}


def _headers(error: register.CadastreError) -> dict[str, str]:
    if isinstance(error, desk.TooManyAttempts):
        return {"Retry-After": str(error.retry_after_seconds)}
    if isinstance(error, desk.NotSignedIn):
        return {"WWW-Authenticate": 'Bearer realm="cadastre"'}
    return {}


_TOO_LARGE = "one request holds at most what the setting max_body_megabytes says; send it in parts"


def _http(error: HTTPException) -> Problem:
    status = error.code or 500
    slug = (error.name or "error").lower().replace(" ", "-")
    messages = getattr(error, "data", None) or {}
    fields = _flatten(messages.get("messages", {})) if isinstance(messages, dict) else {}
    keep = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    if fields:
        return Problem("invalid-value", 422, "Some values cannot be accepted", "", fields, keep)
    own_words = error.description != type(error).description
    detail = _TOO_LARGE if status == 413 and not own_words else error.description or ""
    return Problem(slug, status, error.name or "Error", detail, {}, keep)


def _flatten(messages: Any, prefix: str = "") -> dict[str, str]:
    """Fold marshmallow's nested messages into dotted names."""
    if isinstance(messages, dict):
        found: dict[str, str] = {}
        for name, inner in messages.items():
            # webargs puts the place ("json", "query") on the outside; people know fields only.
            here = (
                prefix
                if not prefix and name in {"json", "query", "headers"}
                else _join(prefix, name)
            )
            found |= _flatten(inner, here)
        return found
    texts = messages if isinstance(messages, list) else [messages]
    return {prefix or "body": " ".join(str(text) for text in texts)}


def _join(prefix: str, name: object) -> str:
    return (
        f"{prefix}.{name}"
        if prefix and name != "_schema"
        else str(name if name != "_schema" else prefix or "body")
    )
