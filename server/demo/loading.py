"""Loads the demo company: people, estate, six months of differences, tickets and changes.

Everything enters by the doors that every other source uses: the register through ``Inventory``,
people and tickets through the actions of their features. The same seed gives the same company.
"""

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cmdb.errors import CadastreError, Conflict
from cmdb.inventory.door import BATCH, Inventory
from cmdb.inventory.outcomes import Outcome, Recorded
from cmdb.observation import Observation
from cmdb.records.parties import Organisation
from cmdb.records.sources import ItemSource
from cmdb.vocabulary import DEMO
from server.assets.actions import ContractDraft, create_contract
from server.demo.company import CODE, COMPANY, CONTRACTS
from server.demo.desk import DAYS, ticket_moments, write_ticket
from server.demo.estate import draw_estate
from server.demo.ordered import ORDERS, publish_catalogue, write_order
from server.demo.people import write_people, write_teams
from server.demo.planned import CHANGES, write_change
from server.demo.sketch import Sketch
from server.demo.stage import Stage
from server.foundation.database import Database
from server.foundation.permissions import system_actor
from server.foundation.progress import Reporter
from server.people.organisations import create_organisation, root_organisation

SEED = 20260401
_PER_COMMIT = 20
_DIFFERENCES = 240
#: How many of them lie in the last day, so that there is something to look at.
_LATELY = 12
_LATER_VERSIONS = {
    "12.5": "12.7",
    "12.7": "12.8",
    "17.9.4": "17.9.5",
    "17.9.5": "17.12.3",
    "10.0.22621": "10.0.22631",
    "15.8": "15.10",
}


class DemoRefused(Conflict):
    """The demo company is there already, or there is no organisation to put it below."""


@dataclass(frozen=True, slots=True)
class DemoLoaded:
    """How much was loaded."""

    organisation_id: int
    people: int
    items: int
    relations: int
    tickets: int
    changes: int


def load_demo(database: Database, now: datetime, report: Reporter) -> DemoLoaded:
    """Load the demo company below the root organisation. Raises ``DemoRefused`` when it is there.

    Commits as it goes; a load that was interrupted is removed by ``purge_demo`` and begun anew.
    """
    chance = random.Random(SEED)  # noqa: S311 - a drawing, not a secret
    beginning = now - timedelta(days=DAYS + 1)
    with database.writing() as session:
        organisation_id = _organisation(session, beginning)
    report.begin("people and teams", 1)
    actor = system_actor("demo")
    with database.writing() as session:
        people = write_people(session, actor, organisation_id, beginning, chance)
        teams, members = write_teams(session, actor, organisation_id, people, beginning)
    report.advance()
    sketch = Sketch(organisation_id, beginning, chance)
    draw_estate(sketch, teams, people)
    _record(database, sketch, beginning, report)
    _differ(database, sketch, now, report)
    everybody = [person_id for ids in people.values() for person_id in ids]
    items = _items(database, organisation_id)
    stage = Stage(
        organisation_id, teams, members, everybody, items, now, chance, database.reactions
    )
    _contracts(database, stage)
    tickets = _tickets(database, stage, report)
    _changes(database, stage, report)
    _orders(database, stage, report)
    observed, related = len(sketch.observations), len(sketch.relations)
    return DemoLoaded(organisation_id, len(everybody), observed, related, tickets, len(CHANGES))


def _organisation(session: Session, at: datetime) -> int:
    if session.scalar(select(Organisation.id).where(Organisation.code == CODE)) is not None:
        raise DemoRefused("the demo company is there already; `cadastre demo purge` removes it")
    root = root_organisation(session)
    if root is None:
        raise DemoRefused("there is no organisation yet; start the server once with `make run`")
    return create_organisation(session, root, CODE, COMPANY, at).id


def _parts(database: Database, values: Sequence[datetime]) -> Iterator[Sequence[datetime]]:
    for offset in range(0, len(values), _PER_COMMIT):
        yield values[offset : offset + _PER_COMMIT]
        _let_others_write(database)


def _let_others_write(database: Database) -> None:
    """Leave a moment: SQLite has no queue of writers, whoever waits tries ten times a second.

    A server that runs meanwhile would otherwise hear "database is locked" for a minute.
    """
    if database.is_sqlite:
        time.sleep(0.12)


def _record(database: Database, sketch: Sketch, at: datetime, report: Reporter) -> None:
    observations = list(sketch.observations.values())
    report.begin("items and relations", len(observations) + len(sketch.relations))
    for offset in range(0, len(observations), BATCH):
        part = observations[offset : offset + BATCH]
        with database.writing() as session:
            results = Inventory(session, at).record_many(part)
            _insist(part, results)
        report.advance(len(part))
    for offset in range(0, len(sketch.relations), BATCH):
        relations = sketch.relations[offset : offset + BATCH]
        with database.writing() as session:
            for related in Inventory(session, at).relate(relations, DEMO, sketch.organisation_id):
                if related.outcome is Outcome.REFUSED:
                    raise CadastreError(f"the demo's own relation was refused: {related.problems}")
        report.advance(len(relations))


def _insist(observations: Sequence[Observation], results: Sequence[Recorded]) -> None:
    """Raise for a refused value: the data is ours, so the mistake is too."""
    for seen, result in zip(observations, results, strict=True):
        if result.problems or result.item_id is None:
            raise CadastreError(f"the demo's {seen.origin.key} was refused: {result}")


def _differ(database: Database, sketch: Sketch, now: datetime, report: Reporter) -> None:
    """Let six months of updates be seen, then let everything be seen just now."""
    changed = dict(sketch.observations)
    upgradable = [k for k, o in changed.items() if o.values.get("os_version") in _LATER_VERSIONS]
    ages = [sketch.chance.uniform(1, DAYS - 2) for _ in range(_DIFFERENCES - _LATELY)]
    ages += [sketch.chance.uniform(0.05, 0.9) for _ in range(_LATELY)]
    days = sorted(ages, reverse=True)
    report.begin("what changed since", _DIFFERENCES)
    for part in range(0, _DIFFERENCES, 20):
        with database.writing() as session:
            for day in days[part : part + 20]:
                key = sketch.chance.choice(upgradable)
                moment = now - timedelta(days=day)
                changed[key] = _upgraded(changed[key], moment)
                Inventory(session, moment).record(changed[key])
        report.advance(20)
    seen = [
        replace(o, observed_at=now - timedelta(minutes=sketch.chance.randrange(2, 55)))
        for o in changed.values()
    ]
    for offset in range(0, len(seen), BATCH):
        with database.writing() as session:
            Inventory(session, now).record_many(seen[offset : offset + BATCH])
    with database.writing() as session:
        Inventory(session, now).relate(sketch.relations, DEMO, sketch.organisation_id)


def _upgraded(seen: Observation, moment: datetime) -> Observation:
    version = _LATER_VERSIONS.get(str(seen.values["os_version"]), seen.values["os_version"])
    return replace(seen, observed_at=moment, values=dict(seen.values) | {"os_version": version})


def _items(database: Database, organisation_id: int) -> dict[str, list[int]]:
    """Return item ids by the word their key has for what they are ("lt", "app", "acc" …)."""
    found: dict[str, list[int]] = defaultdict(list)
    with database.reading() as session:
        query = select(ItemSource.key, ItemSource.item_id).where(
            ItemSource.organisation_id == organisation_id, ItemSource.source == DEMO
        )
        for key, item_id in session.execute(query.order_by(ItemSource.item_id)):
            words = key.split("-")
            word = words[1] if words[0] in {"ber", "val", "tal"} and len(words) > 1 else words[0]
            found[word].append(item_id)
    return dict(found)


def _contracts(database: Database, stage: Stage) -> None:
    items, now = stage.items, stage.now
    covered = {
        "Hypervisor hosts, next business day": items["hv"],
        "Storage arrays, four hours on site": items["san"],
        "Switches and firewalls, support": [*items["core"], *items["fw"], *items["acc"]],
        "Printers, paid by page": items["prn"],
    }
    with database.writing() as session:
        for number, (supplier, name, kind) in enumerate(CONTRACTS, start=1):
            draft = ContractDraft(
                organisation_id=stage.organisation_id,
                reference=f"CTR-{number:03d}",
                name=name,
                supplier=supplier,
                kind=kind,
                starts_on=(now - timedelta(days=700)).date(),
                ends_on=(now + timedelta(days=20 + 90 * number)).date(),
                item_ids=covered.get(name, items["wan"]),
            )
            create_contract(session, system_actor("demo"), draft, now)


def _tickets(database: Database, stage: Stage, report: Reporter) -> int:
    moments = ticket_moments(stage.now, stage.chance)
    report.begin("tickets", len(moments))
    for part in _parts(database, moments):
        with database.writing() as session:
            for moment in part:
                write_ticket(session, stage, moment)
            stage.keep_quiet(session)
        report.advance(len(part))
    return len(moments)


def _changes(database: Database, stage: Stage, report: Reporter) -> None:
    report.begin("changes", len(CHANGES))
    for number, plan in enumerate(CHANGES):
        with database.writing() as session:
            write_change(session, stage, plan)
            stage.keep_quiet(session)
        report.advance()
        if number % 5 == 0:
            _let_others_write(database)


def _orders(database: Database, stage: Stage, report: Reporter) -> None:
    report.begin("orders", len(ORDERS))
    with database.writing() as session:
        publish_catalogue(session, stage)
    for plan in ORDERS:
        with database.writing() as session:
            write_order(session, stage, plan)
            stage.keep_quiet(session)
        report.advance()
