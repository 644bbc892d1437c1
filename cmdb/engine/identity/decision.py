"""Decides: match, create, or ask a person. Nothing is ever picked silently.

``weighing`` says what each candidate is worth; here the best of them must be good enough, lead the
others clearly, and belong to the organisation that asks: what another organisation's item says is
a question for a person, never a reason to write into it.
"""

from collections.abc import Mapping, Sequence

from cmdb.engine.identity.accounts import candidate_by_account
from cmdb.engine.identity.knowledge import knowledge
from cmdb.engine.identity.resembling import resembling
from cmdb.engine.identity.values import Candidate, Decision, Holder, Outcome, Question
from cmdb.engine.identity.weighing import ENOUGH, Weighing
from cmdb.observation import Identifier

#: The best candidate must lead the second by this much.
LEAD = 25.0
#: Below this, evidence for an item is outweighed by what speaks against it.
DOUBTFUL = 10.0
#: How many candidates a decision shows.
_SHOWN = 5


def decide(question: Question, holders: Mapping[Identifier, Sequence[Holder]]) -> Decision:
    """Decide which item the evidence means; ``holders`` maps each identifier to who carries it.

    Complexity: linear in the number of (identifier, holder) pairs.
    """
    candidates = _candidates(question, holders)
    if not candidates:
        return Decision(Outcome.CREATE, why="no known item carries any of this evidence")
    known = question.known_as.item_id if question.known_as else None
    weighing = Weighing(question, holders)
    scored = [
        weighing.weigh(holder)
        for holder in candidates.values()
        if not holder.retired or holder.item_id == known
    ]
    ranked = sorted((c for c in scored if c is not None), key=lambda c: (-c.score, c.item_id))
    if not ranked and (named := candidate_by_account(question, holders)) is not None:
        why = "its full name is that of an account in a directory, and of nobody else"
        return Decision(Outcome.MATCH, named.item_id, named.score, (named,), why)
    if not ranked and (alike := resembling(question, holders)):
        why = "nothing proves it, but a name and an address made up in software are the same"
        return Decision(Outcome.REVIEW, None, alike[0].score, tuple(alike[:_SHOWN]), why)
    if not ranked:
        return Decision(Outcome.CREATE, why="what is shared is too weak, or it is other hardware")
    best = candidates[ranked[0].item_id]
    foreign = best.organisation_id != question.organisation_id and best.item_id != known
    return _choose(ranked, foreign=foreign)


def _choose(ranked: Sequence[Candidate], *, foreign: bool) -> Decision:
    best, others = ranked[0], ranked[1:]
    shown = tuple(ranked[:_SHOWN])
    if best.score < DOUBTFUL:
        why = "more speaks against the candidates than for them"
        return Decision(Outcome.CREATE, None, best.score, shown, why)
    if best.score < ENOUGH:
        why = "strong evidence is contradicted"
    elif others and best.score - others[0].score < LEAD:
        why = "several items fit as well"
    elif foreign:
        why = "the item that fits belongs to another organisation"
    else:
        return Decision(Outcome.MATCH, best.item_id, best.score, shown, "evidence is enough")
    return Decision(Outcome.REVIEW, None, best.score, shown, why)


def _candidates(
    question: Question, holders: Mapping[Identifier, Sequence[Holder]]
) -> dict[int, Holder]:
    found: dict[int, Holder] = {}
    if question.known_as is not None:
        found[question.known_as.item_id] = question.known_as
    for identifier in question.evidence:
        everywhere = identifier.kind in knowledge().everywhere
        for holder in holders.get(identifier, ()):
            if everywhere or holder.organisation_id == question.organisation_id:
                found[holder.item_id] = holder
    return found
