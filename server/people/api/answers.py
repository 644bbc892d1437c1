"""How this feature's views answer."""

from typing import Any

from flask import Response, jsonify, make_response
from marshmallow import Schema

from server.foundation.edge.conditional import tagged


def with_etag(schema: type[Schema], value: Any, version: int) -> Response:
    """Return ``value`` with its ETag, which serves If-Match and If-None-Match."""
    return tagged(make_response(jsonify(schema().dump(value))), version)
