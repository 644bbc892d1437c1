"""Words of the language that are columns of the item, or stand in tables beside it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, false, func, or_, select

from cmdb.model.addresses import read_ip, read_mac, read_prefix
from cmdb.model.refusal import Refusal
from cmdb.model.text import clean, text_key
from cmdb.query.language.clauses import Clause, any_of, compared, holds, in_table, starts_with
from cmdb.query.language.faults import QueryFault
from cmdb.query.language.operands import age_of, is_pattern, like_pattern, moment_of, whole_of
from cmdb.query.language.related import relation
from cmdb.query.language.terms import QueryTerms, expect
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
from cmdb.records.parties import Group, Organisation, OrganisationClosure, Person
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import ClassCode, PartyRole

Reader = Callable[[QueryTerms, Term], Clause]

_EQUAL = frozenset({":", "=", "!="})
_ORDER = frozenset({"<", "<=", ">", ">="})
#: So many people, groups or places are meant by one name at most.
MOST_MATCHES = 500


def text_matches(
    terms: QueryTerms, column: SQLColumnExpression[Any], term: Term
) -> ColumnElement[bool]:
    """Return what a comparison of a key column with texts means."""
    return any_of([_text(terms, column, term.operator, one) for one in term.operands])


def _text(
    terms: QueryTerms, column: SQLColumnExpression[Any], operator: str, operand: Operand
) -> ColumnElement[bool]:
    key = text_key(clean(operand.text))
    if operator == "~":
        return holds(terms.session, column, key)
    if operator in _ORDER:
        return compared(column, operator, key)
    if not is_pattern(operand):
        return column == key
    if key.endswith("*") and "*" not in key[:-1]:
        return starts_with(column, key[:-1])
    return column.like(like_pattern(key), escape="/")


def _name(terms: QueryTerms, term: Term) -> Clause:
    condition = text_matches(terms, Item.name_key, term)
    searches = term.operator == "~" or any(is_pattern(one) for one in term.operands)
    return Clause(condition, terms.items(condition) if searches else None)


def _class(terms: QueryTerms, term: Term) -> Clause:
    found = class_codes(terms, term)
    return Clause(Item.class_code == found[0] if len(found) == 1 else Item.class_code.in_(found))


def class_codes(terms: QueryTerms, term: Term) -> list[str]:
    """Return the classes that a comparison names, with all below them. Raises ``QueryFault``."""
    expect(term, _EQUAL)
    model, codes = terms.model, set[str]()
    for one in term.operands:
        code = one.text.casefold()
        if model.find_class(code) is None:
            hint = terms.nearest(code, [entry.code for entry in model.classes])
            raise QueryFault(f"there is no such class{hint}", one.text, one.at)
        codes |= model.descendants(ClassCode(code))
    return sorted(codes)


def _choice(column: SQLColumnExpression[Any], attribute: str) -> Reader:
    def read(terms: QueryTerms, term: Term) -> Clause:
        expect(term, _EQUAL)
        known = [one.code for one in terms.model.attribute(attribute, "item").choices]
        for one in term.operands:
            if one.text.casefold() not in known:
                raise QueryFault(f"expected one of {', '.join(known)}", one.text, one.at)
        wanted = column.in_([one.text.casefold() for one in term.operands])
        condition = and_(column.is_not(None), wanted)
        return Clause(condition, terms.items(condition))

    return read


def _tier(_: QueryTerms, term: Term) -> Clause:
    expect(term, _EQUAL | _ORDER)
    numbers = [whole_of(one, 0, 4) for one in term.operands]
    wanted = any_of([compared(Item.criticality, term.operator, n) for n in numbers])
    return Clause(and_(Item.criticality.is_not(None), wanted))


def _words(column: SQLColumnExpression[Any]) -> Reader:
    """Read a text column that is stored as it was written."""

    def read(terms: QueryTerms, term: Term) -> Clause:
        expect(term, _EQUAL | {"~"})
        found = []
        for one in term.operands:
            lower = func.lower(column)
            folded = _text(terms, lower, term.operator, one)
            # What a database makes lower is ASCII alone: it does the same to the word as written.
            same = lower == func.lower(clean(one.text))
            found.append(folded if term.operator == "~" else or_(same, folded))
        return Clause(any_of(found), terms.items(any_of(found)))

    return read


def _serial(terms: QueryTerms, term: Term) -> Clause:
    exact = term.operator in _EQUAL and not any(is_pattern(one) for one in term.operands)
    if exact:
        return Clause(Item.serial.in_([clean(one.text) for one in term.operands]))
    return _words(Item.serial)(terms, term)


def _moment(column: SQLColumnExpression[datetime]) -> Reader:
    def read(terms: QueryTerms, term: Term) -> Clause:
        expect(term, _EQUAL | _ORDER)
        return Clause(any_of([_when(terms, column, term, one) for one in term.operands]))

    return read


def _when(
    terms: QueryTerms, column: SQLColumnExpression[datetime], term: Term, operand: Operand
) -> ColumnElement[bool]:
    """Return what a moment is asked; an age counts back: ``seen>7d`` is longer ago than 7 days."""
    age = age_of(operand)
    if age is not None:
        past = terms.now - abs(age)
        return column < past if term.operator in {">", ">="} else column >= past
    start, end = moment_of(operand)
    if term.operator in _EQUAL:
        return and_(column >= start, column < end)
    bound = start if term.operator in {"<", ">="} else end
    return column < bound if term.operator in {"<", "<="} else column >= bound


def _organisation(terms: QueryTerms, term: Term) -> Clause:
    ids = organisation_ids(terms, term)
    return Clause(Item.organisation_id.in_(ids) if ids else false())


def organisation_ids(terms: QueryTerms, term: Term) -> list[int]:
    """Return the organisations that a comparison names, with all below them."""
    expect(term, _EQUAL)
    wanted = []
    for one in term.operands:
        key = clean(one.text)
        same = or_(
            Organisation.code == key.casefold(), func.lower(Organisation.name) == key.lower()
        )
        wanted.append(same)
    below = (
        select(OrganisationClosure.descendant_id)
        .join(Organisation, Organisation.id == OrganisationClosure.ancestor_id)
        .where(or_(*wanted))
    )
    return sorted(set(terms.session.scalars(below)))


def _party(role: PartyRole | None) -> Reader:
    def read(terms: QueryTerms, term: Term) -> Clause:
        expect(term, _EQUAL | {"~"})
        session = terms.session
        people = select(Person.id).where(text_matches(terms, Person.name_key, term))
        groups = select(Group.id).where(text_matches(terms, Group.name_key, term))
        held = or_(
            ItemParty.person_id.in_(session.scalars(people.limit(MOST_MATCHES)).all()),
            ItemParty.group_id.in_(session.scalars(groups.limit(MOST_MATCHES)).all()),
        )
        in_role = () if role is None else (ItemParty.role == role.value,)
        return in_table(ItemParty.item_id, held, *in_role)

    return read


def _source(_: QueryTerms, term: Term) -> Clause:
    expect(term, _EQUAL)
    found = []
    for one in term.operands:
        word = clean(one.text).casefold()
        said = ItemSource.source == word
        # "import" means every list that was ever imported.
        found.append(or_(said, starts_with(ItemSource.source, f"{word}:")))
    each = exists().where(ItemSource.item_id == Item.id, any_of(found))
    return Clause(each)


def _address(_: QueryTerms, term: Term) -> Clause:
    expect(term, _EQUAL)
    found = [_in_network(one) for one in term.operands]
    return in_table(Address.item_id, any_of(found))


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


def _mac(_: QueryTerms, term: Term) -> Clause:
    expect(term, _EQUAL)
    try:
        macs = [read_mac(one.text) for one in term.operands]
    except Refusal as why:
        raise QueryFault(str(why), term.operands[0].text, term.operands[0].at) from None
    return in_table(Interface.item_id, Interface.mac.in_(macs))


def _port(_: QueryTerms, term: Term) -> Clause:
    expect(term, _EQUAL | _ORDER)
    numbers = [whole_of(one, 0, 65535) for one in term.operands]
    return in_table(
        Listener.item_id, any_of([compared(Listener.port, term.operator, n) for n in numbers])
    )


def _software(terms: QueryTerms, term: Term) -> Clause:
    expect(term, _EQUAL | {"~"})
    name = func.lower(SoftwareProduct.name)
    releases = (
        select(SoftwareRelease.id)
        .join(SoftwareProduct, SoftwareProduct.id == SoftwareRelease.product_id)
        .where(text_matches(terms, name, term))
    )
    return in_table(Installation.item_id, Installation.release_id.in_(releases))


def _id(_: QueryTerms, term: Term) -> Clause:
    expect(term, _EQUAL)
    return Clause(Item.id.in_([whole_of(one, 1, 2**62) for one in term.operands]))


def _location(terms: QueryTerms, term: Term) -> Clause:
    expect(term, _EQUAL | {"~"})
    # A place that is out of sight is not found by its name.
    named = terms.items(text_matches(terms, Item.name_key, term)).limit(MOST_MATCHES)
    ids = list(terms.session.scalars(named))
    return Clause(
        and_(Item.location_id.is_not(None), Item.location_id.in_(ids)) if ids else false()
    )


def _has(terms: QueryTerms, term: Term) -> Clause:
    expect(term, frozenset({":", "="}))
    found = [terms.presence(one) for one in term.operands]
    return Clause(any_of(found))


#: How each of ``terms.WORDS`` is understood.
COLUMNS: Mapping[str, Reader] = {
    "name": _name,
    "class": _class,
    "stage": _choice(Item.stage, "stage"),
    "environment": _choice(Item.environment, "environment"),
    "tier": _tier,
    "vendor": _words(Item.vendor),
    "model": _words(Item.model),
    "serial": _serial,
    "organisation": _organisation,
    "location": _location,
    "seen": _moment(Item.last_seen_at),
    "first_seen": _moment(Item.first_seen_at),
    "changed": _moment(Item.updated_at),
    "owner": _party(PartyRole.OWNER),
    "support": _party(PartyRole.SUPPORT),
    "user": _party(PartyRole.USER),
    "approver": _party(PartyRole.APPROVER),
    "party": _party(None),
    "source": _source,
    "ip": _address,
    "mac": _mac,
    "port": _port,
    "software": _software,
    "id": _id,
    "has": _has,
    "relation": relation,
}
