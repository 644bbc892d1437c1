"""The lines that a ticket's own history writes into its conversation, in the reader's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.desk.routing.rules.skills import levels_text
from web.presenters.clocks import holder_text
from web.presenters.orders import ORDER_EVENTS, order_line
from web.presenters.reader import Reader
from web.presenters.routing import passed_text
from web.presenters.ticket_parts import link_text
from web.presenters.tickets import LISTS, Wording


@dataclass(frozen=True)
class Names:
    """Names by id of what a conversation's lines mention; what is out of sight is missing."""

    people: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)
    items: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SystemLine:
    """What happened, and the words that somebody gave with it."""

    text: str
    note: str = ""


def mentioned_people(details: Sequence[Mapping[str, Any]]) -> set[int]:
    """Return the ids of the people whom lines of a conversation mention."""
    found = {detail.get("assignee_id") for detail in details}
    for detail in details:
        found |= {one[0] for one in detail.get("passed") or ()}
        changes = detail.get("changes") or {}
        found |= set(changes.get("requester_id") or ())
    return {one for one in found if one is not None}


def system_line(
    detail: Mapping[str, Any], names: Names, wording: Wording, reader: Reader
) -> SystemLine:
    """Return the words of a line that a ticket's own history wrote."""
    event = detail.get("event")
    if event == "opened":
        return SystemLine(_join([reader.gettext("opened"), _standing(detail, reader)]))
    if event == "moved":
        return SystemLine(_moved(detail, wording), detail.get("reason") or "")
    if event == "assigned":
        return SystemLine(_assigned(detail, names, reader))
    if event == "chosen":
        return _chosen(detail, names, reader)
    if event == "handed_over":
        groups = [names.groups.get(detail.get(key) or 0) for key in ("from_group_id", "group_id")]
        way = " → ".join(one for one in groups if one)
        return SystemLine(reader.gettext("handed over: %(way)s") % {"way": way})
    if event == "edited":
        return SystemLine(_edited(detail.get("changes") or {}, names, wording, reader))
    if event in ("items", "reassessed"):
        said = (_items if event == "items" else _reassessed)(detail, names, reader)
        return SystemLine(_join([said, _standing(detail, reader)]))
    return _happened(str(event or ""), detail, reader)


def _happened(event: str, detail: Mapping[str, Any], reader: Reader) -> SystemLine:
    """Return the words for what was linked, merged, done, attached, rated or ordered."""
    if event in ORDER_EVENTS:
        return SystemLine(*order_line(event, detail, reader))
    reference = str(detail.get("reference", ""))
    link = str(detail.get("kind", ""))
    said = {
        "linked": lambda: f"{link_text(link, reader, outgoing=True)} {reference}",
        "unlinked": lambda: (
            reader.gettext("no longer linked with %(reference)s") % {"reference": reference}
        ),
        "merged": lambda: f"{_merging(link, reader)} {reference}",
        "attached": lambda: (
            reader.gettext("attached a file: %(name)s") % {"name": detail.get("file_name")}
        ),
        "detached": lambda: (
            reader.gettext("took off a file: %(name)s") % {"name": detail.get("file_name")}
        ),
        "checklist": lambda: (
            reader.gettext("added the checklist %(name)s") % {"name": detail.get("checklist")}
        ),
        "macro": lambda: reader.gettext("ran the macro %(name)s") % {"name": detail.get("name")},
        "task_done": lambda: reader.gettext("done: %(title)s") % {"title": detail.get("title")},
        "task_undone": lambda: (
            reader.gettext("not done after all: %(title)s") % {"title": detail.get("title")}
        ),
        "clock": lambda: _clock(detail, reader),
        "problem": lambda: (
            reader.gettext("the problem %(reference)s lies behind it") % {"reference": reference}
        ),
        "problem_resolved": lambda: (
            reader.gettext("the problem %(reference)s is resolved") % {"reference": reference}
        ),
        "major": lambda: reader.gettext("declared a major incident"),
        "routed": lambda: (
            reader.gettext("routed by: %(rules)s") % {"rules": ", ".join(detail.get("rules") or ())}
        ),
        "alarm": lambda: reader.gettext("opened by the rule %(rule)s") % {"rule": _rule(detail)},
        "alarm_back": lambda: (
            reader.gettext("the cause is back: %(rule)s") % {"rule": _rule(detail)}
        ),
        "alarm_gone": lambda: (
            reader.gettext("the cause is gone: %(rule)s") % {"rule": _rule(detail)}
        ),
        "accepted": lambda: reader.gettext("accepted the hand-over"),
        "rated": lambda: (
            reader.gettext("rated it %(rating)s of 5") % {"rating": detail.get("rating")}
        ),
    }.get(event)
    return SystemLine(said() if said else event, str(detail.get("note") or ""))


def _rule(detail: Mapping[str, Any]) -> str:
    return str(detail.get("rule", ""))


def _clock(detail: Mapping[str, Any], reader: Reader) -> str:
    told = {
        "what": holder_text(
            str(detail.get("measure")),
            str(detail.get("holder", "")),
            str(detail.get("holder_name", "")),
            reader,
        ),
        "percent": detail.get("percent"),
    }
    if detail.get("percent") == 100:
        return reader.gettext("%(what)s: the promise is missed") % told
    return reader.gettext("%(what)s: %(percent)s %% of the time is used") % told


def _merging(link: str, reader: Reader) -> str:
    return link_text("merged_into", reader, outgoing=link == "merged_into")


def _join(parts: Sequence[str]) -> str:
    return " · ".join(part for part in parts if part)


_STATES = ("down", "degraded", "at_risk")


def _standing(detail: Mapping[str, Any], reader: Reader) -> str:
    """Say what the graph made of the affected items at that time."""
    services = int(detail.get("services") or 0)
    if not services and not any(detail.get(key) for key in _STATES):
        return ""
    down, degraded, at_risk = (int(detail.get(key) or 0) for key in _STATES)
    said = [
        (services, reader.ngettext("%(num)d service suffers", "%(num)d services suffer", services)),
        (down, reader.ngettext("%(num)d down", "%(num)d down", down)),
        (degraded, reader.ngettext("%(num)d degraded", "%(num)d degraded", degraded)),
        (at_risk, reader.ngettext("%(num)d at risk", "%(num)d at risk", at_risk)),
    ]
    # The services come first and are told even when there are none.
    numbers = [
        text % {"num": number} for place, (number, text) in enumerate(said) if number or not place
    ]
    return f"P{detail.get('priority')}: " + ", ".join(numbers)


def _moved(detail: Mapping[str, Any], wording: Wording) -> str:
    steps = [wording.state(str(detail.get(key, ""))) for key in ("before", "after")]
    code = detail.get("resolution_code")
    return " → ".join(steps) + (f" · {wording.resolution(code)}" if code else "")


def _assigned(detail: Mapping[str, Any], names: Names, reader: Reader) -> str:
    hidden = reader.gettext("somebody outside your view")
    holders = [
        known.get(detail[key]) or hidden
        for key, known in (("group_id", names.groups), ("assignee_id", names.people))
        if detail.get(key) is not None
    ]
    if not holders:
        return reader.gettext("given back: it is nobody's now")
    return reader.gettext("assigned to %(names)s") % {"names": " / ".join(holders)}


def _chosen(detail: Mapping[str, Any], names: Names, reader: Reader) -> SystemLine:
    """Say who was chosen by turn, what was wanted, and why others were passed over."""
    hidden = reader.gettext("somebody outside your view")
    passed = [
        f"{names.people.get(person_id) or hidden}: {passed_text(why, lacks, reader)}"
        for person_id, why, lacks in detail.get("passed") or ()
    ]
    if detail.get("more"):
        passed.append("…")
    skills = levels_text(detail.get("skills") or {})
    note = _join([skills, *passed])
    if detail.get("assignee_id") is None:
        return SystemLine(reader.gettext("nobody's turn: it waits"), note)
    told = {"name": names.people.get(detail["assignee_id"]) or hidden}
    return SystemLine(reader.gettext("by turn: %(name)s") % told, note)


def _items(detail: Mapping[str, Any], names: Names, reader: Reader) -> str:
    hidden = reader.gettext("an item outside your view")
    said = []
    for key, sign in (("added", "+"), ("removed", "\N{MINUS SIGN}")):
        said += [f"{sign} {names.items.get(one) or hidden}" for one in detail.get(key) or ()]
    return ", ".join(said) or reader.gettext("the cause was marked")


def _reassessed(detail: Mapping[str, Any], names: Names, reader: Reader) -> str:
    """Say which services a ticket reaches since the graph changed, and which no longer."""
    said = [reader.gettext("the graph changed")]
    for key, text in (
        ("added", reader.gettext("now also reaches %(names)s")),
        ("removed", reader.gettext("no longer reaches %(names)s")),
    ):
        services = _services(detail, key, names, reader)
        said += [text % {"names": services}] if services else []
    before, after = detail.get("before"), detail.get("priority")
    said += [f"P{before} → P{after}"] if before != after else []
    return _join(said)


def _services(detail: Mapping[str, Any], key: str, names: Names, reader: Reader) -> str:
    """Return the names in sight, and of the others how many there are."""
    ids = detail.get(key) or ()
    seen = [names.items[one] for one in ids if one in names.items]
    more = len(ids) - len(seen) + int(detail.get(f"more_{key}") or 0)
    others = reader.ngettext("%(num)d more service", "%(num)d more services", more)
    return ", ".join([*seen, *([others % {"num": more}] if more else [])])


def _edited(changes: Mapping[str, Any], names: Names, wording: Wording, reader: Reader) -> str:
    labels = field_labels(reader)
    said = []
    for name, both in changes.items():
        label = labels.get(name)
        if label is None:
            continue
        if not both:
            said.append(label)
            continue
        old, new = (_value(name, value, names, wording) for value in both)
        said.append(f"{label}: {old} → {new}")
    return ", ".join(said)


def _value(name: str, value: Any, names: Names, wording: Wording) -> str:
    if value in (None, ""):
        return "\N{EN DASH}"
    if name == "requester_id":
        return names.people.get(value) or "?"
    if name in LISTS:
        return str(getattr(wording, name)(value))
    return str(value)


def field_labels(reader: Reader) -> dict[str, str]:
    """Return the labels of a ticket's fields, as its forms show them."""
    return {
        "title": reader.gettext("Title"),
        "description": reader.gettext("Description"),
        "kind": reader.gettext("Kind"),
        "urgency": reader.gettext("Urgency"),
        "impact": reader.gettext("Impact"),
        "impact_reason": reader.gettext("Why another impact"),
        "requester_id": reader.gettext("Requester"),
        "channel": reader.gettext("Channel"),
        "category": reader.gettext("Category"),
        "occurred_at": reader.gettext("Happened at"),
        "fields": reader.gettext("Details of the category"),
    }
