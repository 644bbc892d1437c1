"""The desk's words as values: kinds, states, moves, levels, lists, categories and their fields."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

#: Language to text: {"en": ..., "es": ..., "ru": ...}.
Labels = Mapping[str, str]

WORKER, REQUESTER = "worker", "requester"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of ticket. ``failure``: its affected items count as failed."""

    code: str
    prefix: str
    failure: bool
    labels: Labels


@dataclass(frozen=True, slots=True)
class State:
    """Where a ticket stands.

    ``open``: there is work to do; ``pauses``: clocks stand still; ``solved``: how it was solved is
    kept on the way there.
    """

    code: str
    open: bool
    labels: Labels
    pauses: bool = False
    solved: bool = False
    #: The state to which the requester's answer takes a ticket back; "" leaves it.
    answered: str = ""
    first: bool = False
    #: A ticket stands in it that was handed over and nobody has accepted yet.
    handover: bool = False
    #: The state to which the first public word of a worker takes a ticket; "" leaves it.
    taken_up: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A step of the life cycle: what must come with it, for which kinds (none: all), by whom."""

    start: str
    end: str
    requires: tuple[str, ...] = ()
    who: tuple[str, ...] = (WORKER,)
    kinds: tuple[str, ...] = ()

    @property
    def requester(self) -> bool:
        """Say whether the requester may take it."""
        return REQUESTER in self.who


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a ticket's own that categories ask for."""

    code: str
    type: str
    labels: Labels
    choices: Mapping[str, Labels]


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the first or the second level, with all fields it asks for."""

    code: str
    labels: Labels
    parent: str = ""
    fields: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RemoteLink:
    """A way to take over a machine: for items of these classes and of those below them."""

    code: str
    labels: Labels
    classes: tuple[str, ...]
    #: A template, as ``rules.remote`` reads it.
    url: str


@dataclass(frozen=True)
class Words:
    """All of them. The order of each mapping is the order in which people choose."""

    kinds: Mapping[str, Kind]
    states: Mapping[str, State]
    moves: tuple[Move, ...]
    urgencies: Mapping[str, Labels]
    impacts: Mapping[str, Labels]
    matrix: Mapping[str, Mapping[str, int]]
    priorities: Mapping[int, Labels]
    channels: Mapping[str, Labels]
    resolutions: Mapping[str, Labels]
    fields: Mapping[str, Field]
    categories: Mapping[str, Category]
    remote_links: Mapping[str, RemoteLink]

    @property
    def first_state(self) -> str:
        """Return where a ticket begins: the state that says so, else the first one that is open."""
        states = self.states.values()
        marked = (state.code for state in states if state.first)
        return next(marked, next(state.code for state in states if state.open))

    @property
    def handover_state(self) -> State | None:
        """Return where a ticket stands that was handed over, if these words have such a state."""
        return next((state for state in self.states.values() if state.handover), None)

    def accepted_state(self, kind: str, state: str) -> str:
        """Return where a ticket goes when somebody accepts it: the first step to work on it."""
        for move in self.moves_from(kind, state):
            end = self.states[move.end]
            if end.open and not end.pauses and not end.handover:
                return move.end
        return state

    @cached_property
    def _steps(self) -> Mapping[str, Mapping[tuple[str, str], Move]]:
        return {kind: dict(_steps_of(kind, self.moves)) for kind in self.kinds}

    def move(self, kind: str, start: str, end: str) -> Move | None:
        """Return the step of a kind of ticket from one state to another, if there is one."""
        return self._steps.get(kind, {}).get((start, end))

    def moves_from(self, kind: str, state: str) -> list[Move]:
        """Return the steps that lead away from ``state`` for a kind of ticket."""
        return [move for move in self._steps.get(kind, {}).values() if move.start == state]

    def fields_of(self, category: str) -> list[Field]:
        """Return the fields that a category asks for; none for one that is not known."""
        found = self.categories.get(category)
        return [self.fields[code] for code in found.fields] if found else []

    def is_failure(self, kind: str) -> bool:
        """Say whether the affected items of a kind of ticket count as failed."""
        found = self.kinds.get(kind)
        return found is not None and found.failure


def _steps_of(kind: str, moves: tuple[Move, ...]) -> Iterator[tuple[tuple[str, str], Move]]:
    """Yield the steps of a kind, those meant for it alone last, so that they win."""
    for own in (False, True):
        for move in moves:
            if bool(move.kinds) == own and (not own or kind in move.kinds):
                yield (move.start, move.end), move
