"""Who carries which evidence: read for a whole batch, whatever half the estate has in common.

A value that more than ``TOO_MANY`` items carry identifies nobody, and a weak kind (a name) points
at nobody; of both only the number of carriers is read. Of a full domain name that few carry it is
also read who they are: accounts of a directory are known by it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Executable, func, select
from sqlalchemy.orm import Session

from cmdb.engine.identity.accounts import NAMESAKES
from cmdb.engine.identity.knowledge import knowledge
from cmdb.engine.identity.serials import lacks_maker, without_maker
from cmdb.engine.identity.weighing import TOO_MANY
from cmdb.observation import Identifier
from cmdb.records.among import among, pairs_among, pairs_listed
from cmdb.records.asking import asked
from cmdb.records.sources import ItemIdentifier
from cmdb.vocabulary import FQDN, IdentifierKind


@dataclass(slots=True)
class Carriers:
    """For each piece of evidence the items that carry it, or how many do."""

    items: dict[Identifier, list[int]] = field(default_factory=dict)
    #: Only for evidence whose items were not read one by one.
    spread: dict[Identifier, int] = field(default_factory=dict)

    def add(self, identifier: Identifier, item_id: int) -> None:
        """Note one more carrier, found within the batch."""
        known = self.items.setdefault(identifier, [])
        if item_id in known:
            return
        known.append(item_id)
        if identifier in self.spread:
            self.spread[identifier] += 1
        elif len(known) > TOO_MANY:
            self.spread[identifier] = len(known)
        if self.spread.get(identifier, 0) > TOO_MANY:
            known.clear()  # it identifies nobody any more; asking each of them would take long


def find_carriers(session: Session, evidence: Iterable[Identifier]) -> Carriers:
    """Read who carries ``evidence``; a serial is also found where its maker was not known."""
    wanted = set(evidence)
    bare = {plain for one in wanted if (plain := without_maker(one)) is not None}
    counted = _count(session, wanted | bare)
    stored: dict[Identifier, list[int]] = defaultdict(list)
    shared: list[Identifier] = []
    found = Carriers()
    for identifier, (carriers, first) in counted.items():
        if _is_weak(identifier) or carriers > TOO_MANY:
            found.spread[identifier] = carriers
        if carriers > _read_up_to(identifier):
            continue
        if carriers == 1:
            stored[identifier].append(first)
        else:
            shared.append(identifier)
    _read_shared(session, shared, stored)
    for identifier in wanted:
        if ids := _carriers_of(session, identifier, stored):
            found.items[identifier] = list(dict.fromkeys(ids))
    return found


def _carriers_of(
    session: Session, identifier: Identifier, stored: Mapping[Identifier, Sequence[int]]
) -> list[int]:
    ids = list(stored.get(identifier, ()))
    if (bare := without_maker(identifier)) is not None:
        ids += stored.get(bare, ())
    if lacks_maker(identifier):
        ids += _of_any_maker(session, identifier)
    return ids


def _read_up_to(identifier: Identifier) -> int:
    """Return how many may carry an identifier if it is to be read who they are."""
    if not _is_weak(identifier):
        return TOO_MANY
    return NAMESAKES if identifier.kind == FQDN else 0


def _is_weak(identifier: Identifier) -> bool:
    return identifier.kind not in knowledge().deciding


def _by_kind(identifiers: Iterable[Identifier]) -> dict[IdentifierKind, list[str]]:
    grouped: dict[IdentifierKind, list[str]] = defaultdict(list)
    for identifier in identifiers:
        grouped[identifier.kind].append(identifier.value)
    return {kind: sorted(values) for kind, values in sorted(grouped.items())}


def _count(
    session: Session, identifiers: Iterable[Identifier]
) -> dict[Identifier, tuple[int, int]]:
    wanted = list(identifiers)
    if not wanted:
        return {}
    rows = _counts(session, **pairs_listed(session, ((i.kind, i.value) for i in wanted)))
    return {
        Identifier(IdentifierKind(kind), value): (carriers, first)
        for kind, value, carriers, first in rows
    }


@asked
def _counts(dialect: str) -> Executable:
    """Return the question who carries pairs of kind and value: one, whatever kinds there are."""
    return (
        select(
            ItemIdentifier.kind,
            ItemIdentifier.value,
            func.count(ItemIdentifier.item_id.distinct()),
            func.min(ItemIdentifier.item_id),
        )
        .where(pairs_among(dialect, ItemIdentifier.kind, ItemIdentifier.value))
        .group_by(ItemIdentifier.kind, ItemIdentifier.value)
    )


def _read_shared(
    session: Session, shared: Iterable[Identifier], stored: dict[Identifier, list[int]]
) -> None:
    for kind, values in _by_kind(shared).items():
        query = (
            select(ItemIdentifier.value, ItemIdentifier.item_id)
            .where(ItemIdentifier.kind == kind, among(session, ItemIdentifier.value, values))
            .order_by(ItemIdentifier.item_id)
        )
        for value, item_id in session.execute(query).all():
            stored[Identifier(kind, value)].append(item_id)


def _of_any_maker(session: Session, identifier: Identifier) -> list[int]:
    """Return who carries the number with any maker: all values that begin with it and a bar."""
    query = (
        select(ItemIdentifier.item_id)
        .where(
            ItemIdentifier.kind == identifier.kind,
            ItemIdentifier.value >= identifier.value,
            ItemIdentifier.value < identifier.value[:-1] + "}",
        )
        .distinct()
        .order_by(ItemIdentifier.item_id)
        .limit(TOO_MANY)
    )
    return list(session.scalars(query))
