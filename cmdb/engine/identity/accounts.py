"""Accounts of computers in a directory: of them a full name is known, and nothing of the machine.

A name decides nothing by itself. But a directory gives a full domain name to one computer only:
when exactly one known item has that name, the two are the same thing, whichever of them came first.
So it is for an account that a directory brings, and for an item of which a directory has spoken and
of which nothing but names is known; and only where nothing stronger says which item is meant.
"""

from collections.abc import Iterable, Mapping, Sequence

from cmdb.engine.identity.knowledge import knowledge
from cmdb.engine.identity.values import Candidate, Holder, Line, Question
from cmdb.engine.identity.weighing import ENOUGH
from cmdb.observation import Identifier
from cmdb.vocabulary import FQDN

#: Of a name that more items carry, nobody reads which they are: it is nobody's account.
NAMESAKES = 5

_WHY = "the account of a computer has this name, and nobody else"


def candidate_by_account(
    question: Question, holders: Mapping[Identifier, Sequence[Holder]]
) -> Candidate | None:
    """Return the only item in use with this full name, when it or what is asked is an account.

    Of the organisation that asks, too. None when nobody has the name, or several do.
    """
    if question.account and not _only_names(question.evidence):
        return None
    for identifier in question.evidence:
        if identifier.kind != FQDN or question.spread.get(identifier, 0) > NAMESAKES:
            continue
        found = [
            holder
            for holder in holders.get(identifier, ())
            if holder.organisation_id == question.organisation_id and not holder.retired
        ]
        if len(found) == 1 and (question.account or _is_account(found[0])):
            line = Line(FQDN, identifier.value, ENOUGH, "for", _WHY)
            return Candidate(found[0].item_id, ENOUGH, (line,))
    return None


def _is_account(holder: Holder) -> bool:
    return holder.account and _only_names(holder.identifiers)


def _only_names(evidence: Iterable[Identifier]) -> bool:
    weights = knowledge().weights
    return all(one.kind in weights and weights[one.kind].weak for one in evidence)
