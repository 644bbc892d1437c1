"""Words of the language for what stands in tables beside the item: parties, addresses, software."""

from collections.abc import Callable, Sequence
from ipaddress import ip_network

from sqlalchemy import ColumnElement, exists, func, or_, select

from cmdb.model.addresses import read_ip, read_mac, read_prefix
from cmdb.model.refusal import Refusal
from cmdb.model.text import clean
from cmdb.query.language.clauses import (
    EQUAL,
    ORDER,
    Clause,
    any_of,
    compared,
    in_table,
    starts_with,
)
from cmdb.query.language.faults import QueryFault
from cmdb.query.language.operands import whole_of
from cmdb.query.language.terms import QueryTerms, expect
from cmdb.query.language.texts import text_matches
from cmdb.query.language.tree import Operand, Term
from cmdb.records.facts import (
    Address,
    Installation,
    Interface,
    Listener,
    SoftwareProduct,
    SoftwareRelease,
)
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Group, Person
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import PartyRole

Reader = Callable[[QueryTerms, Term], Clause]

#: So many people, groups or places are meant by one name at most.
MOST_MATCHES = 500


def party(role: PartyRole | None) -> Reader:
    """Return how a comparison with people and groups in a role is read; None is any role."""

    def read(terms: QueryTerms, term: Term) -> Clause:
        people, groups = parties_meant(terms, term)
        held = or_(ItemParty.person_id.in_(people), ItemParty.group_id.in_(groups))
        in_role = () if role is None else (ItemParty.role == role.value,)
        return in_table(ItemParty.item_id, held, *in_role)

    return read


def parties_meant(terms: QueryTerms, term: Term) -> tuple[Sequence[int], Sequence[int]]:
    """Return the people and the groups whose names a comparison means. Raises ``QueryFault``."""
    expect(term, EQUAL | {"~"})
    people = select(Person.id).where(text_matches(terms, Person.name_key, term))
    groups = select(Group.id).where(text_matches(terms, Group.name_key, term))
    session = terms.session
    return (
        session.scalars(people.limit(MOST_MATCHES)).all(),
        session.scalars(groups.limit(MOST_MATCHES)).all(),
    )


def source(_: QueryTerms, term: Term) -> Clause:
    """Return that a source speaks of an item; "import" is every list that was ever imported."""
    expect(term, EQUAL)
    found = []
    for one in term.operands:
        word = clean(one.text).casefold()
        said = ItemSource.source == word
        found.append(or_(said, starts_with(ItemSource.source, f"{word}:")))
    each = exists().where(ItemSource.item_id == Item.id, any_of(found))
    return Clause(each)


def address(_: QueryTerms, term: Term) -> Clause:
    """Return that an item has an address, or one in a network. Raises ``QueryFault``."""
    return in_table(Address.item_id, address_matches(term))


def address_matches(term: Term) -> ColumnElement[bool]:
    """Return what a comparison asks of a row of addresses. Raises ``QueryFault``."""
    expect(term, EQUAL)
    return any_of([_in_network(one) for one in term.operands])


def _in_network(operand: Operand) -> ColumnElement[bool]:
    text = clean(operand.text)
    try:
        if "/" not in text:
            return Address.address == read_ip(text)
        return _within(read_prefix(text))
    except Refusal as why:
        raise QueryFault(str(why), operand.text, operand.at) from None


def _within(prefix: str) -> ColumnElement[bool]:
    """Addresses are stored as text, so a network is asked by the whole labels it fixes."""
    network = ip_network(prefix)
    if network.num_addresses <= MOST_MATCHES:
        return Address.address.in_([str(one) for one in network])
    step = 8 if network.version == 4 else 16
    whole = network.prefixlen // step
    if network.prefixlen % step or not whole:
        raise QueryFault(f"a network as wide as this must end at a multiple of {step} bits", prefix)
    first = str(network.network_address)
    if network.version == 4:
        return starts_with(Address.address, ".".join(first.split(".")[:whole]) + ".")
    labels = network.network_address.exploded.split(":")[:whole]
    return starts_with(Address.address, ":".join(f"{int(label, 16):x}" for label in labels) + ":")


def mac(_: QueryTerms, term: Term) -> Clause:
    """Return that an interface of an item has a hardware address. Raises ``QueryFault``."""
    return in_table(Interface.item_id, Interface.mac.in_(macs_of(term)))


def macs_of(term: Term) -> list[str]:
    """Return the hardware addresses that a comparison names. Raises ``QueryFault``."""
    expect(term, EQUAL)
    try:
        return [read_mac(one.text) for one in term.operands]
    except Refusal as why:
        raise QueryFault(str(why), term.operands[0].text, term.operands[0].at) from None


def port(_: QueryTerms, term: Term) -> Clause:
    """Return that something listens on a port of an item. Raises ``QueryFault``."""
    return in_table(Listener.item_id, port_matches(term))


def port_matches(term: Term) -> ColumnElement[bool]:
    """Return what a comparison asks of a row of listeners. Raises ``QueryFault``."""
    numbers = ports_of(term)
    return any_of([compared(Listener.port, term.operator, n) for n in numbers])


def ports_of(term: Term) -> list[int]:
    """Return the numbers that a comparison names. Raises ``QueryFault``."""
    expect(term, EQUAL | ORDER)
    return [whole_of(one, 0, 65535) for one in term.operands]


def software(terms: QueryTerms, term: Term) -> Clause:
    """Return that a product is installed on an item, whatever its version."""
    releases = (
        select(SoftwareRelease.id)
        .join(SoftwareProduct, SoftwareProduct.id == SoftwareRelease.product_id)
        .where(product_matches(terms, term))
    )
    return in_table(Installation.item_id, Installation.release_id.in_(releases))


def product_matches(terms: QueryTerms, term: Term) -> ColumnElement[bool]:
    """Return what a comparison asks of a row of products. Raises ``QueryFault``."""
    expect(term, EQUAL | {"~"})
    return text_matches(terms, func.lower(SoftwareProduct.name), term)
