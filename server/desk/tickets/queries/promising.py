"""What the desk promises about services before anybody has opened a ticket."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from server.desk.sla.queries import agreements_of
from server.desk.sla.rules.agreements import Agreements
from server.desk.sla.rules.targets import Case, Target
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.priority import Reached, priority_of, suggest_impact
from server.desk.tickets.rules.words import Words
from server.items.impacts.levels import FailedService

#: How urgent a ticket is unless somebody says otherwise.
_URGENCY = "medium"
_MEASURES = ("respond", "resolve")


def promises_about(
    session: Session, failed: Sequence[FailedService]
) -> Mapping[int, Sequence[Target]]:
    """Return the targets of a failure ticket about each service, of usual urgency. Two statements.

    Its priority is the one that the graph would suggest for this service alone.
    """
    words, agreements = words_of(session), agreements_of(session)
    return {one.item_id: targets_about(words, agreements, one) for one in failed}


def targets_about(words: Words, agreements: Agreements, failed: FailedService) -> list[Target]:
    """Return what would be promised, in the order in which it is to be done."""
    kind = next((code for code, kind in words.kinds.items() if kind.failure), "")
    impact = suggest_impact(words, [Reached(failed.criticality, failed.state)])
    case = Case(
        kind,
        priority_of(words, _URGENCY, impact),
        failed.organisation_id,
        frozenset({failed.item_id}),
        failed.criticality,
    )
    targets = (agreements.target_for(measure, case) for measure in _MEASURES)
    return [target for target in targets if target is not None]
