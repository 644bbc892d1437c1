"""The OpenAPI document, completed: what may go wrong with each operation, and how it is answered.

flask-smorest knows views and schemas. What is true of every view of ours, because the edge does it,
is added here in one place.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

PROBLEM = "application/problem+json"
_METHODS = ("get", "post", "put", "patch", "delete")
_DESCRIPTION = (
    "Sign in with a bearer token. Lists come in pages: `next_cursor` of one page is `cursor` of "
    "the next. Errors are problem documents (RFC 9457) whose `type` never changes; `errors` names "
    "each field that is wrong. What is out of sight answers as what does not exist."
)

#: Why an operation is refused, in the words of the document.
_REFUSALS: Mapping[int, str] = {
    400: "The request cannot be read.",
    401: "Nobody is known to be asking.",
    403: "The asker may not do this.",
    404: "There is no such thing in sight.",
    409: "This does not fit what is stored.",
    410: "History of that time is not kept any more; the detail says since when it is.",
    412: "Somebody else changed it since it was read.",
    413: "The body is too large.",
    415: "The body is of a type that is not taken here.",
    422: "Some values cannot be accepted; `errors` names them.",
    429: "Too many requests; `Retry-After` says when to come back.",
    503: "Something that is needed does not answer; it may later.",
}

#: For views that read one row by its version: ``@blueprint.doc(**READS_VERSION)``.
READS_VERSION: Mapping[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "If-None-Match",
            "description": "The ETag you have; the same again is answered 304 without a body.",
            "schema": {"type": "string"},
        }
    ],
    "responses": {"304": {"description": "It is what you have."}},
}

#: For views that change only what the sender has seen: ``@blueprint.doc(**CHECKS_VERSION)``.
CHECKS_VERSION: Mapping[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "If-Match",
            "description": "The ETag of what you read; refused when it has changed since.",
            "schema": {"type": "string"},
        }
    ],
    "responses": {"412": {"$ref": "#/components/responses/412"}},
}

#: For views that look up what the body names: ``@blueprint.doc(**LOOKS_UP)``.
LOOKS_UP: Mapping[str, Any] = {"responses": {"404": {"$ref": "#/components/responses/404"}}}

#: For views that answer as of a past moment: ``@blueprint.doc(**LOOKS_BACK)``.
LOOKS_BACK: Mapping[str, Any] = {"responses": {"410": {"$ref": "#/components/responses/410"}}}

_ETAG = {"description": "The version of what is answered.", "schema": {"type": "string"}}


def complete(document: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Complete ``document`` in place and return it; ``prefix`` is cut off the names of tags."""
    document["info"]["description"] = _DESCRIPTION
    for tag in document.get("tags", ()):
        tag["name"] = tag["name"].removeprefix(prefix)
    for path, method, operation in operations(document):
        operation["tags"] = [name.removeprefix(prefix) for name in operation.get("tags", ())]
        operation["operationId"] = _identifier(path, method)
        operation["responses"] = _answers(path, method, operation)
        _relax_body(document, operation)
    components = document["components"]
    components["responses"] = {str(code): _refusal(text) for code, text in _REFUSALS.items()}
    # flask-smorest describes a header of its own that no view of ours sends.
    components["schemas"].pop("PaginationMetadata", None)
    return document


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (path, method, operation) of everything that can be asked for."""
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _identifier(path: str, method: str) -> str:
    words = path.strip("/").translate(str.maketrans("/-", "__", "{}")).split("_")[2:]
    return "_".join([method, *words])


def _refusal(text: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {PROBLEM: {"schema": schema}}}


def _answers(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is declared, in the order of the codes, with what the edge answers of itself."""
    declared = {str(code): answer for code, answer in operation["responses"].items()}
    known = {code: answer for code, answer in declared.items() if code.isdigit()}
    for code in _codes(path, method, operation):
        known[str(code)] = {"$ref": f"#/components/responses/{code}"}
    if "304" in known:
        known["200"]["headers"] = {"ETag": _ETAG}
    return {code: _worded(code, known[code]) for code in sorted(known)}


def _codes(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[int]:
    yield from (400, 401, 403)
    if "{" in path:
        yield 404
    if method != "get":
        yield 409
    if operation.get("requestBody"):
        yield from (413, 415)
    if operation.get("requestBody") or operation.get("parameters"):
        yield 422


def _relax_body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> None:
    """Let a body be left out in which nothing is required: it is read as an empty one."""
    body: dict[str, Any] = operation.get("requestBody", {})
    content = body.get("content", {}).get("application/json")
    if content is not None and "$ref" in content["schema"]:
        name = content["schema"]["$ref"].rsplit("/", 1)[-1]
        body["required"] = bool(document["components"]["schemas"][name].get("required"))


def _worded(code: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Say what a status means where the view did not."""
    if "$ref" not in answer and not answer.get("description"):
        answer["description"] = HTTPStatus(int(code)).phrase
    return answer
