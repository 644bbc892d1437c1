"""Relations that must never lead back to where they began: a room in a rack in that very room."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.ends import Draft
from cmdb.inventory.lookup import parts
from cmdb.records.relations import Relation


class Circles:
    """The live chains of one relationship type that begin where some drafts end.

    A chain is read level by level, one query each: containment is a few levels deep.
    """

    def __init__(self, session: Session, type_code: str, drafts: Iterable[Draft]) -> None:
        self._next: dict[int, set[int]] = defaultdict(set)
        known: set[int] = set()
        frontier = {draft.end.item_id for draft in drafts}
        while frontier:
            known |= frontier
            reached: set[int] = set()
            for part in parts(sorted(frontier)):
                query = select(Relation.start_id, Relation.end_id).where(
                    Relation.start_id.in_(part),
                    Relation.type_code == type_code,
                    Relation.valid_to.is_(None),
                )
                for start, end in session.execute(query):
                    self._next[start].add(end)
                    reached.add(end)
            frontier = reached - known

    def closed_by(self, draft: Draft) -> bool:
        """Say whether the draft would close a circle; if not, it is part of the chains now."""
        start, end = draft.start.item_id, draft.end.item_id
        passed: set[int] = set()
        frontier = [end]
        while frontier:
            item_id = frontier.pop()
            if item_id == start:
                return True
            if item_id not in passed:
                passed.add(item_id)
                frontier += self._next.get(item_id, ())
        self._next[start].add(end)
        return False
