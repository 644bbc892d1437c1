"""What happened to a ticket, and what of it each promise is about."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from server.desk.sla.rules.agreements import Agreements
from server.desk.sla.rules.clocks import Stretch, stretches
from server.desk.sla.rules.holders import holder_again
from server.desk.sla.rules.targets import MEASURES, SUPPLIER, Case, Stay, Target, Terms, holder_of

#: (moment, whether it holds from then on), in order.
Changes = tuple[tuple[datetime, bool], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened to a ticket, as far as its clocks are concerned.

    ``runs`` says from when on clocks run, ``opens`` from when on there was work to do.
    ``responded_at`` and ``solved_at`` stop the clocks; solved and reopened again, it is not solved.
    ``handed_at`` is when it was last handed over to another group, ``accepted_at`` when that group
    took it. ``updated_at`` is when the requester last heard from the desk. ``stays`` are the groups
    that had it, in order; ``terms`` the contracts at which targets point.
    """

    ticket_id: int
    case: Case
    opened_at: datetime
    runs: Changes = ()
    responded_at: datetime | None = None
    solved_at: datetime | None = None
    handed_at: datetime | None = None
    accepted_at: datetime | None = None
    updated_at: datetime | None = None
    opens: Changes = ()
    stays: tuple[Stay, ...] = ()
    terms: Terms = field(default_factory=dict)

    def start(self, measure: str) -> datetime | None:
        """Return when the clock of a measure began; None: there is nothing to measure."""
        if measure == "update":
            return self.updated_at or self.opened_at
        return self.handed_at if measure == "handover" else self.opened_at

    def stop(self, measure: str) -> datetime | None:
        """Return what stops the clock of a measure, if anything did."""
        if measure == "handover":
            return self.accepted_at or self.solved_at
        if measure in ("resolve", "update") or self.responded_at is None:
            return self.solved_at
        return min(self.responded_at, self.solved_at or self.responded_at)

    def ran(self, measure: str) -> list[Stretch]:
        """Return when the clock of a measure ran that is no holder's."""
        start = self.start(measure)
        return [] if start is None else _between(self.runs, start, self.stop(measure))

    def handed_to(self) -> Stay | None:
        """Return where it is since it was last handed over."""
        return next((one for one in self.stays[::-1] if one.start == self.handed_at), None)


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise about a ticket; ``holder`` is "" for the requester's, and that of a hand-over.

    ``ran`` is when its clock ran; ``away``: whoever has to keep it does not have the ticket now.
    A first answer that never came before the ticket went on was not stopped by anything.
    """

    measure: str
    holder: str
    target: Target
    started_at: datetime
    stopped_at: datetime | None
    ran: list[Stretch]
    away: bool = False

    @property
    def ended_at(self) -> datetime | None:
        """Return when nothing was asked of anybody any longer: it was kept, or taken away."""
        if self.stopped_at is None and self.measure == "respond" and self.away:
            return self.ran[-1].end if self.ran else self.started_at
        return self.stopped_at

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells it from the others about the same ticket."""
        return self.measure, self.holder


def promises_of(agreements: Agreements, facts: Facts) -> list[Promise]:
    """Return every promise about a ticket: to its requester, of its groups, of suppliers."""
    found = []
    for measure in MEASURES:
        start = facts.start(measure)
        target = agreements.target_for(measure, facts.case, facts.handed_to())
        if target is not None and start is not None:
            stop = facts.stop(measure)
            found.append(Promise(measure, "", target, start, stop, facts.ran(measure)))
    return [*found, *_answers(agreements, facts), *_holders(agreements, facts)]


def _bound(agreements: Agreements, facts: Facts, measure: str) -> list[tuple[str, Target, Stay]]:
    """Return who was bound, by which target and in which stays, in order."""
    found = []
    for stay in facts.stays:
        if facts.solved_at is not None and stay.start >= facts.solved_at:
            break
        target = agreements.target_of(measure, facts.case, stay, facts.terms)
        if target is not None:
            found.append((holder_of(target, stay), target, stay))
    return found


def _answers(agreements: Agreements, facts: Facts) -> list[Promise]:
    """Return the promises to answer first; each time that somebody gets it is one of its own."""
    found: list[Promise] = []
    times: Counter[str] = Counter()
    for holder, target, stay in _bound(agreements, facts, "respond"):
        times[holder] += 1
        name = holder_again(holder, times[holder])
        stop, gone = _answered(facts, stay), stay.end is not None
        ran = _within(facts, stay, stay.answered_at)
        found.append(Promise("respond", name, target, stay.start, stop, ran, gone))
    return found


def _answered(facts: Facts, stay: Stay) -> datetime | None:
    """Return what stopped the clock of a first answer: the answer, or that it was solved."""
    solved = facts.solved_at
    if solved is not None and stay.end is not None and stay.end < solved:
        solved = None
    return min((at for at in (stay.answered_at, solved) if at is not None), default=None)


def _holders(agreements: Agreements, facts: Facts) -> list[Promise]:
    """Return the promises of whoever had the ticket; coming back, it runs on where it stood."""
    held: dict[str, tuple[Target, list[Stay]]] = {}
    for holder, target, stay in _bound(agreements, facts, "resolve"):
        held.setdefault(holder, (target, []))[1].append(stay)
    return [
        Promise(
            target.measure,
            holder,
            target,
            stays[0].start,
            facts.solved_at,
            [one for stay in stays for one in _within(facts, stay)],
            stays[-1].end is not None,
        )
        for holder, (target, stays) in held.items()
    ]


def _within(facts: Facts, stay: Stay, stop: datetime | None = None) -> list[Stretch]:
    """Return when the clock of whoever had it ran: a supplier's also while the desk waits."""
    ends = [at for at in (stay.end, facts.solved_at, stop) if at is not None]
    changes = facts.opens if stay.line == SUPPLIER else facts.runs
    return _between(changes, stay.start, min(ends, default=None))


def _between(changes: Changes, start: datetime, stop: datetime | None) -> list[Stretch]:
    since = [one for one in changes if one[0] >= start]
    before = [holds for at, holds in changes if at < start]
    if before and not before[-1]:
        # It begins while the ticket waits.
        since.insert(0, (start, False))
    return stretches(start, since, stop)
