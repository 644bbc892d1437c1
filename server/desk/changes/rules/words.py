"""The words of changes as data: kinds, states, moves; read once from a file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cmdb.errors import InvalidValue
from server.foundation.errors import IllegalMove

#: Language to text: {"en": ..., "es": ..., "ru": ...}.
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class State:
    """Where a change stands. ``frozen``: an edit voids approvals and leads back to assessment."""

    code: str
    open: bool
    editable: bool
    frozen: bool
    labels: Labels


@dataclass(frozen=True, slots=True)
class Words:
    """All of them. ``moves`` are the steps a person takes, with the fields each one needs."""

    kinds: Mapping[str, Labels]
    states: Mapping[str, State]
    moves: Mapping[tuple[str, str], tuple[str, ...]]
    #: What is said of a change after its window.
    verdicts: Mapping[str, Labels]

    @property
    def first_state(self) -> str:
        """Return where a change begins."""
        return next(iter(self.states))

    def moves_from(self, state: str) -> list[str]:
        """Return the states that a person may lead to from ``state``."""
        return [end for start, end in self.moves if start == state]


@cache
def shipped_words() -> Words:
    """Return the words that every installation begins with."""
    text = files("server.desk.changes.rules").joinpath("shipped.toml").read_text("utf-8")
    return read_words(tomllib.loads(text))


def read_words(data: Mapping[str, Any]) -> Words:
    """Return the words of a document. Raises ``ValueError`` for a move between unknown states."""
    states = {
        code: State(
            code,
            entry.get("open", False),
            entry.get("editable", False),
            entry.get("frozen", False),
            entry["labels"],
        )
        for code, entry in data["states"].items()
    }
    moves = {
        (start, entry["to"]): tuple(entry.get("requires", ()))
        for entry in data["moves"]
        for start in entry["from"]
    }
    strangers = {state for ends in moves for state in ends} - set(states)
    if strangers:
        raise ValueError(f"moves name unknown states: {', '.join(sorted(strangers))}")
    return Words(data["kinds"], states, moves, data.get("verdicts", {}))


def check_move(words: Words, current: str, wanted: str, given: Mapping[str, str]) -> None:
    """Raise ``IllegalMove`` naming both states, or ``InvalidValue`` naming what is missing."""
    if wanted not in words.states:
        raise InvalidValue({"state": f"must be one of {', '.join(words.states)}"})
    requires = words.moves.get((current, wanted))
    if requires is None:
        raise IllegalMove("change", current, wanted)
    missing = {name for name in requires if not given.get(name, "").strip()}
    if missing:
        raise InvalidValue(dict.fromkeys(sorted(missing), f"is needed to become {wanted}"))
