"""Opening a ticket on an item whose failure reaches many others; impact is part of it."""

from cmdb.inventory.door import Inventory
from cmdb.observation import ItemReference, Observation, Origin, SeenRelation
from cmdb.vocabulary import DEPENDS_ON, PERSON, ClassCode
from server.foundation.clock import utc_now
from tests.benchmarks.figures import note, p95_of, tell
from tests.benchmarks.house.site import Place, counting

#: Items reached, and the milliseconds that opening may take.
_REACH = {50: 50.0, 500: 80.0, 5000: 250.0}
_SETTING = "SQLite, POST /api/v1/tickets in process, committed; one in 25 items is a service"


def measure_opening(place: Place) -> None:
    """Tell p95 of opening a ticket for each reach."""
    for reach, target in _REACH.items():
        note(f"an item that {reach} others stand on")
        item_id = _stand(place, reach)
        body: dict[str, object] = {"title": "It fails", "affected_item_ids": [item_id]}

        def open_one(body: dict[str, object] = body) -> None:
            answer = place.client.post("/api/v1/tickets", json=body, headers=_headers(place))
            if answer.status_code != 201:
                raise RuntimeError(answer.text)

        open_one()
        with counting(place.database) as statements:
            open_one()
        value = p95_of(open_one, times=20, rounds=3)
        name = f"open a ticket, {reach} items reached"
        tell(
            f"{name}: p95", value, "ms", f"under {target:.0f}", met=value < target, setting=_SETTING
        )
        tell(f"{name}: statements", len(statements), "queries", "none", met=True, setting=_SETTING)


def _headers(place: Place) -> dict[str, str]:
    from server.foundation.edge.csrf import token_of  # noqa: PLC0415

    cookie = place.client.get_cookie("cadastre")
    return {"X-CSRF-Token": token_of(cookie.value)} if cookie else {}


def _stand(place: Place, reach: int) -> int:
    """Put an item on which ``reach`` others stand, in a tree of ten a level."""
    with place.database.writing() as session:
        door = Inventory(session, utc_now())
        ids: list[int] = []
        for number in range(reach + 1):
            code = "business_service" if number and number % 25 == 0 else "server"
            seen = Observation(
                origin=Origin(PERSON, f"{reach}-{number}"),
                class_code=ClassCode(code),
                organisation_id=place.organisation_id,
                observed_at=utc_now(),
                values={"name": f"{code}-{reach}-{number}"},
            )
            recorded = door.record(seen)
            assert recorded.item_id is not None
            ids.append(recorded.item_id)
        relations = [
            SeenRelation(
                DEPENDS_ON,
                ItemReference(item_id=ids[number]),
                ItemReference(item_id=ids[(number - 1) // 10]),
            )
            for number in range(1, reach + 1)
        ]
        door.relate(relations, PERSON, place.organisation_id)
        return ids[0]
