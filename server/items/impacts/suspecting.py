"""What one failure would explain several symptoms: the engine's ranking, with names and changes.

What changed of late is the strongest hint there is: `hints` says how much it makes likelier.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.causes import Cause, CauseQuestion, CauseReport, Tie
from server.foundation.permissions import Actor, Permission
from server.items.blast import takes_part, upstream_of
from server.items.impacts.graphs import AsOf, graph_at
from server.items.impacts.hints import (
    NO_HINT,
    ChangeReader,
    Hint,
    UpstreamChange,
    hints_about,
    no_changes,
)
from server.items.impacts.naming import NamedItem, name_items, named_only
from server.items.queries import require_items

#: How far upstream one looks, and at how many items.
_HOPS = 12
_ITEMS = 5_000


@dataclass(frozen=True, slots=True)
class SymptomQuestion:
    """What suffers now (``symptoms``), and where trouble would show (``watched``; None: anywhere).

    ``at`` is when it began: differences of the 72 hours before are hints.
    """

    symptoms: tuple[int, ...]
    at: datetime
    watched: tuple[int, ...] | None = None
    limit: int = 10
    as_of: AsOf = None


@dataclass(frozen=True, slots=True)
class RankedCause:
    """An item whose failure would explain symptoms; ``item`` is None where it is out of sight.

    ``share`` is how likely it is among those ranked and coincidence. ``silent`` are watched items
    that would suffer and show nothing, ``down`` all items it takes down: None without the right to
    count. ``differences`` were recorded on it in the 72 hours before, the last at ``changed_at``;
    ``changes`` are those in sight whose window touched them.
    """

    item: NamedItem | None
    rank: int
    score: float
    share: float
    explains: Sequence[NamedItem]
    silent: int | None
    down: int | None
    differences: int
    changed_at: datetime | None
    changes: Sequence[UpstreamChange] = ()


@dataclass(frozen=True, slots=True)
class Undecided:
    """Causes that nothing seen tells apart, and the item to look at: one of ``if_down`` if it is.

    Otherwise it was one of the others. ``check`` is None where nothing could tell.
    """

    items: Sequence[NamedItem]
    check: NamedItem | None
    if_down: Sequence[NamedItem]


@dataclass(frozen=True, slots=True)
class JointCause:
    """One of several causes at once, and the symptoms it adds."""

    item: NamedItem | None
    explains: Sequence[NamedItem]


@dataclass(frozen=True, slots=True)
class CauseAnswer:
    """Single causes, best first; ties among them; the best set of several; what is left over."""

    causes: Sequence[RankedCause]
    ties: Sequence[Undecided]
    together: Sequence[JointCause]
    unexplained: Sequence[NamedItem]
    outside: Sequence[int]
    sequence: int


def causes_of(
    session: Session,
    actor: Actor,
    question: SymptomQuestion,
    changes_of: ChangeReader = no_changes,
) -> CauseAnswer:
    """Return what would explain the symptoms, whoever may see it.

    Causes out of sight are told, without a name, only to who may count what is hidden. Raises
    ``ItemNotFound`` for a symptom or a watched item that is out of sight.
    """
    require_items(session, actor, question.symptoms)
    require_items(session, actor, question.watched or ())
    snapshot = graph_at(session, question.as_of)
    inside = [ItemId(one) for one in question.symptoms if takes_part(snapshot.engine, ItemId(one))]
    outside = [one for one in question.symptoms if one not in frozenset(inside)]
    if not inside:
        return CauseAnswer((), (), (), (), outside, snapshot.sequence)
    upstream = upstream_of(snapshot, inside, _HOPS, _ITEMS)
    changed = hints_about(session, actor, list(upstream), question.at, changes_of)
    watched = question.watched
    report = snapshot.engine.causes(
        CauseQuestion(
            symptoms=tuple(inside),
            watched=None
            if watched is None
            else np.intersect1d(np.array(watched, np.int64), snapshot.ids),
            prior={ItemId(item): hint.likelier(question.at) for item, hint in changed.items()},
            limit=question.limit,
        )
    )
    names = name_items(session, actor, snapshot, _mentioned(report), question.as_of)
    return _told(actor, report, names, changed, (outside, snapshot.sequence))


def _mentioned(report: CauseReport) -> set[int]:
    found: set[int] = set(report.unexplained) | set(report.question.symptoms)
    for tie in report.ties:
        found |= set(tie.items) | ({tie.check} if tie.check is not None else set())
    found |= {cause.item for cause in report.ranked}
    return found | {one.item for one in report.together}


def _told(
    actor: Actor,
    report: CauseReport,
    names: Mapping[int, NamedItem],
    changed: Mapping[int, Hint],
    stamp: tuple[Sequence[int], int],
) -> CauseAnswer:
    counted = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    outside, sequence = stamp
    return CauseAnswer(
        causes=[
            _ranked(cause, names, changed, counted=counted)
            for cause in report.ranked
            if counted or cause.item in names
        ],
        ties=[_undecided(tie, names) for tie in report.ties],
        together=[
            JointCause(names.get(one.item), named_only(names, one.explains))
            for one in report.together
            if counted or one.item in names
        ],
        unexplained=named_only(names, report.unexplained),
        outside=outside,
        sequence=sequence,
    )


def _ranked(
    cause: Cause, names: Mapping[int, NamedItem], changed: Mapping[int, Hint], *, counted: bool
) -> RankedCause:
    item = names.get(cause.item)
    hint = changed.get(cause.item, NO_HINT) if item else NO_HINT
    evidence = cause.evidence
    return RankedCause(
        item=item,
        rank=cause.rank,
        score=cause.score,
        share=cause.share,
        explains=named_only(names, sorted(evidence.explains)),
        silent=len(evidence.silent) if counted else None,
        down=evidence.down if counted else None,
        differences=hint.differences,
        changed_at=hint.seen_at,
        changes=[one for one in hint.changes if one.reference is not None],
    )


def _undecided(tie: Tie, names: Mapping[int, NamedItem]) -> Undecided:
    check = names.get(tie.check) if tie.check is not None else None
    if_down = named_only(names, tie.if_down) if check is not None else ()
    return Undecided(named_only(names, tie.items), check, if_down)
