"""Large answers as JSON text, written from columns.

The marshmallow schemas document the answer, and a test reads it back through them; dumping
thousands of rows through them would take a hundred times as long as the impact itself.
"""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from cmdb.engine.impact.values import ReasonKind, State
from cmdb.records.items import Item
from server.items.blast import service_classes
from server.items.impacts.answering import SpreadAnswer
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
    return {"tiers": tiers, "people": reach.people, "sites": sites}


class _Rows:
    """Writes rows of one spread; what several rows share is written once."""

    def __init__(self, spread: Spread) -> None:
        self._telling = spread.telling
        named, report, names = spread.named_rows, spread.report, spread.names
        rows = named.tolist()
        seen = spread.telling.seen[named].tolist()
        ids = report.ids[named].tolist()
        classes = {code: quoted(code) for code in set(names.class_code)}
        self._references = {
            row: f'{{"id":{item},"name":{name},"class":{classes[code]}}}' if visible else "null"
            for row, item, name, code, visible in zip(
                rows, ids, map(quoted, names.name), names.class_code, seen, strict=True
            )
        }
        groups = {number: quoted(name) for number, name in spread.group_names.items()}
        by = [
            groups[number] if visible and number >= 0 else _NONE
            for number, visible in zip(spread.causes.groups[named].tolist(), seen, strict=True)
        ]
        services = frozenset(service_classes())
        columns = zip(
            [_STATES[state] for state in report.states[named].tolist()],
            report.distances[named].tolist(),
            spread.causes.kinds[named].tolist(),
            spread.carriers[named].tolist(),
            by,
            ["null" if tier is None else tier for tier in names.criticality],
            ["true" if code in services else "false" for code in names.class_code],
            strict=True,
        )
        self._columns = dict(zip(rows, columns, strict=True))
        self._losses = self._lost(spread, groups)
        self._paths: dict[int, str] = {}

    def texts(self, rows: Rows) -> str:
        """Return the rows as the inside of an array."""
        return ",".join(map(self._text, rows.tolist()))

    def _text(self, row: int) -> str:
        state, distance, kind, carrier, group, tier, is_service = self._columns[row]
        because = self._references[carrier] if carrier >= 0 else "null"
        path = f',"path":[{self._path(row)}]' if self._telling.paths else ""
        lost = f',"groups":[{self._losses.get(row, "")}]' if self._telling.groups else ""
        return (
            f'{{"item":{self._references[row]},"criticality":{tier},"state":{state},'
            f'"distance":{distance},"reason":{_REASONS[kind]},"because_of":{because},'
            f'"group":{group},"is_service":{is_service}{lost}{path}}}'
        )

    def _path(self, row: int) -> str:
        """Return the hops from a failed item to this one; each way is written once."""
        climbed: list[int] = []
        while row >= 0 and row not in self._paths:
            climbed.append(row)
            row = self._columns[row][3]
        text = self._paths[row] if row >= 0 else ""
        for one in reversed(climbed):
            state, _, kind, _, group, _, _ = self._columns[one]
            hop = (
                f'{{"item":{self._references[one]},"state":{state},'
                f'"kind":{_STEPS[kind]},"group":{group}}}'
            )
            text = self._paths[one] = f"{text},{hop}" if text else hop
        return text

    def _lost(self, spread: Spread, groups: Mapping[int, str]) -> dict[int, str]:
        """Return what is told of the groups that lost members, by the row of their owner."""
        losses = spread.losses
        if losses is None:
            return {}
        references = self._references
        members = [references[row] for row in spread.finder.rows(losses.members).tolist()]
        found: dict[int, str] = {}
        starts = losses.starts.tolist()
        for row, number, required, remaining, holds, start, end in zip(
            spread.finder.rows(losses.items).tolist(),
            losses.groups.tolist(),
            losses.required.tolist(),
            losses.remaining.tolist(),
            losses.holds.tolist(),
            starts[:-1],
            starts[1:],
            strict=True,
        ):
            fallen = ",".join(one for one in members[start:end] if one != "null")
            text = (
                f'{{"name":{groups[number]},"holds":{"true" if holds else "false"},'
                f'"required":{required!r},"remaining":{remaining!r},'
                f'"slack":{remaining - required!r},"fallen":[{fallen}]}}'
            )
            found[row] = f"{found[row]},{text}" if row in found else text
        return found
