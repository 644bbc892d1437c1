"""Weighs evidence: match, create, or ask a person. Nothing is ever picked silently.

Every value that a candidate shares speaks for it, every kind in which it differs speaks against
it. A value that many items carry is worth a share of its weight; a weak kind (a name) never decides
alone; and where two or more kinds that are bolted to the machine are known on both sides and none
agrees, it is another machine, whatever the software on it says: that is what a cloned image looks
like.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from cmdb.engine.identity.knowledge import Weight, knowledge
from cmdb.engine.identity.values import Candidate, Decision, Holder, Line, Outcome, Question
from cmdb.observation import Identifier

#: From this score on, evidence is enough.
ENOUGH = 60.0
#: The best candidate must lead the second by this much.
LEAD = 25.0
#: Below this, evidence for an item is outweighed by what speaks against it.
DOUBTFUL = 10.0
#: A value on more items than this identifies nobody.
TOO_MANY = 20
#: What it is worth that this source has called the item by this key before.
KNOWN_AS = 80.0

_NO_WEIGHT = Weight(0.0, 0.0, 0.0, weak=True)
_GLOBAL = frozenset(
    {"agent_id", "cloud_id", "machine_id", "uuid", "serial", "chassis_id", "engine_id"}
)


def decide(question: Question, holders: Mapping[Identifier, Sequence[Holder]]) -> Decision:
    """Decide which item the evidence means; ``holders`` maps each identifier to who carries it.

    Complexity: linear in the number of (identifier, holder) pairs.
    """
    candidates = _candidates(question, holders)
    if not candidates:
        return Decision(Outcome.CREATE, why="no known item carries any of this evidence")
    known = question.known_as.item_id if question.known_as else None
    scored = [
        _weigh(holder, question, holders)
        for holder in candidates.values()
        if not holder.retired or holder.item_id == known
    ]
    ranked = sorted((c for c in scored if c is not None), key=lambda c: (-c.score, c.item_id))
    if not ranked:
        return Decision(Outcome.CREATE, why="what is shared is too weak, or it is other hardware")
    return _choose(ranked)


def _choose(ranked: Sequence[Candidate]) -> Decision:
    best, others = ranked[0], ranked[1:]
    shown = tuple(ranked[:5])
    if best.score >= ENOUGH:
        if not others or best.score - others[0].score >= LEAD:
            return Decision(Outcome.MATCH, best.item_id, best.score, shown, "evidence is enough")
        return Decision(Outcome.REVIEW, None, best.score, shown, "several items fit as well")
    if best.score >= DOUBTFUL:
        return Decision(Outcome.REVIEW, None, best.score, shown, "strong evidence is contradicted")
    return Decision(
        Outcome.CREATE, None, best.score, shown, "more speaks against the candidates than for them"
    )


def _candidates(
    question: Question, holders: Mapping[Identifier, Sequence[Holder]]
) -> dict[int, Holder]:
    found: dict[int, Holder] = {}
    if question.known_as is not None:
        found[question.known_as.item_id] = question.known_as
    for identifier in question.evidence:
        for holder in holders.get(identifier, ()):
            foreign = holder.organisation_id != question.organisation_id
            if not (foreign and identifier.kind not in _GLOBAL):
                found[holder.item_id] = holder
    return found


def _weigh(
    holder: Holder, question: Question, holders: Mapping[Identifier, Sequence[Holder]]
) -> Candidate | None:
    """Weigh one candidate; None when only weak evidence points at it, or hardware differs."""
    lines: list[Line] = []
    known = question.known_as is not None and question.known_as.item_id == holder.item_id
    if known:
        lines.append(Line("known_as", "", KNOWN_AS, "for", "this source called it so before"))
    strong = known
    agreeing, differing = 0, 0
    for kind, given in _by_kind(question.evidence).items():
        weight = knowledge().weights.get(kind, _NO_WEIGHT)
        held = {i.value for i in holder.identifiers if i.kind == kind}
        shared = [identifier for identifier in given if identifier.value in held]
        if shared:
            told = _in_favour(weight, shared, holders)
            lines += told
            strong = strong or (not weight.weak and any(line.weight > 0 for line in told))
            agreeing += weight.hardware
        elif held:
            lines.append(Line(kind, given[0].value, -weight.against, "against", "it has another"))
            differing += weight.hardware
    if not strong or (agreeing == 0 and differing >= 2):
        return None
    return Candidate(holder.item_id, sum(line.weight for line in lines), tuple(lines))


def _in_favour(
    weight: Weight, shared: Sequence[Identifier], holders: Mapping[Identifier, Sequence[Holder]]
) -> list[Line]:
    lines: list[Line] = []
    room = weight.most
    for identifier in shared:
        others = len(holders.get(identifier, ()))
        worth = min(weight.in_favour / max(others, 1), room)
        why = "it has the same"
        if others > TOO_MANY:
            worth, why = 0.0, f"more than {TOO_MANY} items have the same: it identifies nobody"
        elif others > 1:
            why = f"{others} items have the same"
        if identifier.kind == "mac" and identifier.value.startswith(knowledge().dock_mac_prefixes):
            worth, why = worth / 4, "the address of a dock or adapter, which moves about"
        room -= worth
        verdict = "for" if worth else "ignored"
        lines.append(Line(identifier.kind, identifier.value, worth, verdict, why))
    return lines


def _by_kind(evidence: Sequence[Identifier]) -> dict[str, list[Identifier]]:
    grouped: dict[str, list[Identifier]] = defaultdict(list)
    for identifier in evidence:
        grouped[identifier.kind].append(identifier)
    return grouped
