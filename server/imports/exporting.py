"""Lists as files for spreadsheets, and a machine's software as a bill of materials.

CSV has no way to say "this is text": spreadsheets run what begins with an equals sign. Such cells
get an apostrophe in front, which spreadsheets show nobody and our own import takes away.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import quote
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.model import standing_model
from cmdb.query.items import ItemFilter
from cmdb.records.facts import Installation, SoftwareProduct, SoftwareRelease
from cmdb.records.items import Item
from server.foundation.permissions import Actor, Permission
from server.foundation.sheets import MARK, csv_text
from server.imports.workbooks import write_workbook
from server.items.queries import get_item, selected_items

_BATCH = 1000
_COLUMNS = (
    "id",
    "class",
    "name",
    "stage",
    "environment",
    "criticality",
    "vendor",
    "model",
    "serial",
)
_SEEN = ("first_seen_at", "last_seen_at")
#: Namespace of the serial numbers of our bills of materials.
_BILLS = UUID("6f1f1f0e-7d3b-4c58-9d0a-0c8a1a7b6c11")
#: Package types of the package-url specification, by the agent's word for the ecosystem.
_PACKAGE_TYPES: Mapping[str, str] = {
    "deb": "deb",
    "rpm": "rpm",
    "apk": "apk",
    "pacman": "alpm",
    "pypi": "pypi",
    "python": "pypi",
    "npm": "npm",
    "gem": "gem",
    "brew": "brew",
    "snap": "snap",
    "flatpak": "flatpak",
}


def csv_lines(
    session: Session, actor: Actor, filters: ItemFilter, attributes: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the list as CSV (UTF-8 with a mark, for spreadsheets), a thousand items at a time.

    ``attributes`` are columns of classes; without any, all that the first thousand items have.
    """
    mark = MARK
    for rows in _batches(session, actor, filters, attributes):
        yield mark + csv_text(rows)
        mark = ""


def workbook_of(session: Session, actor: Actor, filters: ItemFilter) -> BinaryIO:
    """Return the list as a workbook (XLSX), whose texts no spreadsheet takes for formulas."""
    batches = _batches(session, actor, filters, ())
    return write_workbook(row for rows in batches for row in rows)


def _batches(
    session: Session, actor: Actor, filters: ItemFilter, attributes: Sequence[str]
) -> Iterator[list[list[Any]]]:
    """Yield the headers, then the cells of a thousand items at a time."""
    actor.require(Permission.ITEM_READ)
    query = selected_items(session, actor, filters).order_by(Item.id)
    last = 0
    wanted = list(attributes)
    while rows := session.scalars(query.where(Item.id > last).limit(_BATCH)).all():
        if not last:
            wanted = wanted or sorted({name for item in rows for name in item.attributes})
            yield [[*_COLUMNS, *wanted, *_SEEN]]
        last = rows[-1].id
        yield [_cells(item, wanted) for item in rows]
        session.expunge_all()
    if not last:
        yield [[*_COLUMNS, *wanted, *_SEEN]]


def _cells(item: Item, attributes: Sequence[str]) -> list[Any]:
    root = ("name", "stage", "environment", "criticality", "vendor", "model", "serial")
    own = [getattr(item, name) for name in root]
    of_class = [item.attributes.get(name) for name in attributes]
    seen = [getattr(item, name) for name in _SEEN]
    return [item.id, item.class_code, *own, *of_class, *seen]


def bill_of_materials(
    session: Session, actor: Actor, item_id: int, now: datetime
) -> dict[str, Any]:
    """Return what is installed on an item as a CycloneDX 1.6 document.

    Raises ``ItemNotFound``. The serial number stays the same while the software does.
    """
    item = get_item(session, actor, item_id)
    query = (
        select(
            SoftwareProduct.ecosystem,
            SoftwareProduct.name,
            SoftwareRelease.version,
            SoftwareRelease.architecture,
        )
        .join(SoftwareRelease, SoftwareRelease.product_id == SoftwareProduct.id)
        .join(Installation, Installation.release_id == SoftwareRelease.id)
        .where(Installation.item_id == item_id)
        .distinct()
        .order_by(SoftwareProduct.name, SoftwareRelease.version)
    )
    distribution = str(item.attributes.get("os_id") or "").casefold()
    components = [_component(distribution, *row) for row in session.execute(query)]
    said = "\n".join(one["bom-ref"] for one in components)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(_BILLS, f'{item_id}:{said}')}",
        "version": 1,
        "metadata": {
            "timestamp": now.isoformat(timespec="seconds"),
            "tools": {"components": [{"type": "application", "name": "cadastre"}]},
            "component": _machine(item),
        },
        "components": components,
    }


def _machine(item: Item) -> dict[str, Any]:
    label = standing_model().label(standing_model().item_class(item.class_code))
    properties = [{"name": "cadastre:item", "value": str(item.id)}]
    properties += [{"name": "cadastre:class", "value": label}]
    kind = "device" if standing_model().is_a(item.class_code, "device") else "application"
    found: dict[str, Any] = {"type": kind, "bom-ref": f"item:{item.id}", "name": item.name}
    return found | {"properties": properties}


def _component(
    distribution: str, ecosystem: str, name: str, version: str, architecture: str
) -> dict[str, Any]:
    purl = _package_url(distribution, ecosystem, name, version, architecture)
    found: dict[str, Any] = {
        "type": "library" if ecosystem in {"pypi", "npm", "gem", "python"} else "application",
        "bom-ref": purl or f"{ecosystem}:{name}:{version}:{architecture}",
        "name": name,
        "version": version,
    }
    return found | ({"purl": purl} if purl else {})


def _package_url(
    distribution: str, ecosystem: str, name: str, version: str, architecture: str
) -> str:
    kind = _PACKAGE_TYPES.get(ecosystem)
    if kind is None or not name:
        return ""
    namespace = f"{quote(distribution)}/" if kind in {"deb", "rpm", "apk"} and distribution else ""
    url = f"pkg:{kind}/{namespace}{quote(name, safe='')}"
    url += f"@{quote(version, safe='')}" if version else ""
    return url + (f"?arch={quote(architecture, safe='')}" if architecture else "")
