"""Two people changed the same thing: what the other one saved, beside what was typed."""

from collections.abc import Mapping


def saved_meanwhile(
    typed: Mapping[str, str], stored: object, labels: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return (label, stored value) of the typed fields that differ from what is stored.

    >>> from types import SimpleNamespace
    >>> saved_meanwhile({"email": "a@x"}, SimpleNamespace(email="b@x"), {"email": "E-mail"})
    [('E-mail', 'b@x')]
    """
    found = []
    for name, label in labels.items():
        value = getattr(stored, name, None)
        text = "" if value is None else str(value)
        if name in typed and typed[name].strip() != text:
            found.append((label, text))
    return found
