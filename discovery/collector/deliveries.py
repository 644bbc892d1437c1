"""What a collector hands over, as both ends read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from discovery.findings import DeviceFindings, Unreachable
from discovery.findings.wire import BadDocument, result_from, value_from
from discovery.reach.values import SNMP, Answer, DeviceAnswer, Echoes, Names, PortState, Route

RUNNING = "running"
STATES = (RUNNING, "done", "stopped", "failed")
_MOST_RESULTS = 1000
_ANSWERS: Mapping[str, type[Echoes | PortState | Route | Names | DeviceAnswer]] = {
    "ping": Echoes,
    "tcp": PortState,
    "route": Route,
    "names": Names,
    SNMP: DeviceAnswer,
}


@dataclass(frozen=True, slots=True)
class CannotAsk:
    """A check that could not be made from there."""

    reason: str


Said = DeviceFindings | Unreachable | Answer | CannotAsk


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep has come."""

    total: int
    asked: int
    answered: int
    read: int


@dataclass(frozen=True, slots=True)
class Head:
    """A delivery without its results; ``first`` is the number of the first of them, from 1."""

    errand: int
    attempt: int
    first: int
    state: str
    reason: str = ""
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One result, and when it came there (seconds since 1970)."""

    said: Said
    at: float


def delivery_from(document: object) -> tuple[Head, list[Result]]:
    """Read a delivery. Raises BadDocument."""
    head = value_from(Head, document, "body")
    if head.state not in STATES:
        raise BadDocument(f"body.state is not one of {', '.join(STATES)}")
    if head.first < 1:
        raise BadDocument("body.first must be at least 1")
    if not isinstance(document, Mapping) or not isinstance(document.get("results"), list):
        raise BadDocument("body.results must be a list")
    rows: list[Any] = document["results"]
    if len(rows) > _MOST_RESULTS:
        raise BadDocument(f"body.results must hold at most {_MOST_RESULTS}")
    return head, [_result(row) for row in rows]


def _result(row: object) -> Result:
    if not isinstance(row, Mapping):
        raise BadDocument("a result must be an object")
    at = row.get("at")
    if not isinstance(at, int | float) or isinstance(at, bool):
        raise BadDocument("a result does not say when it came")
    return Result(_said(row), float(at))


def _said(row: Mapping[str, Any]) -> Said:
    if "cannot" in row:
        return CannotAsk(str(row["cannot"])[:500])
    for name, kind in _ANSWERS.items():
        if name in row:
            return value_from(kind, row[name], name)
    return result_from(row)
