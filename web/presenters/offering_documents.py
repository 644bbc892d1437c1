"""The document that the form of an editor means, and where its faults stand in the form."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from web.presenters.model_forms import choices_from

Draft = Mapping[str, Any]

TEXTS = ("names", "descriptions", "cost", "delivery")
#: Room for a number behind it: codes have at most 40 letters.
_LONGEST_CODE = 36
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


def document_of(draft: Draft, sections: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the document that a draft means; ``sections`` are the labels of those there are."""
    ticket = draft["ticket"]
    types = {field["code"]: field["type"] for field in draft["fields"]}
    return {
        **{name: draft[name] for name in TEXTS},
        "section": _section(draft["section"]["labels"], sections),
        "icon": draft["icon"],
        "audience": _audience(draft["audience"]),
        "fields": [_field_document(field, types) for field in draft["fields"]],
        "approvals": [_approval_document(step) for step in draft["approvals"]],
        "tasks": [_task_document(task) for task in draft["tasks"]],
        "ticket": _filled(ticket | {"group_id": _id(ticket["group_id"])}),
    }


def _section(
    labels: Mapping[str, str], sections: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    english = labels.get("en", "")
    for code, known in sections.items():
        if known.get("en", "").casefold() == english.casefold():
            return {"code": code, "labels": {**known, **labels}}
    return {"code": code_for(english, sections) if english else "", "labels": dict(labels)}


def _audience(audience: Mapping[str, Any]) -> dict[str, Any]:
    if audience["everyone"]:
        return {"everyone": True}
    ids = {name: _ids(audience[name]) for name in ("group_ids", "organisation_ids")}
    return {"everyone": False, **ids}


def _field_document(field: Draft, types: Mapping[str, str]) -> dict[str, Any]:
    found = {name: field[name] for name in ("code", "type", "labels", "help", "required")}
    if field["type"] in {"choice", "choices"}:
        found["choices"] = choices_of(field["choices"])
    if field["type"] == "item":
        found |= {"class_code": field["class_code"], "mine": field["mine"]}
    condition = field["shown_when"]
    if condition["field"]:
        asked = types.get(condition["field"])
        values = [value == "true" if asked == "boolean" else value for value in condition["is"]]
        found["shown_when"] = {"field": condition["field"], "is": values}
    return found


def choices_of(text: str) -> dict[str, dict[str, str]]:
    r"""Return the choices of lines "English | Spanish | Russian", each with or without a code.

    >>> choices_of("Light | Ligero\nstrong = Powerful")
    {'light': {'en': 'Light', 'es': 'Ligero'}, 'strong': {'en': 'Powerful'}}
    """
    found: dict[str, dict[str, str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        code, sign, _ = line.partition("=")
        given = bool(sign) and is_code(code.strip())
        made = code_for(line.partition("|")[0], found)
        found |= choices_from(line if given else f"{made} = {line}")
    return found


def _approval_document(step: Draft) -> dict[str, Any]:
    found: dict[str, Any] = {"who": step["who"], "needs": step["needs"] or "any"}
    if step["who"] == "persons":
        found["person_ids"] = _ids(step["person_ids"])
    if step["who"] == "groups":
        found["group_ids"] = _ids(step["group_ids"])
    if step["who"] == "item_owner":
        found["field"] = step["field"]
    if step["fallback_group_id"]:
        found["fallback_group_id"] = _id(step["fallback_group_id"])
    return found


def _task_document(task: Draft) -> dict[str, Any]:
    found = {name: task[name] for name in ("code", "titles", "after")}
    if task["group_id"]:
        found["group_id"] = _id(task["group_id"])
    return found | ({"assign_item": True} if task["assign_item"] else {})


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None)}


def _ids(values: Iterable[str]) -> list[int]:
    return [number for value in values if (number := _id(value)) is not None]


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def is_code(text: str) -> bool:
    """Say whether a text may be the code of something."""
    return _CODE.fullmatch(text) is not None


def code_for(words: str, taken: Iterable[str] = ()) -> str:
    """Return a code made of words that none of ``taken`` has.

    >>> code_for("Which laptop?"), code_for("Año", {"ano"}), code_for("Ж")
    ('which_laptop', 'ano_2', 'x')
    """
    letters = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    code = "_".join(re.findall(r"[a-z0-9]+", letters))[:_LONGEST_CODE].strip("_") or "x"
    code = code if code[0].isalpha() else f"x_{code}"
    known, number, found = set(taken), 2, code
    while found in known:
        found, number = f"{code}_{number}", number + 1
    return found


def without_codes(errors: Mapping[str, str]) -> dict[str, str]:
    """Return faults without those of codes that will be made of English words still missing.

    >>> without_codes({"section.code": "must be a code", "section.labels.en": "must not be empty"})
    {'section.labels.en': 'must not be empty'}
    """

    def is_made(path: str) -> bool:
        place, _, name = path.rpartition(".")
        words = (f"{place}.labels.en", f"{place}.titles.en")
        return name == "code" and any(one in errors for one in words)

    return {path: fault for path, fault in errors.items() if not is_made(path)}


def fault_at(errors: Mapping[str, str], path: str) -> str | None:
    """Return what is wrong at a path or below it, if anything is."""
    if path in errors:
        return errors[path]
    return next((text for name, text in errors.items() if name.startswith(f"{path}.")), None)


def differences(typed: Mapping[str, Any], stored: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (path, what is stored) of each place at which two documents differ.

    >>> differences({"names": {"en": "A"}, "fields": []}, {"names": {"en": "B"}, "fields": [1]})
    [('names.en', 'B'), ('fields.0', '1')]
    """
    ours, theirs = dict(_leaves(typed)), dict(_leaves(stored))
    places = dict.fromkeys([*theirs, *ours])
    return [(path, theirs.get(path, "")) for path in places if ours.get(path) != theirs.get(path)]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Return what stands in a document, by path; what is empty stands nowhere."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{number}")
    elif value not in (None, "", False):
        yield path, str(value)
