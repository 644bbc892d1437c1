"""What can go wrong in the register, named for what happened. No HTTP here."""

from collections.abc import Mapping
from datetime import datetime


class CadastreError(Exception):
    """The root of every error raised on purpose; its text may be shown to a person."""


class InvalidValue(CadastreError):
    """One or more values cannot be accepted.

    ``fields`` maps a field's name (dotted path) to what is wrong with it, in English.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = dict(fields)
        super().__init__("; ".join(f"{name}: {why}" for name, why in self.fields.items()))


class NotFound(CadastreError):
    """There is no such thing, or the actor may not see it: the two are never told apart."""

    def __init__(self, kind: str, reference: object) -> None:
        self.kind = kind
        self.reference = reference
        super().__init__(f"{kind} {reference} does not exist")


class ItemNotFound(NotFound):
    """No item of that id, or it is out of sight."""

    def __init__(self, reference: object) -> None:
        super().__init__("item", reference)


class Conflict(CadastreError):
    """The request is well formed but does not fit what is stored now."""


class DuplicateName(Conflict):
    """A name that must be unique is taken."""

    def __init__(self, kind: str, field: str, name: str) -> None:
        self.field = field
        super().__init__(f"a {kind} named {name!r} exists already")


class StaleVersion(Conflict):
    """Somebody else has changed the thing since it was read."""


class HistoryNotKept(CadastreError):
    """The moment asked for lies before the horizon of retention.

    ``since`` is the first moment of which the past is known.
    """

    def __init__(self, since: datetime) -> None:
        self.since = since
        super().__init__(f"what was before {since.isoformat(timespec='seconds')} is not kept")
