"""Large answers as JSON text, written from columns.

The marshmallow schemas document the answer, and a test reads it back through them; dumping
thousands of rows through them would take a hundred times as long as the impact itself.
"""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

import numpy as np

from cmdb.engine.impact.values import ReasonKind, State
from cmdb.records.items import Item
from server.items.blast import service_classes
from server.items.impacts.answering import SpreadAnswer
from server.items.impacts.levels import ServiceLevel
from server.items.impacts.reaching import Reach
from server.items.impacts.spreads import Rows, Spread

_STATES = {int(state): quoted(state.text) for state in State}
_REASONS = {int(kind): quoted(kind.text) for kind in ReasonKind}
_STEPS = {
    int(ReasonKind.FAILED): '"failed"',
    int(ReasonKind.HARD_PROVIDER): '"hard"',
    int(ReasonKind.SOFT_PROVIDER): '"soft"',
    int(ReasonKind.GROUP_SHORT): '"member"',
    int(ReasonKind.GROUP_REDUCED): '"member"',
    int(ReasonKind.GROUP_LOST_MEMBER): '"member"',
}

_COUNTED = (State.DOWN, State.DEGRADED, State.AT_RISK)
_PROMISE = ("measure", "minutes", "calendar")
_CONTRACT = ("reference", "name", "supplier", "kind")
_NONE = '""'


def answer_text(answer: SpreadAnswer) -> str:
    """Return an impact answer as the wire wants it; `ImpactAnswerSchema` describes it."""
    affected, services = "", ""
    if answer.spread is not None:
        rows = _Rows(answer.spread)
        affected = rows.texts(answer.spread.telling.shown)
        services = rows.texts(answer.spread.telling.services)
    totals = answer.totals
    around = {
        "failed": [_reference(item) for item in answer.failed],
        "totals": None if totals is None else {s.text: n for s, n in totals.items()},
        "hidden": answer.hidden,
        "outside": list(answer.outside),
        "sequence": answer.sequence,
        "reached": _reached(answer.reached),
        "next_cursor": answer.next_cursor,
    }
    return f'{json.dumps(around)[:-1]},"affected":[{affected}],"services":[{services}]}}'


def _reference(item: Item) -> dict[str, Any]:
    return {"id": item.id, "name": item.name, "class": item.class_code}


def _reached(reach: Reach | None) -> dict[str, Any] | None:
    if reach is None:
        return None
    tiers = None
    if reach.tiers is not None:
        order = sorted(reach.tiers.items(), key=lambda pair: 9 if pair[0] is None else pair[0])
        tiers = [
            {"criticality": tier} | {state.text: counts.get(state, 0) for state in _COUNTED}
            for tier, counts in order
        ]
    sites = [_reference(site) for site in reach.sites]
    contracts = [
        {key: getattr(one, key) for key in _CONTRACT} | {"ends_on": one.ends_on.isoformat()}
        for one in reach.contracts
    ]
    return {
        "tiers": tiers,
        "people": reach.people,
        "sites": sites,
        "contracts": contracts,
        "levels": [_level(one) for one in reach.levels],
    }


def _level(level: ServiceLevel) -> dict[str, Any]:
    return {
        "item": _reference(level.item),
        "state": level.state.text,
        "availability_target": level.availability_target,
        "recovery_minutes": level.recovery_minutes,
        "service_hours": level.service_hours,
        "promises": [{key: getattr(one, key) for key in _PROMISE} for one in level.promises],
    }


class _Rows:
    """Writes rows of one spread; what several rows share is written once.

    Lists go by place in ``named_rows``, which a row finds in ``_places``.
    """

    def __init__(self, spread: Spread) -> None:
        self._telling = spread.telling
        named, report, names = spread.named_rows, spread.report, spread.names
        places = np.full(len(report.ids) + 1, -1, np.int64)
        places[named] = np.arange(len(named))
        self._places = places
        seen = spread.telling.seen[named].tolist()
        classes = {code: quoted(code) for code in set(names.class_code)}
        self._references = [
            f'{{"id":{item},"name":{quoted(name)},"class":{classes[code]}}}' if visible else "null"
            for item, name, code, visible in zip(
                report.ids[named].tolist(), names.name, names.class_code, seen, strict=True
            )
        ]
        # The last reference is that of the place -1: no carrier.
        self._references.append("null")
        groups = spread.group_names
        self._groups = [
            quoted(groups[number]) if visible and number >= 0 else _NONE
            for number, visible in zip(spread.causes.groups[named].tolist(), seen, strict=True)
        ]
        self._states = [_STATES[state] for state in report.states[named].tolist()]
        self._distances = report.distances[named].tolist()
        self._kinds = spread.causes.kinds[named].tolist()
        self._carriers = places[spread.carriers[named]].tolist()
        self._tiers = ["null" if tier is None else tier for tier in names.criticality]
        services = frozenset(service_classes())
        self._services = ["true" if code in services else "false" for code in names.class_code]
        self._losses = self._lost(spread, groups)
        self._paths: dict[int, str] = {}

    def texts(self, rows: Rows) -> str:
        """Return the rows as the inside of an array."""
        return ",".join(map(self._text, self._places[rows].tolist()))

    def _text(self, place: int) -> str:
        path = f',"path":[{self._path(place)}]' if self._telling.paths else ""
        lost = f',"groups":[{self._losses.get(place, "")}]' if self._telling.groups else ""
        references = self._references
        return (
            f'{{"item":{references[place]},"criticality":{self._tiers[place]},'
            f'"state":{self._states[place]},"distance":{self._distances[place]},'
            f'"reason":{_REASONS[self._kinds[place]]},'
            f'"because_of":{references[self._carriers[place]]},"group":{self._groups[place]},'
            f'"is_service":{self._services[place]}{lost}{path}}}'
        )

    def _path(self, place: int) -> str:
        """Return the hops from a failed item to this one; each way is written once."""
        climbed: list[int] = []
        while place >= 0 and place not in self._paths:
            climbed.append(place)
            place = self._carriers[place]
        text = self._paths[place] if place >= 0 else ""
        for one in reversed(climbed):
            hop = (
                f'{{"item":{self._references[one]},"state":{self._states[one]},'
                f'"kind":{_STEPS[self._kinds[one]]},"group":{self._groups[one]}}}'
            )
            text = self._paths[one] = f"{text},{hop}" if text else hop
        return text

    def _lost(self, spread: Spread, groups: Mapping[int, str]) -> dict[int, str]:
        """Return what is told of the groups that lost members, by the place of their owner."""
        losses = spread.losses
        if losses is None:
            return {}
        references, find = self._references, spread.finder.rows
        rows = find(losses.members)
        seen = spread.telling.seen[rows]
        members = [references[one] for one in self._places[rows[seen]].tolist()]
        starts = np.concatenate([[0], seen.cumsum()])[losses.starts].tolist()
        slack = losses.remaining - losses.required
        found: dict[int, str] = {}
        for place, number, required, remaining, left, holds, start, end in zip(
            self._places[find(losses.items)].tolist(),
            losses.groups.tolist(),
            losses.required.tolist(),
            losses.remaining.tolist(),
            slack.tolist(),
            np.where(losses.holds, "true", "false").tolist(),
            starts[:-1],
            starts[1:],
            strict=True,
        ):
            fallen = members[start] if end == start + 1 else ",".join(members[start:end])
            text = (
                f'{{"name":{quoted(groups[number])},"holds":{holds},"required":{required!r},'
                f'"remaining":{remaining!r},"slack":{left!r},"fallen":[{fallen}]}}'
            )
            found[place] = f"{found[place]},{text}" if place in found else text
        return found
