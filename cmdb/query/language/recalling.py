"""From the tree of a query to one condition over items as they were at a past moment.

Each comparison is asked of today's values, as ever, except for the items whose value was another
one then: those are decided by what it was (``held``). What joins comparisons is the database's.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, not_, or_, select

from cmdb.model.text import clean, text_key
from cmdb.query.language import tree
from cmdb.query.language.beside import MOST_MATCHES
from cmdb.query.language.bygone import TERMS, Bygone, Past
from cmdb.query.language.clauses import FEW, narrowed
from cmdb.query.language.columns import class_codes, organisation_ids
from cmdb.query.language.compiling import clause_of
from cmdb.query.language.faults import QueryFault
from cmdb.query.language.followed import Answers, followed, is_followed
from cmdb.query.language.held import Held, compares, text_meets, words_meet
from cmdb.query.language.keyed import attribute_held, has_keys
from cmdb.query.language.operands import is_pattern, whole_of
from cmdb.query.language.related import related, relation_at
from cmdb.query.language.terms import QueryTerms, code_of
from cmdb.query.language.tree import Node, Term
from cmdb.records.among import among
from cmdb.records.items import Item

#: Words whose past nobody keeps in a way that a list could be asked by.
_WITHOUT_PAST = frozenset({"seen", "changed", "source"})
#: What the words of the language are called where differences are kept.
_CALLED = {"tier": "criticality"}
_WORDS = frozenset({"vendor", "model", "serial"})


def compile_as_of(
    terms: QueryTerms, sequence: int, node: Node, listed: Select[Any]
) -> ColumnElement[bool]:
    """Return the condition on ``Item`` that an item met the query at a moment, ``terms.now``.

    ``sequence`` is that of the graph's log then, ``listed`` the statement for the items that the
    list is narrowed to otherwise: when these, with what the query says of class, stage, tier,
    organisation and name, are few, only their history is read. Raises ``QueryFault``, also for
    what has no past, and where more differences were recorded since than are read for one query.
    """
    return _Recalled(terms, sequence, node).condition(node, listed)


class _Recalled:
    """One query with what was different then."""

    def __init__(self, terms: QueryTerms, sequence: int, node: Node) -> None:
        self._terms = terms
        self._past = Past(terms.session, terms.now, sequence)
        single = [term for one in _terms_of(node) for term in _single(one)]
        asked = {_subject(term) for term in single} - {""}
        for term in single:
            clause_of(terms, term)  # for its faults, before anything of the past is read
        self._told = asked - TERMS.keys()
        names = asked & TERMS.keys()
        # Which attribute a word means depends on the class; a place is known by its name then.
        if self._told:
            names.add("class")
        if "location" in asked:
            names.add("name")
        self._then: dict[str, Bygone] = self._past.terms(names)
        self._deep = bool(self._told) or any(is_followed(term) for term in single)
        #: The items that matter, where they are few; None is all.
        self._within: list[int] | None = None

    def condition(self, node: Node, listed: Select[Any]) -> ColumnElement[bool]:
        """Return the condition of the whole query."""
        if not self._deep:
            return self._meaning(node)
        parts = node.parts if isinstance(node, tree.All) else (node,)
        plain = [self._meaning(part) for part in parts if not self._needs_history(part)]
        few = listed.where(*plain).limit(FEW + 1).order_by(None)
        ids = self._terms.session.scalars(few).all()
        self._within = within = sorted(set(ids)) if len(ids) <= FEW else None
        self._then.update(self._past.values(self._told, within))
        meant = self._meaning(node)
        return meant if within is None else and_(self._among(within), meant)

    def _needs_history(self, node: Node) -> bool:
        single = (term for one in _terms_of(node) for term in _single(one))
        return any(_subject(term) in self._told or is_followed(term) for term in single)

    def _meaning(self, node: Node) -> ColumnElement[bool]:
        if isinstance(node, tree.All | tree.Any):
            join = and_ if isinstance(node, tree.All) else or_
            return join(*map(self._meaning, node.parts))
        if isinstance(node, tree.Not):
            return not_(self._meaning(node.inner))
        found = or_(*map(self._term, _single(node)))
        return not_(found) if node.operator == "!=" else found

    def _term(self, term: Term) -> ColumnElement[bool]:
        terms, term = self._terms, replace(term, field=code_of(term.field))
        subject = _subject(term)
        if term.field == "relation":
            at = self._past.sequence
            return narrowed(terms.session, related(terms, term, relation_at(at))).page
        if subject == "location" and term.field != "has":
            return self._located(term)
        now = narrowed(terms.session, clause_of(terms, term)).page
        if is_followed(term):
            return self._with(followed(terms, self._past, term, self._within), now)
        return now if not subject else self._mended(subject, now, self._held(term))

    def _with(self, then: Answers, now: ColumnElement[bool]) -> ColumnElement[bool]:
        """Return today's condition with the items whose answer was another one."""
        if not then:
            return now
        met = [item_id for item_id, answer in then.items() if answer]
        return or_(self._among(met), and_(not_(self._among(then)), now))

    def _mended(self, subject: str, now: ColumnElement[bool], held: Held) -> ColumnElement[bool]:
        """Return today's condition with the items whose value was another decided by that one."""
        then = dict(self._then[subject])
        if subject not in TERMS and subject not in _COLUMNS:
            then = self._of_other_class(subject) | then
        classes = self._classes(then) if then else {}
        return self._with({one: held(v, classes.get(one, "")) for one, v in then.items()}, now)

    def _of_other_class(self, attribute: str) -> dict[int, Any]:
        """Return today's value for items of another class then: it is not found by its keys."""
        if not self._then["class"]:
            return {}
        moved = select(Item.id, Item.attributes).where(self._among(self._then["class"]))
        return {row[0]: row[1].get(attribute) for row in self._terms.session.execute(moved)}

    def _classes(self, then: Bygone) -> dict[int, str]:
        if "class" not in self._then:
            return {}
        query = select(Item.id, Item.class_code).where(self._among(then))
        now = {row[0]: row[1] for row in self._terms.session.execute(query)}
        return now | {one: code for one, code in self._then["class"].items() if one in now}

    def _located(self, term: Term) -> ColumnElement[bool]:
        """Return that an item was in a place that was called so; one out of sight has no name."""
        named = self._terms.items(self._term(replace(term, field="name")))
        places = set(self._terms.session.scalars(named.limit(MOST_MATCHES)))
        now = and_(Item.location_id.is_not(None), self._in_places(places))
        return self._mended("location", now, lambda value, _: value in places)

    def _in_places(self, places: set[int]) -> ColumnElement[bool]:
        return among(self._terms.session, Item.location_id, sorted(places)) if places else false()

    def _among(self, ids: Any) -> ColumnElement[bool]:
        return among(self._terms.session, Item.id, sorted(ids))

    def _held(self, term: Term) -> Held:
        """Return how a value that an item had then is compared."""
        terms, field = self._terms, term.field
        if field == "has":
            return self._present(term)
        if field == "name":
            return lambda value, _: text_meets(term, text_key(value or ""))
        if field in {"class", "organisation"}:
            codes: Any = class_codes if field == "class" else organisation_ids
            wanted = set(codes(terms, term))
            return lambda value, _: value in wanted
        if field in {"stage", "environment"}:
            choices = {one.text.casefold() for one in term.operands}
            return lambda value, _: value in choices
        if field == "tier":
            tiers = [whole_of(one, 0, 4) for one in term.operands]
            return lambda value, _: (
                value is not None and any(compares(term.operator, value, tier) for tier in tiers)
            )
        if field in _WORDS:
            return partial(_words, term)
        return attribute_held(terms, term)

    def _present(self, term: Term) -> Held:
        (operand,) = term.operands
        if code_of(operand.text) in _COLUMNS | TERMS.keys() | {"tier"}:
            return lambda value, _: value not in {None, ""}
        return has_keys(self._terms, str(code_of(operand.text)))


#: Values that are columns of the item, and whose past history alone tells.
_COLUMNS = frozenset({"environment", "vendor", "model", "serial", "location"})


def _words(term: Term, value: Any, _class: str) -> bool:
    held = value or ""
    starred = term.operator == "~" or any(map(is_pattern, term.operands))
    if term.field == "serial" and not starred:
        return any(held == clean(one.text) for one in term.operands)
    return words_meet(term, held)


def _terms_of(node: Node) -> Iterator[Term]:
    if isinstance(node, tree.All | tree.Any):
        for part in node.parts:
            yield from _terms_of(part)
    elif isinstance(node, tree.Not):
        yield from _terms_of(node.inner)
    else:
        yield node


def _single(term: Term) -> list[Term]:
    """Return a comparison as those that each ask one value: ``has:a,b`` asks several."""
    if code_of(term.field) != "has":
        return [term]
    return [replace(term, operands=(one,)) for one in term.operands]


def _subject(term: Term) -> str:
    """Return under which name differences of what is asked are kept; "" where none are needed.

    Raises ``QueryFault`` for what has no past.
    """
    if not term.field:
        why = "a word alone has no past: it may be an address; say name: or serial: before it"
        raise QueryFault(why, term.operands[0].text, term.at)
    code = code_of(term.field)
    word, at = term.field, term.at
    if code == "has":
        word, at = term.operands[0].text, term.operands[0].at
        code = code_of(word)
    if code in _WITHOUT_PAST:
        raise QueryFault(f"{code} has no past to ask a list for", word, at)
    return "" if code in {"id", "relation"} or is_followed(term) else _CALLED.get(code, code)
