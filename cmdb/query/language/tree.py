"""What a query consists of once it is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operand:
    """One value as it was written; ``exact`` when it stood in quotes, where * is a plain star."""

    text: str
    at: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison: any of the operands will do. An empty ``field`` is a bare word."""

    field: str
    operator: str
    operands: tuple[Operand, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    inner: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """What must all hold."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """What must hold at least once."""

    parts: tuple["Node", ...]


Node = Term | Not | All | Any
