"""One item turns out to be two: what some sources said of it becomes an item of its own.

Undoing a split is merging the two again.
"""

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from cmdb.errors import InvalidValue, ItemNotFound
from cmdb.inventory.acts import decide_anew, note_act, parties_of, tell_parties, touch
from cmdb.inventory.belongings import move_facts
from cmdb.inventory.grafting import Grafter
from cmdb.inventory.known import KnownItem, SourceState
from cmdb.inventory.lookup import load_items
from cmdb.inventory.speakers import Speakers, newest_by_source
from cmdb.inventory.terms import Terms
from cmdb.inventory.uniting import ValueChoice
from cmdb.inventory.writing import write_items
from cmdb.observation import Identifier
from cmdb.records.identity import IdentityAct
from cmdb.records.items import ItemParty
from cmdb.records.sources import ItemIdentifier
from cmdb.vocabulary import DERIVED, PERSON, IdentifierKind

SPLIT = "split"
_Evidence = tuple[str, str, str]
_States = Mapping[tuple[str, str], SourceState]
#: Their relations say nothing about which source saw the item, so they stay.
_DECIDING = frozenset({PERSON, DERIVED})


@dataclass(frozen=True, slots=True)
class SplitPreview:
    """What a split would do. Nothing has been written.

    ``values`` has what the item says now as ``kept``, what the new one will say as ``gone``, and
    what the item will say afterwards as ``result``. ``shared`` is evidence that both would carry.
    """

    item: KnownItem
    values: tuple[ValueChoice, ...]
    sources: tuple[tuple[str, str], ...]
    evidence: tuple[Identifier, ...]
    shared: tuple[Identifier, ...]
    facts: tuple[str, ...]


@dataclass(slots=True)
class _Plan:
    """The two items as they will be, and what moves."""

    item: KnownItem
    staying: KnownItem
    leaving: KnownItem
    evidence: set[_Evidence]
    #: Sources that say nothing of the item any more, and those whose lists move.
    alone: frozenset[str]
    facts: frozenset[str]


class Splitter:
    """Splits items within one unit of work."""

    def __init__(self, session: Session, terms: Terms) -> None:
        self._session = session
        self._terms = terms

    def preview(
        self, item_id: int, state_ids: Collection[int], evidence: Iterable[Identifier] = ()
    ) -> SplitPreview:
        """Return what ``split`` would do. Raises as it would."""
        plan = self._plan(item_id, state_ids, evidence, lock=False)
        names = plan.item.winners.keys() | plan.leaving.winners.keys()
        return SplitPreview(
            item=plan.item,
            values=tuple(
                ValueChoice(
                    name,
                    plan.item.winners.get(name),
                    plan.leaving.winners.get(name),
                    plan.staying.winners.get(name),
                )
                for name in sorted(names)
            ),
            sources=tuple(plan.leaving.sources),
            evidence=_listed(plan.leaving.identifiers),
            shared=tuple(
                one for one in _listed(plan.leaving.identifiers) if one in plan.staying.evidence()
            ),
            facts=tuple(sorted(plan.facts)),
        )

    def split(
        self, item_id: int, state_ids: Collection[int], evidence: Iterable[Identifier] = ()
    ) -> IdentityAct:
        """Make what these sources said an item of its own, with the evidence that is theirs.

        ``evidence`` moves besides, whoever told it. Raises ``ItemNotFound`` or
        ``InvalidValue``.
        """
        plan = self._plan(item_id, state_ids, evidence, lock=True)
        session, terms = self._session, self._terms
        new = plan.leaving
        written = (plan.staying, new)
        write_items(session, terms.model, written, terms.author, terms.now)
        touch(session, terms, item_id)
        speakers = Speakers(session)
        speakers.hand_over(sorted(state_ids), new.id)
        move_facts(session, item_id, new.id, plan.facts)
        shared = sorted({source for source, _ in new.sources} - plan.alone)
        speakers.forget_digests((item_id, new.id), shared)
        self._move_evidence(plan, new.id)
        parties = parties_of(session, (item_id, new.id))
        self._move_parties(item_id, new.id, plan.alone)
        tell_parties(session, terms, parties, (item_id, new.id))
        grafter = Grafter(session, terms.model, terms.author, terms.now)
        relations = grafter.move(item_id, new.id, plan.alone - _DECIDING)
        trail = {"states": sorted(state_ids), "relations": relations}
        return note_act(session, terms, SPLIT, item_id, new, trail)

    def _plan(
        self,
        item_id: int,
        state_ids: Collection[int],
        evidence: Iterable[Identifier],
        *,
        lock: bool,
    ) -> _Plan:
        item = load_items(self._session, [item_id], lock=lock).get(item_id)
        if item is None or item.merged_into is not None:
            raise ItemNotFound(item_id)
        leaving = {key: s for key, s in item.sources.items() if s.id in set(state_ids)}
        _refuse_halves(item, leaving, state_ids)
        staying = deepcopy(item)
        for key in leaving:
            del staying.sources[key]
        alone = frozenset({s for s, _ in leaving} - {s for s, _ in staying.sources})
        named = {(one.kind, one.value) for one in evidence}
        going = {i for i in item.identifiers if i[2] in alone or (i[0], i[1]) in named}
        new = self._newcomer(item, leaving)
        new.identifiers = {identity: item.identifiers[identity] for identity in going}
        for identity in going:
            del staying.identifiers[identity]
        decide_anew((staying, new), self._terms)
        new.winners.setdefault("name", item.winners.get("name") or f"split of {item_id}")
        facts = _last_heard(new, staying)
        return _Plan(item, staying, new, going, alone, facts)

    def _newcomer(self, item: KnownItem, leaving: _States) -> KnownItem:
        moments = [s.first_seen_at for s in leaving.values() if s.first_seen_at]
        seen = [s.last_seen_at for s in leaving.values() if s.last_seen_at]
        return KnownItem(
            id=-1,
            organisation_id=item.organisation_id,
            class_code=item.class_code,
            first_seen_at=min(moments, default=item.first_seen_at),
            last_seen_at=max(seen, default=item.last_seen_at),
            sources=deepcopy(dict(leaving)),
        )

    def _move_evidence(self, plan: _Plan, new_id: int) -> None:
        for kind, value, source in sorted(plan.evidence):
            self._session.execute(
                update(ItemIdentifier)
                .where(
                    ItemIdentifier.item_id == plan.item.id,
                    ItemIdentifier.kind == kind,
                    ItemIdentifier.value == value,
                    ItemIdentifier.source == source,
                )
                .values(item_id=new_id),
                execution_options={"synchronize_session": False},
            )

    def _move_parties(self, item_id: int, new_id: int, sources: Collection[str]) -> None:
        self._session.execute(
            update(ItemParty)
            .where(ItemParty.item_id == item_id, ItemParty.source.in_(sorted(sources)))
            .values(item_id=new_id),
            execution_options={"synchronize_session": False},
        )


def _refuse_halves(item: KnownItem, leaving: _States, state_ids: Collection[int]) -> None:
    """Refuse to split off nothing, everything, or what is not there."""
    if not state_ids:
        raise InvalidValue({"sources": "name at least one source that speaks of another item"})
    if len(leaving) < len(set(state_ids)):
        raise InvalidValue({"sources": "one of them does not speak of this item"})
    if len(leaving) == len(item.sources):
        raise InvalidValue({"sources": "at least one source must stay"})


def _last_heard(leaving: KnownItem, staying: KnownItem) -> frozenset[str]:
    """Return the sources whose lists leave: those last heard of the item that leaves."""
    there, here = newest_by_source(leaving), newest_by_source(staying)
    return frozenset(s for s, seen in there.items() if s not in here or seen > here[s])


def _listed(identities: Iterable[_Evidence]) -> tuple[Identifier, ...]:
    found = {Identifier(IdentifierKind(kind), value) for kind, value, _ in identities}
    return tuple(sorted(found, key=lambda one: (one.kind, one.value)))
