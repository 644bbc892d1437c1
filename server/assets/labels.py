"""Labels with a QR code that leads to an item's page. Alone in knowing segno."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import segno
from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.records.items import Item
from server.foundation.permissions import Actor, Permission
from server.items.scope import visible_items

#: Sheets of A4 as they are sold, by "columns x rows".
SHEETS = ("3x8", "2x7", "4x10", "5x13")
#: Labels printed at once; more would be a mistake, and slow.
MOST = 500


@dataclass(frozen=True, slots=True)
class Label:
    """An item, the address of its page, and that address as a drawing (SVG)."""

    item: Item
    address: str
    drawing: str


def labels_of(session: Session, actor: Actor, item_ids: Sequence[int], base: str) -> list[Label]:
    """Return a label for each item in sight, in the order given; ``base`` is our own address."""
    actor.require(Permission.ITEM_READ)
    wanted = list(dict.fromkeys(item_ids))[:MOST]
    query = select(Item).where(Item.id.in_(wanted), visible_items(actor))
    known = {item.id: item for item in session.scalars(query)}
    return [_label(known[item_id], base) for item_id in wanted if item_id in known]


def _label(item: Item, base: str) -> Label:
    address = f"{base}/items/{item.id}"
    return Label(item, address, qr_drawing(address))


def qr_drawing(text: str) -> str:
    """Return a QR code (ISO/IEC 18004, level M or better) as an SVG without size or namespace.

    >>> qr_drawing("https://cadastre.test/items/7")[:32]
    '<svg viewBox="0 0 37 37" class="'
    """
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        nl=False,
        svgclass="qr",
        lineclass="qr-line",
    )
    return out.getvalue().decode("utf-8")
