"""What happened to people, for reactions elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonDeactivated:
    """Somebody left or was disabled; they can no longer sign in."""

    person_id: int


@dataclass(frozen=True, slots=True)
class GlassBroken:
    """Somebody took rights, or was let in, for an emergency."""

    use_id: int


@dataclass(frozen=True, slots=True)
class PersonReactivated:
    """Somebody came back."""

    person_id: int
