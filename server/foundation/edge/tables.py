"""Lists as answers that are saved: tables for spreadsheets, graphs for programs."""

from collections.abc import Iterable

from flask import Response

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
    answer = Response(content, content_type=told)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
