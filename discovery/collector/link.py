"""The wire to the server: three requests, always outbound, answers read with suspicion.

No redirect is followed, so the key goes to the server that was named and nowhere else. A proxy is
taken from the environment (``HTTPS_PROXY``), as everywhere.
"""

import json
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, Request, build_opener

from discovery.collector.errors import CollectorError, KeyRefused, RequestRefused, ServerAway

_TIMEOUT_SECONDS = 60
_ANSWER_LIMIT_BYTES = 8 * 1024 * 1024
_LONGEST_WAIT_SECONDS = 3600.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LATER = frozenset({404, 405, 407, 408, 425, 429})
_GZIP = 31


def own_version() -> str:
    """Return the version of this program."""
    try:
        return version("cadastre")
    except PackageNotFoundError:
        return "0"


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def checked_server(address: str, *, insecure: bool = False) -> str:
    """Return the server's address without a slash at its end. Raises CollectorError.

    Without TLS anybody on the way reads what is found; so ``http`` is for this machine alone,
    unless ``insecure`` says that somebody means it.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise CollectorError(f"{address!r} is no address of a server: https://cadastre.example.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not insecure:
        raise CollectorError("Without TLS others could read what is found: use https.")
    return address.rstrip("/")


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Message
    body: Mapping[str, Any]


class Link:
    """Requests to one server."""

    def __init__(self, server: str, ca_file: str | None = None) -> None:
        self.server = server
        self._opener = _opener(ca_file)

    def enrol(self, wish: Mapping[str, str]) -> Mapping[str, Any]:
        """Trade a token for a key. Raises KeyRefused, RequestRefused, ServerAway."""
        return self._ask("enrol", wish, "", 201)

    def fetch(self, standing: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """Tell how it stands here, and ask for errands."""
        return self._ask("errands", standing, key, 200)

    def deliver(self, packed: bytes, key: str) -> None:
        """Hand over a delivery; on return it is committed there."""
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        answer = self._request("deliveries", packed, key, headers)
        if answer.status != 202 or answer.body.get("accepted") is not True:
            self._refuse(answer)

    def _ask(self, path: str, body: Mapping[str, Any], key: str, wanted: int) -> Mapping[str, Any]:
        content = json.dumps(body).encode()
        answer = self._request(path, content, key, {"Content-Type": "application/json"})
        if answer.status != wanted:
            self._refuse(answer)
        return answer.body

    def _request(self, path: str, body: bytes, key: str, headers: Mapping[str, str]) -> _Answer:
        request = Request(  # noqa: S310 - the scheme was checked
            f"{self.server}/api/v1/collectors/{path}", body, dict(headers), method="POST"
        )
        request.add_header("User-Agent", f"cadastre-collector/{own_version()}")
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                raw = answer.read(_ANSWER_LIMIT_BYTES)
                return _Answer(answer.status, answer.headers, _document(raw, answer.headers))
        except HTTPError as error:
            with error:
                raw = error.read(_ANSWER_LIMIT_BYTES)
            return _Answer(error.code, error.headers, _document(raw, error.headers))
        except (URLError, OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise ServerAway(f"{self.server} was not reached: {reason}.") from None

    def _refuse(self, answer: _Answer) -> NoReturn:
        said = answer.body.get("detail") or answer.body.get("title") or answer.status
        if answer.status in {401, 403}:
            raise KeyRefused(f"The server does not let this collector in: {said}.")
        if 400 <= answer.status < 500 and answer.status not in _LATER:
            raise RequestRefused(f"The server refused a request: {said}.")
        raise ServerAway(f"{self.server} answers {said}.", _retry_seconds(answer.headers))


def _opener(ca_file: str | None) -> OpenerDirector:
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise CollectorError(f"The CA file {ca_file} cannot be used: {error}.") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return build_opener(HTTPSHandler(context=context), _NoRedirect())


def _document(raw: bytes, headers: Message) -> Mapping[str, Any]:
    try:
        if headers.get("Content-Encoding") == "gzip":
            raw = zlib.decompressobj(_GZIP).decompress(raw, _ANSWER_LIMIT_BYTES)
        found = json.loads(raw)
    except (ValueError, zlib.error):
        return {}
    return found if isinstance(found, dict) else {}


def _retry_seconds(headers: Message) -> float | None:
    told = (headers.get("Retry-After") or "").strip()
    return min(float(told), _LONGEST_WAIT_SECONDS) if told.isdecimal() else None
