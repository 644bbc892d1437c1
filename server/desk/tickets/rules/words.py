"""The desk's words as data: kinds, states and moves, levels, lists; read once from a file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

#: Language to text: {"en": ..., "es": ..., "ru": ...}.
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of ticket. ``failure``: its affected items count as failed."""

    code: str
    prefix: str
    failure: bool
    labels: Labels


@dataclass(frozen=True, slots=True)
class State:
    """Where a ticket stands. ``open``: there is work to do."""

    code: str
    open: bool
    labels: Labels


@dataclass(frozen=True, slots=True)
class Move:
    """A step of the life cycle, and the fields that must come with it."""

    start: str
    end: str
    requires: tuple[str, ...] = ()
    requester: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """All of them. The order of each mapping is the order in which people choose."""

    kinds: Mapping[str, Kind]
    states: Mapping[str, State]
    moves: Mapping[tuple[str, str], Move]
    urgencies: Mapping[str, Labels]
    impacts: Mapping[str, Labels]
    matrix: Mapping[str, Mapping[str, int]]
    priorities: Mapping[int, Labels]
    channels: Mapping[str, Labels]
    resolutions: Mapping[str, Labels]
    categories: Mapping[str, Labels]

    @property
    def first_state(self) -> str:
        """Return where a ticket begins."""
        return next(iter(self.states))

    def moves_from(self, state: str) -> list[Move]:
        """Return the steps that lead away from ``state``."""
        return [move for move in self.moves.values() if move.start == state]


@cache
def shipped_words() -> Words:
    """Return the words that every installation begins with."""
    text = files("server.desk.tickets.rules").joinpath("shipped.toml").read_text("utf-8")
    return read_words(tomllib.loads(text))


def read_words(data: Mapping[str, Any]) -> Words:
    """Return the words of a document. Raises ``ValueError`` when they contradict each other."""
    words = Words(
        kinds={
            code: Kind(code, entry["prefix"], entry.get("failure", False), entry["labels"])
            for code, entry in data["kinds"].items()
        },
        states={
            code: State(code, entry.get("open", False), entry["labels"])
            for code, entry in data["states"].items()
        },
        moves={(move.start, move.end): move for move in _moves(data["moves"])},
        urgencies=data["urgencies"],
        impacts=data["impacts"],
        matrix=data["matrix"],
        priorities={int(number): labels for number, labels in data["priorities"].items()},
        channels=data["channels"],
        resolutions=data["resolutions"],
        categories=data["categories"],
    )
    _check(words)
    return words


def _moves(entries: list[Mapping[str, Any]]) -> list[Move]:
    return [
        Move(start, entry["to"], tuple(entry.get("requires", ())), entry.get("requester", False))
        for entry in entries
        for start in entry["from"]
    ]


def _check(words: Words) -> None:
    strangers = {state for ends in words.moves for state in ends} - set(words.states)
    if strangers:
        raise ValueError(f"moves name unknown states: {', '.join(sorted(strangers))}")
    cells = {(impact, urgency) for impact in words.impacts for urgency in words.urgencies}
    filled = {(impact, urgency) for impact, row in words.matrix.items() for urgency in row}
    if cells != filled:
        raise ValueError("the matrix must give a priority for every impact and urgency")
    used = {priority for row in words.matrix.values() for priority in row.values()}
    if not used <= set(words.priorities):
        raise ValueError("the matrix gives a priority that has no name")
