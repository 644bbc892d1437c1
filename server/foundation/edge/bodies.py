"""JSON bodies, read strictly: what two readers could understand differently is refused."""

import json
from typing import Any, NoReturn

from flask import Request
from webargs import missing
from webargs.flaskparser import FlaskParser, is_json_request

from cmdb.errors import InvalidValue


class StrictParser(FlaskParser):
    """webargs' parser, with our reading of JSON and of query strings."""

    # webargs drops parameters it does not know; here the schema decides, and ours refuse them.
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": None}

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
