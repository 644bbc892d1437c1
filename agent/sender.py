"""The wire to the server: three small requests over http.client, answers read with suspicion.

No redirect is followed, so the key goes to the address that was enrolled and nowhere else. Only
202 with `accepted: true` counts as delivered: a captive portal answers 200 to anything.
"""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import unquote, urlsplit

from agent import __version__
from agent.errors import (
    AgentError,
    KeyRefused,
    ReportRefused,
    ServerAway,
    SettingsError,
)
from agent.spool import packed

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ssl
    from email.message import Message
    from typing import Any

    from agent.settings import Settings

TIMEOUT_SECONDS = 60
LONGEST_WAIT_SECONDS = 86400
_ANSWER_LIMIT_BYTES = 1024 * 1024
# These say "not now": the same request may be welcome later.
_LATER = (404, 405, 407, 408, 425, 429)


class Answer:
    """One answer: status, header fields, the JSON object in its body (empty when it is none)."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Message, raw: bytes) -> None:
        self.status = status
        self.headers = headers
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = {}
        self.body: dict[str, Any] = body if isinstance(body, dict) else {}

    def explanation(self) -> str:
        """Say what went wrong in the server's words (RFC 9457 problem+json), else the status."""
        said = self.body.get("detail") or self.body.get("title")
        return f"{self.status}, {said}" if isinstance(said, str) and said else str(self.status)

    def retry_after_seconds(self) -> float | None:
        """Return the server's Retry-After (RFC 9110, 10.2.3), at most a day.

        A date is measured against the answer's own Date, so our clock does not matter.
        """
        told = (self.headers.get("Retry-After") or "").strip()
        if told.isdecimal():
            return float(min(int(told), LONGEST_WAIT_SECONDS))
        until, now = _seconds(told), _seconds(self.headers.get("Date"))
        if until is None or now is None:
            return None
        return min(max(until - now, 0.0), float(LONGEST_WAIT_SECONDS))


class Sender:
    """Requests to the server named in the settings. One connection per request."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.bytes_sent = 0

    def enrol(self, token: str, agent_id: str, hostname: str) -> tuple[str, str]:
        """Trade an enrolment token for (agent id, key).

        Raises KeyRefused for a token that is wrong, used or revoked, ServerAway, ReportRefused.
        """
        body = {
            "token": token,
            "agent_id": agent_id,
            "hostname": hostname,
            "version": __version__,
        }
        content = json.dumps(body).encode()
        answer = self._request(
            "POST", "/api/v1/agents/enrol", content, {"Content-Type": "application/json"}
        )
        key, settled = answer.body.get("key"), answer.body.get("agent_id")
        if answer.status == 201 and _word(key) and _word(settled):
            return str(settled), str(key)
        raise self._failure(answer, "the enrolment", "The server does not accept this token")

    def report(self, report: dict[str, Any], key: str) -> dict[str, Any]:
        """Deliver one report; the server's answer once it is committed there.

        Raises KeyRefused, ReportRefused, ServerAway.
        """
        headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        answer = self._request("POST", "/api/v1/reports", packed(report), headers)
        if answer.status == 202 and answer.body.get("accepted") is True:
            return answer.body
        refusal = "The server does not know this agent's key any more: enrol it again"
        raise self._failure(answer, "the report", refusal)

    def healthy(self) -> Answer:
        """Ask whether the server is alive, without a key. Raises ServerAway."""
        return self._request("GET", "/healthz", b"", {})

    def _request(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection, prefix = self._connection()
        try:
            connection.putrequest(method, prefix + path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.putheader("User-Agent", f"cadastre-agent/{__version__}")
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            response = connection.getresponse()
            raw = response.read(_ANSWER_LIMIT_BYTES)
        except (OSError, HTTPException) as error:
            raise ServerAway(f"{self.settings.server} was not reached: {_cause(error)}.") from error
        finally:
            connection.close()
        self.bytes_sent += len(body)
        return Answer(response.status, response.headers, raw)

    def _connection(self) -> tuple[HTTPConnection, str]:
        parts = urlsplit(self.settings.server)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "http":
            return HTTPConnection(host, port, timeout=TIMEOUT_SECONDS), parts.path
        context = tls_context(self.settings.ca_file)
        if self.settings.proxy is None:
            direct = HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=context)
            return direct, parts.path
        proxy, headers = proxy_end(self.settings.proxy)
        tunnel = HTTPSConnection(*proxy, timeout=TIMEOUT_SECONDS, context=context)
        tunnel.set_tunnel(host, port, headers)
        return tunnel, parts.path

    def _failure(self, answer: Answer, what: str, refusal: str) -> AgentError:
        status, said = answer.status, answer.explanation()
        if status in (401, 403):
            return KeyRefused(f"{refusal} ({said}).")
        if 300 <= status < 400:
            target = answer.headers.get("Location", "another address")
            return ServerAway(f"The server points to {target}: enrol with that address.")
        if 400 <= status < 500 and status not in _LATER:
            return ReportRefused(f"The server refused {what} ({said}).")
        return ServerAway(
            f"{self.settings.server} did not take {what} ({said}).", answer.retry_after_seconds()
        )


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """Make TLS that checks name and chain: against `ca_file` alone, or the system's authorities.

    Raises SettingsError when the file cannot be used.
    """
    import ssl  # noqa: PLC0415 - not for a server on the same machine

    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise SettingsError(f"The CA file {ca_file} cannot be used: {error}.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def proxy_end(proxy: str) -> tuple[tuple[str, int], dict[str, str]]:
    """((host, port), headers for CONNECT) of a proxy address such as http://user:word@proxy:3128.

    Raises SettingsError for anything else.
    """
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if parts.scheme != "http" or not parts.hostname:
        raise SettingsError("The proxy must look like http://proxy.example:3128.")
    headers = {}
    if parts.username:
        import base64  # noqa: PLC0415 - for proxies that ask who comes

        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return (parts.hostname, parts.port or 3128), headers


def _word(value: object) -> bool:
    """Whether a value can stand in a header line: printable ASCII without blanks."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= 512
        and value.isascii()
        and (value.isprintable() and " " not in value)
    )


def _seconds(date: str | None) -> float | None:
    from email.utils import mktime_tz, parsedate_tz  # noqa: PLC0415 - http.client has it loaded

    parsed = parsedate_tz(date) if date else None
    return None if parsed is None else mktime_tz(parsed)


def _cause(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
