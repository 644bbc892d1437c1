"""What stands in tables beside items, as of a moment: parties, software, ports, addresses.

Each comparison is followed back from today through what history tells of it. The answers are
{item: whether it met the comparison then}, of the items for which anything about it differed since;
of all others today's answer holds. Where history is silent on purpose (a member that flaps, a list
of hundreds of interfaces that changed at once), the question is refused rather than guessed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from cmdb.query.language.beside import parties_meant
from cmdb.query.language.bygone import Past, Told
from cmdb.query.language.faults import QueryFault
from cmdb.query.language.held import moment_meets
from cmdb.query.language.membership import Asked, asked_of
from cmdb.query.language.parting import Parting, partings_since, turn_back, with_partners
from cmdb.query.language.terms import QueryTerms, code_of
from cmdb.query.language.tree import Term
from cmdb.records.among import among
from cmdb.records.history import FLAPPING_WITHIN
from cmdb.records.identity import IdentityAct
from cmdb.records.items import Item, ItemParty
from cmdb.vocabulary import PartyRole

#: Items whose answer was another one, with what it was.
Answers = Mapping[int, bool]
_ROLES = ("owner", "support", "user", "approver", "party")
_LISTS = ("software", "port", "ip", "mac")
#: The words that are followed.
FOLLOWED = frozenset({*_ROLES, *_LISTS, "first_seen"})


def followed(terms: QueryTerms, past: Past, term: Term, within: Sequence[int] | None) -> Answers:
    """Return how items met a comparison with one of ``FOLLOWED``, or ``has:owner``, where it moved.

    ``within`` are the items that matter; None means all. Raises ``QueryFault`` where too much was
    recorded since, or too little.
    """
    if term.field in _LISTS:
        return _Lists(past, asked_of(terms, term), within).answers(term)
    if term.field == "first_seen":
        return _first_seen(past, term)
    return _parties(terms, past, term, within)


def is_followed(term: Term) -> bool:
    """Say whether a comparison is one for ``followed``."""
    code = code_of(term.field)
    return code in FOLLOWED or (code == "has" and code_of(term.operands[0].text) in _ROLES)


def _first_seen(past: Past, term: Term) -> Answers:
    """When an item was first seen stays as it is, unless it becomes one with an older one."""
    acts = select(IdentityAct, Item.first_seen_at).join(Item, Item.id == IdentityAct.other_id)
    since = or_(IdentityAct.at > past.moment, IdentityAct.undone_at > past.moment)
    found: dict[int, bool] = {}
    for act, other in past.session.execute(acts.where(since).order_by(IdentityAct.id.desc())):
        if "first_seen_at" in act.trail:
            own = datetime.fromisoformat(act.trail["first_seen_at"])
            then = own if act.at > past.moment else min(own, other)
            found[act.item_id] = moment_meets(term, then, past.moment)
    return found


def _parties(terms: QueryTerms, past: Past, term: Term, within: Sequence[int] | None) -> Answers:
    """Parties are told as a whole, source by source: what the first row since calls old."""
    met = _party_met(terms, term)
    rows = past.told("party", "", within, before=timedelta())
    state: dict[tuple[int, str], Iterable[Sequence[Any]]] = {}
    touched = sorted({row.item_id for row in rows})
    held = select(
        ItemParty.item_id, ItemParty.source, ItemParty.role, ItemParty.person_id, ItemParty.group_id
    ).where(among(past.session, ItemParty.item_id, touched))
    today: dict[tuple[int, str], list[Sequence[Any]]] = {}
    for item_id, source, *party in past.session.execute(held):
        today.setdefault((item_id, source), []).append(party)
    state.update(today)
    for row in rows:
        state[row.item_id, row.source] = row.detail.get("old") or ()
    found = dict.fromkeys(touched, False)
    for (item_id, _), parties in state.items():
        found[item_id] |= any(met(*party) for party in parties)
    return found


def _party_met(terms: QueryTerms, term: Term) -> Callable[[Any, Any, Any], bool]:
    """Return whether (role, person, group) is what a comparison asks for."""
    word = code_of(term.operands[0].text) if term.field == "has" else term.field
    role = None if word == "party" else PartyRole(word).value
    if term.field == "has":
        return lambda held, _person, _group: role in {None, held}
    people, groups = (frozenset(ids) for ids in parties_meant(terms, term))
    return lambda held, person, group: (
        role in {None, held} and (person in people or group in groups)
    )


@dataclass
class _Lists:
    """One comparison with members of lists, gone back through."""

    past: Past
    asked: Asked
    within: Sequence[int] | None
    #: What is there that meets the comparison: (item, source) -> member -> how many.
    state: dict[tuple[int, str], Counter[str]] = field(default_factory=dict)

    def answers(self, term: Term) -> Answers:
        """Return the answers. Raises ``QueryFault`` for an item of which history is silent."""
        past, partings = self.past, partings_since(self.past.session, self.past.moment)
        ids = None if self.within is None else with_partners(self.within, partings)
        # What flapped at the moment was called so within a day before it, and told the day before.
        rows = past.told("section", self.asked.subject, ids, before=2 * FLAPPING_WITHIN)
        silent = self._silent(rows)
        touched = {row.item_id for row in rows if row.at > past.moment and self._concerns(row)}
        touched |= {item_id for item_id, _ in silent}
        touched |= {one for act in partings for one in (act.item_id, act.other_id)}
        touched = touched if ids is None else touched & ids
        for item_id, source, member in self._today(touched):
            self.state.setdefault((item_id, source), Counter())[member] += 1
        later = [row for row in rows if row.at > past.moment and row.item_id in touched]
        events: list[Told | Parting] = [*later, *partings]
        for event in sorted(events, key=lambda one: one.at, reverse=True):
            if isinstance(event, Parting):
                turn_back(self.state, event)
            else:
                self._undo(event, silent)
        return self._met(touched, silent, term)

    def _today(self, touched: Collection[int]) -> Iterable[tuple[int, str, str]]:
        if not touched:
            return []
        here = among(self.past.session, self.asked.item_id, sorted(touched))
        rows = self.past.session.execute(self.asked.stored.where(here))
        return [(row[0], row[1], self.asked.named(row[2:])) for row in rows]

    def _concerns(self, row: Told) -> bool:
        """Say whether a difference has to do with what is asked."""
        detail, asked = row.detail, self.asked
        if "first" in detail:
            return True
        if "member" in detail:
            return any(asked.met(detail["member"], detail.get(when)) for when in ("old", "new"))
        return not asked.by_name or any(
            asked.met(name, None) for part in ("added", "removed") for name in detail.get(part, ())
        )

    def _undo(self, row: Told, silent: set[tuple[int, str]]) -> None:
        """Make of what was there after a difference what was there before it."""
        detail, asked, key = row.detail, self.asked, (row.item_id, row.source)
        if "first" in detail:
            self.state.pop(key, None)
            return
        held = self.state.setdefault(key, Counter())
        if "member" in detail:
            if not detail.get("flapping"):
                self._put(held, detail["member"], detail.get("old"), detail.get("new"))
            return
        for name in detail.get("added", ()):
            self._put(held, name, None, name)
        for name in detail.get("removed", ()):
            self._put(held, name, name, None)
        if not asked.by_name and (detail.get("removed") or detail.get("changed")):
            # Names alone were kept: which addresses they had, nobody knows.
            silent.add((row.item_id, ""))

    def _put(self, held: Counter[str], member: str, old: Any, new: Any) -> None:
        asked = self.asked
        if not asked.single:
            step = (old is not None) - (new is not None)
            if step and asked.met(member, old if new is None else new):
                held[member] = max(held[member] + step, 0)
            return
        held[member] = int(old is not None and asked.met(member, old))

    def _silent(self, rows: Iterable[Told]) -> set[tuple[int, str]]:
        """Return (item, member) of members that flapped then, and now met and now did not.

        What was told of a member before it was called flapping shows whether its coming and going
        changed the answer: a port of a switch that loses its link keeps its address. What was told
        of it next says how it was, unless it flapped in between. ``rows`` are the newest first.
        """
        moment = self.past.moment
        said: dict[tuple[int, str], set[bool]] = defaultdict(set)
        told_next: dict[tuple[int, str], datetime] = {}
        flapped: list[tuple[datetime, tuple[int, str]]] = []
        for row in rows:
            if (member := row.detail.get("member")) is None:
                continue
            key = (row.item_id, member)
            if row.detail.get("flapping"):
                flapped.append((row.at, key))
                continue
            if row.at > moment:
                told_next[key] = row.at
            for value in (row.detail.get("old"), row.detail.get("new")):
                said[key].add(value is not None and self.asked.met(member, value))
        return {
            key
            for at, key in flapped
            if len(said[key]) > 1
            and at > moment - FLAPPING_WITHIN
            and (not self.asked.single or key not in told_next or at < told_next[key])
        }

    def _met(self, touched: Collection[int], silent: set[tuple[int, str]], term: Term) -> Answers:
        found = dict.fromkeys(sorted(touched), False)
        for (item_id, _), held in self.state.items():
            known = (count > 0 and (item_id, one) not in silent for one, count in held.items())
            found[item_id] = found.get(item_id, False) or any(known)
        unknown = {item_id for item_id, _ in silent if not found.get(item_id)}
        if unknown:
            why = f"came and went too often, or too much at once, on {len(unknown)} items"
            raise QueryFault(f"{term.field} {why} to be known of then", term.field, term.at)
        return found
