"""The REST interface: flask-smorest with our problems, our content types and our addresses."""

from functools import cached_property
from typing import Any

import structlog
from flask import Flask, Response, jsonify, request
from flask_smorest import Api, Blueprint
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from server.foundation.edge.bodies import StrictParser
from server.foundation.edge.document import PROBLEM, complete
from server.foundation.edge.problems import Problem, problem_of
from server.foundation.edge.requests import needs_nothing, request_state
from server.foundation.edge.schemas import ProblemSchema

PREFIX = "/api/v1"
#: Pages have corners of the same names as REST, so its blueprints are registered under this.
BLUEPRINT_PREFIX = "rest_"
_DOCUMENT = "cadastre-rest"
_BODIES = {"application/json", "application/x-ndjson", "application/merge-patch+json"}
#: Tables on their way in: see ``server.imports``.
_BODIES |= {"text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
#: Photos of people.
_BODIES |= {"image/jpeg", "image/png"}

log = structlog.get_logger(__name__)

Blueprint.ARGUMENTS_PARSER = StrictParser()


class RestApi(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest, with RFC 9457 bodies in place of its own."""

    ERROR_SCHEMA = ProblemSchema

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document; every blueprint must have been registered before."""
        return complete(self.spec.to_dict(), BLUEPRINT_PREFIX)

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer a problem; unlike the base class this keeps Allow and Retry-After."""
        return answer(problem_of(error))


def open_api(app: Flask) -> RestApi:
    """Attach the REST interface, its OpenAPI 3.1 document and its error handling to ``app``."""
    app.config |= {
        "API_TITLE": "Cadastre",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": PREFIX,
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "security": [{"bearer": []}],
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        },
    }
    api = RestApi(app)
    app.extensions[_DOCUMENT] = api
    # What the interface offers is no secret, and no row is read for it.
    app.view_functions["api-docs.openapi_json"] = needs_nothing(lambda: jsonify(api.document))
    app.before_request(refuse_foreign_bodies)
    return api


def api_document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of ``app``."""
    api: RestApi = app.extensions[_DOCUMENT]
    return api.document


def refuse_foreign_bodies() -> None:
    """Raise 415 for a body that is not JSON: flask-smorest would read it as an empty one."""
    if not is_rest() or not request.content_length:
        return
    if request.mimetype not in _BODIES:
        raise UnsupportedMediaType("send the body as application/json")


def is_rest() -> bool:
    """Say whether this request is for the REST interface; its description for people is not."""
    return request.path.startswith(f"{PREFIX}/")


def answer(problem: Problem) -> Response:
    """Return the problem+json answer."""
    response = jsonify(problem.document(request_state().request_id))
    response.status_code = problem.status
    response.mimetype = PROBLEM
    response.headers.update(dict(problem.headers))
    return response


def note_failure(error: Exception, problem: Problem) -> None:
    """Log what is our fault, with its traceback; the client only gets the request id."""
    if problem.status >= 500:
        log.error("request failed", path=request.path, exc_info=error)
