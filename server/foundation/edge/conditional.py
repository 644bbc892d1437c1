"""ETags over row versions: two editors at once never overwrite each other unseen (RFC 9110)."""

from typing import Any

from flask import Response, jsonify, make_response, request
from marshmallow import Schema

from cmdb.errors import StaleVersion
from server.foundation.edge.schemas import schema_of


def etag_of(version: int) -> str:
    """Return the entity tag of a row version."""
    return f'"{version}"'


def check_version(version: int) -> None:
    """Raise ``StaleVersion`` when the request's If-Match names another version."""
    if "If-Match" in request.headers and not request.if_match.contains(str(version)):
        raise StaleVersion("it was changed after you read it; read it again and repeat")


def tagged(response: Response, version: int) -> Response:
    """Put the ETag on an answer, and make it a 304 where the client has it already."""
    response.set_etag(str(version))
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


def with_etag(schema: type[Schema], value: Any, version: int, status: int = 200) -> Response:
    """Return ``value`` with its ETag, which serves If-Match and If-None-Match."""
    return tagged(make_response(jsonify(schema_of(schema).dump(value)), status), version)


def check_form_version(given: str | None, version: int) -> None:
    """Raise ``StaleVersion`` when a form was filled in over another version of the row."""
    if given != str(version):
        raise StaleVersion("it was changed after you opened the form")
