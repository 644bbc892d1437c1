"""The class model in forms: from fields to entries and back, and faults in the reader's words."""

import re
from collections.abc import Mapping
from typing import Any

from web.presenters.reader import Reader

LANGUAGES = ("en", "es", "ru")
_SEPARATOR = "|"


def label_from(form: Mapping[str, str], name: str = "label") -> dict[str, str]:
    """Return a name by language from the fields ``label_en``, ``label_es``, ``label_ru``.

    >>> label_from({"label_en": " Door ", "label_es": ""})
    {'en': 'Door'}
    """
    given = {language: form.get(f"{name}_{language}", "").strip() for language in LANGUAGES}
    return {language: text for language, text in given.items() if text}


def choices_from(text: str) -> dict[str, dict[str, str]]:
    """Return choices from lines of "code = English | Spanish | Russian".

    >>> choices_from("red = Red | Rojo")
    {'red': {'en': 'Red', 'es': 'Rojo'}}
    """
    found: dict[str, dict[str, str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        code, _, rest = line.partition("=")
        words = [word.strip() for word in (rest or code).split(_SEPARATOR)]
        found[code.strip()] = {
            language: word for language, word in zip(LANGUAGES, words, strict=False) if word
        }
    return found


def choices_text(choices: Any) -> str:
    """Return the lines that ``choices_from`` reads."""
    lines = []
    for code, labels in choices.items():
        words = [labels.get(language, "") for language in LANGUAGES]
        while words and not words[-1]:
            words.pop()
        lines.append(f"{code} = {f' {_SEPARATOR} '.join(words)}")
    return "\n".join(lines)


def number_from(text: str) -> float | int | str | None:
    """Return the number of a field; what is none stays text, for the model to refuse by name.

    >>> number_from("7"), number_from("2.5"), number_from("many"), number_from("")
    (7, 2.5, 'many', None)
    """
    text = text.strip()
    if not text:
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def codes_from(text: str) -> list[str]:
    """Return the codes of a field that takes several, by comma or space."""
    return [code for code in re.split(r"[\s,]+", text.strip()) if code]


def keys_from(text: str) -> list[list[str]]:
    r"""Return the keys of a field: one a line, their attributes by comma or space.

    >>> keys_from("provider, account_id\nurl")
    [['provider', 'account_id'], ['url']]
    """
    return [codes for line in text.splitlines() if (codes := codes_from(line))]


def field_errors(errors: Mapping[str, str], entry: str, reader: Reader) -> dict[str, str]:
    """Return faults by the fields of a form; those about other definitions stand above it."""
    found: dict[str, str] = {}
    others = []
    for name, fault in errors.items():
        told = model_fault_text(fault, reader)
        if name == entry:
            found["choices" if "have choices" in fault else "code"] = told
        elif name.startswith(f"{entry}."):
            found[name.removeprefix(f"{entry}.")] = told
        else:
            others.append(f"{name}: {told}" if name else told)
    if others:
        found[""] = " ".join(others)
    return found


def model_fault_text(fault: str, reader: Reader) -> str:
    """Return a fault of a definition in the reader's words; one without words as it is."""
    gettext = reader.gettext
    patterns = (
        (r"is required|must give at least the English name", gettext("Please fill this in.")),
        (
            r"must be lower-case .*|a code is lower-case .*",
            gettext("Lower-case letters, digits and underscores, a letter first."),
        ),
        (r"its parent '(?P<code>.*)' does not exist", gettext("There is no class %(code)s.")),
        (r"there is no class '(?P<code>.*)'", gettext("There is no class %(code)s.")),
        (
            r"there is no relationship type '(?P<code>.*)'",
            gettext("There is no relationship type %(code)s."),
        ),
        (
            r"attributes of type choice, and no others, have choices",
            gettext("An attribute of the type choice needs choices; others have none."),
        ),
        (
            r"the class inherits this code from '(?P<code>.*)'",
            gettext("The class inherits an attribute of this code from %(code)s."),
        ),
        (
            r"stands more than \d+ steps .*",
            gettext("The class would stand too deep in the tree, or above itself."),
        ),
        (
            r"a (class|attribute|relation|suggestion) named .* exists already",
            gettext("This code is taken."),
        ),
        (r"must be a number", gettext("This must be a number.")),
        (r"must lie between 0 and 1", gettext("This must lie between 0 and 1.")),
        (r"must be the name of an icon", gettext("This is no name of an icon.")),
        (r"must lie between 0 and 200", gettext("This must lie between 0 and 200.")),
        (
            r"there is no evidence '(?P<code>.*?)'.*",
            gettext("There is no kind of evidence %(code)s."),
        ),
        (
            r"the class (?P<owner>.*) has no attribute '(?P<code>.*)'",
            gettext("The class %(owner)s has no attribute %(code)s."),
        ),
        (
            r"must be a list of at most 5 lists of attributes|each key is 1 to 5 different .*",
            gettext("At most five keys, each of one to five different attributes."),
        ),
        (
            r"only the evidence key is made of attributes",
            gettext("Only identifying attributes are made of attributes."),
        ),
    )
    for pattern, sentence in patterns:
        if found := re.fullmatch(pattern, fault, re.DOTALL):
            return sentence % found.groupdict()
    return fault


def step_text(step: Any, reader: Reader) -> str:
    """Return what a step of a plan does, as in "add class door_lock"."""
    acts = {
        "add": reader.gettext("add"),
        "change": reader.gettext("change"),
        "remove": reader.gettext("take away"),
    }
    kinds = {
        "class": reader.gettext("class"),
        "attribute": reader.gettext("attribute"),
        "relation": reader.gettext("relationship type"),
        "suggestion": reader.gettext("suggestion"),
        "identity": reader.gettext("rule of identity"),
    }
    return f"{acts[step.act]}: {kinds[step.kind]} {step.code}"


def type_names(reader: Reader) -> list[tuple[str, str]]:
    """Return the types of attributes with their names."""
    gettext = reader.gettext
    return [
        ("text", gettext("text")),
        ("boolean", gettext("yes or no")),
        ("integer", gettext("whole number")),
        ("decimal", gettext("number")),
        ("money", gettext("money")),
        ("date", gettext("date")),
        ("datetime", gettext("date and time")),
        ("choice", gettext("choice")),
        ("version", gettext("version")),
        ("ip", gettext("IP address")),
        ("prefix", gettext("network")),
        ("mac", gettext("MAC address")),
        ("reference", gettext("reference to an item")),
        ("json", gettext("document (JSON)")),
    ]
