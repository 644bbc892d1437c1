"""Lists and searches by words: of the desk, and of somebody who sees only their own tickets."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from server.desk.tickets.queries import TicketFilter, count_tickets, list_tickets
from server.desk.tickets.queries.narrowing import looked_up
from server.desk.tickets.queries.searching import search_tickets
from server.foundation.paging import PageRequest
from server.foundation.permissions import Actor, Grant, Permission, Reach, system_actor
from tests.benchmarks.desk.filling import COMMON, RARE
from tests.benchmarks.figures import p95_of, tell
from tests.benchmarks.house.site import Place

_REQUESTER = 7


def measure_narrowed(place: Place, setting: str) -> dict[str, float]:
    """Tell p95 of each list with its count, and of each search; return them by figure."""
    desk = system_actor("bench")
    grant = Grant(frozenset({Permission.TICKET_READ}), reach=Reach.OWN)
    own = Actor("requester", person_id=_REQUESTER, grants=(grant,))
    common, rare = TicketFilter(text=COMMON), TicketFilter(text=RARE)
    figures: dict[str, tuple[Callable[[Session], Any], int]] = {
        "list narrowed by a common word": (_listed(desk, common), 150),
        "list narrowed by a rare word": (_listed(desk, rare), 150),
        "list of open tickets narrowed by a common word, most pressing first": (
            _listed(desk, TicketFilter(text=COMMON, open=True), "priority"),
            150,
        ),
        "list of one's own tickets": (_listed(own, TicketFilter()), 150),
        "list of one's own, narrowed by a common word": (_listed(own, common), 150),
        "search among one's own, a common word": (
            lambda session: search_tickets(session, own, COMMON, 50),
            300,
        ),
    }
    found = {}
    for name, (work, target) in figures.items():
        found[name] = value = _p95(place, work)
        tell(f"{name}: p95", value, "ms", f"under {target}", met=value < target, setting=setting)
    return found


def _listed(actor: Actor, wanted: TicketFilter, sort: str = "") -> Callable[[Session], Any]:
    def work(session: Session) -> None:
        found = looked_up(session, actor, wanted)
        list_tickets(session, actor, found, PageRequest(sort))
        count_tickets(session, actor, found)

    return work


def _p95(place: Place, work: Callable[[Session], Any]) -> float:
    def once() -> None:
        with place.database.reading() as session:
            work(session)

    once()
    return p95_of(once, times=20, rounds=3)
