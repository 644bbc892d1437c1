"""Redundancy groups: which suppliers of a dependant stand in for each other."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.inventory.ends import Draft
from cmdb.inventory.lookup import parts
from cmdb.model import Model
from cmdb.observation import GroupMembership
from cmdb.records.relations import RedundancyGroup, Relation, keep_past, next_sequence

Log = Callable[[Sequence[tuple[str, int]]], None]


class GroupWriter:
    """Opens, changes and ends groups; every step goes into the change log."""

    def __init__(self, session: Session, model: Model, log: Log) -> None:
        self._session = session
        self._model = model
        self._log = log

    def join(self, drafts: Iterable[Draft]) -> None:
        """Give each draft that names a group its number; the last one's terms count."""
        wanted: dict[tuple[int, str], list[Draft]] = defaultdict(list)
        for draft in drafts:
            if draft.seen.group is not None:
                wanted[self._dependant(draft), draft.seen.group.name].append(draft)
        if not wanted:
            return
        known = self._live({dependant for dependant, _ in wanted})
        if wanted.keys() - known.keys():
            # Nobody else opens a group meanwhile; somebody may have before.
            next_sequence(self._session)
            known = self._live({dependant for dependant, _ in wanted})
        for (dependant, name), members in wanted.items():
            group = self._settle(known.get((dependant, name)), dependant, members)
            for draft in members:
                draft.group_id = group.id

    def _settle(
        self, known: RedundancyGroup | None, dependant: int, members: Sequence[Draft]
    ) -> RedundancyGroup:
        """Return the group on the terms of the last of its members, opened if need be."""
        (*_, terms) = (draft.seen.group for draft in members if draft.seen.group is not None)
        group = known or self._open(dependant, terms)
        if (group.rule, group.threshold) != (terms.rule, terms.threshold):
            keep_past(self._session, "group", {group.id: next_sequence(self._session)})
            group.rule, group.threshold = terms.rule, terms.threshold
            self._session.flush()
            self._log([("group~", group.id)])
        return group

    def _dependant(self, draft: Draft) -> int:
        provider = self._model.relation_type(draft.seen.type).provider
        return draft.start.item_id if provider == "end" else draft.end.item_id

    def _live(self, dependants: set[int]) -> dict[tuple[int, str], RedundancyGroup]:
        found: dict[tuple[int, str], RedundancyGroup] = {}
        for part in parts(sorted(dependants)):
            query = select(RedundancyGroup).where(
                RedundancyGroup.dependant_id.in_(part), RedundancyGroup.valid_to.is_(None)
            )
            found |= {(g.dependant_id, g.name): g for g in self._session.scalars(query)}
        return found

    def _open(self, dependant: int, membership: GroupMembership) -> RedundancyGroup:
        group = RedundancyGroup(
            dependant_id=dependant,
            name=membership.name,
            rule=membership.rule,
            threshold=membership.threshold,
            valid_from=next_sequence(self._session),
        )
        self._session.add(group)
        self._session.flush()  # its id goes into the change log and the members
        self._log([("group+", group.id)])
        return group

    def end_empty(self, group_ids: Iterable[int]) -> None:
        """End those of the groups that have lost their last member."""
        asked = set(group_ids)
        for part in parts(sorted(asked)):
            query = (
                select(Relation.group_id)
                .where(Relation.group_id.in_(part), Relation.valid_to.is_(None))
                .distinct()
            )
            asked -= {found for found in self._session.scalars(query) if found is not None}
        for group_id in sorted(asked):
            group = self._session.get_one(RedundancyGroup, group_id)
            if group.valid_to is None:
                group.valid_to = next_sequence(self._session)
                self._session.flush()
                self._log([("group-", group_id)])
