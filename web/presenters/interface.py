"""The OpenAPI document as pages: subjects, what can be asked for in each, and with what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_METHODS = ("get", "post", "put", "patch", "delete")
_OTHER = "other"


@dataclass(frozen=True)
class Field:
    """One parameter, or one member of a body."""

    name: str
    kind: str
    required: bool
    description: str
    place: str = ""


@dataclass(frozen=True)
class Headline:
    """What an operation is called; ``id`` is its own among all."""

    id: str
    subject: str
    method: str
    path: str
    summary: str


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked for."""

    headline: Headline
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    body_type: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Subject:
    """One tag and what its operations are called."""

    name: str
    description: str
    headlines: tuple[Headline, ...]


def subjects_of(document: Mapping[str, Any]) -> list[Subject]:
    """Return the document's operations by tag, in the document's order."""
    told = {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}
    found: dict[str, list[Headline]] = {name: [] for name in told}
    for headline, _said, _shared in _entries(document):
        found.setdefault(headline.subject, []).append(headline)
    return [
        Subject(name, told.get(name, ""), tuple(headlines))
        for name, headlines in found.items()
        if headlines
    ]


def operations_of(document: Mapping[str, Any], subject: str) -> list[Operation]:
    """Return the operations of one tag with what they take and answer; none for an unknown one."""
    return [
        _operation(document, headline, said, shared)
        for headline, said, shared in _entries(document)
        if headline.subject == subject
    ]


def headlines_with(subjects: Iterable[Subject], words: str) -> list[Headline]:
    """Return the operations in whose method, path, summary or subject each word stands.

    >>> one = Headline("get-items", "items", "GET", "/api/v1/items", "List items.")
    >>> [found.id for found in headlines_with([Subject("items", "", (one,))], "LIST /items")]
    ['get-items']
    """
    wanted = words.casefold().split()
    return [
        headline
        for subject in subjects
        for headline in subject.headlines
        if all(word in _text_of(headline) for word in wanted)
    ]


def _text_of(headline: Headline) -> str:
    parts = (headline.method, headline.path, headline.summary, headline.subject)
    return " ".join(parts).casefold()


def _entries(
    document: Mapping[str, Any],
) -> Iterator[tuple[Headline, Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Yield each operation: what it is called, what is said of it, what its path takes."""
    for path, item in document.get("paths", {}).items():
        shared = item.get("parameters", [])
        for method in _METHODS:
            if method in item:
                yield _headline(path, method, item[method]), item[method], shared


def _headline(path: str, method: str, said: Mapping[str, Any]) -> Headline:
    words = path.strip("/").replace("/", "-").replace("{", "").replace("}", "")
    subject = (said.get("tags") or [_OTHER])[0]
    return Headline(f"{method}-{words}", subject, method.upper(), path, said.get("summary", ""))


def _operation(
    document: Mapping[str, Any],
    headline: Headline,
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
    return Operation(headline, tuple(parameters), tuple(body), body_type, answers)


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
