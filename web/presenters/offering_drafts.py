"""An offering in the form of who edits it: from inputs and from its document, and its lists.

``Draft`` is what stands in the form, whole or not; each input is called as the path in it, such as
"fields.2.labels.en". ``offering_documents`` makes the document of it that the server reads.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from server.desk.catalogue.rules.offering import START
from web.presenters.model_forms import LANGUAGES, choices_text
from web.presenters.offering_documents import TEXTS, choices_of, code_for
from web.presenters.offerings import plain

#: Input to what was typed or chosen in it.
Typed = Mapping[str, Sequence[str]]
Draft = dict[str, Any]

#: The lists of an offering, each with an input that every entry has.
LISTS = {"fields": "type", "approvals": "who", "tasks": "after"}
_MOST = 100


def draft_from(typed: Typed) -> Draft:
    """Return what stands in the form."""
    draft: Draft = {name: _words(typed, name) for name in TEXTS}
    draft["section"] = {
        "code": _one(typed, "section.code"),
        "labels": _words(typed, "section.labels"),
    }
    draft["icon"] = _one(typed, "icon")
    draft["audience"] = {
        "everyone": _one(typed, "audience.everyone") != "no",
        "group_ids": list(typed.get("audience.group_ids", ())),
        "organisation_ids": list(typed.get("audience.organisation_ids", ())),
    }
    draft["ticket"] = {
        name: _one(typed, f"ticket.{name}") for name in ("category", "group_id", "urgency")
    }
    readers = {"fields": _field, "approvals": _approval, "tasks": _task}
    for name, mark in LISTS.items():
        paths = (f"{name}.{number}" for number in range(_MOST))
        draft[name] = [readers[name](typed, path) for path in paths if f"{path}.{mark}" in typed]
    return coded(draft)


def _field(typed: Typed, path: str) -> Draft:
    return {
        "code": _one(typed, f"{path}.code"),
        "type": _one(typed, f"{path}.type"),
        "labels": _words(typed, f"{path}.labels"),
        "help": _words(typed, f"{path}.help"),
        "required": f"{path}.required" in typed,
        "choices": _one(typed, f"{path}.choices"),
        "class_code": _one(typed, f"{path}.class_code"),
        "mine": f"{path}.mine" in typed,
        "shown_when": {
            "field": _one(typed, f"{path}.shown_when.field"),
            "is": list(typed.get(f"{path}.shown_when.is", ())),
        },
    }


def _approval(typed: Typed, path: str) -> Draft:
    return {
        "who": _one(typed, f"{path}.who"),
        "needs": _one(typed, f"{path}.needs"),
        "person_ids": list(typed.get(f"{path}.person_ids", ())),
        "group_ids": list(typed.get(f"{path}.group_ids", ())),
        "field": _one(typed, f"{path}.field"),
        "fallback_group_id": _one(typed, f"{path}.fallback_group_id"),
    }


def _task(typed: Typed, path: str) -> Draft:
    return {
        "code": _one(typed, f"{path}.code"),
        "titles": _words(typed, f"{path}.titles"),
        "group_id": _one(typed, f"{path}.group_id"),
        "after": _one(typed, f"{path}.after"),
        "assign_item": f"{path}.assign_item" in typed,
    }


def _one(typed: Typed, name: str) -> str:
    values = typed.get(name) or ("",)
    return values[0].strip()


def _words(typed: Typed, name: str) -> dict[str, str]:
    given = {language: _one(typed, f"{name}.{language}") for language in LANGUAGES}
    return {language: text for language, text in given.items() if text}


def new_part(name: str) -> Draft:
    """Return an empty entry of one of ``LISTS``."""
    made = {"fields": _field, "approvals": _approval, "tasks": _task}[name]({}, "")
    usual = {"fields": {"type": "text"}, "approvals": {"who": "manager", "needs": "any"}}
    return made | usual.get(name, {"after": START})


def coded(draft: Draft) -> Draft:
    """Give questions, their choices and tasks without a code one of their English words."""
    for field in draft["fields"]:
        field["choices"] = choices_text(choices_of(field["choices"]))
    for name, words in (("fields", "labels"), ("tasks", "titles")):
        taken = {part["code"] for part in draft[name]} | {START}
        for part in draft[name]:
            if not part["code"] and part[words].get("en"):
                part["code"] = code_for(part[words]["en"], taken)
                taken.add(part["code"])
    return draft


def draft_of(document: Mapping[str, Any]) -> Draft:
    """Return the form of a stored document."""
    audience, ticket = document.get("audience") or {}, document.get("ticket") or {}
    draft: Draft = {name: dict(document.get(name) or {}) for name in TEXTS}
    draft["section"] = document.get("section") or {"code": "", "labels": {}}
    draft["icon"] = document.get("icon", "")
    draft["audience"] = {
        "everyone": audience.get("everyone", True),
        "group_ids": [str(one) for one in audience.get("group_ids", ())],
        "organisation_ids": [str(one) for one in audience.get("organisation_ids", ())],
    }
    draft["ticket"] = {
        name: str(ticket.get(name) or "") for name in ("category", "group_id", "urgency")
    }
    draft["fields"] = [_field_draft(one) for one in document.get("fields", ())]
    draft["approvals"] = [_approval_draft(one) for one in document.get("approvals", ())]
    draft["tasks"] = [_task_draft(one) for one in document.get("tasks", ())]
    return draft


def _field_draft(field: Mapping[str, Any]) -> Draft:
    condition = field.get("shown_when") or {}
    given = {
        name: field[name] for name in ("code", "type", "labels", "class_code") if field.get(name)
    }
    return new_part("fields") | {
        **given,
        "help": dict(field.get("help") or {}),
        "required": bool(field.get("required")),
        "mine": bool(field.get("mine")),
        "choices": choices_text(field.get("choices") or {}),
        "shown_when": {
            "field": condition.get("field", ""),
            "is": [plain(value) for value in condition.get("is", ())],
        },
    }


def _approval_draft(step: Mapping[str, Any]) -> Draft:
    return new_part("approvals") | {
        "who": step.get("who", ""),
        "needs": step.get("needs", "any"),
        "person_ids": [str(one) for one in step.get("person_ids", ())],
        "group_ids": [str(one) for one in step.get("group_ids", ())],
        "field": step.get("field", ""),
        "fallback_group_id": str(step.get("fallback_group_id") or ""),
    }


def _task_draft(task: Mapping[str, Any]) -> Draft:
    return new_part("tasks") | {
        "code": task.get("code", ""),
        "titles": dict(task.get("titles") or {}),
        "group_id": str(task.get("group_id") or ""),
        "after": task.get("after", START),
        "assign_item": bool(task.get("assign_item")),
    }


def acted(draft: Draft, act: str) -> tuple[Draft, str]:
    """Return (the draft after an act on one of its lists, the path of what was touched).

    An act is "fields.add", or "fields.2.up", ".down" or ".remove"; any other changes nothing.
    """
    name, _, rest = act.partition(".")
    if name not in LISTS:
        return draft, ""
    parts = list(draft[name])
    number, _, way = rest.partition(".")
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else -1
    if rest == "add":
        parts.append(new_part(name))
        place = len(parts) - 1
    elif not 0 <= place < len(parts):
        return draft, ""
    elif way == "remove":
        del parts[place]
        place = min(place, len(parts) - 1)
    elif way in {"up", "down"}:
        target = min(max(place + (1 if way == "down" else -1), 0), len(parts) - 1)
        parts.insert(target, parts.pop(place))
        place = target
    return draft | {name: parts}, f"{name}.{place}" if place >= 0 else ""
