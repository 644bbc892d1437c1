"""Finding tickets like one, among all of a queue: what the job does for each that is opened."""

import time
from collections.abc import Iterator
from datetime import datetime
from random import Random
from statistics import median
from typing import Any

from cmdb.records.items import Item
from server.assets.products.models import ItemOfModel, ProductModel, Vendor
from server.desk.tickets.actions.likening import keep_likenesses
from server.desk.tickets.models import AffectedItem
from server.desk.tickets.queries.likeness import find_likenesses
from tests.benchmarks.desk.filling import write
from tests.benchmarks.figures import p95, tell
from tests.benchmarks.house.site import Place

_TARGET = 150
ITEMS = 20_000
#: Models of the items: one in two is of the first, and few are of the last.
_MODELS = 40
_TIMES = 60


def fill_items(place: Place, now: datetime) -> None:
    """Write the items that tickets are about, and of which model each is."""
    with place.database.writing() as session:
        write(session, Vendor, [{"id": 1, "name": "Acme", "name_key": "acme", "created_at": now}])
        write(session, ProductModel, [_model(number, now) for number in range(1, _MODELS + 1)])
        write(session, Item, [_item(n, place, now) for n in range(1, ITEMS + 1)])
        write(
            session,
            ItemOfModel,
            [{"item_id": n, "model_id": _model_of(n)} for n in range(1, ITEMS + 1)],
        )


def affect(place: Place, numbers: range) -> None:
    """Let the tickets of ``numbers`` be about items: one has ten times the tickets of another."""
    random = Random(numbers.start)
    with place.database.writing() as session:
        write(session, AffectedItem, _affected(numbers, random))


def measure_likeness(place: Place, setting: str, tickets: int) -> float:
    """Tell wall and CPU time of finding and storing what is like one ticket."""
    walls, cpus = [], []
    for number in range(tickets // 100, tickets, tickets // _TIMES):
        with place.database.writing() as session:
            started, used = time.perf_counter(), time.process_time()
            keep_likenesses(session, number, find_likenesses(session, number))
        walls.append((time.perf_counter() - started) * 1000)
        cpus.append((time.process_time() - used) * 1000)
    wall = p95(walls)
    name, target = "similar tickets of one ticket", f"under {_TARGET}"
    tell(f"{name}: p95", wall, "ms", target, met=wall < _TARGET, setting=setting)
    tell(f"{name}: CPU of this process", median(cpus), "ms", "none", met=True, setting=setting)
    return wall


def _model_of(number: int) -> int:
    """Return a model: half of what is left is of the next one, up to the last."""
    model = 1
    while number % 2 == 0 and model < _MODELS:
        number, model = number // 2, model + 1
    return model


def _model(number: int, now: datetime) -> dict[str, Any]:
    name = f"Model {number}"
    return {
        "id": number,
        "vendor_id": 1,
        "name": name,
        "name_key": name.lower(),
        "defaults": {},
        "created_at": now,
        "updated_at": now,
    }


def _item(number: int, place: Place, now: datetime) -> dict[str, Any]:
    name = f"box-{number}"
    return {
        "id": number,
        "organisation_id": place.organisation_id,
        "class_code": "laptop" if number % 3 else "server",
        "name": name,
        "name_key": name,
        "vendor": "Acme",
        "model": f"Model {_model_of(number)}",
        "attributes": {},
        "first_seen_at": now,
        "last_seen_at": now,
        "updated_at": now,
    }


def _affected(numbers: range, random: Random) -> Iterator[dict[str, Any]]:
    for number in numbers:
        first = int(random.paretovariate(1.0)) % ITEMS + 1
        for item in {first, random.randrange(1, ITEMS + 1)} if number % 3 == 0 else {first}:
            yield {"ticket_id": number, "item_id": item}
