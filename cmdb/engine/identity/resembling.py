"""Machines that look like a known one, and prove nothing: a person is asked.

A container, or a guest without firmware tables, has no serial, no UUID and no lasting MAC. Of what
agents of different makers then tell, nothing is one machine's alone: an address made up in software
follows from an image or from an IP address (Docker gives 02:42:ac:11:00:02 on every host), a name
is copied with a file, the moment of the start is that of every container of a host. So nothing of
it joins. But an address and a name that agree, with nothing against them, are too much to be passed
over: the question is asked once, and its answer remembered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cmdb.engine.identity.accounts import NAMESAKES
from cmdb.engine.identity.knowledge import knowledge
from cmdb.engine.identity.values import Candidate, Holder, Line, Question
from cmdb.observation import Identifier
from cmdb.vocabulary import AGENT_ID, FQDN, MACHINE_ID, NAME

#: Of these, both sides know their own: where they share none, they are two machines.
_OWN = frozenset({AGENT_ID, MACHINE_ID, FQDN})
_NAMES = frozenset({NAME, FQDN})
_WHY = "it has the same"


def resembling(
    question: Question, holders: Mapping[Identifier, Sequence[Holder]]
) -> list[Candidate]:
    """Return the items in use that share an asking address and a name, the likeliest first.

    None of them where more than ``NAMESAKES`` items have the address. Only for evidence that fits
    nobody otherwise; no score is enough for a match.
    """
    found: dict[int, Candidate] = {}
    for holder, shared in _sharing(question, holders):
        if _may_be(question, holder):
            found[holder.item_id] = _candidate(question, holder, shared)
    return sorted(found.values(), key=lambda one: (-one.score, one.item_id))


def _sharing(
    question: Question, holders: Mapping[Identifier, Sequence[Holder]]
) -> Iterator[tuple[Holder, Identifier]]:
    for identifier in question.evidence:
        carriers = holders.get(identifier, ())
        if max(len(carriers), question.spread.get(identifier, 0)) > NAMESAKES:
            continue
        for holder in carriers:
            weight = knowledge().weights_of(holder.class_code).get(identifier.kind)
            if weight is not None and weight.asks:
                yield holder, identifier


def _may_be(question: Question, holder: Holder) -> bool:
    """Say whether it is ours, in use, called the same, and nothing says it is another."""
    if holder.retired or holder.organisation_id != question.organisation_id:
        return False
    if _labels(question.evidence).isdisjoint(_labels(holder.identifiers)):
        return False
    for kind in _OWN:
        mine = {one for one in question.evidence if one.kind == kind}
        theirs = {one for one in holder.identifiers if one.kind == kind}
        if mine and theirs and mine.isdisjoint(theirs):
            return False
    return True


def _labels(evidence: Iterable[Identifier]) -> set[str]:
    """Return names without their domain: one agent tells it, another does not."""
    return {one.value.partition(".")[0] for one in evidence if one.kind in _NAMES}


def _candidate(question: Question, holder: Holder, shared: Identifier) -> Candidate:
    weights = knowledge().weights_of(holder.class_code)
    lines = [
        Line(one.kind, one.value, weights[one.kind].in_favour, "for", _WHY)
        for one in question.evidence
        if one == shared or (one.kind in _NAMES and one in holder.identifiers)
    ]
    return Candidate(holder.item_id, sum(line.weight for line in lines), tuple(lines))
