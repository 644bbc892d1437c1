"""Installed software: one catalogue for the whole estate, one thin row per installation.

Rows are (ecosystem, name, version, architecture). The catalogue is filled with sorted
``insert_missing``, so that reports arriving together never deadlock or double.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, bindparam, delete, select
from sqlalchemy.orm import Session

from cmdb.inventory.difference import Difference, Place
from cmdb.inventory.releases import (
    Package,
    all_there,
    known_releases,
    remember_releases,
)
from cmdb.inventory.storable import storable_text
from cmdb.model.text import text_key
from cmdb.observation import Section
from cmdb.records.among import among_listed, listed
from cmdb.records.asking import asked
from cmdb.records.bulk import insert_missing
from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease

_Product = tuple[str, str]
_PACKAGE = ("ecosystem", "name", "version", "architecture")


class Catalogued:
    """What the sections of a batch tell of, with the release that each package is.

    The catalogue is asked, and told what it lacks, once for all of them.
    """

    def __init__(self, session: Session, sections: Iterable[Section]) -> None:
        self._session = session
        self._ids = {
            id(s.rows): known_releases(session, packages_in(s.rows or ())) for s in sections
        }
        known = {release_id for ids in self._ids.values() for release_id in ids.values()} - {0}
        if known and not all_there(session, known):
            self._ids = {rows: dict.fromkeys(ids, 0) for rows, ids in self._ids.items()}
        self._add_unknown()

    def _add_unknown(self) -> None:
        unknown = [{p for p, found in ids.items() if not found} for ids in self._ids.values()]
        wanted = set().union(*unknown)
        if not wanted:
            return
        met = catalogue(self._session, sorted(wanted))
        remember_releases(self._session, met)
        for ids, packages in zip(self._ids.values(), unknown, strict=True):
            ids.update({package: met[package] for package in packages})

    def of(self, section: Section) -> dict[Package, int]:
        """Return the packages of a section, each with its release."""
        found = self._ids.get(id(section.rows))
        if found is None:
            # Seen again within the batch, after a section in between: rare, and asked for alone.
            return Catalogued(self._session, [section]).of(section)
        return found


def write_software(place: Place, section: Section, catalogued: Catalogued) -> Difference:
    """Make the rows the packages that the source sees on the item; an upgrade is one change."""
    session = place.session
    wanted = catalogued.of(section)
    installed = set() if place.is_new else _installed(session, place)
    fresh = wanted
    if installed:
        fresh = {package: row_id for package, row_id in wanted.items() if row_id not in installed}
    gone = sorted(installed.difference(wanted.values()))
    went = _named(session, gone)
    if gone:
        _uninstall(session, **_by(place), releases=listed(session, gone))
    item_id, source = place.item_id, place.source
    # In the order of the table, which is the order of its index, too.
    rows = [
        {"item_id": item_id, "source": source, "release_id": release_id}
        for release_id in sorted(fresh.values())
    ]
    place.pending.insert(Installation, rows)
    if not installed:
        return Difference(added=[(package[1], package[2]) for package in fresh], was_empty=True)
    return _told(went, sorted(fresh), was_empty=False)


def _installed(session: Session, place: Place) -> set[int]:
    return set(_releases_by(session, **_by(place)).scalars())


def _by(place: Place) -> dict[str, Any]:
    return {"item_id": place.item_id, "source": place.source}


_SAID_BY = (
    Installation.item_id == bindparam("item_id"),
    Installation.source == bindparam("source"),
)


@asked
def _releases_by(_dialect: str) -> Executable:
    return select(Installation.release_id).where(*_SAID_BY)


@asked
def _uninstall(dialect: str) -> Executable:
    those = among_listed(dialect, Installation.release_id, "releases")
    return delete(Installation).where(*_SAID_BY, those)


def packages_in(rows: Iterable[Any]) -> set[Package]:
    r"""Return the packages that rows of whatever shape tell of, without what no database takes.

    >>> rows = [("deb", "vim", "9.0", "amd64"), {"ecosystem": "deb", "name": "a\0b"}, 7, []]
    >>> sorted(packages_in(rows))
    [('deb', 'ab', '', ''), ('deb', 'vim', '9.0', 'amd64')]
    """
    found: set[Package] = set()
    for row in rows:
        if type(row) is tuple and len(row) == 4 and _is_plain(row):
            found.add(row)
            continue
        given = [row.get(name) for name in _PACKAGE] if isinstance(row, Mapping) else row
        if not isinstance(given, list | tuple) or len(given) != 4:
            continue
        kind, name, version, architecture = (storable_text(str(part or ""))[:255] for part in given)
        if kind and name:
            found.add((kind, name, version, architecture))
    return found


def _is_plain(row: tuple[Any, ...]) -> bool:
    """Say whether a row can be kept as it is: nearly all can, and a report has thousands."""
    try:
        whole = "".join(row)
    except TypeError:
        return False
    return len(whole) < 256 and whole.isascii() and "\0" not in whole and bool(row[0] and row[1])


def _named(session: Session, ids: Sequence[int]) -> list[Package]:
    """Return the packages that releases are of."""
    if not ids:
        return []
    rows = _packages_of(session, releases=listed(session, ids))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


@asked
def _packages_of(dialect: str) -> Executable:
    return (
        select(
            SoftwareProduct.ecosystem,
            SoftwareProduct.name,
            SoftwareRelease.version,
            SoftwareRelease.architecture,
        )
        .join(SoftwareRelease, SoftwareRelease.product_id == SoftwareProduct.id)
        .where(among_listed(dialect, SoftwareRelease.id, "releases"))
    )


def catalogue(session: Session, packages: Sequence[Package]) -> dict[Package, int]:
    """Return the release id of every package, adding what the catalogue lacks."""
    products = _products(session, sorted({(p[0], p[1]) for p in packages}))
    keyed = {(products[p[0], p[1]], p[2], p[3]): p for p in packages}
    known = _releases(session, keyed)
    missing = [key for key in sorted(keyed) if keyed[key] not in known]
    if missing:
        names = ("product_id", "version", "architecture")
        rows = [dict(zip(names, key, strict=True)) for key in missing]
        insert_missing(session, SoftwareRelease, rows)
        known |= _releases(session, {key: keyed[key] for key in missing})
    return known


def _products(session: Session, wanted: Sequence[_Product]) -> dict[_Product, int]:
    known = _known_products(session, wanted)
    missing = [product for product in wanted if product not in known]
    if missing:
        rows = [
            {"ecosystem": ecosystem, "name": name, "name_key": text_key(name)}
            for ecosystem, name in missing
        ]
        insert_missing(session, SoftwareProduct, rows)
        known |= _known_products(session, missing)
    return known


def _known_products(session: Session, wanted: Sequence[_Product]) -> dict[_Product, int]:
    by_ecosystem: dict[str, list[str]] = defaultdict(list)
    for ecosystem, name in wanted:
        by_ecosystem[ecosystem].append(name)
    found: dict[_Product, int] = {}
    for ecosystem, names in by_ecosystem.items():
        rows = _products_named(session, ecosystem=ecosystem, names=listed(session, names))
        found |= {(ecosystem, name): row_id for name, row_id in rows}
    return found


@asked
def _products_named(dialect: str) -> Executable:
    return select(SoftwareProduct.name, SoftwareProduct.id).where(
        SoftwareProduct.ecosystem == bindparam("ecosystem"),
        among_listed(dialect, SoftwareProduct.name, "names"),
    )


def _releases(
    session: Session, keyed: Mapping[tuple[int, str, str], Package]
) -> dict[Package, int]:
    found: dict[Package, int] = {}
    products = listed(session, sorted({product_id for product_id, _, _ in keyed}))
    for product_id, version, architecture, release_id in _releases_of(session, products=products):
        package = keyed.get((product_id, version, architecture))
        if package is not None:
            found[package] = release_id
    return found


@asked
def _releases_of(dialect: str) -> Executable:
    return select(
        SoftwareRelease.product_id,
        SoftwareRelease.version,
        SoftwareRelease.architecture,
        SoftwareRelease.id,
    ).where(among_listed(dialect, SoftwareRelease.product_id, "products"))


def _told(removed: Iterable[Package], added: Iterable[Package], *, was_empty: bool) -> Difference:
    """Pair what went with what came under the same name."""
    before: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for ecosystem, name, version, architecture in removed:
        before[ecosystem, name, architecture].append(version)
    came: list[tuple[str, Any]] = []
    changed: list[tuple[str, Any, Any]] = []
    for ecosystem, name, version, architecture in added:
        olds = before.get((ecosystem, name, architecture))
        if olds:
            changed.append((name, olds.pop(), version))
        else:
            came.append((name, version))
    went = [(key[1], version) for key, versions in before.items() for version in versions]
    return Difference(came, went, changed, was_empty)
