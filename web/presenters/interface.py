"""The OpenAPI document as a page: operations by subject, each with what it takes and answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    """One parameter, or one member of a body."""

    name: str
    kind: str
    required: bool
    description: str
    place: str = ""


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked for."""

    id: str
    method: str
    path: str
    summary: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    body_type: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Subject:
    """The operations of one tag."""

    name: str
    description: str
    operations: tuple[Operation, ...]


def subjects_of(document: Mapping[str, Any]) -> list[Subject]:
    """Return the document's operations by tag, in the document's order."""
    told = {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}
    found: dict[str, list[Operation]] = {name: [] for name in told}
    for path, item in document.get("paths", {}).items():
        shared = item.get("parameters", [])
        for method in _METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["other"])[0]
                operation = _operation(document, path, method, item[method], shared)
                found.setdefault(tag, []).append(operation)
    return [
        Subject(name, told.get(name, ""), tuple(operations))
        for name, operations in found.items()
        if operations
    ]


def _operation(
    document: Mapping[str, Any],
    path: str,
    method: str,
    said: Mapping[str, Any],
    shared: list[Mapping[str, Any]],
) -> Operation:
    parameters = [_parameter(document, one) for one in (*shared, *said.get("parameters", ()))]
    body_type, body = _body(document, said.get("requestBody", {}))
    answers = tuple(
        (code, answer.get("description", ""))
        for code, answer in said.get("responses", {}).items()
        if code != "default"
    )
    return Operation(
        id=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        parameters=tuple(parameters),
        body=tuple(body),
        body_type=body_type,
        answers=answers,
    )


def _resolve(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a ``$ref`` within the document."""
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _parameter(document: Mapping[str, Any], said: Mapping[str, Any]) -> Field:
    said = _resolve(document, said)
    return Field(
        name=said.get("name", ""),
        kind=_kind(document, said.get("schema", {})),
        required=bool(said.get("required")),
        description=said.get("description", ""),
        place=said.get("in", ""),
    )


def _body(
    document: Mapping[str, Any], said: Mapping[str, Any]
) -> tuple[str, Iterator[Field] | list[Field]]:
    for content_type, content in said.get("content", {}).items():
        schema = _resolve(document, content.get("schema", {}))
        return content_type, _members(document, schema)
    return "", []


def _members(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Field]:
    required = set(schema.get("required", ()))
    for name, member in schema.get("properties", {}).items():
        if not member.get("readOnly"):
            kind = _kind(document, member)
            yield Field(name, kind, name in required, member.get("description", ""))


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Say a schema in a word or two: "string", "integer[]", "date-time", "one of a, b"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join(str(choice) for choice in schema["enum"] if choice is not None)
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        kind = " | ".join(part for part in kind if part != "null")
    if kind == "array":
        return f"{_kind(document, schema.get('items', {}))}[]"
    return str(schema.get("format") or kind)
