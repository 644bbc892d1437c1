"""What a comparison asks of the lists of facts: which members of today meet it, and of the past."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from cmdb.model.addresses import read_ip, read_prefix
from cmdb.model.text import clean
from cmdb.query.language.beside import (
    address_matches,
    macs_of,
    port_matches,
    ports_of,
    product_matches,
)
from cmdb.query.language.held import compares, text_meets
from cmdb.query.language.terms import QueryTerms
from cmdb.query.language.tree import Operand, Term
from cmdb.records.facts import (
    Address,
    Installation,
    Interface,
    Listener,
    SoftwareProduct,
    SoftwareRelease,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One comparison with members of a section.

    ``stored`` selects (item, source, what names the member) of what meets it today; ``met`` decides
    of (member, value) as history tells them. ``by_name``: the name of a member is enough to decide.
    ``single``: no two members of one source have the same name.
    """

    subject: str
    item_id: InstrumentedAttribute[int]
    stored: Select[*tuple[Any, ...]]
    named: Callable[[Sequence[Any]], str]
    met: Callable[[str, Any], bool]
    by_name: bool = True
    single: bool = True


def asked_of(terms: QueryTerms, term: Term) -> Asked:
    """Return what a comparison with software, port, ip or mac asks. Raises ``QueryFault``."""
    return {"software": _software, "port": _ports, "ip": _addresses, "mac": _macs}[term.field](
        terms, term
    )


def _software(terms: QueryTerms, term: Term) -> Asked:
    stored = (
        select(Installation.item_id, Installation.source, SoftwareProduct.name)
        .join(SoftwareRelease, SoftwareRelease.id == Installation.release_id)
        .join(SoftwareProduct, SoftwareProduct.id == SoftwareRelease.product_id)
        .where(product_matches(terms, term))
    )
    return Asked(
        "software",
        Installation.item_id,
        stored,
        lambda row: str(row[0]),
        lambda member, _: text_meets(term, member.lower()),
        single=False,
    )


def _ports(_: QueryTerms, term: Term) -> Asked:
    wanted = ports_of(term)

    def met(member: str, _value: Any) -> bool:
        port = int(member.rpartition(":")[2])
        return any(compares(term.operator, port, one) for one in wanted)

    stored = select(
        Listener.item_id, Listener.source, Listener.protocol, Listener.address, Listener.port
    ).where(port_matches(term))
    # As ``inventory.ports`` names a listener.
    return Asked(
        "listeners", Listener.item_id, stored, lambda row: f"{row[0]} {row[1]}:{row[2]}", met
    )


def _addresses(_: QueryTerms, term: Term) -> Asked:
    networks = [_network(one) for one in term.operands]

    def met(_member: str, value: Any) -> bool:
        told = value.get("addresses", ()) if isinstance(value, dict) else ()
        here = [ip_address(one.rpartition("/")[0]) for one in told]
        return any(one in network for one in here for network in networks)

    stored = (
        select(Interface.item_id, Interface.source, Interface.name)
        .join(Address, Address.interface_id == Interface.id)
        .where(address_matches(term))
        .distinct()
    )
    return _of_interfaces(stored, met)


def _macs(_: QueryTerms, term: Term) -> Asked:
    wanted = frozenset(macs_of(term))

    def met(_member: str, value: Any) -> bool:
        return isinstance(value, dict) and value.get("mac") in wanted

    stored = select(Interface.item_id, Interface.source, Interface.name)
    return _of_interfaces(stored.where(Interface.mac.in_(wanted)), met)


def _of_interfaces(stored: Select[*tuple[Any, ...]], met: Callable[[str, Any], bool]) -> Asked:
    return Asked(
        "interfaces", Interface.item_id, stored, lambda row: str(row[0]), met, by_name=False
    )


def _network(operand: Operand) -> Any:
    """Return the network of an operand that ``address_matches`` has understood already."""
    text = clean(operand.text)
    return ip_network(read_prefix(text) if "/" in text else read_ip(text))
