"""The remote-control links of items, as whoever sees the items is offered them."""

from collections.abc import Collection, Mapping
from ipaddress import ip_address

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.model import standing_model
from cmdb.records.facts import Address
from cmdb.records.items import Item
from server.desk.tickets.queries.words import words_of
from server.desk.tickets.rules.remote import address_of
from server.desk.tickets.rules.vocabulary import RemoteLink

#: Where a device says it is managed: asked before the addresses of its interfaces.
_MANAGED = "management_address"


def remote_links(
    session: Session, items: Collection[Item]
) -> Mapping[int, list[tuple[RemoteLink, str]]]:
    """Return the links of each item with where they lead; an item without any is left out.

    The items are those that the reader was let see: nothing else is told about them.
    """
    links, model = words_of(session).remote_links.values(), standing_model()
    fitting = {
        item.id: found
        for item in items
        if (
            found := [
                link
                for link in links
                if any(
                    model.find_class(code) is not None and model.is_a(item.class_code, code)
                    for code in link.classes
                )
            ]
        )
    }
    known = usable_addresses(session, fitting)
    told: dict[int, list[tuple[RemoteLink, str]]] = {}
    for item in items:
        values = _values(item, known.get(item.id, []))
        ways = [(link, address_of(link, values)) for link in fitting.get(item.id, ())]
        if there := [(link, url) for link, url in ways if url is not None]:
            told[item.id] = there
    return told


def _values(item: Item, addresses: list[str]) -> dict[str, str]:
    managed = str(item.attributes.get(_MANAGED) or "")
    return {
        "name": item.name,
        "fqdn": str(item.attributes.get("fqdn") or ""),
        "address": managed if _is_address(managed) else next(iter(addresses), ""),
    }


def usable_addresses(session: Session, item_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the addresses under which each item can be asked from elsewhere, IPv4 first."""
    query = select(Address.item_id, Address.address).where(Address.item_id.in_(item_ids))
    found: dict[int, list[str]] = {}
    for item_id, text in session.execute(query.distinct()):
        if not _is_address(text):
            continue
        one = ip_address(text)
        if not (one.is_loopback or one.is_link_local or one.is_multicast or one.is_unspecified):
            found.setdefault(item_id, []).append(str(one))
    return {item_id: sorted(set(texts), key=_order) for item_id, texts in found.items()}


def _order(text: str) -> tuple[int, int]:
    one = ip_address(text)
    return one.version, int(one)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
