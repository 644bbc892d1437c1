"""schemathesis over the interface: cases made from the OpenAPI document, and what came of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import events, from_schema
from schemathesis.schemas import BaseSchema

from tests.contract.kit import Kit
from tests.contract.things import UNKNOWN_ID, Things

#: The same cases every time: a fault found once is found again.
_CONFIG: Mapping[str, Any] = {
    "seed": 1,
    "workers": 1,
    "continue-on-failure": True,
    # What was found in other runs lies in a file, and is asked first: no run would be like another.
    "cache": {"enabled": False},
    "generation": {"deterministic": True, "max-examples": 20, "no-shrink": True},
    "phases": {
        "examples": {"enabled": False},
        "coverage": {"enabled": True},
        "fuzzing": {"enabled": True},
        "stateful": {"enabled": False},
    },
    "checks": {
        # What values mean is decided behind the schema: a class code may fit and not exist.
        "positive_data_acceptance": {"enabled": False},
        # The endpoint kit asks as nobody.
        "ignored_auth": {"enabled": False},
    },
}
#: What a field of this name holds, where the name does not say it.
_MEANT = {
    "start": "item",
    "end": "provider",
    "entry_item": "item",
    "cause_item": "item",
    "deputy": "other",
    "site": "item",
    "changes": "asked",
    "affected_item": "item",
    "member": "item",
    "failed": "item",
    "symptom": "item",
    "watched": "provider",
    "from": "provider",
    "to": "item",
    "requester": "person",
    "assignee": "person",
    "implementer": "person",
    "owner_person": "person",
    "manager": "other",
    "owner_group": "group",
    "parent": "organisation",
}
_WORDS: Mapping[str, Any] = {
    "class": "server",
    "role": "reader",
    "type": "connects_to",
    "target": "10.0.0.3",
    "url": "ldaps://ldap.example.test",
    "labels": {"en": "Fuzz"},
    "values": {"name": "fuzz-1"},
    "language": "en",
    "time_zone": "UTC",
}


def faults_of(kit: Kit, tag: str, methods: Sequence[str] = ()) -> list[str]:
    """Call every operation of ``tag`` as an administrator, and return what is wrong with answers.

    ``methods`` narrow it to theirs. Paths lead to things that exist, and half of the bodies name
    such. Nothing that is written outlives its request.
    """
    found: list[str] = []
    for event in from_schema(_interface(kit, tag, methods)).execute():
        if isinstance(event, events.ScenarioFinished):
            found += (f"{event.label}: {text}" for text in _told(event))
        elif isinstance(event, events.NonFatalError) and not _is_about_media(event):
            found.append(f"{event.label}: {event.info.format()}")
        elif isinstance(event, events.FatalError):
            raise event.exception
    return sorted(set(found))


def _interface(kit: Kit, tag: str, methods: Sequence[str]) -> BaseSchema:
    def rewound(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        kit.rewind()
        return kit.app(environ, start_response)

    inside = kit.world.inside
    # Paths lead to what exists, or no body would ever be looked at.
    paths = {f"path.{name}_id": thing for name, thing in inside.items()}
    paths["path.reference"] = inside["change" if tag == "changes" else "ticket"]
    paths["path.release"] = inside["release"]
    paths["path.token_id"] = inside["enrolment_token" if tag == "intake" else "token"]
    config = SchemathesisConfig.from_dict({**_CONFIG, "parameters": paths})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", rewound, config=config)
    schema.config.headers = kit.world.cast.admin.bearing_token

    @schema.hook
    def map_query(_context: Any, query: Any) -> Any:
        return _named(query, inside)

    @schema.hook
    def map_body(_context: Any, body: Any) -> Any:
        return _named(body, inside)

    return schema.include(tag=tag, method=list(methods) or None)


def _told(event: events.ScenarioFinished) -> Iterator[str]:
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                failure: Failure = check.failure_info.failure
                yield f"{failure.title}: {failure.message} ({check.failure_info.code_sample})"


def _is_about_media(event: events.NonFatalError) -> bool:
    """Say whether schemathesis only does not know how to write a media type, as NDJSON."""
    return "No supported serializers" in str(event.value)


def _named(value: Any, things: Things) -> Any:
    """Return ``value`` with every second id, reference or code replaced by one that exists."""
    if isinstance(value, dict):
        return {name: _meant(str(name), inner, things) for name, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, things) for inner in value]
    return value


def _meant(name: str, value: Any, things: Things) -> Any:
    if isinstance(value, list):
        return [_meant(name.removesuffix("s"), inner, things) for inner in value]
    word = name.removesuffix("_id")
    thing = things.get(_MEANT.get(word, word))
    if isinstance(value, int) and not isinstance(value, bool) and thing is not None:
        # What cannot be an id stays: it has to be refused.
        return thing if value % 2 == 0 and 0 < value < UNKNOWN_ID else value
    if isinstance(value, str | dict) and name in _WORDS:
        # So does a text that is empty or long: it may be there to break a limit.
        return _WORDS[name] if len(value) in (2, 4, 6, 8) else _named(value, things)
    return _named(value, things)
