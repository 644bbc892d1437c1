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
        if name in typed and as_stored(typed[name]) != as_stored(text):
            found.append((label, text))
    return found


def as_stored(text: str) -> str:
    r"""Return what was typed as it is stored; browsers end the lines of a form with CR LF.

    >>> as_stored("Since nine.\r\nNothing prints. ")
    'Since nine.\nNothing prints.'
    """
    return text.replace("\r\n", "\n").strip()
