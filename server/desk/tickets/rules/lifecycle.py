"""Which step a ticket may take, what must come with it, and who may take it."""

from collections.abc import Collection, Mapping

from cmdb.errors import InvalidValue
from server.desk.tickets.rules.words import Move, Words
from server.foundation.errors import IllegalMove


def plan_move(words: Words, kind: str, current: str, wanted: str, given: Mapping[str, str]) -> Move:
    """Return the step from ``current`` to ``wanted`` for a kind of ticket.

    ``given`` holds what came with it (reason, resolution_code, resolution_text) and what stands on
    the ticket already, as text. Raises ``IllegalMove`` naming both states, ``InvalidValue`` naming
    every field that is missing.
    """
    if wanted not in words.states:
        raise InvalidValue({"state": f"must be one of {', '.join(words.states)}"})
    move = words.move(kind, current, wanted)
    if move is None:
        raise IllegalMove(kind, current, wanted)
    problems = {
        field: f"is needed to become {wanted}"
        for field in move.requires
        if not given.get(field, "").strip()
    }
    code = given.get("resolution_code", "")
    if code and code not in words.resolutions:
        problems["resolution_code"] = f"must be one of {', '.join(words.resolutions)}"
    if problems:
        raise InvalidValue(problems)
    return move


def open_moves(words: Words, kind: str, state: str, parts: Collection[str]) -> list[Move]:
    """Return the steps from ``state`` that somebody may take who plays these parts.

    >>> from server.desk.tickets.rules.words import shipped_words
    >>> [move.end for move in open_moves(shipped_words(), "incident", "new", {"requester"})]
    ['cancelled']
    """
    return [move for move in words.moves_from(kind, state) if not set(move.who).isdisjoint(parts)]
