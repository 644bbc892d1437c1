"""Bringing advisories in, and finding the releases that they mean."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cmdb.records.among import among
from cmdb.records.bulk import insert_rows, reserve_ids
from cmdb.records.facts import SoftwareProduct, SoftwareRelease
from server.foundation import audit
from server.foundation.permissions import Actor, Permission
from server.items.advisories.beginnings import beginning_of, kept_beginning
from server.items.advisories.matching import PATCHED_BY_DISTRIBUTIONS, is_meant, is_of_cycle
from server.items.advisories.models import (
    Advisory,
    AdvisoryMatch,
    AdvisoryProgress,
    AdvisoryRange,
)
from server.items.advisories.reading import product_key
from server.items.advisories.values import LIFE_CYCLE, ReadAdvisory, VersionRange
from server.people.actions.rights import require_everywhere

#: So many are stored in one transaction.
BATCH = 1000

_Row = Any


@dataclass(frozen=True, slots=True)
class _Range:
    """A stored range, and whose it is."""

    advisory_id: int
    feed: str
    told: VersionRange


def require_import(actor: Actor) -> None:
    """Raise ``PermissionDenied`` unless the actor may bring advisories for everybody."""
    require_everywhere(actor, Permission.ITEM_IMPORT)


def note_import(session: Session, actor: Actor, file_name: str, count: int) -> None:
    """Leave in the chain of acts who brought how many advisories."""
    detail = {"file": file_name[:200], "advisories": count}
    audit.record(session, actor, "advisories.imported", "advisories", detail)


def store_advisories(
    session: Session, actor: Actor, advisories: Sequence[ReadAdvisory], now: datetime
) -> int:
    """Store up to ``BATCH`` advisories, each in place of what was known under its code.

    Those that were withdrawn go. Matches them with the whole catalogue; returns how many stand.
    """
    require_import(actor)
    by_key = {(one.feed, one.code): one for one in advisories}
    _forget(session, by_key)
    standing = [one for one in by_key.values() if not one.withdrawn and one.ranges]
    ids = reserve_ids(session, Advisory, len(standing))
    rows = [_row(row_id, one, now) for row_id, one in zip(ids, standing, strict=True)]
    insert_rows(session, Advisory, rows)
    ranges = [
        _Range(row["id"], one.feed, told)
        for row, one in zip(rows, standing, strict=True)
        for told in dict.fromkeys(one.ranges)
    ]
    insert_rows(session, AdvisoryRange, [_range_row(one) for one in ranges])
    _match(session, ranges, _releases_of(session, ranges))
    return len(standing)


def match_new_releases(session: Session, limit: int = 2000) -> int:
    """Match releases that came into the catalogue since the last time; return how many."""
    progress = session.get(AdvisoryProgress, 1)
    if progress is None:
        progress = AdvisoryProgress(id=1, last_release_id=0)
        session.add(progress)
    query = _releases().where(SoftwareRelease.id > progress.last_release_id)
    rows = session.execute(query.order_by(SoftwareRelease.id).limit(limit)).all()
    if rows:
        _match(session, _ranges_for(session, rows), rows)
        progress.last_release_id = rows[-1].id
    return len(rows)


def _forget(session: Session, keys: Mapping[tuple[str, str], object]) -> None:
    by_feed: dict[str, list[str]] = defaultdict(list)
    for feed, code in keys:
        by_feed[feed].append(code)
    for feed, codes in by_feed.items():
        known = Advisory.feed == feed, among(session, Advisory.code, codes)
        ids = list(session.scalars(select(Advisory.id).where(*known)))
        for table, column in (
            (AdvisoryMatch, AdvisoryMatch.advisory_id),
            (AdvisoryRange, AdvisoryRange.advisory_id),
            (Advisory, Advisory.id),
        ):
            if ids:
                session.execute(delete(table).where(among(session, column, ids)))


def _row(row_id: int, one: ReadAdvisory, now: datetime) -> dict[str, Any]:
    return {
        "id": row_id,
        "feed": one.feed,
        "code": one.code,
        "summary": one.summary,
        "aliases": list(one.aliases),
        "severity": one.severity,
        "score": one.score,
        "rank": -1.0 if one.score is None else one.score,
        "ends_on": one.ends_on,
        "imported_at": now,
    }


def _range_row(one: _Range) -> dict[str, Any]:
    told = one.told
    return {
        "advisory_id": one.advisory_id,
        "ecosystem": told.ecosystem,
        "name": _name(told.ecosystem, told.name),
        "introduced": kept_beginning(told.introduced, told.after),
        "fixed": told.fixed,
        "last": told.last,
        "system": told.system,
        "release": told.release,
        "exact": list(told.exact),
    }


def _name(ecosystem: str, name: str) -> str:
    """Return the name by which ranges and products meet."""
    if not ecosystem:
        return product_key(name) or name.casefold()
    return name.casefold() if ecosystem in {"deb", "pypi"} else name


def _releases() -> Any:
    return select(
        SoftwareRelease.id,
        SoftwareRelease.version,
        SoftwareProduct.ecosystem,
        SoftwareProduct.name,
    ).join(SoftwareProduct, SoftwareProduct.id == SoftwareRelease.product_id)


def _releases_of(session: Session, ranges: Iterable[_Range]) -> list[_Row]:
    """Return the releases of the products that ranges are about."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in ranges:
        wanted[one.told.ecosystem].add(_name(one.told.ecosystem, one.told.name))
    found: list[_Row] = []
    for ecosystem, names in sorted(wanted.items()):
        if ecosystem:
            here = SoftwareProduct.ecosystem == ecosystem
            query = _releases().where(here, among(session, SoftwareProduct.name, sorted(names)))
            found += session.execute(query).all()
        else:
            found += _releases_by_key(session, names)
    return found


def _releases_by_key(session: Session, keys: set[str]) -> list[_Row]:
    """Return the releases of products that are called so beneath what makers write around it."""
    query = select(SoftwareProduct.id, SoftwareProduct.name).where(
        SoftwareProduct.ecosystem.not_in(sorted(PATCHED_BY_DISTRIBUTIONS))
    )
    ids = [row.id for row in session.execute(query) if product_key(row.name) in keys]
    if not ids:
        return []
    return list(session.execute(_releases().where(among(session, SoftwareProduct.id, ids))).all())


def _ranges_for(session: Session, releases: Iterable[_Row]) -> list[_Range]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in releases:
        wanted[row.ecosystem].add(_name(row.ecosystem, row.name))
        if row.ecosystem not in PATCHED_BY_DISTRIBUTIONS:
            wanted[""].add(product_key(row.name))
    found: list[_Range] = []
    for ecosystem, names in wanted.items():
        query = (
            select(AdvisoryRange, Advisory.feed)
            .join(Advisory, Advisory.id == AdvisoryRange.advisory_id)
            .where(
                AdvisoryRange.ecosystem == ecosystem,
                among(session, AdvisoryRange.name, sorted(names)),
            )
        )
        found += [
            _Range(row.advisory_id, feed, told_by(row)) for row, feed in session.execute(query)
        ]
    return found


def told_by(row: AdvisoryRange) -> VersionRange:
    """Return a range as it was kept."""
    introduced, after = beginning_of(row.introduced)
    return VersionRange(
        row.ecosystem,
        row.name,
        introduced,
        row.fixed,
        row.last,
        row.system,
        row.release,
        tuple(row.exact),
        after,
    )


def _match(session: Session, ranges: Sequence[_Range], releases: Sequence[_Row]) -> None:
    by_name: dict[tuple[str, str], list[_Range]] = defaultdict(list)
    for one in ranges:
        by_name[one.told.ecosystem, _name(one.told.ecosystem, one.told.name)].append(one)
    rows = {tuple(row.values())[:4]: row for row in _matches(by_name, releases)}
    if rows:
        dialect = session.get_bind().dialect.name
        make = postgresql.insert if dialect == "postgresql" else sqlite.insert
        session.execute(make(AdvisoryMatch).on_conflict_do_nothing(), list(rows.values()))


def _matches(
    by_name: Mapping[tuple[str, str], Sequence[_Range]], releases: Iterable[_Row]
) -> Iterator[dict[str, Any]]:
    for row in releases:
        near = list(by_name.get((row.ecosystem, _name(row.ecosystem, row.name)), ()))
        if row.ecosystem not in PATCHED_BY_DISTRIBUTIONS:
            near += by_name.get(("", product_key(row.name)), ())
        for one in near:
            if _means(one, row):
                by_cycle = one.feed == LIFE_CYCLE
                yield {
                    "advisory_id": one.advisory_id,
                    "release_id": row.id,
                    "system": "" if by_cycle else one.told.system,
                    "system_release": "" if by_cycle else one.told.release,
                    "fixed": one.told.fixed,
                }


def _means(one: _Range, row: _Row) -> bool:
    if one.feed == LIFE_CYCLE:
        return is_of_cycle(row.version, one.told.release)
    return is_meant(one.told, row.ecosystem, row.version)
