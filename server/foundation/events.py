"""Events: what happened, said in the transaction in which it happened.

An action publishes; the reactions listed in ``server.wiring.REACTIONS`` run before the commit and
only write rows. So all of it happened, or none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

Reaction = Callable[[Session, Any], None]
Reactions = Mapping[type, Sequence[Reaction]]

_MAX_ROUNDS = 100


def publish(session: Session, event: object) -> None:
    """Tell of ``event``; its reactions run at the end of this unit of work."""
    session.info.setdefault("events", []).append(event)


def after_commit(session: Session, act: Callable[[], None]) -> None:
    """Run ``act`` once the transaction is durable. Only for waking somebody up, never for work."""
    session.info.setdefault("after_commit", []).append(act)


def undo(session: Session) -> None:
    """Roll back what was done in this unit of work so far; nobody hears of it, and it goes on."""
    session.rollback()
    for told in ("events", "after_commit"):
        session.info.pop(told, None)


@contextmanager
def whole_or_not(session: Session) -> Iterator[None]:
    """Let what is done within happen wholly or, where it raises, not at all.

    What was undone has not happened: nobody hears of it either.
    """
    events = session.info.setdefault("events", [])
    before = len(events)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del events[before:]
        raise


def drain(session: Session, reactions: Reactions) -> None:
    """Run the reactions to all published events, and to those that these publish in turn."""
    for _ in range(_MAX_ROUNDS):
        events = session.info.pop("events", [])
        if not events:
            return
        for event in events:
            for react in reactions.get(type(event), ()):
                react(session, event)
    raise RuntimeError("reactions keep publishing events: there is a loop in wiring.REACTIONS")
