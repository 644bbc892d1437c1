"""Contracts in words."""

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


def alarm_tone(step: int | None) -> str:
    """Return how urgent an end is.

    >>> alarm_tone(30), alarm_tone(90), alarm_tone(None)
    ('bad', 'warn', 'neutral')
    """
    if step is None:
        return "neutral"
    return "bad" if step <= 30 else "warn"
