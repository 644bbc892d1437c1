"""Whole impact answers over REST: pages, states, groups that fell or hold, and what is reached."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event, select, update

from cmdb.records.items import Item
from cmdb.snapshot.live import LIVE
from server.assets.actions import ContractDraft, create_contract
from server.foundation.database import Database
from server.foundation.permissions import Actor
from server.items.impact import answer_impact
from server.items.impacts.schemas import ImpactAnswerSchema
from server.items.impacts.sight import in_sight
from server.items.scope import visible_items
from server.people.actions.roles import Holder, Scope, give_role
from server.people.models import Role
from tests.server.items.rest import Caller, Callers, refused
from tests.support.people import BEGINNING, World, actor_of, make_person


class Estate:
    """A site with power, two web servers of which one must be up, and two services.

    ::

        ups <- host <- web1 ─┐
                             ├─(web, at least one) <- shop (tier 0), used by two people
        host2 <- web2 (sales) ┘
        host <┄ report (soft)
    """

    def __init__(self, callers: Callers, world: World) -> None:
        admin, ours, theirs = callers.admin, world.operations.id, world.sales.id
        self.site = admin.create("Harbour", "site", organisation_id=ours)
        self.ups = admin.create("ups", organisation_id=ours)
        self.host = admin.create("host", organisation_id=ours)
        self.host2 = admin.create("host2", organisation_id=ours)
        self.web1 = admin.create("web1", organisation_id=ours)
        self.web2 = admin.create("web2", organisation_id=theirs)
        self.report = admin.create("report", "business_service", organisation_id=ours)
        self.shop = admin.create("shop", "business_service", organisation_id=ours, criticality=0)
        admin.relate("depends_on", self.host, self.ups)
        admin.relate("depends_on", self.web1, self.host)
        admin.relate("depends_on", self.web2, self.host2)
        admin.relate("depends_on", self.report, self.host, weight=0.5)
        for replica in (self.web1, self.web2):
            admin.relate("depends_on", self.shop, replica, group={"name": "web"})


@pytest.fixture
def estate(callers: Callers, world: World) -> Estate:
    return Estate(callers, world)


def states(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["item"]["name"], row["state"]) for row in rows]


def test_the_answer_is_what_the_document_says(callers: Callers, estate: Estate) -> None:
    for failed in ([estate.ups], [estate.web1, estate.web2], [estate.shop]):
        answer = callers.admin.post("/impact", {"failed": failed}, 200)
        assert ImpactAnswerSchema().validate(answer) == {}
    planned = callers.admin.create("planned", stage="planned")
    answer = callers.admin.post("/impact", {"failed": [planned]}, 200)
    assert ImpactAnswerSchema().validate(answer) == {}
    assert (answer["outside"], answer["affected"], answer["reached"]) == ([planned], [], None)


def test_a_group_that_holds_says_by_how_much_and_who_is_gone(
    callers: Callers, estate: Estate
) -> None:
    answer = callers.admin.get(f"/items/{estate.ups}/impact")
    assert states(answer["affected"]) == [
        ("ups", "down"),
        ("host", "down"),
        ("web1", "down"),
        ("report", "degraded"),
        ("shop", "at_risk"),
    ]
    assert answer["affected"][-1]["reason"] == "group_lost_member"
    (web,) = answer["affected"][-1]["groups"]
    assert [item["name"] for item in web.pop("fallen")] == ["web1"]
    assert web == {"name": "web", "holds": True, "required": 1, "remaining": 1, "slack": 0}


def test_a_group_that_fell_short_names_every_member_that_fell(
    callers: Callers, estate: Estate
) -> None:
    body = {"failed": [estate.ups, estate.host2]}
    answer = callers.admin.post("/impact", body, 200)
    shop = next(row for row in answer["affected"] if row["item"]["name"] == "shop")
    assert (shop["state"], shop["reason"], shop["group"]) == ("down", "group_short", "web")
    (web,) = shop["groups"]
    assert {item["name"] for item in web["fallen"]} == {"web1", "web2"}
    assert (web["holds"], web["slack"]) == (False, -1)


def test_a_fallen_member_out_of_sight_is_not_named(
    callers: Callers, estate: Estate, local_manager: Caller
) -> None:
    answer = local_manager.get(f"/items/{estate.host2}/impact")
    assert states(answer["affected"]) == [("host2", "down"), ("shop", "at_risk")]
    shop = answer["affected"][-1]
    assert (shop["because_of"], shop["groups"][0]["fallen"]) == (None, [])
    assert "web2" not in str(answer)


def test_paths_and_groups_may_be_left_out(callers: Callers, estate: Estate) -> None:
    body = {"failed": [estate.ups], "paths": False, "groups": False, "reached": False}
    answer = callers.admin.post("/impact", body, 200)
    assert answer["reached"] is None
    for row in answer["affected"]:
        assert not {"path", "groups"} & row.keys()
    short = callers.admin.get(f"/items/{estate.ups}/impact", paths="false")
    assert "path" not in short["affected"][0]


def test_states_choose_rows_and_change_no_total(callers: Callers, estate: Estate) -> None:
    body = {"failed": [estate.ups], "states": ["at_risk", "degraded"]}
    answer = callers.admin.post("/impact", body, 200)
    assert states(answer["affected"]) == [("report", "degraded"), ("shop", "at_risk")]
    assert answer["totals"] == {"down": 3, "degraded": 1, "at_risk": 1}
    refused(callers.admin.send("POST", "/impact", json=body | {"states": ["broken"]}), 422)


def test_pages_tell_every_item_once_in_the_same_order(callers: Callers, estate: Estate) -> None:
    whole = callers.admin.get(f"/items/{estate.ups}/impact")["affected"]
    told: list[Any] = []
    cursor = ""
    while cursor is not None:
        body = {"failed": [estate.ups], "limit": 2, "cursor": cursor}
        page = callers.admin.post("/impact", body, 200)
        assert len(page["affected"]) <= 2
        told += page["affected"]
        cursor = page["next_cursor"]
    assert told == whole


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwxLDJd", "WzEsMV0", "W3RydWUsMSwyXQ"])
def test_a_damaged_cursor_is_named(callers: Callers, estate: Estate, cursor: str) -> None:
    body = {"failed": [estate.ups], "cursor": cursor}
    assert refused(callers.admin.send("POST", "/impact", json=body), 422).keys() == {"cursor"}


def test_services_by_tier_people_and_sites_are_told(
    callers: Callers, estate: Estate, world: World, database: Database
) -> None:
    with database.writing() as session:
        session.execute(
            update(Item)
            .where(Item.id.in_([estate.host, estate.web1]))
            .values(location_id=estate.site)
        )
    parties = [{"role": "user", "person_id": world.requester.person_id}]
    callers.admin.patch(f"/items/{estate.shop}", {"values": {}, "parties": parties})
    reached = callers.admin.get(f"/items/{estate.ups}/impact")["reached"]
    assert reached == {
        "tiers": [
            {"criticality": 0, "down": 0, "degraded": 0, "at_risk": 1},
            {"criticality": None, "down": 0, "degraded": 1, "at_risk": 0},
        ],
        "people": 1,
        "sites": [{"id": estate.site, "name": "Harbour", "class": "site"}],
        "contracts": [],
        "levels": reached["levels"],
    }
    annex = callers.admin.create("Annex", "site", organisation_id=world.operations.id)
    rack = callers.admin.create("rack", "rack", organisation_id=world.operations.id)
    callers.admin.relate("located_in", rack, annex)
    callers.admin.relate("located_in", estate.web1, rack)
    told = callers.admin.get(f"/items/{estate.ups}/impact")["reached"]["sites"]
    assert [site["name"] for site in told] == ["Annex", "Harbour"]
    uncounted = callers.reader.get(f"/items/{estate.ups}/impact")["reached"]
    assert (uncounted["tiers"], uncounted["people"]) == (None, None)
    assert [site["name"] for site in uncounted["sites"]] == ["Annex", "Harbour"]


def test_contracts_that_cover_what_suffers_are_told_to_who_sees_the_items(
    callers: Callers, estate: Estate, world: World, database: Database
) -> None:
    first, last = date(2026, 1, 1), date(2027, 1, 1)
    with database.writing() as session:
        for reference, item in (("C-1", estate.web2), ("C-2", estate.host), ("C-3", estate.report)):
            draft = ContractDraft(
                world.root.id, reference, "Care", "Acme", "support", first, last, [item]
            )
            create_contract(session, world.admin, draft, BEGINNING)
    seen = callers.admin.get(f"/items/{estate.ups}/impact")["reached"]["contracts"]
    assert [contract["reference"] for contract in seen] == ["C-2", "C-3"]
    assert seen[0] == {
        "reference": "C-2",
        "name": "Care",
        "supplier": "Acme",
        "kind": "support",
        "ends_on": "2027-01-01",
    }
    partly = callers.outsider.get(f"/items/{estate.web2}/impact")["reached"]["contracts"]
    assert [contract["reference"] for contract in partly] == ["C-1"]


def test_what_was_agreed_about_the_services_reached_is_told(
    callers: Callers, estate: Estate
) -> None:
    agreed = {"availability_target": 99.9, "recovery_time": 60, "service_hours": "8 to 18"}
    callers.admin.patch(f"/items/{estate.shop}", {"values": agreed})
    levels = callers.admin.get(f"/items/{estate.host}/impact")["reached"]["levels"]
    assert [(one["item"]["name"], one["state"]) for one in levels] == [
        ("report", "degraded"),
        ("shop", "at_risk"),
    ]
    assert levels[0]["promises"] == [
        {"measure": "respond", "minutes": 480, "calendar": "office"},
        {"measure": "resolve", "minutes": 2400, "calendar": "office"},
    ]
    assert {name: levels[1][name] for name in ("recovery_minutes", "service_hours")} == {
        "recovery_minutes": 60,
        "service_hours": "8 to 18",
    }
    assert levels[1]["availability_target"] == 99.9
    unseen = callers.outsider.get(f"/items/{estate.web2}/impact")["reached"]["levels"]
    assert unseen == []


def test_who_sees_no_site_is_told_of_none(
    callers: Callers, estate: Estate, database: Database
) -> None:
    with database.writing() as session:
        session.execute(update(Item).where(Item.id == estate.web2).values(location_id=estate.site))
    assert callers.outsider.get(f"/items/{estate.web2}/impact")["reached"]["sites"] == []


def test_a_new_name_is_told_at_once(callers: Callers, estate: Estate) -> None:
    callers.admin.get(f"/items/{estate.ups}/impact")
    callers.admin.patch(f"/items/{estate.host}", {"values": {"name": 'he said "no" \\ é'}})
    answer = callers.admin.get(f"/items/{estate.ups}/impact")
    assert answer["affected"][1]["item"]["name"] == 'he said "no" \\ é'


def test_the_columns_say_the_same_as_rows_built_one_by_one(
    callers: Callers, estate: Estate, world: World, database: Database
) -> None:
    failed = [estate.web2, estate.ups]
    for caller, actor in ((callers.admin, world.admin), (callers.reader, world.reader)):
        with database.reading() as session:
            rows = answer_impact(session, actor, failed).rows
        told = caller.post("/impact", {"failed": failed}, 200)["affected"]
        assert [_told(row) for row in told] == [
            (
                (row.item.id, row.item.name, row.item.criticality),
                (row.state.text, row.distance, row.reason, row.group, row.is_service),
                row.because_of.id if row.because_of else None,
                [(hop.item.id if hop.item else None, hop.kind, hop.group) for hop in row.path],
            )
            for row in rows
        ]


def _told(row: dict[str, Any]) -> tuple[Any, ...]:
    item, because = row["item"], row["because_of"]
    return (
        (item["id"], item["name"], row["criticality"]),
        (row["state"], row["distance"], row["reason"], row["group"], row["is_service"]),
        because["id"] if because else None,
        [(hop["item"]["id"], hop["kind"], hop["group"]) for hop in row["path"]],
    )


def _with_role(database: Database, world: World, reach: str, class_code: str | None) -> Actor:
    """Return somebody of operations who reads items no further than ``reach``."""
    with database.writing() as session:
        code = f"sees-{reach}"
        session.add(Role(code=code, labels={"en": code}, permissions=["item:read"], reach=reach))
        session.flush()
        person = make_person(session, world.operations, f"Sees-{reach} Something")
        scope = Scope(world.operations.id, class_code=class_code)
        give_role(session, code, Holder(person_id=person.id), scope, BEGINNING)
        return actor_of(session, person.id)


@pytest.mark.parametrize("reach", ["all", "own", "team"])
@pytest.mark.parametrize("class_code", [None, "service"])
def test_sight_of_many_equals_the_condition_of_every_other_query(
    callers: Callers,
    estate: Estate,
    world: World,
    database: Database,
    reach: str,
    class_code: str | None,
) -> None:
    actor = _with_role(database, world, reach, class_code)
    parties = [{"role": "owner", "person_id": actor.person_id}]
    for mine in (estate.host, estate.shop):
        callers.admin.patch(f"/items/{mine}", {"values": {}, "parties": parties})
    for who in (actor, world.admin, world.outsider, world.nobody):
        with database.reading() as session:
            ids = np.array(session.scalars(select(Item.id).order_by(Item.id)).all(), np.int64)
            named = LIVE.at(session).named(ids)
            expected = set(session.scalars(select(Item.id).where(visible_items(who))))
            for columns in (named, None):
                seen = in_sight(session, who, ids, columns)
                assert set(ids[seen].tolist()) == expected


def test_an_answer_costs_the_same_statements_however_many_suffer(
    callers: Callers, world: World, database: Database, local_manager: Caller
) -> None:
    admin = callers.admin
    root = admin.create("root", organisation_id=world.operations.id)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        statements.append(sql)

    def ask(caller: Caller) -> int:
        body = {"failed": [root], "limit": 10_000}
        caller.post("/impact", body, 200)  # the graph is read
        statements.clear()
        caller.post("/impact", body, 200)
        return len(statements)

    event.listen(database.engine, "before_cursor_execute", note)
    few = ask(admin), ask(local_manager)
    lines: list[dict[str, Any]] = []
    for number in range(300):
        key = f"app{number}"
        lines += [
            {"kind": "item", "key": key, "class": "server", "values": {"name": key}},
            {"kind": "relation", "type": "depends_on", "start": key, "end": root},
        ]
    admin.bulk(lines, world.operations.id)
    many = ask(admin), ask(local_manager)
    assert many == few
    assert max(many) <= 14
