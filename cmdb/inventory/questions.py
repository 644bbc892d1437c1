"""Questions of identity for people: kept whole, asked once, and their answers remembered."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, select
from sqlalchemy.orm import Session

from cmdb.engine.identity import Decision, Outcome
from cmdb.engine.identity.junk import Junk
from cmdb.engine.identity.knowledge import knowledge
from cmdb.inventory.storable import storable_text
from cmdb.inventory.stored import folded_document, stored_observation
from cmdb.observation import Identifier, Observation
from cmdb.records.asking import asked
from cmdb.records.identity import IdentityReview, JunkValue

#: Answers of the review queue, as they are stored.
SAME, NEW, IGNORED = "same", "new", "ignored"


def fingerprint_of(evidence: Iterable[Identifier]) -> str:
    """Return a digest of the evidence that can tell machines apart; names are left out.

    >>> from cmdb.vocabulary import NAME, SERIAL
    >>> one, other = Identifier(SERIAL, "CZ30|hp"), Identifier(NAME, "ap")
    >>> fingerprint_of([one, other]) == fingerprint_of([one])
    True
    """
    weights = knowledge().weights
    strong = (i for i in evidence if i.kind in weights and not weights[i.kind].weak)
    told = "\n".join(sorted(f"{i.kind}={i.value}" for i in strong))
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def declared_junk(session: Session) -> Junk:
    """Return what administrators have declared to identify nobody; a short list, read anew."""
    return Junk.of((row.kind, row.value) for row in _declared(session))


@asked
def _declared(_dialect: str) -> Executable:
    return select(JunkValue.kind, JunkValue.value).where(~JunkValue.identifies)


def remembered_answer(session: Session, seen: Observation) -> IdentityReview | None:
    """Return the last answer that a person gave to this very question."""
    return session.scalar(
        select(IdentityReview)
        .where(
            *_asked_by(seen),
            IdentityReview.fingerprint == fingerprint_of(seen.identifiers),
            IdentityReview.resolved_at.is_not(None),
        )
        .order_by(IdentityReview.id.desc())
        .limit(1)
    )


def decided(answer: IdentityReview) -> Decision | None:
    """Return the decision that an answer stands for; None when the item of it is gone."""
    if answer.resolution == IGNORED:
        return Decision(Outcome.IGNORE, why="a person decided to ignore it")
    if answer.item_id is None:
        return None
    return Decision(Outcome.MATCH, answer.item_id, why="a person decided so")


def ask(session: Session, seen: Observation, decision: Decision, now: datetime) -> IdentityReview:
    """Keep the question until a person decides. The same question again is asked once.

    What only an earlier report of the same source spelled out is kept.
    """
    fingerprint = fingerprint_of(seen.identifiers)
    document = stored_observation(seen)
    waiting = session.scalar(_waiting(seen, fingerprint))
    if waiting is not None:
        document = folded_document(waiting.observation, document)
    review = waiting or IdentityReview(
        organisation_id=seen.organisation_id, source=seen.origin.source, key=seen.origin.key
    )
    review.class_code = seen.class_code
    review.name = storable_text(str(seen.values.get("name") or name_in(seen)))[:255]
    review.fingerprint = fingerprint
    review.observation = document
    review.candidates = list(decision.as_json()["candidates"])
    review.why = decision.why
    review.at = now
    session.add(review)
    session.flush()  # the caller is told the review's id
    return review


def _waiting(seen: Observation, fingerprint: str) -> Any:
    """Select the open question; clones that share a key ask one each, who has none asks anew."""
    query = select(IdentityReview).where(
        *_asked_by(seen),
        IdentityReview.key != "",
        IdentityReview.fingerprint.in_(["", fingerprint]),
        IdentityReview.resolved_at.is_(None),
    )
    return query.order_by(IdentityReview.id).limit(1)


def _asked_by(seen: Observation) -> Sequence[ColumnElement[bool]]:
    return (
        IdentityReview.organisation_id == seen.organisation_id,
        IdentityReview.source == seen.origin.source,
        IdentityReview.key == seen.origin.key,
    )


def name_in(seen: Observation) -> str:
    """Return what to call something that nobody has named: its names, its key, its numbers."""
    told: dict[str, str] = {
        identifier.kind: identifier.value for identifier in reversed(seen.identifiers)
    }
    name = told.get("name") or told.get("fqdn", "").split(".")[0] or seen.origin.key
    if name:
        return name
    first = next((identifier.value for identifier in seen.identifiers), "")
    return first.partition("|")[0] or f"unnamed {seen.class_code}"
