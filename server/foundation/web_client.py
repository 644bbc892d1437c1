"""Asking another web server: through the gate, without redirects, with an end to every wait.

No proxy of the environment is used: it would connect for us, past the gate.
"""

import functools
import http.client
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from server.foundation.errors import AddressRefused, WebUnreachable
from server.foundation.outbound import Gate

_SECONDS = 8.0
_LARGEST = 1 << 20
_CHUNK = 1 << 14
#: Control characters would end the line of a request early.
_VISIBLE = range(0x21, 0x7F)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    content_type: str
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body read as JSON; raises ``ValueError`` for anything else."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class WebClient:
    """Asks over HTTPS, and over HTTP only on this machine."""

    gate: Gate
    timeout_seconds: float = _SECONDS
    largest_bytes: int = _LARGEST

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send one request and return the answer, whatever its status; 3xx is not followed.

        Raises ``AddressRefused``, or ``WebUnreachable`` saying what did not work.
        """
        parts = checked_url(url)
        connection = self._connection(parts)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        until = time.monotonic() + self.timeout_seconds
        try:
            connection.request(method, path, body, {"Connection": "close", **(headers or {})})
            answer = connection.getresponse()
            content = self._read(answer, parts, until)
            return Answer(answer.status, answer.headers.get("Content-Type", ""), content)
        except ssl.SSLCertVerificationError as error:
            raise WebUnreachable(parts.netloc, "its certificate cannot be verified") from error
        except TimeoutError as error:
            raise WebUnreachable(parts.netloc, "it takes too long") from error
        except (OSError, http.client.HTTPException) as error:
            raise WebUnreachable(parts.netloc, "no conversation is possible") from error
        finally:
            connection.close()

    def _read(self, answer: http.client.HTTPResponse, parts: SplitResult, until: float) -> bytes:
        content = b""
        while piece := answer.read1(_CHUNK):
            content += piece
            if len(content) > self.largest_bytes:
                raise WebUnreachable(parts.netloc, "its answer is too large")
            # Each read has a time limit of its own; a trickle must end as well.
            if time.monotonic() > until:
                raise TimeoutError
        return content

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = ssl.create_default_context()
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, parts.port or 443, timeout=self.timeout_seconds, context=context
            )
        else:
            made = http.client.HTTPConnection(host, parts.port or 80, timeout=self.timeout_seconds)
        # How http.client opens its socket; the name of the host stays what TLS verifies.
        made._create_connection = functools.partial(_through, self.gate)  # type: ignore[attr-defined]  # noqa: SLF001 - the seam
        return made


def checked_url(url: str) -> SplitResult:
    """Return the parts of an address that may be asked at all, whoever it leads to.

    Raises ``AddressRefused`` for other schemes, credentials, and HTTP beyond this machine.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(url[:200]) from error
    host = parts.hostname or ""
    clean = all(ord(char) in _VISIBLE for char in url) and "\\" not in url and not parts.fragment
    here = host in {"localhost", "127.0.0.1", "::1"}
    if (
        not host
        or not clean
        or port == 0
        or "@" in parts.netloc
        or parts.scheme not in {"https", *(("http",) if here else ())}
    ):
        raise AddressRefused(host or url[:200])
    return parts


def _through(
    gate: Gate, address: tuple[str, int], timeout: float, *_source: object
) -> socket.socket:
    return gate.connect(address[0], address[1], timeout)
