"""Lists as answers that are saved: tables for spreadsheets, graphs for programs.

Saving one is an act: the record tells who took which list away.
"""

from collections.abc import Iterable

from flask import Response, g, request

from server.foundation.audit import record
from server.foundation.edge.requests import installation, request_state

#: The media type of a table (RFC 4180).
CSV = "text/csv"
#: The media type of a graph that programs draw and measure.
GRAPHML = "application/graphml+xml"
#: How both are described in the OpenAPI document.
TEXT = {"type": "string"}
#: How a workbook is.
BINARY = {"type": "string", "format": "binary"}


def saved_answer(content: str | Iterable[bytes], kind: str, name: str) -> Response:
    """Return an answer that is saved under ``name``; text as UTF-8, bytes as they come."""
    told = f"{kind}; charset=utf-8" if isinstance(content, str) else kind
    return saved(Response(content, content_type=told), name)


def saved(answer: Response, name: str) -> Response:
    """Let a browser save an answer under ``name``, and the record of acts know of it."""
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    g.saved_name = name
    return answer


def record_saved(response: Response) -> Response:
    """Record that a list was saved, before it leaves; by then the request's own session has read.

    What it was narrowed by stands there by name alone: the words may be names of people.
    """
    name, state = g.get("saved_name"), request_state()
    if name is None or state.actor is None or response.status_code != 200:
        return response
    narrowed = sorted(key for key, text in request.args.items() if text)
    with installation().database.writing() as session:
        session.info["request_id"] = state.request_id
        told = {"path": request.path[:200], "narrowed_by": narrowed[:20]}
        record(session, state.actor, "exported", f"file:{name}", told)
    return response
