"""A small register that really listens: what the agent's wire is tested against."""

import json
import ssl
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema_rs

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "agent" / "report-format-1.schema.json").read_text())
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA)
KEY = "a-key-of-forty-characters-and-some-more"


def faults(report: Any) -> list[str]:
    """Return what the schema finds wrong with a report."""
    return [
        f"{list(fault.instance_path)}: {fault.message}" for fault in VALIDATOR.iter_errors(report)
    ]


@dataclass(frozen=True)
class Reply:
    """One answer to give: a JSON object, or raw bytes that are none."""

    status: int
    body: dict[str, Any] | bytes = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One request as it came: headers, unpacked JSON, size on the wire with all headers."""

    path: str
    headers: Message
    body: Any
    wire_bytes: int


class Desk:
    """Gives the replies in `replies` first, then accepts what is well-formed."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[Request] = []
        self.address = ""

    @property
    def reports(self) -> list[dict[str, Any]]:
        """The reports that came, in order."""
        return [seen.body for seen in self.requests if seen.path.endswith("/reports")]

    def answer(self, request: Request) -> Reply:
        """Answer one request, by script or by the rules of docs/report-format.md."""
        self.requests.append(request)
        if self.replies:
            return self.replies.pop(0)
        if request.path.endswith("/healthz"):
            return Reply(200, {"status": "ok"})
        if request.path.endswith("/enrol"):
            return Reply(201, {"agent_id": request.body["agent_id"], "key": KEY})
        if request.headers["Authorization"] != f"Bearer {KEY}":
            return Reply(401, {"title": "Unknown key"})
        wrong = faults(request.body)
        return Reply(422, {"detail": wrong[0]}) if wrong else accepted()


def accepted(*resend: str, next_report_seconds: int = 3600) -> Reply:
    """Return the answer to a report that was committed."""
    return Reply(
        202,
        {
            "accepted": True,
            "resend": list(resend),
            "next_report_seconds": next_report_seconds,
            "item": "CI-17",
        },
    )


@contextmanager
def listening(desk: Desk, tls: tuple[Path, Path] | None = None) -> Iterator[Desk]:
    """Let `desk` answer on a free loopback port; `tls` is (certificate, key)."""
    handler = type("Handler", (_Handler,), {"desk": desk})
    server = _Server(("127.0.0.1", 0), handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "https" if tls else "http"
    desk.address = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield desk
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet about agents that hang up, which is what some tests are about."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    desk: Desk

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        plain = raw
        if self.headers.get("Content-Encoding") == "gzip":
            plain = zlib.decompress(raw, 31)
        self._answer(json.loads(plain), len(raw))

    def do_GET(self) -> None:
        self._answer(None, 0)

    def _answer(self, body: Any, body_bytes: int) -> None:
        wire_bytes = len(self.requestline) + 2 + len(self.headers.as_bytes()) + body_bytes
        reply = self.desk.answer(Request(self.path, self.headers, body, wire_bytes))
        content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Keep the tests' output clean."""
