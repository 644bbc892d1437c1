"""Inventory: the one door into the register.

Whatever enters (a report, a walk, a line of a file, a person's edit) comes as an ``Observation``
and passes identification, reconciliation and history here. There is no side door.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from cmdb.engine.identity import Decision
from cmdb.engine.identity import Outcome as IdentityOutcome
from cmdb.engine.precedence_rules import standing_precedence
from cmdb.engine.reconciliation import Precedence
from cmdb.errors import Conflict
from cmdb.inventory.batch import Batch
from cmdb.inventory.identification import Identification
from cmdb.inventory.merging import MergePreview, Merger
from cmdb.inventory.outcomes import Author, Recorded, Related
from cmdb.inventory.redeciding import Redecider
from cmdb.inventory.relating import RelationWriter
from cmdb.inventory.splitting import SPLIT, SplitPreview, Splitter
from cmdb.inventory.terms import Terms
from cmdb.model import Model, standing_model
from cmdb.observation import Identifier, Observation, SeenRelation
from cmdb.records.identity import IdentityAct
from cmdb.vocabulary import SourceCode

__all__ = ["BATCH", "Inventory"]

#: Larger batches are cut: a statement stays small and memory bounded.
BATCH = 1000


class Inventory:
    """The register, open for one unit of work. Never commits."""

    def __init__(
        self,
        session: Session,
        now: datetime,
        author: Author | None = None,
        model: Model | None = None,
        precedence: Precedence | None = None,
    ) -> None:
        self.session = session
        self.model = model or standing_model()
        self._now = now
        self._author = author or Author()
        self._precedence = precedence or standing_precedence()

    def record(self, observation: Observation) -> Recorded:
        """Record one observation; see ``record_many``."""
        return self.record_many([observation])[0]

    def record_many(self, observations: Sequence[Observation]) -> list[Recorded]:
        """Record observations; the results come in the same order.

        Each one either matches an item, creates one, or goes to the review queue when its evidence
        fits several. A refused value is quarantined on the item and the rest lands. An observation
        of an unknown class, or one that names an item that does not exist, is refused alone. One
        that leaves out its unchanged evidence, from a source whose key does not say who it is,
        writes nothing and asks for everything again (``resend``, without an item).
        """
        self.session.flush()
        terms = self._terms()
        results: list[Recorded] = []
        for offset in range(0, len(observations), BATCH):
            results += Batch(self.session, terms, observations[offset : offset + BATCH]).run()
        return results

    def settle(self, observation: Observation, item_id: int | None) -> Recorded:
        """Record what waited for a person, on the item they named or, for None, on a new one."""
        self.session.flush()
        terms = self._terms()
        outcome = IdentityOutcome.CREATE if item_id is None else IdentityOutcome.MATCH
        verdict = Decision(outcome, item_id, why="a person decided so")
        return Batch(self.session, terms, [observation], verdict).run()[0]

    def identify(self, observation: Observation) -> Decision | None:
        """Return which item the observation would land on, and why; nothing is written.

        None when it leaves out its evidence and its key alone does not tell. Raises
        ``UnknownClass``.
        """
        return self.identify_many([observation])[0]

    def identify_many(self, observations: Sequence[Observation]) -> list[Decision | None]:
        """Return the same for each of up to ``BATCH`` observations, reading for all at once."""
        for one in observations:
            self.model.item_class(one.class_code)
        found = Identification(self.session, self.model, observations, self._now)
        return [found.decide(one) for one in observations]

    def relate(
        self, relations: Sequence[SeenRelation], source: SourceCode, organisation_id: int
    ) -> list[Related]:
        """Record relations that ``source`` saw; references by key are looked up in its own keys."""
        self.session.flush()
        writer = RelationWriter(self.session, self.model, self._author, self._now)
        results: list[Related] = []
        for offset in range(0, len(relations), BATCH):
            part = relations[offset : offset + BATCH]
            results += writer.write(part, source, organisation_id)
        return results

    def unrelate(self, relation_ids: Sequence[int], source: SourceCode) -> int:
        """End relations; return how many were live."""
        self.session.flush()
        writer = RelationWriter(self.session, self.model, self._author, self._now)
        return writer.end(relation_ids, source)

    def redecider(self) -> Redecider:
        """Return what decides anew over words that are known already."""
        self.session.flush()
        return Redecider(self.session, self._terms())

    def merge(self, kept_id: int, gone_id: int) -> IdentityAct:
        """Make two items one; see ``Merger``."""
        self.session.flush()
        act = Merger(self.session, self._terms()).merge(kept_id, gone_id)
        self.session.expire_all()
        return act

    def preview_merge(self, kept_id: int, gone_id: int) -> MergePreview:
        """Return what ``merge`` would do; nothing is written."""
        return Merger(self.session, self._terms()).preview(kept_id, gone_id)

    def split(
        self, item_id: int, state_ids: Collection[int], evidence: Iterable[Identifier] = ()
    ) -> IdentityAct:
        """Make what some sources said of an item an item of its own; see ``Splitter``."""
        self.session.flush()
        act = Splitter(self.session, self._terms()).split(item_id, state_ids, evidence)
        self.session.expire_all()
        return act

    def preview_split(
        self, item_id: int, state_ids: Collection[int], evidence: Iterable[Identifier] = ()
    ) -> SplitPreview:
        """Return what ``split`` would do; nothing is written."""
        return Splitter(self.session, self._terms()).preview(item_id, state_ids, evidence)

    def undo(self, act: IdentityAct) -> None:
        """Take back a merge; of a split, merge the two again. Raises ``Conflict``."""
        self.session.flush()
        merger = Merger(self.session, self._terms())
        if act.kind == SPLIT:
            if act.undone_at is not None:
                raise Conflict("this split has been undone already")
            merger.merge(act.item_id, act.other_id)
            act.undone_at, act.undone_by_id = self._now, self._author.person_id
        else:
            merger.undo(act)
        self.session.flush()
        self.session.expire_all()

    def _terms(self) -> Terms:
        return Terms(self.model, self._precedence, self._author, self._now)

    @property
    def now(self) -> datetime:
        """Return the moment of this unit of work."""
        return self._now

    @property
    def author(self) -> Author:
        """Return on whose behalf this unit of work records."""
        return self._author

    @property
    def precedence(self) -> Precedence:
        """Return which source wins where."""
        return self._precedence
