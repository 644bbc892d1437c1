"""What discovery found of a release's product, item by item, against the version aimed at."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cmdb.query.items import find_items
from cmdb.records.among import among
from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from cmdb.records.items import Item
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import DERIVED, PERSON
from server.desk.changes.models import Change, ChangeItem, Release
from server.desk.changes.queries.releases import changes_inside
from server.desk.changes.rules.releases import LEFT, STANDINGS, Seen, standing_of, version_sign
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items

#: The section in which an agent lists what is installed.
_SOFTWARE = "software"
#: Items beside the release that are named.
_BESIDE = 50
#: Items that are gone run nothing.
_GONE = "retired"


@dataclass(frozen=True, slots=True)
class VersionLine:
    """An item that a release touches: what was found, how it stands, and by which changes."""

    item: Item
    seen: Sequence[Seen]
    standing: str
    source: str
    heard_at: datetime | None
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class ReleaseVersions:
    """Discovered against aimed at.

    ``beside`` are items in sight below the version that no change of the release touches; None
    where that is not looked for, of attributes.
    """

    lines: Sequence[VersionLine]
    counts: Mapping[str, int]
    beside: Sequence[tuple[Item, Sequence[Seen]]] | None
    #: There are more beside than are named.
    more_beside: bool = False


@dataclass(slots=True)
class _Heard:
    """What discovery said of one item."""

    speaks: bool = False
    at: datetime | None = None
    source: str = ""
    seen: list[Seen] = field(default_factory=list)


def versions_of_release(session: Session, actor: Actor, release: Release) -> ReleaseVersions:
    """Return how every item in sight that the release touches stands, what is worst first."""
    changes = changes_inside(session, actor, [release.id]).get(release.id, [])
    going = {one.id: one for one in changes if one.state not in LEFT}
    touched = _touched(session, sorted(going))
    items = find_items(session, sorted(touched), visible_items(actor)) if touched else {}
    standing = {item_id: item for item_id, item in items.items() if item.stage != _GONE}
    heard = _heard(session, sorted(standing), release)
    lines = [
        _line(item, heard[item_id], release, [going[one] for one in touched[item_id]])
        for item_id, item in standing.items()
    ]
    lines.sort(key=lambda one: (STANDINGS.index(one.standing), one.item.name_key, one.item.id))
    beside = _beside(session, actor, release, touched) if not release.attribute else None
    return ReleaseVersions(
        lines,
        Counter(one.standing for one in lines),
        None if beside is None else beside[:_BESIDE],
        beside is not None and len(beside) > _BESIDE,
    )


def _line(item: Item, heard: _Heard, release: Release, changes: Sequence[Change]) -> VersionLine:
    return VersionLine(
        item,
        heard.seen,
        standing_of(heard.seen, release.target_version, heard=heard.speaks),
        heard.source,
        heard.at,
        changes,
    )


def _touched(session: Session, change_ids: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    if change_ids:
        query = select(ChangeItem.item_id, ChangeItem.change_id)
        for row in session.execute(query.where(among(session, ChangeItem.change_id, change_ids))):
            found.setdefault(row.item_id, []).append(row.change_id)
    return found


def _heard(session: Session, item_ids: Sequence[int], release: Release) -> dict[int, _Heard]:
    """Return what sources of discovery say of the product; a person's word is no discovery."""
    found = {item_id: _Heard() for item_id in item_ids}
    if not item_ids:
        return found
    query = select(ItemSource).where(
        among(session, ItemSource.item_id, item_ids),
        ItemSource.source.not_in((str(PERSON), str(DERIVED))),
    )
    for row in session.scalars(query.order_by(ItemSource.last_seen_at, ItemSource.id)):
        mine = found[row.item_id]
        word = row.words.get(release.attribute) if release.attribute else None
        speaks = bool(release.attribute) or _SOFTWARE in row.digests
        if speaks:
            mine.speaks, mine.at, mine.source = True, row.last_seen_at, row.source
        if word is not None and word[0] not in (None, ""):
            mine.seen = [Seen(str(word[0]))]
    if not release.attribute:
        for item_id, version, ecosystem in session.execute(_installed(release, item_ids, session)):
            found[item_id].seen.append(Seen(version, ecosystem))
    return found


def _installed(
    release: Release, item_ids: Sequence[int], session: Session
) -> Select[int, str, str]:
    return (
        _of_product(release.product)
        .add_columns(Installation.item_id, SoftwareRelease.version, SoftwareProduct.ecosystem)
        .where(among(session, Installation.item_id, item_ids))
        .order_by(Installation.item_id, SoftwareRelease.version)
        .distinct()
    )


def _of_product(name: str) -> Select[*tuple[()]]:
    return (
        select()
        .select_from(SoftwareProduct)
        .join(SoftwareRelease, SoftwareRelease.product_id == SoftwareProduct.id)
        .join(Installation, Installation.release_id == SoftwareRelease.id)
        .where(SoftwareProduct.name == name)
    )


def _beside(
    session: Session, actor: Actor, release: Release, touched: Mapping[int, object]
) -> list[tuple[Item, list[Seen]]]:
    """Return items in sight below the version that the release leaves alone, and one too many."""
    if not actor.may(Permission.ITEM_READ):
        return []
    rows = session.execute(
        select(SoftwareRelease.id, SoftwareRelease.version, SoftwareProduct.ecosystem)
        .join(SoftwareProduct, SoftwareProduct.id == SoftwareRelease.product_id)
        .where(SoftwareProduct.name == release.product)
    ).all()
    old = {
        row.id: Seen(row.version, row.ecosystem)
        for row in rows
        if version_sign(Seen(row.version, row.ecosystem), release.target_version) < 0
    }
    if not old:
        return []
    there = select(Installation.item_id).where(
        among(session, Installation.release_id, sorted(old)), Installation.item_id == Item.id
    )
    query = select(Item).where(Item.stage != _GONE, visible_items(actor), there.exists())
    if touched:
        query = query.where(~among(session, Item.id, sorted(touched)))
    # Not by name: the first few are found without looking at all of them.
    items = {one.id: one for one in session.scalars(query.order_by(Item.id).limit(_BESIDE + 1))}
    seen: dict[int, list[Seen]] = {}
    if items:
        pairs = select(Installation.item_id, Installation.release_id).where(
            among(session, Installation.item_id, sorted(items)),
            among(session, Installation.release_id, sorted(old)),
        )
        for item_id, release_id in session.execute(pairs.distinct()):
            seen.setdefault(item_id, []).append(old[release_id])
    return [(item, seen.get(item_id, [])) for item_id, item in items.items()]
