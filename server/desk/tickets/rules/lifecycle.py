"""Which step a ticket may take, and what must come with it."""

from collections.abc import Mapping

from cmdb.errors import InvalidValue
from server.desk.tickets.rules.words import Move, Words
from server.foundation.errors import IllegalMove


def plan_move(words: Words, kind: str, current: str, wanted: str, given: Mapping[str, str]) -> Move:
    """Return the step from ``current`` to ``wanted``.

    ``given`` holds what came with it (reason, resolution_code, resolution_text). Raises
    ``IllegalMove`` naming both states, ``InvalidValue`` naming every field that is missing.
    """
    if wanted not in words.states:
        raise InvalidValue({"state": f"must be one of {', '.join(words.states)}"})
    move = words.moves.get((current, wanted))
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
