"""Weighs evidence for and against one candidate.

Every value that a candidate shares speaks for it, every kind in which it differs speaks against
it. A value that many items carry is worth a share of its weight; a weak kind (a name) never decides
alone. Where two or more kinds that are bolted to the machine are known on both sides and none of
them proves the same machine, it is another one, whatever the software on it says: that is what a
cloned image looks like. When the known machine has been silent for a day and kept its name, it may
also have been restored or moved to other hardware: a person decides.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from cmdb.engine.identity.knowledge import Weight, knowledge
from cmdb.engine.identity.serials import KINDS as SERIAL_KINDS
from cmdb.engine.identity.serials import hidden_uuid, likeness
from cmdb.engine.identity.values import Candidate, Holder, Line, Question
from cmdb.observation import Identifier
from cmdb.vocabulary import HARDWARE_UUID, SERIAL

#: From this score on, evidence is enough.
ENOUGH = 60.0
#: A value on more items than this identifies nobody.
TOO_MANY = 20
#: What it is worth that this source has called the item by this key before.
KNOWN_AS = 80.0
#: What remains of a MAC's weight on a dock or an adapter, which moves from machine to machine.
_DOCK = 0.25
#: A machine that reports every hour and has been silent for so long may have been replaced.
SILENCE = timedelta(days=1)

#: Why a value weighs what it does, in the words of a decision; "shared" tells the number.
_WHY = {
    "alone": "it has the same",
    "crowd": f"more than {TOO_MANY} items have the same: it identifies nobody",
    "dock": "the address of a dock or adapter, which moves about",
}
_PLAIN = frozenset({"alone", "shared"})
_NO_WEIGHT = Weight(0.0, 0.0, 0.0, weak=True)
_NAMES = frozenset({"fqdn", "name"})


@dataclass(frozen=True, slots=True)
class Worth:
    """What a value says for an item that carries it.

    ``why`` is "alone", "shared" (among several items), "crowd" (identifies nobody any more),
    "dock" (moves from machine to machine), "asks" (makes a question, and decides none), "junk"
    (declared to identify nobody) or "ignored" (does not count for items of its class).
    """

    weight: float
    why: str


def worth_of(identifier: Identifier, carriers: int, weight: Weight | None = None) -> Worth:
    """Return what a value is worth that so many items carry.

    >>> from cmdb.vocabulary import SERIAL
    >>> worth_of(Identifier(SERIAL, "CZ30|hp"), 2)
    Worth(weight=45.0, why='shared')
    """
    full = weight or knowledge().weights.get(identifier.kind, _NO_WEIGHT)
    if not full.counts:
        return Worth(0.0, "ignored")
    if carriers > TOO_MANY:
        return Worth(0.0, "crowd")
    if full.asks:
        return Worth(0.0, "asks")
    worth = full.in_favour / max(carriers, 1)
    if identifier.kind == "mac" and identifier.value.startswith(knowledge().dock_mac_prefixes):
        return Worth(worth * _DOCK, "dock")
    return Worth(worth, "alone" if carriers <= 1 else "shared")


@dataclass(slots=True)
class _Tally:
    """What the kinds have said of one candidate so far."""

    lines: list[Line] = field(default_factory=list)
    strong: bool = False
    #: Kinds of hardware that prove the same machine, and those that differ.
    proving: set[str] = field(default_factory=set)
    differing: set[str] = field(default_factory=set)
    #: Other kinds that agree or differ: names, agents, installations.
    agreeing: set[str] = field(default_factory=set)
    apart: set[str] = field(default_factory=set)

    @property
    def score(self) -> float:
        """Return the sum of all lines."""
        return sum(line.weight for line in self.lines)

    @property
    def is_other_hardware(self) -> bool:
        """Say whether hardware speaks of two machines.

        A UUID alone does not outweigh two kinds that differ: careless vendors burn one into many.
        Nor does it where network cards and names are other: a virtual machine was copied. The id
        that a cloud gave to an instance is enough by itself.
        """
        if self.proving - {"uuid"}:
            return False
        if len(self.differing) >= 2 or "cloud_id" in self.differing:
            return True
        return self.has_other_cards and self.has_other_names

    @property
    def has_other_cards(self) -> bool:
        """Say whether the only proof of hardware is a UUID, and all network cards are other."""
        return "mac" in self.differing and not self.proving - {"uuid"}

    @property
    def has_other_names(self) -> bool:
        """Say whether no name agrees."""
        return bool(_NAMES & self.apart) and not _NAMES & self.agreeing


class Weighing:
    """Weighs candidates for one question."""

    def __init__(self, question: Question, holders: Mapping[Identifier, Sequence[Holder]]) -> None:
        self._question = question
        self._evidence = by_kind(question.evidence)
        self._counts = {
            identifier: _count(holders.get(identifier, ()), question.spread.get(identifier, 0))
            for identifier in question.evidence
        }

    def weigh(self, holder: Holder) -> Candidate | None:
        """Return what speaks for ``holder``; None for weak evidence alone or another machine."""
        known_as = self._question.known_as
        known = known_as is not None and known_as.item_id == holder.item_id
        tally = _Tally(strong=known)
        if known:
            why = "this source called it so before"
            tally.lines.append(Line("known_as", "", KNOWN_AS, "for", why))
        held = by_kind(holder.identifiers)
        weights = knowledge().weights_of(holder.class_code)
        for kind, given in self._evidence.items():
            weight = weights.get(kind, _NO_WEIGHT)
            if weight.asks or (kind == SERIAL and self._repeats_uuid(held)):
                continue
            self._compare(tally, weight, given, held.get(kind, ()))
        if not tally.strong:
            return None
        if tally.is_other_hardware and not self._may_be_moved(tally, holder):
            return None
        if reason := _doubt(tally, known=known):
            excess = tally.score - (ENOUGH - 1)
            if excess > 0:
                tally.lines.append(Line("hardware", "", -excess, "against", reason))
        return Candidate(holder.item_id, tally.score, tuple(tally.lines))

    def _repeats_uuid(self, held: Mapping[str, Sequence[Identifier]]) -> bool:
        """Say whether serials are UUIDs once more, where UUIDs are compared anyway."""
        if not (self._evidence.get(HARDWARE_UUID) and held.get(HARDWARE_UUID)):
            return False
        return all(hidden_uuid(i.value) for i in (*self._evidence[SERIAL], *held.get(SERIAL, ())))

    def _compare(
        self, tally: _Tally, weight: Weight, given: Sequence[Identifier], held: Sequence[Identifier]
    ) -> None:
        kind, room = given[0].kind, weight.most
        matched = False
        for identifier in given:
            factor = _best_likeness(identifier, held)
            if not factor:
                continue
            matched = True
            line, proves = self._in_favour(weight, identifier, factor, room)
            tally.lines.append(line)
            room -= line.weight
            tally.strong |= line.weight > 0 and not weight.weak
            if proves and weight.hardware:
                tally.proving.add(kind)
        if matched:
            tally.agreeing.add(kind)
        elif held:
            why, verdict = "it has another", "against" if weight.against else "ignored"
            tally.lines.append(Line(kind, given[0].value, -weight.against, verdict, why))
            (tally.differing if weight.hardware else tally.apart).add(kind)

    def _in_favour(
        self, weight: Weight, identifier: Identifier, factor: float, room: float
    ) -> tuple[Line, bool]:
        """Return what one shared value is worth, and whether it is proof of the same machine."""
        others = self._counts[identifier]
        found = worth_of(identifier, others, weight)
        why = _WHY.get(found.why) or f"{others} items have the same"
        worth = found.weight
        if factor < 1 and found.why in _PLAIN:
            worth, why = worth * factor, "it has the same number, of a maker not known"
        worth = min(worth, room)
        line = Line(identifier.kind, identifier.value, worth, "for" if worth else "ignored", why)
        return line, others == 1 and found.why != "dock"

    def _may_be_moved(self, tally: _Tally, holder: Holder) -> bool:
        """Say whether the installation may live on, restored or on other hardware."""
        now = self._question.now
        silent = now is not None and now - holder.last_seen >= SILENCE
        return silent and "machine_id" in tally.agreeing and bool(_NAMES & tally.agreeing)


def _best_likeness(identifier: Identifier, held: Sequence[Identifier]) -> float:
    if identifier in held:
        return 1.0
    if identifier.kind not in SERIAL_KINDS:
        return 0.0
    return max((likeness(identifier, other) for other in held), default=0.0)


def _count(holders: Sequence[Holder], told: int) -> int:
    """Count the items that carry a value; a retired one no longer competes."""
    return max(sum(not holder.retired for holder in holders), told, 1)


def _doubt(tally: _Tally, *, known: bool) -> str:
    """Return why a person should look before this candidate is believed; "" for no doubt."""
    if tally.is_other_hardware:
        return "all of the hardware is other: restored, moved, or cloned"
    if tally.has_other_cards and "machine_id" in tally.agreeing:
        return "all network cards are other: new ones, or a copy"
    if known or tally.proving:
        return ""
    # Images carry their machine id along, and what agents wrote on the disk. Only hardware, or the
    # agent's own id, tells clones apart.
    copied = not {"machine_id", "device_id"}.isdisjoint(tally.agreeing)
    if copied and (tally.differing or "agent_id" in tally.apart):
        return "nothing but the installation is the same: it may be a copy"
    return ""


def by_kind(identifiers: Iterable[Identifier]) -> dict[str, list[Identifier]]:
    """Group identifiers by kind."""
    grouped: dict[str, list[Identifier]] = defaultdict(list)
    for identifier in identifiers:
        grouped[identifier.kind].append(identifier)
    return grouped
