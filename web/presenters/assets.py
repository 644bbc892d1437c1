"""Contracts and models in words."""

from collections.abc import Mapping
from typing import Any

from web.presenters.reader import Reader


def contract_kind(kind: str, reader: Reader) -> str:
    """Return what kind of promise a contract is."""
    names = {
        "warranty": reader.gettext("Warranty"),
        "support": reader.gettext("Support"),
        "service": reader.gettext("Service"),
        "lease": reader.gettext("Lease"),
        "licence": reader.gettext("Licence"),
    }
    return names.get(kind, kind)


def contract_states(reader: Reader) -> dict[str, str]:
    """Return what the list of contracts can be narrowed to, by code; "" is shown unasked."""
    return {
        "": reader.gettext("Not ended"),
        "running": reader.gettext("In force"),
        "ending": reader.gettext("Ending within 90 days"),
        "over": reader.gettext("Ended"),
        "every": reader.gettext("All contracts"),
    }


def alarm_tone(step: int | None) -> str:
    """Return how urgent an end is.

    >>> alarm_tone(30), alarm_tone(90), alarm_tone(None)
    ('bad', 'warn', 'neutral')
    """
    if step is None:
        return "neutral"
    return "bad" if step <= 30 else "warn"


def defaults_from(text: str) -> dict[str, Any]:
    r"""Return a model's defaults from lines of "attribute = value"; lists by comma in brackets.

    >>> defaults_from("rack_height = 2\n\nmac_addresses = [a, b]")
    {'rack_height': '2', 'mac_addresses': ['a', 'b']}
    """
    found: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, value = (part.strip() for part in line.partition("="))
        if value.startswith("[") and value.endswith("]"):
            found[name] = [one.strip() for one in value[1:-1].split(",") if one.strip()]
        else:
            found[name] = value
    return found


def defaults_text(defaults: Mapping[str, Any]) -> str:
    """Return the lines that ``defaults_from`` reads."""
    return "\n".join(f"{name} = {_value(value)}" for name, value in sorted(defaults.items()))


def _value(value: Any) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
