"""Which item does an observation mean? Evidence with weights, never a first match.

>>> from datetime import UTC, datetime
>>> from cmdb.vocabulary import MACHINE_ID, SERVER
>>> seen = normalise(MACHINE_ID, "4C4C4544-0042-3510-8052-B4C04F4A3332")
>>> known = Holder(7, 1, SERVER, frozenset({seen}), datetime(2026, 1, 1, tzinfo=UTC))
>>> decide(Question((seen,), SERVER, 1), {seen: [known]}).item_id
7
"""

from cmdb.engine.identity.decision import decide
from cmdb.engine.identity.evidence import evidence_of, keys_of, relevant
from cmdb.engine.identity.normalising import normalise
from cmdb.engine.identity.values import Candidate, Decision, Holder, Line, Outcome, Question

__all__ = [
    "Candidate",
    "Decision",
    "Holder",
    "Line",
    "Outcome",
    "Question",
    "decide",
    "evidence_of",
    "keys_of",
    "normalise",
    "relevant",
]
