"""An order in words, as it stands on its ticket: in the language of whom it is for."""

from collections.abc import Mapping
from typing import Any

from cmdb.model.values import label_of
from server.desk.catalogue.rules.offering import FormField, OfferingForm

_TRUTHS: Mapping[str, tuple[str, str]] = {
    "en": ("no", "yes"),
    "es": ("no", "sí"),
    "ru": ("нет", "да"),
}
_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "waits": {
        "en": "Waits for approval",
        "es": "Pendiente de aprobación",
        "ru": "Ожидает согласования",
    },
    "rejected": {
        "en": "Not approved: {comment} ({name})",
        "es": "No aprobado: {comment} ({name})",
        "ru": "Отказано: {comment} ({name})",
    },
    "withdrawn": {
        "en": "Withdrawn: {comment}",
        "es": "Retirado: {comment}",
        "ru": "Отозвано: {comment}",
    },
}


def sentence(code: str, language: str, **values: str) -> str:
    """Return a sentence about an order that its ticket keeps.

    >>> sentence("rejected", "es", comment="Sin presupuesto", name="Ana")
    'No aprobado: Sin presupuesto (Ana)'
    """
    return label_of(_SENTENCES[code], language).format_map(values)


def told_value(
    field: FormField, value: Any, names: Mapping[tuple[str, int], str], language: str
) -> str:
    """Return an answer as people read it.

    ``names`` are those of items, people and files, by ("item", id), ("person", id), ("file", id).
    """
    if value is None:
        return ""
    if field.type == "boolean":
        truths = _TRUTHS.get(language, _TRUTHS["en"])
        return truths[bool(value)]
    if field.type in ("choice", "choices"):
        chosen = value if isinstance(value, list) else [value]
        choices = field.choices or {}
        return ", ".join(label_of(choices.get(one, {}), language) or one for one in chosen)
    if field.type in ("item", "person", "file"):
        return names.get((field.type, value), f"#{value}")
    return str(value)


def description(
    form: OfferingForm,
    answers: Mapping[str, Any],
    names: Mapping[tuple[str, int], str],
    language: str,
) -> str:
    """Return the answers in the order of the form, a line each; long ones below their question."""
    lines = []
    for field in form.fields:
        if field.code not in answers:
            continue
        told = told_value(field, answers[field.code], names, language)
        between = "\n" if "\n" in told else " "
        lines.append(f"{label_of(field.labels, language)}:{between}{told}")
    return "\n".join(lines)
