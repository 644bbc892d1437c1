"""What the item's page shows, in the reader's words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cmdb.engine.reconciliation import Standing
from cmdb.model import Attribute, Model
from cmdb.vocabulary import ClassCode
from web.presenters.faults import fault_text
from web.presenters.reader import Reader
from web.presenters.section_names import section_label
from web.presenters.values import Shown, show_value


@dataclass(frozen=True)
class FactRow:
    """One attribute with its value, who says so, and who says otherwise."""

    label: str
    shown: Shown
    source: str | None
    seen_at: datetime | None
    #: (value, source, when it was last confirmed)
    disputed: tuple[tuple[str, str, datetime], ...]


@dataclass(frozen=True)
class HistoryRow:
    """One difference as a sentence's parts."""

    kind: str
    what: str
    old: str
    new: str


def fact_rows(
    model: Model,
    class_code: str,
    values: Mapping[str, Any],
    standings: Mapping[str, Standing],
    reader: Reader,
) -> list[FactRow]:
    """Return the facts in the model's order; what nobody says is left out."""
    found = []
    for attribute in model.attributes_of(ClassCode(class_code)):
        value = values.get(attribute.code)
        if value in (None, "", []) or attribute.code == "location":
            continue
        found.append(_fact(model, attribute, value, standings.get(attribute.code), reader))
    return found


def _fact(
    model: Model, attribute: Attribute, value: Any, standing: Standing | None, reader: Reader
) -> FactRow:
    winner = standing.winner if standing else None
    losers = standing.losers if standing else ()
    return FactRow(
        label=model.label(attribute, reader.language),
        shown=show_value(attribute, value, reader),
        source=source_label(winner[0], reader) if winner else None,
        seen_at=winner[1].seen if winner else None,
        disputed=tuple(
            (
                show_value(attribute, word.value, reader).text,
                source_label(source, reader),
                word.seen,
            )
            for source, word in losers
            if word.value != value
        ),
    )


@dataclass(frozen=True)
class RefusedValue:
    """A value that a source said and the register could not believe, and why."""

    label: str
    raw: str
    why: str


def refused_value(model: Model, class_code: str, bad: Any, reader: Reader) -> RefusedValue:
    """Return a refused value (cmdb QuarantinedValue) in the reader's words."""
    attribute = model.find_attribute(bad.attribute, class_code)
    label = model.label(attribute, reader.language) if attribute else bad.attribute
    return RefusedValue(label, bad.raw, fault_text(bad.reason, reader))


def source_label(source: str, reader: Reader) -> str:
    """Return a source's name: shipped ones in the reader's language, others as they are."""
    names = {
        "agent": reader.gettext("agent"),
        "inventory": reader.gettext("agent of another maker"),
        "snmp": reader.gettext("SNMP"),
        "person": reader.gettext("by hand"),
        "rest": reader.gettext("REST"),
        "derived": reader.gettext("derived"),
        "demo": reader.gettext("demo"),
        "directory": reader.gettext("directory"),
        "model": reader.gettext("default of the model"),
    }
    return names.get(source, source)


def history_row(
    model: Model, class_code: str, entry: Any, other: str, reader: Reader
) -> HistoryRow:
    """Turn one entry of history into words. ``other`` names the far end of a relation."""
    detail: Mapping[str, Any] = entry.detail
    if entry.kind == "created":
        return HistoryRow("created", reader.gettext("First seen"), "", "")
    if entry.kind in {"related", "unrelated"}:
        kind = model.find_relation_type(entry.subject)
        verb = model.label(kind, reader.language) if kind else entry.subject
        return HistoryRow(entry.kind, verb, "", other)
    if entry.kind == "section":
        return _section_row(entry.subject, detail, reader)
    if entry.kind in _IDENTITY:
        return HistoryRow(entry.kind, _identity_text(entry.kind, reader), "", other)
    if entry.kind == "event":
        return HistoryRow("event", _event_text(entry.subject, reader), "", "")
    if entry.kind == "party":
        return HistoryRow("party", reader.gettext("People and groups"), "", "")
    attribute = model.find_attribute(entry.subject, ClassCode(class_code))
    label = model.label(attribute, reader.language) if attribute else entry.subject
    old = show_value(attribute, detail.get("old"), reader).text
    new = show_value(attribute, detail.get("new"), reader).text
    return HistoryRow("changed", label, old, new)


_IDENTITY = frozenset({"merged", "unmerged", "split"})


def _identity_text(kind: str, reader: Reader) -> str:
    names = {
        "merged": reader.gettext("Merged with another item"),
        "unmerged": reader.gettext("The merge was taken back"),
        "split": reader.gettext("A part became an item of its own"),
    }
    return names[kind]


def _event_text(subject: str, reader: Reader) -> str:
    """Return what a device announced by itself."""
    names = {
        "cold_start": reader.gettext("Started anew"),
        "warm_start": reader.gettext("Restarted without losing its state"),
        "authentication_failure": reader.gettext("Turned away somebody with wrong credentials"),
    }
    return names.get(subject, subject)


def _section_row(name: str, detail: Mapping[str, Any], reader: Reader) -> HistoryRow:
    label = section_label(name, reader)
    if "first" in detail:
        many = int(detail["first"])
        return HistoryRow(
            "section",
            label,
            "",
            reader.ngettext("%(num)d entry", "%(num)d entries", many) % {"num": many},
        )
    if "member" in detail:
        what = f"{label}: {detail['member']}"
        if detail.get("flapping"):
            return HistoryRow("section", what, "", reader.gettext("keeps coming and going"))
        old, new = _what_differs(name, detail.get("old"), detail.get("new"))
        return HistoryRow("section", what, _plain(old), _plain(new))
    counts = {key: len(detail.get(key, ())) for key in ("added", "removed", "changed")}
    text = reader.gettext("%(added)s added, %(removed)s removed, %(changed)s changed") % counts
    return HistoryRow("section", label, "", text)


#: Of what the member's name says already, the rest is enough.
_NAMED_BY = {
    "listeners": ("protocol", "address", "port"),
    "connections": ("protocol", "process", "remote_address", "remote_port"),
}


def _what_differs(section: str, old: Any, new: Any) -> tuple[Any, Any]:
    """Return two rows without the members that say the same, or what the name says."""
    hidden: set[str] = set(_NAMED_BY.get(section, ("name",)))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        hidden |= {key for key in old if key in new and old[key] == new[key]}
    return _without(old, hidden), _without(new, hidden)


def _without(row: Any, hidden: Collection[str]) -> Any:
    if not isinstance(row, Mapping):
        return row
    return {key: value for key, value in row.items() if key not in hidden}


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        said = {key: part for key, part in value.items() if part not in (None, "", [])}
        told = [f"{key} {_plain(part)}" for key, part in said.items()]
        return ", ".join(told)[:200]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_plain(part) for part in value)[:200]
    return str(value)
