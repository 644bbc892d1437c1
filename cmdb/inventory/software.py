"""Installed software: one catalogue for the whole estate, one thin row per installation.

Rows are (ecosystem, name, version, architecture). The catalogue is filled with sorted
``INSERT … ON CONFLICT DO NOTHING``, so that reports arriving together never deadlock or double.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from cmdb.inventory.difference import Difference, Place
from cmdb.inventory.lookup import parts
from cmdb.inventory.releases import (
    Package,
    all_there,
    known_releases,
    remember_releases,
)
from cmdb.inventory.storable import storable_text
from cmdb.model.text import text_key
from cmdb.observation import Section
from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease

_Product = tuple[str, str]
_PACKAGE = ("ecosystem", "name", "version", "architecture")


class Catalogued:
    """What the sections of a batch tell of, with the release that each package is.

    The catalogue is asked, and told what it lacks, once for all of them.
    """

    def __init__(self, session: Session, sections: Iterable[Section]) -> None:
        self._session = session
        self._packages = {id(s.rows): packages_in(s.rows or ()) for s in sections}
        wanted = set().union(*self._packages.values())
        known = known_releases(session, wanted)
        if known and not all_there(session, known.values()):
            known = {}
        unknown = wanted - known.keys()
        met = catalogue(session, sorted(unknown)) if unknown else {}
        if met:
            remember_releases(session, met)
        self._ids = known | met

    def of(self, section: Section) -> dict[Package, int]:
        """Return the packages of a section, each with its release."""
        if id(section.rows) not in self._packages:
            # Seen again within the batch, after a section in between: rare, and asked for alone.
            return Catalogued(self._session, [section]).of(section)
        ids = self._ids
        return {package: ids[package] for package in self._packages[id(section.rows)]}


def write_software(place: Place, section: Section, catalogued: Catalogued) -> Difference:
    """Make the rows the packages that the source sees on the item; an upgrade is one change."""
    session = place.session
    wanted = catalogued.of(section)
    installed = set() if place.is_new else _installed(session, place)
    fresh = {package: row_id for package, row_id in wanted.items() if row_id not in installed}
    gone = sorted(installed.difference(wanted.values()))
    went = _named(session, gone)
    for part in parts(gone):
        session.execute(
            delete(Installation).where(
                Installation.item_id == place.item_id,
                Installation.source == place.source,
                Installation.release_id.in_(part),
            )
        )
    here = {"item_id": place.item_id, "source": place.source}
    # In the order of the table, which is the order of its index, too.
    rows = [here | {"release_id": release_id} for release_id in sorted(fresh.values())]
    place.pending.insert(Installation, rows)
    if not installed:
        return Difference(added=[(package[1], package[2]) for package in fresh], was_empty=True)
    return _told(went, sorted(fresh), was_empty=False)


_INSTALLED = select(Installation.release_id).where(
    Installation.item_id == bindparam("item_id"), Installation.source == bindparam("source")
)


def _installed(session: Session, place: Place) -> set[int]:
    mine = {"item_id": place.item_id, "source": place.source}
    return set(session.connection().execute(_INSTALLED, mine).scalars())


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
    found: list[Package] = []
    for part in parts(ids):
        query = (
            select(
                SoftwareProduct.ecosystem,
                SoftwareProduct.name,
                SoftwareRelease.version,
                SoftwareRelease.architecture,
            )
            .join(SoftwareRelease, SoftwareRelease.product_id == SoftwareProduct.id)
            .where(SoftwareRelease.id.in_(part))
        )
        found += [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]
    return found


def catalogue(session: Session, packages: Sequence[Package]) -> dict[Package, int]:
    """Return the release id of every package, adding what the catalogue lacks."""
    products = _products(session, sorted({(p[0], p[1]) for p in packages}))
    keyed = {(products[p[0], p[1]], p[2], p[3]): p for p in packages}
    known = _releases(session, keyed)
    missing = [key for key in sorted(keyed) if keyed[key] not in known]
    if missing:
        names = ("product_id", "version", "architecture")
        _add(session, SoftwareRelease, [dict(zip(names, key, strict=True)) for key in missing])
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
        _add(session, SoftwareProduct, rows)
        known |= _known_products(session, missing)
    return known


def _known_products(session: Session, wanted: Sequence[_Product]) -> dict[_Product, int]:
    by_ecosystem: dict[str, list[str]] = defaultdict(list)
    for ecosystem, name in wanted:
        by_ecosystem[ecosystem].append(name)
    found: dict[_Product, int] = {}
    for ecosystem, names in by_ecosystem.items():
        for part in parts(names):
            query = select(SoftwareProduct.name, SoftwareProduct.id).where(
                SoftwareProduct.ecosystem == ecosystem, SoftwareProduct.name.in_(part)
            )
            found |= {(ecosystem, name): row_id for name, row_id in session.execute(query)}
    return found


def _releases(
    session: Session, keyed: Mapping[tuple[int, str, str], Package]
) -> dict[Package, int]:
    found: dict[Package, int] = {}
    products = sorted({product_id for product_id, _, _ in keyed})
    for part in parts(products):
        query = select(
            SoftwareRelease.product_id,
            SoftwareRelease.version,
            SoftwareRelease.architecture,
            SoftwareRelease.id,
        ).where(SoftwareRelease.product_id.in_(part))
        for product_id, version, architecture, release_id in session.execute(query):
            package = keyed.get((product_id, version, architecture))
            if package is not None:
                found[package] = release_id
    return found


def _add(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    dialect = session.get_bind().dialect.name
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    session.execute(make(table).on_conflict_do_nothing(), rows)


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
