"""The fault tree of a problem: what would take down what it is about, and what is known of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.engine.graph import ItemId
from cmdb.engine.impact.fault_tree import (
    CutSets,
    FaultEvent,
    FaultGate,
    fault_tree,
    minimal_cut_sets,
)
from cmdb.records.items import Item
from cmdb.snapshot.live import LIVE, Snapshot
from server.desk.problems.models import Problem
from server.desk.problems.queries.fault_evidence import FaultEvidence, Times, evidence_about
from server.desk.problems.queries.fault_tops import chosen_top, spans_of, top_events
from server.desk.problems.queries.problems import find_problem
from server.desk.problems.queries.verdicts import SaidVerdict, standing_verdicts, verdicts_on
from server.desk.problems.rules.sight import in_sight
from server.desk.problems.rules.verdicts import Standing, standing_of
from server.foundation.permissions import Actor, Permission
from server.items.blast import takes_part
from server.items.impacts.hints import ChangeReader, no_changes
from server.items.impacts.naming import NamedItem, group_names, name_items

#: Steps down that are opened unless more are asked for, and at most.
DEPTH, DEEPEST = 4, 10
#: Items that are tried two by two, the nearest: a page waits for it, and it grows by the square.
_PAIRED = 150


@dataclass(frozen=True, slots=True)
class TreeQuestion:
    """Which item is the top event (None: what fits best), and how many steps are opened."""

    top: int | None = None
    depth: int = DEPTH


@dataclass(frozen=True, slots=True)
class ToldGate:
    """A gate with the name of its group; ``gate`` says what it needs."""

    gate: FaultGate
    name: str
    inputs: Sequence["ToldEvent"]


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event with what is known of its item; all of it is None where it is out of sight."""

    event: FaultEvent
    item: NamedItem | None
    evidence: FaultEvidence | None
    verdict: SaidVerdict | None
    gates: Sequence[ToldGate]


@dataclass(frozen=True, slots=True)
class ToldCut:
    """Items that take the top event down when all of them fail, and how that stands."""

    items: Sequence[NamedItem]
    standing: Standing


@dataclass(frozen=True, slots=True)
class FaultTreeAnswer:
    """The tree, the causes of one and two items, and what people hold of them.

    ``tops`` may be chosen as top event. ``event`` is None where nothing can be drawn: no item is
    named, or it takes no part in impact (``outside``). ``hidden_cuts`` hold an item out of sight:
    None without the right to count. ``untried`` items were too many to be tried two by two.
    ``below`` counts all items with a part in it, likewise.
    """

    problem: Problem
    tops: Sequence[Item]
    top: Item | None
    depth: int
    sequence: int
    said: Sequence[SaidVerdict]
    event: ToldEvent | None = None
    cuts: Sequence[ToldCut] = ()
    hidden_cuts: int | None = None
    untried: int = 0
    below: int | None = None
    outside: bool = False


def fault_tree_of(
    session: Session,
    actor: Actor,
    reference: str | int,
    question: TreeQuestion,
    now: datetime,
    changes_of: ChangeReader = no_changes,
) -> FaultTreeAnswer:
    """Return the fault tree of a problem, computed on the whole graph as it is now.

    Raises ``NotFound``; ``InvalidValue`` for a top event that the problem and its tickets do not
    name, or that is out of sight.
    """
    problem = find_problem(session, actor, reference)
    tops = top_events(session, actor, problem.id)
    top = chosen_top(tops, question.top)
    snapshot = LIVE.at(session)
    said = verdicts_on(session, actor, problem.id)
    depth = min(max(question.depth, 1), DEEPEST)
    drawn = top is not None and takes_part(snapshot.engine, ItemId(top.id))
    if top is None or not drawn:
        return FaultTreeAnswer(
            problem, tops, top, depth, snapshot.sequence, said, outside=top is not None
        )
    tree = fault_tree(snapshot.engine, ItemId(top.id), depth)
    cuts = minimal_cut_sets(snapshot.engine, ItemId(top.id), _PAIRED)
    counts = actor.may(Permission.IMPACT_COUNT_HIDDEN)
    ids = {int(one.item) for one in tree.event.events()} | {*cuts.single, *sum(cuts.pairs, ())}
    names = name_items(session, actor, snapshot, ids)
    event = in_sight(tree.event, names, counts=counts)
    verdicts = standing_verdicts(said)
    told = _told_cuts(cuts, names, {item: one.row.verdict for item, one in verdicts.items()})
    telling = _Telling(session, actor, snapshot, names, verdicts)
    return FaultTreeAnswer(
        problem,
        tops,
        top,
        depth,
        snapshot.sequence,
        said,
        telling.told(event, Times(now, spans_of(session, actor, problem)), changes_of),
        told,
        len(cuts.single) + len(cuts.pairs) - len(told) if counts else None,
        cuts.untried,
        tree.below if counts else None,
    )


class _Telling:
    """Puts names, evidence and verdicts to the events of one tree."""

    def __init__(
        self,
        session: Session,
        actor: Actor,
        snapshot: Snapshot,
        names: Mapping[int, NamedItem],
        verdicts: Mapping[int, SaidVerdict],
    ) -> None:
        self._session = session
        self._actor = actor
        self._snapshot = snapshot
        self._names = names
        self._verdicts = verdicts
        self._evidence: Mapping[int, FaultEvidence] = {}
        self._groups: Mapping[int, str] = {}

    def told(self, event: FaultEvent, times: Times, changes_of: ChangeReader) -> ToldEvent:
        """Return the tree below an event as the reader is told it."""
        events = list(event.events())
        ids = sorted({int(one.item) for one in events} & self._names.keys())
        self._evidence = evidence_about(
            self._session, self._actor, ids, self._snapshot, times, changes_of
        )
        groups = sorted({gate.group_id for one in events for gate in one.gates if gate.group_id})
        self._groups = group_names(self._session, groups, self._snapshot.sequence)
        return self._event(event)

    def _event(self, event: FaultEvent) -> ToldEvent:
        item = int(event.item)
        return ToldEvent(
            event,
            self._names.get(item),
            self._evidence.get(item),
            self._verdicts.get(item),
            [
                ToldGate(
                    gate,
                    self._groups.get(gate.group_id or 0, ""),
                    [self._event(one) for one in gate.inputs],
                )
                for gate in event.gates
            ],
        )


def _told_cuts(
    cuts: CutSets, names: Mapping[int, NamedItem], verdicts: Mapping[int, str]
) -> list[ToldCut]:
    """Return the cut sets whose items are all in sight: what is ruled out last."""
    sets = [(item,) for item in cuts.single] + [*cuts.pairs]
    told = [
        ToldCut([names[item] for item in one], standing_of(one, verdicts))
        for one in sets
        if names.keys() >= {*one}
    ]
    order = ("confirmed", "suspected", "open", "ruled_out")
    told.sort(
        key=lambda one: (order.index(one.standing), len(one.items), [i.name for i in one.items])
    )
    return told
