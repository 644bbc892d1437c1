"""Changes on large estates: the preview, collisions with a full calendar, who must approve.

The estates are written once and kept below ``var/bench`` for the next run; they are made anew when
the schema or the way they are drawn has changed. The calendar is written into a copy.
"""

import hashlib
import random
import shutil
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from cmdb.engine.impact.values import State
from cmdb.records.items import Item, ItemParty
from cmdb.records.parties import Organisation, Person
from cmdb.snapshot.live import LIVE
from server.desk.changes.models import Change, ChangeItem
from server.desk.changes.queries import Plan, approvers_of, foresee, preview
from server.desk.changes.queries.approvers import Question
from server.desk.changes.queries.collisions import Claimed, Meeting, meetings_of
from server.foundation.database import Database
from server.foundation.permissions import system_actor
from server.items.blast import service_classes
from tests.benchmarks.calendars import calendar
from tests.benchmarks.estate_graph import Estate, generate
from tests.benchmarks.estate_register import fill_register
from tests.benchmarks.figures import note, p95, tell

_ROUNDS = 60
_TOUCHED = 20
_SCHEDULED = 2_000
_OWNED = 500
_START = datetime(2030, 1, 1, tzinfo=UTC)
#: Estates of earlier runs; nothing that is worth a backup.
_KEPT = Path(__file__).parents[2] / "var/bench"
_CLOSE = datetime(2030, 1, 1, 8, tzinfo=UTC)


def run() -> None:
    """Measure 100,000 items with a full calendar, then previews of 1,000,000."""
    _measure(100_000, 50, full=True)
    _measure(1_000_000, 300, full=False)


def _measure(size: int, milliseconds: int, *, full: bool) -> None:
    note(f"an estate of {size:,} items")
    estate = generate(size)
    kept = _kept_estate(size, estate)
    with tempfile.TemporaryDirectory() as folder:
        path = kept
        if full:
            path = Path(shutil.copy(kept, folder))
        database = Database(f"sqlite:///{path}")
        try:
            with database.reading() as session:
                _tell_previews(session, estate, milliseconds, size, "nothing else is scheduled")
            if full:
                with database.writing() as session:
                    _schedule(session, estate)
                with database.reading() as session:
                    setting = f"{_SCHEDULED:,} changes are scheduled"
                    _tell_previews(session, estate, milliseconds, size, setting)
                    _tell_collisions(session, estate, size)
                with database.writing() as session:
                    _tell_approvers(session, estate, size)
        finally:
            database.dispose()


def _kept_estate(size: int, estate: Estate) -> Path:
    """Return the register of an estate, written by an earlier run or now."""
    path = _KEPT / f"changes-{size}-{_stamp()}.sqlite"
    if path.exists():
        return path
    _KEPT.mkdir(parents=True, exist_ok=True)
    for old in _KEPT.glob(f"changes-{size}-*"):
        old.unlink()
    note("written for the first time; the next run finds it")
    draft = path.with_suffix(".part")
    fill_register(draft, estate, lambda session: _name_services(session, estate)).dispose()
    # All of it into the one file that is kept.
    with sqlite3.connect(draft) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    draft.rename(path)
    for rest in _KEPT.glob(f"{draft.name}-*"):
        rest.unlink()
    return path


def _stamp() -> str:
    """Return what an estate on the disk was made of: the schema, and the code that draws it."""
    root = Path(__file__).parents[2]
    made_of = [
        *sorted((root / "server/migrations/versions").glob("[0-9]*.py")),
        *(Path(__file__).parent / f"estate_{name}.py" for name in ("drawing", "graph", "register")),
    ]
    digest = hashlib.sha256()
    for path in made_of:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _name_services(session: Session, estate: Estate) -> None:
    """Let the items of the estate's own layer of services be services, and no others."""
    services = select(Item.id).where(Item.class_code.in_(service_classes()))
    session.execute(update(Item).where(Item.id.in_(services)).values(class_code="server"))
    ids = estate.layers["service"].tolist()
    for start in range(0, len(ids), 500):
        some = Item.id.in_(ids[start : start + 500])
        session.execute(update(Item).where(some).values(class_code="business_service"))


def _plans(estate: Estate, count: int, touched: int = _TOUCHED) -> list[Plan]:
    """Return plans of four hours on random items of any layer."""
    dice = random.Random(7)
    items = estate.columns.items.tolist()
    starts = [_START + timedelta(hours=dice.randrange(14 * 24)) for _ in range(count)]
    return [
        Plan(
            sorted(dice.sample(items, touched)),
            1,
            window_start=start,
            window_end=start + timedelta(hours=4),
        )
        for start in starts
    ]


def _tell_previews(
    session: Session, estate: Estate, milliseconds: int, size: int, setting: str
) -> None:
    actor = system_actor("bench")
    plans = _plans(estate, _ROUNDS)
    preview(session, actor, plans[0])
    cold = [_timed(preview, session, actor, plan) for plan in plans]
    times = [_timed(preview, session, actor, plan) for plan in plans]
    told = p95(times) * 1000
    tell(
        "preview of a change, p95",
        told,
        "ms",
        f"under {milliseconds}",
        met=told < milliseconds,
        setting=f"{size:,} items, {_TOUCHED} touched, SQLite, the 20 worst services by name, "
        f"median {statistics.median(times) * 1000:.1f} ms; {setting}, each plan seen once before",
    )
    note(f"seen for the first time: p95 {p95(cold) * 1000:.1f} ms")
    foreseen = [_timed(foresee, session, plan) for plan in plans]
    note(f"of which numbers alone: p95 {p95(foreseen) * 1000:.1f} ms")


def _timed(work: Any, *arguments: Any) -> float:
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


def _schedule(session: Session, estate: Estate) -> None:
    """Write a calendar of changes as rows."""
    organisation_id = session.scalar(select(Organisation.id).order_by(Organisation.id).limit(1))
    changes, touched = [], []
    for number, one in enumerate(calendar(estate, _SCHEDULED, seed=2), start=1):
        changes.append(
            {
                "id": number,
                "reference": f"CHG-{number}",
                "kind": "normal",
                "organisation_id": organisation_id,
                "title": "Patch",
                "title_key": "patch",
                "state": "scheduled",
                "window_start": _START + timedelta(seconds=one.starts),
                "window_end": _START + timedelta(seconds=one.ends),
                "risk_points": [],
                "created_at": _START,
                "updated_at": _START,
            }
        )
        touched += [{"change_id": number, "item_id": int(item)} for item in one.items]
    session.execute(insert(Change), changes)
    session.execute(insert(ChangeItem), touched)


def _claims(estate: Estate) -> list[Claimed]:
    """Return new changes of eight hours, one after another in the middle of the calendar."""
    rows = calendar(estate, _SCHEDULED, seed=3)[:20]
    return [
        Claimed(
            [int(item) for item in one.items],
            _START + timedelta(seconds=one.starts),
            _START + timedelta(seconds=one.starts, hours=8),
        )
        for one in rows
    ]


def _tell_collisions(session: Session, estate: Estate, size: int) -> None:
    graph = LIVE.at(session)
    claims = _claims(estate)
    meetings_of(session, claims[0], graph)
    times, met, wrong = [], 0, 0
    for claim in claims:
        started = time.perf_counter()
        found = meetings_of(session, claim, graph)
        times.append(time.perf_counter() - started)
        met += len(found)
        wrong += found != _brute_force(session, claim)
    worst = max(times) * 1000
    tell(
        "collisions of a new change, slowest of 20",
        worst,
        "ms",
        "under 500",
        met=worst < 500,
        setting=f"{size:,} items, {_SCHEDULED:,} scheduled, redundancy counted, SQLite; "
        f"{met} collisions in all, median {statistics.median(times) * 1000:.1f} ms",
    )
    tell(
        "new changes of which brute force finds something else",
        wrong,
        "changes",
        "none",
        met=wrong == 0,
        setting=f"{len(claims)} changes, every overlapping pair failed on paper",
    )


def _brute_force(session: Session, claim: Claimed) -> list[Meeting]:
    """Let every pair fail alone and together, as a what-if does."""
    graph = LIVE.at(session).engine
    classes = service_classes()
    services = set(session.scalars(select(Item.id).where(Item.class_code.in_(classes))))

    def down(items: list[int]) -> set[int]:
        report = graph.impact(items)  # type: ignore[arg-type]
        return set(report.ids[report.states == State.DOWN].tolist()) & services

    found = []
    mine, own = down(list(claim.item_ids)), set(claim.item_ids)
    rows = session.execute(
        select(Change.id).where(Change.window_start < claim.end, Change.window_end > claim.start)
    )
    for change_id in sorted(row.id for row in rows):
        query = select(ChangeItem.item_id).where(ChangeItem.change_id == change_id)
        theirs = sorted(session.scalars(query))
        alone = down(theirs)
        together = down([*claim.item_ids, *theirs])
        meeting = Meeting(
            change_id,
            tuple(item for item in theirs if item in own),
            tuple(sorted(mine & alone)),
            tuple(sorted(together - mine - alone)),
        )
        if meeting != Meeting(change_id):
            found.append(meeting)
    return found


def _tell_approvers(session: Session, estate: Estate, size: int) -> None:
    organisation_id = session.scalar(select(Organisation.id).order_by(Organisation.id).limit(1))
    people = [
        {
            "id": 900_000 + number,
            "organisation_id": organisation_id,
            "display_name": f"Owner {number}",
            "name_key": f"owner {number}",
            "email": "",
            "email_key": "",
            "created_at": _CLOSE,
            "updated_at": _CLOSE,
        }
        for number in range(200)
    ]
    session.execute(insert(Person), people)
    plan = _plans(estate, 1, _OWNED)[0]
    owners = [
        {"item_id": item, "role": "owner", "person_id": 900_000 + item % 200, "source": "person"}
        for item in plan.item_ids
    ]
    session.execute(insert(ItemParty), owners)
    services = [one.item_id for one in foresee(session, plan).blast.services]
    asked = Question(plan.item_ids, services, organisation_id or 1, (900_000,))
    times = [_timed(approvers_of, session, asked) for _ in range(_ROUNDS)]
    told = p95(times) * 1000
    tell(
        "who must approve, p95",
        told,
        "ms",
        "under 200",
        met=told < 200,
        setting=f"{size:,} items, {_OWNED} touched, {len(services)} services suffer, "
        f"{len(approvers_of(session, asked).parties)} people are asked",
    )
