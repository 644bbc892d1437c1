"""JSON bodies, read strictly: what two readers could understand differently is refused."""

import json
from typing import Any, NoReturn

from flask import Request
from marshmallow import Schema
from webargs import missing
from webargs.flaskparser import FlaskParser, is_json_request

from cmdb.errors import InvalidValue
from server.foundation.edge.schemas import schema_of


class StrictParser(FlaskParser):
    """webargs' parser, with our reading of JSON and of query strings."""

    # webargs drops parameters it does not know; here the schema decides, and ours refuse them.
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": None}

    def parse(self, argmap: Any, req: Request | None = None, **options: Any) -> Any:
        """Return what the schema makes of a part of the request; a class of one is made once."""
        if isinstance(argmap, type) and issubclass(argmap, Schema):
            argmap = schema_of(argmap)
        return super().parse(argmap, req, **options)

    def _raw_load_json(self, req: Request) -> Any:
        return read_json(req.get_data()) if is_json_request(req) else missing


def read_json(body: bytes) -> Any:
    """Return the document in ``body``.

    Raises ``InvalidValue`` for what is no JSON (NaN is none), nests too deeply, or names a member
    of an object twice.
    """
    try:
        return json.loads(body, parse_constant=_no_number, object_pairs_hook=_no_twins)
    except RecursionError as error:
        raise InvalidValue({"body": "is nested too deeply"}) from error
    except ValueError as error:
        raise InvalidValue({"body": f"is not valid JSON: {error}"}) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise InvalidValue({twin: "is given twice"})
    return found
