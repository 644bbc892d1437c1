"""How often a service is down, through whom, and what the reader may see of it."""

import pytest

from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import World

# A server is assumed to fail every 40,000 hours, for six.
_SERVER = 6 / 40_006


class Estate:
    """Two hosts behind the shop, the second one of sales; one switch for both.

    ::

        switch (own times) <- web1 ─┐
        switch             <- web2 ─┴─(web, at least one) <- shop
    """

    def __init__(self, callers: Callers, world: World) -> None:
        admin, ours, theirs = callers.admin, world.operations.id, world.sales.id
        times = {"hours_between_failures": 999, "hours_to_repair": 1}
        self.switch = admin.create("switch", "switch", organisation_id=ours, **times)
        self.web1 = admin.create("web1", organisation_id=ours)
        self.web2 = admin.create("web2", organisation_id=theirs)
        promised = {"availability_target": 99.95}
        self.shop = admin.create("shop", "business_service", organisation_id=ours, **promised)
        for web in (self.web1, self.web2):
            admin.relate("depends_on", web, self.switch)
            admin.relate("depends_on", self.shop, web, group={"name": "web"})


@pytest.fixture
def estate(callers: Callers, world: World) -> Estate:
    return Estate(callers, world)


def test_single_failures_and_two_at_once_are_told_with_their_share(
    callers: Callers, estate: Estate
) -> None:
    answer = callers.admin.get(f"/items/{estate.shop}/availability")
    told = [([one["name"] for one in row["items"]], row["own"]) for row in answer["rows"]]
    assert told == [(["switch"], True), (["web1", "web2"], False)]
    assert answer["single"] == pytest.approx(0.999)
    assert answer["availability"] == pytest.approx(0.999 * (1 - _SERVER**2))
    assert (answer["target"], answer["assumed"], answer["hidden"]) == (99.95, True, 0)
    assert answer["rows"][0]["hours_a_year"] == pytest.approx(8.766)


def test_other_mean_times_can_be_tried_out(callers: Callers, estate: Estate) -> None:
    better = {"item": estate.switch, "hours_between_failures": 99_999, "hours_to_repair": 1}
    path = f"/items/{estate.shop}/availability"
    assert callers.admin.post(path, {"known": [better]}, 200)["single"] == pytest.approx(0.99999)
    wrong = callers.admin.send("POST", path, json={"known": [better | {"hours_to_repair": 0}]})
    assert refused(wrong, 422).keys() == {"known.0.hours_to_repair"}
    unknown = callers.admin.send("POST", path, json={"known": [better | {"item": 10**12}]})
    assert unknown.status_code == 404


def test_a_contributor_out_of_sight_is_not_named_and_still_reckoned_with(
    callers: Callers, estate: Estate, local_manager: Caller
) -> None:
    answer = local_manager.get(f"/items/{estate.shop}/availability")
    assert [[one["name"] for one in row["items"]] for row in answer["rows"]] == [["switch"]]
    assert answer["hidden"] is None
    whole = callers.admin.get(f"/items/{estate.shop}/availability")
    assert answer["availability"] == whole["availability"]


def test_what_is_retired_takes_no_part(callers: Callers) -> None:
    gone = callers.admin.create("gone", stage="retired")
    answer = callers.admin.get(f"/items/{gone}/availability")
    assert (answer["outside"], answer["rows"]) == (True, [])
